"""From commit to client: how old an entry is when a socket receives it, at 500 charges a second."""

import asyncio
from array import array
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from statistics import median
from time import perf_counter
from uuid import uuid4

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.ears import Ears, following
from benchmarks.http_charges import HttpCharges
from benchmarks.load import Charges, prove
from benchmarks.population import Home, populate, service_token
from benchmarks.report import Result
from benchmarks.rounds import Figures, interleave, percentile
from benchmarks.server import serving

P99_MS_MAX = 50.0
RATE_SHARE_MIN = 0.98
"""The share of the rate that must have been answered for the latency to count."""
WARM_UP_S = 1.0
BY_HTTP, BY_NEIGHBOUR = "by HTTP", "by another process"

Charge = Callable[[Home], Coroutine[None, None, None]]


async def measure(bench: Bench) -> Result:
    """Measure with charges that the same server carries out, and with charges of another process."""
    scale, result = bench.scale, Result("Feed latency, from commit to client")
    dsn = await bench.database("feed")
    async with open_runtime(dsn, BrokerKind.POSTGRES) as runtime, serving(bench, dsn) as server:
        homes = await populate(runtime, scale.feed_followers)
        charges = Charges(runtime, uuid4())

        async def by_neighbour(home: Home) -> None:
            charges.check(await runtime.poster.submit(charges.next(home.wallet_id)))

        token = await service_token(runtime)
        async with HttpCharges.open(server, token) as http, following(runtime, server, homes) as ears:
            leg = partial(_leg, ears, homes, scale.feed_rate_hz)
            ways: tuple[tuple[str, Charge], ...] = ((BY_HTTP, http.charge), (BY_NEIGHBOUR, by_neighbour))
            for name, charge in ways:
                await leg(charge=charge, name=name, seconds=WARM_UP_S)
            legs = [partial(leg, charge=charge, name=name, seconds=scale.feed_leg_s) for name, charge in ways]
            series = await interleave("feed latency", legs, scale.rounds, bench.progress)
        proof = await prove(runtime, charges.accepted + http.accepted, bench.progress)
    for name in (BY_HTTP, BY_NEIGHBOUR):
        for figure, unit in (("p50", "ms"), ("p99", "ms"), ("answered", "/s")):
            result.add(series, f"{name}, {figure}", unit)
        kept_up = median(series[f"{name}, answered"]) >= scale.feed_rate_hz * RATE_SHARE_MIN
        text = f"p99 at most {P99_MS_MAX:g} ms at {scale.feed_rate_hz} charges a second, {name}"
        if not kept_up:
            text += " (the charges were not answered at this rate)"
        p99 = median(series[f"{name}, p99"])
        result.aim(text, p99, reached=kept_up and p99 <= P99_MS_MAX)
    result.notes += [
        f"{scale.feed_followers} sockets, each follows one wallet; charges go around all wallets at a fixed rate.",
        "Counted from `recordedAt`, when the poster decides, the wallets locked, to the client's receipt, by",
        "the one clock of this machine: so the commit itself, fsync included, is part of it.",
        proof,
    ]
    return result


async def _leg(
    ears: Ears, homes: Sequence[Home], rate_hz: int, *, charge: Charge, name: str, seconds: float
) -> Figures:
    """Charge at the fixed rate, whether the answers come or not, until all entries have arrived."""
    count, answered_s = round(rate_hz * seconds), array("d")

    async def ask(home: Home) -> None:
        await charge(home)
        answered_s.append(perf_counter())

    begin = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, begin + number / rate_hz - perf_counter()))
            group.create_task(ask(homes[number % len(homes)]))
    ages_ms = await ears.ages_ms(count)
    p50, p99 = (percentile(ages_ms, percent) for percent in (50, 99))
    rate = (count - 1) / (answered_s[-1] - answered_s[0])
    return {f"{name}, p50": p50, f"{name}, p99": p99, f"{name}, answered": rate}
