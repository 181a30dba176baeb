"""F10, B8 under concurrency: consume races with a period turning over; no second grant for a period, nothing lost."""

import random
from collections import Counter
from datetime import datetime
from uuid import UUID

import pytest

from domain.catalog import Catalog
from domain.refusals import RefusalCode
from services.posting import Posting
from services.runtime import Runtime
from services.upkeep import write_due
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once, codes
from tests.factories.clock import TestClock
from tests.factories.runtime import open_process
from tests.factories.usage import hold, spend
from tests.factories.wallets import WalletRef, make_wallets, subscribe

pytestmark = pytest.mark.anyio

QUOTA = 30
"""Chat credits a month on the plan `free`."""

_GRANTS = """
SELECT period_start, granted, used, held, remaining, lapsed FROM grants
WHERE wallet_id = $1 AND meter = 'chat_credit' ORDER BY period_start
"""
_TURNS = "SELECT kind, count(*) FROM entries WHERE wallet_id = $1 AND meter = 'chat_credit' GROUP BY kind"


async def _subscribed(runtime: Runtime) -> tuple[WalletRef, datetime]:
    """A wallet on the plan, and the instant at which its first period is over."""
    (wallet,) = await make_wallets(runtime, 1)
    await subscribe(runtime, wallet.id, "free")
    ends_at = await runtime.database.pool.fetchval("SELECT next_due_at FROM wallets WHERE id = $1", wallet.id)
    assert isinstance(ends_at, datetime)
    return wallet, ends_at


async def test_f10_consume_races_with_a_period_turning_over(
    dsn: str, catalog: Catalog, processes: list[Runtime], clock: TestClock
) -> None:
    """Two processes are still before the boundary, two are past it already, and one of these does the upkeep."""
    rng, seen, begun = random.Random(10), Counter[str](), clock.now
    late = TestClock(begun)
    async with open_process(dsn, catalog, late) as ahead, open_process(dsn, catalog, late) as upkeep:
        for _ in range(ROUNDS):
            wallet, boundary = await _subscribed(processes[0])
            late.now = boundary

            async def consume(process: Runtime, wallet_id: UUID = wallet.id) -> RefusalCode | None:
                return codes([await process.poster.submit(Posting(spend(), wallet_id))])[0]

            async def turn_over() -> None:
                await write_due(upkeep)

            reporting = [processes[0], processes[1], ahead]
            racers = (consume(reporting[racer % 3]) for racer in range(RACERS))
            outcomes, _ = await at_once(rng, [at_once(rng, racers), turn_over()])
            seen["before"] += await _assert_turned_once(processes[0], wallet.id, boundary, Counter(outcomes))
            seen["rounds"] += 1
            late.now = begun
    assert seen["rounds"] == ROUNDS
    assert seen["before"] > 0, "the race is none: nobody was ever before the boundary"
    await assert_reconciled(processes[0])


async def _assert_turned_once(
    runtime: Runtime, wallet_id: UUID, boundary: datetime, outcomes: Counter[RefusalCode | None]
) -> int:
    first, second = await runtime.database.pool.fetch(_GRANTS, wallet_id)
    units = 1_000
    assert second["period_start"] == boundary
    assert (first["granted"], second["granted"]) == (QUOTA * units, QUOTA * units)
    assert (first["remaining"], first["held"], second["held"], second["lapsed"]) == (0, 0, 0, 0)
    assert first["used"] + second["used"] == outcomes[None] * units
    assert set(outcomes) <= {None, RefusalCode.QUOTA_EXHAUSTED}
    assert outcomes.total() == RACERS
    if outcomes[RefusalCode.QUOTA_EXHAUSTED]:  # refused is only what neither period had any more
        assert QUOTA * units in (first["used"], second["used"])
    turns = {row["kind"]: row["count"] for row in await runtime.database.pool.fetch(_TURNS, wallet_id)}
    assert turns == {"ALLOWANCE_STARTED": 1, "GRANT": 2, "EXPIRE": 1, "CONSUME": outcomes[None]}
    return int(first["used"])


async def test_f10_everybody_comes_at_once_after_many_missed_periods(
    processes: list[Runtime], clock: TestClock
) -> None:
    """All 50 find the same thing due; it is written once, and only the period of now is granted."""
    rng = random.Random(11)
    for _ in range(ROUNDS):
        wallet, _boundary = await _subscribed(processes[0])
        clock.advance((_boundary - clock.now) * 5)
        racers = [
            # two tasks: the plan allows three at the same time
            processes[racer % 3].poster.submit(Posting(spend() if racer % 25 else hold(), wallet.id))
            for racer in range(RACERS)
        ]
        outcomes = Counter(codes(await at_once(rng, racers)))
        await write_due(processes[0])
        assert outcomes == {None: QUOTA, RefusalCode.QUOTA_EXHAUSTED: RACERS - QUOTA}
        first, second = await processes[0].database.pool.fetch(_GRANTS, wallet.id)
        assert (first["used"], first["lapsed"], second["remaining"]) == (0, QUOTA * 1_000, 0)
    await assert_reconciled(processes[0])
