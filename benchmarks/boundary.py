"""A month's boundary: all members of a large organisation turn over at once, while people go on working (B9, F10)."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from uuid import UUID, uuid4

from app.runtime import open_runtime, system_clock
from app.settings import BrokerKind
from benchmarks.bench import Bench
from benchmarks.load import Charges, around, prove, send
from benchmarks.population import employ
from benchmarks.report import Result
from benchmarks.rounds import BenchmarkError, Figures, interleave, percentile
from domain.periods import Cycle, CycleUnit, period_at
from services.runtime import Runtime
from services.upkeep import write_due

CALLERS = 8
QUIET, TURNING = "nothing due", "all members turn over"

_BEHIND = "SELECT count(*) FROM wallets WHERE next_due_at <= $1"


class _Clock:
    """Runs as the system's, from wherever it was moved to."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self._ahead

    def move_to(self, instant: datetime) -> None:
        self._ahead = instant - system_clock()


async def measure(bench: Bench) -> Result:
    """Measure how long the refresh takes, and what one waits for a charge before and meanwhile."""
    scale, clock = bench.scale, _Clock()
    result = Result(f"The boundary of a month, {scale.members} members")
    dsn = await bench.database("boundary")
    async with open_runtime(dsn, BrokerKind.POSTGRES, clock=clock) as runtime:
        anchor = clock()
        homes = await employ(runtime, scale.members, anchor)
        charges, wallets = Charges(runtime, uuid4()), around(homes)
        cycle = Cycle(CycleUnit.MONTHS, 1, runtime.catalog.policies.billing_zone)

        async def turn() -> Figures:
            clock.move_to(period_at(cycle, anchor, clock()).end)
            return await _turned(runtime, charges, wallets, scale.members)

        quiet = partial(_quiet, runtime, charges, wallets, scale.leg_s)
        series = await interleave("the boundary of a month", [quiet, turn], scale.rounds, bench.progress)
        proof = await prove(runtime, charges.accepted, bench.progress)
    result.add(series, "all refreshed after", "ms")
    for percent in (50, 99):
        result.add(series, f"{QUIET}, p{percent}", "ms")
        result.add(series, f"{TURNING}, p{percent}", "ms", over=f"{QUIET}, p{percent}")
    result.notes += [
        f"{CALLERS} callers, each waiting for one charge after the other, of members in turn.",
        "the worker refreshes 64 wallets at a time; a charge of a wallet that is still due refreshes it first.",
        proof,
    ]
    return result


async def _quiet(runtime: Runtime, charges: Charges, wallets: Iterator[UUID], seconds: float) -> Figures:
    _, durations_s = await send(partial(_charge, runtime, charges, wallets), callers=CALLERS, seconds=seconds)
    return _figures(QUIET, durations_s)


async def _turned(runtime: Runtime, charges: Charges, wallets: Iterator[UUID], members: int) -> Figures:
    """Let the worker do its round, and charge until it is through."""
    behind = await runtime.database.pool.fetchval(_BEHIND, runtime.clock())
    if behind != members:
        raise BenchmarkError(f"{behind} wallets are due, not {members}")
    begin, durations_s = perf_counter(), list[float]()
    round_ = asyncio.ensure_future(write_due(runtime))

    async def caller() -> None:
        while not round_.done():
            start = perf_counter()
            await _charge(runtime, charges, wallets)
            durations_s.append(perf_counter() - start)

    await asyncio.gather(round_, *(caller() for _ in range(CALLERS)))
    took_s = perf_counter() - begin
    if left := await runtime.database.pool.fetchval(_BEHIND, runtime.clock()):
        raise BenchmarkError(f"{left} wallets were not refreshed")
    return {"all refreshed after": took_s * 1_000, **_figures(TURNING, durations_s)}


async def _charge(runtime: Runtime, charges: Charges, wallets: Iterator[UUID]) -> None:
    charges.check(await runtime.poster.submit(charges.next(next(wallets))))


def _figures(name: str, durations_s: list[float]) -> Figures:
    return {f"{name}, p{percent}": percentile(durations_s, percent) * 1_000 for percent in (50, 99)}
