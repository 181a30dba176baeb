"""Charges through `Poster.submit`, against one transaction for each, and against the least that could be written."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID, uuid4

import asyncpg

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.load import Charges, around, prove, send
from benchmarks.pgbench import RawWrites
from benchmarks.population import Home, populate
from benchmarks.report import Result
from benchmarks.rival import charge_alone, open_rival
from benchmarks.rounds import Figures, Leg, interleave, percentile, ratio
from services.runtime import Runtime

SUBMIT, ALONE, RAW = "submit", "alone", "raw writes"
DISTINCT_RATIO_MIN = 1.5
HOT_RATIO_MIN = 5.0
WARM_UP_S = 0.3


async def measure(bench: Bench) -> Result:
    """Measure throughput and one caller's latency, on distinct wallets and on a hot one."""
    scale, result = bench.scale, Result("Charges in the ledger")
    dsn = await bench.database("consume")
    raw = RawWrites(dsn, bench.folder, scale.rival_connections)
    async with open_runtime(dsn, BrokerKind.POSTGRES) as runtime, open_rival(dsn, scale.rival_connections) as pool:
        contest = _Contest(bench, runtime, pool, await populate(runtime, scale.wallets))
        await contest.warm_up()
        await raw.prepare(runtime, scale.wallets)

        async def raw_rate(kind: str) -> Figures:
            return {f"{RAW}, {kind}": await raw.rate(kind, scale.leg_s)}

        legs: list[Leg] = []
        for kind in contest.kinds:
            legs += [partial(contest.rate, SUBMIT, kind), partial(contest.rate, ALONE, kind), partial(raw_rate, kind)]
        legs += [partial(contest.latency, SUBMIT), partial(contest.latency, ALONE)]
        series = await interleave("charges in the ledger", legs, scale.rounds, bench.progress)
        proof = await prove(runtime, contest.accepted, bench.progress)
    for kind in contest.kinds:
        submit, alone, ceiling = (f"{name}, {kind}" for name in (SUBMIT, ALONE, RAW))
        result.add(series, submit, "/s", over=ceiling)
        result.add(series, alone, "/s", over=ceiling)
        result.add(series, ceiling, "/s")
    for percent in (50, 99):
        result.add(series, f"{SUBMIT}, one caller, p{percent}", "ms", over=f"{ALONE}, one caller, p{percent}")
        result.add(series, f"{ALONE}, one caller, p{percent}", "ms")
    for kind, least in (("distinct", DISTINCT_RATIO_MIN), ("hot", HOT_RATIO_MIN)):
        text = f"submit at least {least:g} × a transaction for each charge, {kind}"
        times = ratio(series, f"{SUBMIT}, {kind}", f"{ALONE}, {kind}")
        result.aim(text, times, reached=times >= least)
    result.notes += _notes(bench, proof)
    return result


def _notes(bench: Bench, proof: str) -> tuple[str, ...]:
    scale = bench.scale
    callers, connections = scale.callers, scale.rival_connections
    return (
        f"distinct: {scale.wallets} wallets; hot: one. submit: {callers} callers; feeds are woken.",
        f"alone: the same statements, a transaction for each charge, {connections} callers, no wake-ups.",
        f"raw writes: pgbench, {connections} clients; UPDATE and INSERT of the same size in one statement, no rules.",
        proof,
    )


class _Contest:
    """The contestants that run in this process, over the same wallets."""

    def __init__(
        self, bench: Bench, runtime: Runtime, pool: "asyncpg.Pool[asyncpg.Record]", homes: Sequence[Home]
    ) -> None:
        self._scale = bench.scale
        self._runtime = runtime
        self._charges = Charges(runtime, uuid4())
        self._wallets = {"distinct": around(homes), "hot": around(homes[:1])}
        self._callers = {SUBMIT: bench.scale.callers, ALONE: bench.scale.rival_connections}
        self._charge: dict[str, Callable[[UUID], Awaitable[None]]] = {
            SUBMIT: self._submit,
            ALONE: partial(charge_alone, runtime, pool, self._charges),
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which wallets are charged: `distinct`, `hot`."""
        return tuple(self._wallets)

    @property
    def accepted(self) -> int:
        """How many charges were carried out."""
        return self._charges.accepted

    async def warm_up(self) -> None:
        """Let every connection prepare its statements."""
        for name in self._charge:
            for kind in self.kinds:
                await self._send(name, kind, self._callers[name], WARM_UP_S)

    async def rate(self, name: str, kind: str) -> Figures:
        """Measure charges a second."""
        per_second, _ = await self._send(name, kind, self._callers[name], self._scale.leg_s)
        return {f"{name}, {kind}": per_second}

    async def latency(self, name: str) -> Figures:
        """Measure how long a single caller waits for one charge after the other, in milliseconds."""
        _, durations_s = await self._send(name, "distinct", 1, self._scale.latency_leg_s)
        return {f"{name}, one caller, p{percent}": percentile(durations_s, percent) * 1_000 for percent in (50, 99)}

    async def _send(self, name: str, kind: str, callers: int, seconds: float) -> tuple[float, list[float]]:
        wallets, charge = self._wallets[kind], self._charge[name]

        async def call() -> None:
            await charge(next(wallets))

        return await send(call, callers=callers, seconds=seconds)

    async def _submit(self, wallet_id: UUID) -> None:
        self._charges.check(await self._runtime.poster.submit(self._charges.next(wallet_id)))
