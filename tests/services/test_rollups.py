"""Rollups (F12): each charge is summed up once, whoever does it, and in bounded rounds."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import pytest

from app.usage_worker import sum_up_usage
from domain.usage_history import Span, UsageGrouping
from services import rollups
from services.rollups import BEGINNING, roll_up
from services.runtime import Runtime
from tests.factories.charges import charge_at, roll_up_all, straight_sums
from tests.factories.clock import NOW, TestClock
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import spend
from tests.factories.wallets import WalletRef, carry_out, give, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
ALL = frozenset(UsageGrouping) - {UsageGrouping.DAY, UsageGrouping.TASK, UsageGrouping.MEMBER}
_HOURS = "SELECT * FROM usage_hours WHERE wallet_id = $1"


async def kept(runtime: Runtime, wallet: WalletRef) -> dict[tuple[object, ...], tuple[int, int, int]]:
    """What is in `usage_hours`, in the shape of `straight_sums`."""
    rows = await runtime.database.pool.fetch(_HOURS, wallet.id)
    return {
        (
            row["meter"],
            row["hour"].isoformat(),
            row["product"],
            row["surface"],
            row["client"] or None,
            None if not row["credential"] else UUID(row["credential"]),
        ): (row["quantity"], row["charged"], row["charges"])
        for row in rows
    }


async def through(runtime: Runtime) -> list[int]:
    rows = await runtime.database.pool.fetch("SELECT through FROM usage_marks ORDER BY wallet_id")
    return [row["through"] for row in rows]


async def behind(runtime: Runtime, count: int, entries: int) -> list[WalletRef]:
    """Wallets with a grant and charges, so many entries each, in the order of their ids."""
    wallets = sorted(await make_wallets(runtime, count), key=lambda wallet: wallet.id)
    for wallet in wallets:
        await give(runtime, wallet.id, 1_000)
        await carry_out(runtime, wallet.id, *(spend() for _ in range(entries - 1)))
    return wallets


@pytest.mark.parametrize("seed", range(3))
async def test_f12_sums_are_those_of_the_entries(runtime: Runtime, clock: TestClock, seed: int) -> None:
    random_ = random.Random(seed)
    wallet = await make_wallet(runtime)
    instants = sorted(NOW + random_.random() * 5 * HOUR for _ in range(60))
    for batch in (instants[:10], instants[10:45], instants[45:]):
        await charge_at(runtime, clock, wallet.id, batch, random_)
        await roll_up_all(runtime)
        expected = await straight_sums(runtime, wallet.id, Span(NOW, NOW + 6 * HOUR), ALL)
        assert await kept(runtime, wallet) == expected
    before = await content(runtime.database)
    assert await roll_up_all(runtime) == 0
    assert await content(runtime.database) == before


async def test_f12_several_workers_sum_up_each_charge_once(runtime: Runtime) -> None:
    wallets = await behind(runtime, 8, 20)
    for _ in range(5):
        await asyncio.gather(*(roll_up_all(runtime) for _ in range(4)))
        for wallet in wallets:
            await carry_out(runtime, wallet.id, spend())
    await roll_up_all(runtime)
    assert await through(runtime) == [25] * 8
    for wallet in wallets:
        assert await kept(runtime, wallet) == await straight_sums(runtime, wallet.id, Span(NOW, NOW + HOUR), ALL)


async def test_f12_a_mark_that_another_worker_has_is_left_to_it(runtime: Runtime) -> None:
    first, second = await behind(runtime, 2, 4)
    await roll_up_all(runtime)
    for wallet in (first, second):
        await carry_out(runtime, wallet.id, spend())
    async with runtime.database.transaction() as other:
        await other.execute("SELECT FROM usage_marks WHERE wallet_id = $1 FOR UPDATE", first.id)
        assert await roll_up_all(runtime) == 1
        assert await through(runtime) == [4, 5]
    assert await roll_up_all(runtime) == 1


async def test_f12_charges_do_not_wait_for_a_round(runtime: Runtime) -> None:
    (wallet,) = await behind(runtime, 1, 4)
    await roll_up_all(runtime)
    await carry_out(runtime, wallet.id, spend())
    async with runtime.database.transaction() as round_:  # as far as a round locks anything
        marks = await round_.fetch(rollups._LOCK, [wallet.id])
        arguments = [[mark[name] for mark in marks] for name in ("wallet_id", "workspace_id", "through")]
        assert await round_.fetchval(rollups._SUM, *arguments, 100) == 1
        await asyncio.wait_for(carry_out(runtime, wallet.id, spend()), timeout=5)


async def test_f12_rounds_are_bounded_and_go_on_where_they_stood(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallets = await behind(runtime, 5, 4)
    monkeypatch.setattr(rollups, "ENTRIES_PER_ROUND_MAX", 9)
    done = await roll_up(runtime, BEGINNING, behind_min=1)
    assert (done.entries, done.place) == (8, wallets[1].id)
    monkeypatch.setattr(rollups, "WALLETS_SEEN_PER_ROUND_MAX", 2)
    done = await roll_up(runtime, wallets[1].id, behind_min=1)
    assert (done.entries, done.place) == (8, wallets[3].id)
    done = await roll_up(runtime, wallets[3].id, behind_min=1)
    assert (done.entries, done.place) == (4, None)
    assert [await roll_up(runtime, wallets[1].id, behind_min=1)] == [rollups.Rolled(0, wallets[3].id)]


async def test_f12_a_long_ledger_takes_many_rounds(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    (wallet,) = await behind(runtime, 1, 24)
    monkeypatch.setattr(rollups, "ENTRIES_PER_ROUND_MAX", 10)
    done = await roll_up(runtime, BEGINNING, behind_min=1)
    assert (done.entries, done.place) == (10, BEGINNING)
    assert await roll_up_all(runtime) == 14
    assert await kept(runtime, wallet) == await straight_sums(runtime, wallet.id, Span(NOW, NOW + HOUR), ALL)


async def test_f12_few_entries_are_left_for_later_and_nothing_to_do_is_one_statement(runtime: Runtime) -> None:
    await behind(runtime, 3, rollups.BEHIND_MIN - 1)
    async with recorded(runtime.database.pool) as statements:
        assert await roll_up_all(runtime, behind_min=rollups.BEHIND_MIN) == 0
    assert len(statements) == 1
    async with recorded(runtime.database.pool) as statements:
        assert await roll_up_all(runtime) == 3 * (rollups.BEHIND_MIN - 1)
    assert len(statements) == 6  # who is behind, marks, and in a transaction their lock and the sums


async def test_f12_the_worker_sums_up_until_it_is_stopped(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await behind(runtime, 1, rollups.BEHIND_MIN)
    monkeypatch.setattr("app.usage_worker.POLL_S", 0.01)
    stop, calls = asyncio.Event(), 0

    async def fails_first(runtime: Runtime, place: UUID) -> rollups.Rolled:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError
        rolled = await roll_up(runtime, place)
        stop.set()
        return rolled

    monkeypatch.setattr("app.usage_worker.roll_up", fails_first)
    await asyncio.wait_for(sum_up_usage(runtime, stop), timeout=10)
    assert await through(runtime) == [rollups.BEHIND_MIN]
    assert "summing up usage" in caplog.text
