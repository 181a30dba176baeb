"""Upkeep (F10): due things written in time and in order, kept things forgotten in time and in bounded rounds."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.commands import Command
from domain.ledger import Decision, decide
from domain.wallets import WalletState
from feed.topics import wallet_topic
from services import posting as posting_module
from services import upkeep
from services.posting import Outcome, Posting, Reporter
from services.runtime import Runtime
from services.upkeep import POLL_S, forget, seconds_to_next_due, write_due
from tests.factories.clock import NOW, TestClock
from tests.factories.runtime import open_runtime
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import asked, hold, spend
from tests.factories.wallets import carry_out, give, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


async def test_f10_what_is_due_is_written_and_nothing_else(runtime: Runtime, clock: TestClock) -> None:
    due, later, never = await make_wallets(runtime, 3)
    await give(runtime, due.id, 5, ends_at=NOW + HOUR)
    await give(runtime, later.id, 5, ends_at=NOW + HOUR + MICROSECOND)
    await give(runtime, never.id, 5)
    clock.now = NOW + HOUR - MICROSECOND
    before = await content(runtime.database)
    assert await write_due(runtime) == 0
    assert await content(runtime.database) == before
    clock.now = NOW + HOUR
    assert await write_due(runtime) == 1
    assert await write_due(runtime) == 0
    rows = await runtime.database.pool.fetch("SELECT wallet_id, at FROM entries WHERE kind = 'EXPIRE'")
    assert [tuple(row) for row in rows] == [(due.id, NOW + HOUR)]


async def test_f10_one_wallets_due_things_are_written_in_their_order_at_their_instants(
    runtime: Runtime, clock: TestClock
) -> None:
    wallet = await make_wallet(runtime, plan="free")
    await give(runtime, wallet.id, 5, ends_at=NOW + 2 * HOUR)
    await carry_out(runtime, wallet.id, hold(3, hold_for=HOUR), hold(3, hold_for=3 * HOUR))
    clock.now = NOW + timedelta(days=100)
    assert await write_due(runtime) == 1
    rows = await runtime.database.pool.fetch("SELECT kind, at, amount FROM entries WHERE number > 8 ORDER BY number")
    written = [(row["kind"], row["at"] - NOW, row["amount"]) for row in rows]
    assert written[:3] == [("TIMEOUT", HOUR, 3_000), ("EXPIRE", 2 * HOUR, 3_000), ("TIMEOUT", 3 * HOUR, 3_000)]
    assert [kind for kind, _, _ in written[3:]] == ["EXPIRE", "EXPIRE", "GRANT", "GRANT"]  # one month of three
    assert [at for _, at, _ in written] == sorted(at for _, at, _ in written)


async def test_f10_rounds_are_bounded_and_take_the_longest_due_first(
    runtime: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "WALLETS_PER_ROUND_MAX", 3)
    wallets = await make_wallets(runtime, 8)
    for number, wallet in enumerate(wallets):
        await give(runtime, wallet.id, 5, ends_at=NOW + HOUR * (8 - number))
    clock.now = NOW + 9 * HOUR
    asked: list[UUID] = []
    submit = runtime.poster.submit

    async def submitted(posting: Posting) -> Outcome:
        assert posting.wallet_id
        asked.append(posting.wallet_id)
        return await submit(posting)

    monkeypatch.setattr(runtime.poster, "submit", submitted)
    async with recorded(runtime.database.pool) as statements:
        assert await write_due(runtime) == 8
    assert sum("FROM wallets WHERE next_due_at" in statement for statement in statements) == 4  # 3, 3, 2 and none
    rounds = [asked[start : start + 3] for start in (0, 3, 6)]
    assert [set(ids) for ids in rounds] == [
        {wallets[number].id for number in numbers} for numbers in ((5, 6, 7), (2, 3, 4), (0, 1))
    ]
    assert await write_due(runtime) == 0


async def _expired(runtime: Runtime) -> set[object]:
    rows = await runtime.database.pool.fetch("SELECT wallet_id FROM entries WHERE kind = 'EXPIRE'")
    return {row["wallet_id"] for row in rows}


async def test_f10_two_upkeeps_at_once_write_it_once(runtime: Runtime, clock: TestClock) -> None:
    for wallet in await make_wallets(runtime, 20):
        await give(runtime, wallet.id, 5, ends_at=NOW + HOUR)
    clock.now = NOW + HOUR
    async with open_runtime(runtime.database, runtime.catalog, clock) as other:
        await asyncio.gather(write_due(runtime), write_due(other), write_due(runtime))
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'EXPIRE'") == 20


async def test_f8_those_who_follow_are_woken(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime)
    await give(runtime, wallet.id, 5, ends_at=NOW + HOUR)
    clock.now = NOW + HOUR
    with runtime.broker.listen(wallet_topic(wallet.id)) as wakeups:
        await write_due(runtime)
        assert await wakeups.wait(timeout_s=5)


async def test_f10_a_wallet_that_cannot_be_advanced_does_not_hold_up_the_others(
    runtime: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ill, *well = await make_wallets(runtime, 5)
    await give(runtime, ill.id, 7, ends_at=NOW + HOUR)
    for wallet in well:
        await give(runtime, wallet.id, 5, ends_at=NOW + HOUR)
    clock.now = NOW + HOUR

    def fails(state: WalletState, command: Command, now: datetime) -> Decision:
        if any(grant.granted == 7_000 for grant in state.grants.values()):
            raise ZeroDivisionError
        return decide(state, command, now)

    monkeypatch.setattr(posting_module, "decide", fails)
    assert await write_due(runtime) == 4
    assert await _expired(runtime) == {wallet.id for wallet in well}
    assert str(ill.id) in caplog.text


async def test_f10_the_pause_lasts_until_the_next_thing_is_due_and_at_most_a_second(
    runtime: Runtime, clock: TestClock
) -> None:
    assert await seconds_to_next_due(runtime, NOW) == POLL_S
    wallet = await make_wallet(runtime)
    await give(runtime, wallet.id, 5, ends_at=NOW + HOUR)
    assert await seconds_to_next_due(runtime, NOW) == POLL_S
    clock.now = NOW + HOUR - timedelta(milliseconds=250)
    assert await seconds_to_next_due(runtime, NOW) == 0.25
    clock.now = NOW + 2 * HOUR
    assert await seconds_to_next_due(runtime, NOW) == 0
    assert await seconds_to_next_due(runtime, NOW + HOUR) == POLL_S  # what was left then is no reason to hurry


async def test_f5_keys_are_forgotten_after_7_days_and_f7_refusals_after_30(runtime: Runtime, clock: TestClock) -> None:
    wallet, caller = await make_wallet(runtime, credits_=1), Reporter(uuid4())
    for key, messages in (("accepted", 1), ("refused", 2)):
        await runtime.poster.submit(asked(spend(messages), wallet.id, caller, key))
    ledger = await _ledger(runtime)
    for age, keys, refusals, forgotten in (
        (timedelta(days=7) - MICROSECOND, 2, 1, 0),
        (timedelta(days=7), 0, 1, 2),
        (timedelta(days=30) - MICROSECOND, 0, 1, 0),
        (timedelta(days=30), 0, 0, 1),
        (timedelta(days=300), 0, 0, 0),
    ):
        clock.now = NOW + age
        assert await forget(runtime) == forgotten
        assert await runtime.database.pool.fetchval("SELECT count(*) FROM idempotency_keys") == keys
        assert await runtime.database.pool.fetchval("SELECT count(*) FROM refusals") == refusals
    assert await _ledger(runtime) == ledger


async def _ledger(runtime: Runtime) -> dict[str, tuple[str, ...]]:
    kept = await content(runtime.database)
    return {table: kept[table] for table in ("entries", "grants", "wallets", "tasks", "allowances")}


async def test_f5_f7_forgetting_goes_in_bounded_rounds_and_leaves_the_young(
    runtime: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "ROWS_FORGOTTEN_PER_ROUND_MAX", 4)
    wallet, caller = await make_wallet(runtime, credits_=100), Reporter(uuid4())
    for number in range(10):
        await runtime.poster.submit(asked(spend(), wallet.id, caller, f"old {number}"))
        await runtime.poster.submit(Posting(spend(100), wallet.id, caller))
    clock.advance(timedelta(days=31))
    await runtime.poster.submit(asked(spend(), wallet.id, caller, "young"))
    assert [await forget(runtime) for _ in range(4)] == [8, 8, 4, 0]
    assert await runtime.database.pool.fetchval("SELECT array_agg(key::text) FROM idempotency_keys") == ["young"]


async def test_f5_forgetting_does_not_wait_for_a_key_that_is_in_use(runtime: Runtime, clock: TestClock) -> None:
    wallet, caller = await make_wallet(runtime, credits_=100), Reporter(uuid4())
    for key in "ab":
        await runtime.poster.submit(asked(spend(), wallet.id, caller, key))
    clock.advance(timedelta(days=8))
    async with runtime.database.transaction() as connection:
        await connection.execute("SELECT FROM idempotency_keys WHERE key = 'a' FOR UPDATE")
        assert await forget(runtime) == 1
    assert await forget(runtime) == 1
