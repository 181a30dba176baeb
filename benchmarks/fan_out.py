"""Messages a second to very many sockets, and the memory that one of them costs."""

import asyncio
from collections.abc import Sequence
from functools import partial
from time import time
from uuid import uuid4

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.children import running
from benchmarks.load import Charges, prove
from benchmarks.population import Home, populate, session_token
from benchmarks.report import Result
from benchmarks.rounds import BenchmarkError, Figures, interleave
from benchmarks.server import serving
from benchmarks.swarm import Count, Counted, Follower, Open, Opened
from feed.topics import wallet_topic
from services.posting import post
from services.runtime import Runtime

OPEN_S_MAX = 60.0
COUNT_S_MAX = 30.0
SETTLE_S = 0.3
ENTRIES_PER_BATCH_MAX = 8_000
"""Charges that are written in one transaction before the feeds are woken."""


async def measure(bench: Bench) -> Result:
    """Measure a burst to sockets that all follow one wallet, and to as many that each follow another one."""
    sockets, result = bench.scale.sockets, Result("Sockets")
    dsn = await bench.database("sockets")
    async with open_runtime(dsn, BrokerKind.POSTGRES) as runtime:
        homes = await populate(runtime, sockets)
        tokens = [await session_token(runtime, home.person_id) for home in homes]
        followers = tuple(Follower(token, home.workspace) for token, home in zip(tokens, homes, strict=True))
        burst = _Burst(bench, dsn, runtime)
        legs = (
            partial(burst.figures, "one wallet", homes[:1], followers[:1] * sockets),
            partial(burst.figures, "a wallet each", homes, followers),
        )
        series = await interleave("sockets", legs, bench.scale.rounds, bench.progress)
        proof = await prove(runtime, burst.charges.accepted, bench.progress)
    for kind in ("one wallet", "a wallet each"):
        result.add(series, f"messages, {kind}", "/s")
        if f"memory, {kind}" in series:
            result.add(series, f"memory, {kind}", "KiB a socket")
    result.notes += [
        f"{sockets} sockets, each with one subscription; a new server for each leg. messages: a burst of entries that",
        "one commit wrote, from the wake-up to the last message at the last client. memory: RSS of the server, all",
        "sockets subscribed and idle, less the RSS before the first one.",
        proof,
    ]
    return result


class _Burst:
    """Writes entries in silence, wakes all feeds at once, and waits for the last message."""

    def __init__(self, bench: Bench, dsn: str, runtime: Runtime) -> None:
        self._bench = bench
        self._dsn = dsn
        self._runtime = runtime
        self.charges = Charges(runtime, uuid4())

    async def figures(self, kind: str, homes: Sequence[Home], followers: tuple[Follower, ...]) -> Figures:
        """Start a server, open the sockets, burst."""
        log = self._bench.folder / "swarm.log"
        async with serving(self._bench, self._dsn) as server, running(("-m", "benchmarks.swarm"), log) as swarm:
            warm, rest = followers[:8], followers[8:]  # the first ones load code and compile the operation
            await swarm.tell(Open(server.port, warm))
            await swarm.hear(Opened, OPEN_S_MAX)
            before_kib = server.rss_kib()
            await swarm.tell(Open(server.port, rest))
            await swarm.hear(Opened, OPEN_S_MAX)
            await asyncio.sleep(SETTLE_S)
            grown_kib = server.rss_kib() - before_kib
            entries = min(self._bench.scale.entries_per_socket, ENTRIES_PER_BATCH_MAX // len(homes))
            messages = entries * len(followers)
            begin_s = await self._write(homes, entries)
            await swarm.tell(Count(messages, COUNT_S_MAX))
            counted = await swarm.hear(Counted, COUNT_S_MAX + 5)
        if counted.messages != messages:
            raise BenchmarkError(f"{messages} messages were due, {counted.messages} arrived")
        rate = messages / (counted.last_at_s - begin_s)
        memory = {f"memory, {kind}": grown_kib / len(rest)} if before_kib else {}
        return {f"messages, {kind}": rate, **memory}

    async def _write(self, homes: Sequence[Home], entries: int) -> float:
        """Charge each wallet so many times in one commit; return when the feeds were woken, seconds since 1970."""
        postings = [self.charges.next(home.wallet_id) for _ in range(entries) for home in homes]
        async with self._runtime.database.transaction() as connection:
            batch = await post(connection, postings, self._runtime.clock)
        for outcome in batch.outcomes:
            self.charges.check(outcome)
        begin_s = time()
        await self._runtime.broker.wake([wallet_topic(home.wallet_id) for home in homes])
        return begin_s
