"""Sending work: callers that each wait for their answer before they ask again, and proof that the work was done."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from time import perf_counter
from uuid import UUID

from rich.progress import Progress

from benchmarks.population import Home
from benchmarks.rounds import BenchmarkError
from domain.commands import Consume
from domain.usage import Surface, Usage
from services.key_use import Payer
from services.posting import Outcome, Posted, Posting, Reporter
from services.reconciling import count_wallets, reconcile
from services.requests import priced, requested
from services.runtime import Runtime
from services.usage import UsageReport, facts_of

_PRODUCT = "chat-message"
_QUANTITY_THOUSANDTHS = 1_000

_COUNT = "SELECT count(*) FROM entries WHERE kind = 'CONSUME'"


class Charges:
    """Makes charges of one chat message, each with an idempotency key of its own, and counts the accepted ones."""

    def __init__(self, runtime: Runtime, reporter_id: UUID) -> None:
        self._rule = priced(runtime.catalog, _PRODUCT)[1]
        self._surfaces = runtime.catalog.policies.enterprise_surfaces
        self._reporter = Reporter(reporter_id)
        self._numbers = itertools.count()
        self.accepted = 0

    def next(self, wallet_id: UUID) -> Posting:
        """Make the next charge of a wallet."""
        report = UsageReport(wallet_id, _PRODUCT, _QUANTITY_THOUSANDTHS, Surface.WEB, "bench")
        usage = Usage(_PRODUCT, _QUANTITY_THOUSANDTHS, Surface.WEB, "bench")
        key = requested(f"bench-{next(self._numbers):012d}", "consume", facts_of(report, Payer(wallet_id)))
        return Posting(Consume(usage, self._rule, self._surfaces), wallet_id, self._reporter, key)

    def check(self, outcome: Outcome) -> None:
        """Count an outcome that is what it should be.

        Raises:
            BenchmarkError: the charge was refused, or is an old one's answer.
        """
        if not isinstance(outcome, Posted) or outcome.entry is None or outcome.replayed:
            raise BenchmarkError(f"a charge was not carried out: {outcome}")
        self.accepted += 1


def around(homes: Sequence[Home]) -> Iterator[UUID]:
    """Give wallet after wallet, for ever."""
    return itertools.cycle([home.wallet_id for home in homes])


async def send(call: Callable[[], Awaitable[None]], *, callers: int, seconds: float) -> tuple[float, list[float]]:
    """Let callers call until the time is over and the last answers are in.

    Returns:
        Calls a second, and the seconds that each call took.
    """
    durations: list[float] = []
    start = perf_counter()

    async def caller() -> None:
        while (begin := perf_counter()) < start + seconds:
            await call()
            durations.append(perf_counter() - begin)

    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
    return len(durations) / (perf_counter() - start), durations


async def prove(runtime: Runtime, accepted: int, progress: Progress) -> str:
    """Count the charges in the database and reconcile every wallet; return a note that says so.

    Raises:
        BenchmarkError: another number of charges is stored, or a wallet does not agree with its entries.
    """
    stored: int = await runtime.database.pool.fetchval(_COUNT)
    if stored != accepted:
        raise BenchmarkError(f"{accepted} charges were accepted, and {stored} are stored")
    wallets = await count_wallets(runtime)
    bar = progress.add_task("proof: reconciling", total=wallets)
    async for checked in reconcile(runtime):
        if checked.problems:
            raise BenchmarkError(f"wallet {checked.wallet_id} does not reconcile: {checked.problems}")
        progress.advance(bar)
    return f"proof: {stored} charges accepted, as many stored; {wallets} wallets reconciled"
