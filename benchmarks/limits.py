"""Charges against three limits that hold together, against those of a wallet with one (C5)."""

from collections.abc import Mapping
from functools import partial
from uuid import uuid4

from app.runtime import open_runtime
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.load import Charges, around, prove, send
from benchmarks.population import PLENTY_THOUSANDTHS, populate
from benchmarks.report import Result
from benchmarks.rounds import Figures, Leg, interleave, percentile, ratio
from domain.commands import SetBenefits, StartAllowance
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit

ONE, THREE = "one limit", "three limits"
TIMES_MAX = 1.3
WARM_UP_S = 0.3
_MONTH, _FIVE_HOURS = Cycle(CycleUnit.MONTHS, 1, "Asia/Shanghai"), Cycle(CycleUnit.HOURS, 5)


async def measure(bench: Bench) -> Result:
    """Measure throughput on distinct wallets, and one caller's latency."""
    scale, result = bench.scale, Result("Limits that hold together")
    dsn = await bench.database("limits")
    async with open_runtime(dsn, BrokerKind.POSTGRES) as runtime:
        charges = Charges(runtime, uuid4())
        wallets = {
            name: around(await populate(runtime, scale.wallets, given=(benefits,)))
            for name, benefits in _given(runtime.catalog.policies.credit_meter).items()
        }

        async def charge(name: str) -> None:
            charges.check(await runtime.poster.submit(charges.next(next(wallets[name]))))

        async def rate(name: str) -> Figures:
            per_second, _ = await send(partial(charge, name), callers=scale.callers, seconds=scale.leg_s)
            return {f"{name}, distinct": per_second}

        async def latency(name: str) -> Figures:
            _, durations_s = await send(partial(charge, name), callers=1, seconds=scale.latency_leg_s)
            return {f"{name}, one caller, p50": percentile(durations_s, 50) * 1_000}

        for name in wallets:  # every window is open then, and every connection has its statements
            await send(partial(charge, name), callers=scale.callers, seconds=WARM_UP_S)
            for _ in range(scale.wallets):
                await charge(name)
        legs: list[Leg] = [partial(leg, name) for leg in (rate, latency) for name in wallets]
        series = await interleave("limits", legs, scale.rounds, bench.progress)
        proof = await prove(runtime, charges.accepted, bench.progress)
    for figure, unit in (("distinct", "/s"), ("one caller, p50", "ms")):
        result.add(series, f"{THREE}, {figure}", unit, over=f"{ONE}, {figure}")
        result.add(series, f"{ONE}, {figure}", unit)
    for figure, times in (
        ("distinct", ratio(series, f"{ONE}, distinct", f"{THREE}, distinct")),
        ("one caller", ratio(series, f"{THREE}, one caller, p50", f"{ONE}, one caller, p50")),
    ):
        text = f"a charge against three limits at most {TIMES_MAX:g} × one against one, {figure}"
        result.aim(text, times, reached=times <= TIMES_MAX)
    result.notes += (
        f"{scale.wallets} wallets of each kind, {scale.callers} callers through submit; feeds are woken.",
        "one: a month's quota; three: that, a window of five hours that is open, and thirty tasks at the same time.",
        proof,
    )
    return result


def _given(meter: str) -> Mapping[str, SetBenefits]:
    quota = StartAllowance(meter, Pool.MAIN, PLENTY_THOUSANDTHS, _MONTH, "bench")
    window = StartAllowance(meter, Pool.WINDOW, PLENTY_THOUSANDTHS, _FIVE_HOURS, "bench", opens_on_use=True)
    return {ONE: SetBenefits((quota,), None), THREE: SetBenefits((quota, window), None, 30)}
