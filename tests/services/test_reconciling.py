"""Reconciliation (F2): nothing to find after any history, and every kind of tampering found."""

import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.benefits import SuspensionReason
from domain.commands import (
    Advance,
    Command,
    CompleteTask,
    EndAllowance,
    ExtendTask,
    ReleaseTask,
    SetBenefits,
    StartAllowance,
    SuspendBenefits,
)
from domain.grants import GrantKind
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from domain.tasks import TaskStatus
from services.posting import Posting, Reporter
from services.reconciling import Reconciled, count_wallets, reconcile, reconcile_wallet
from services.runtime import Runtime
from services.upkeep import write_due
from tests.factories.clock import NOW, TestClock
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import A_DAY, hold, spend
from tests.factories.wallets import CREDIT, carry_out, credits_grant, give, make_wallet, make_wallets, subscribe

pytestmark = pytest.mark.anyio

HISTORIES, STEPS = 12, 25


async def found(runtime: Runtime) -> dict[UUID, tuple[str, ...]]:
    return {row.wallet_id: row.problems async for row in reconcile(runtime) if row.problems}


def benefits(amount: int, until: datetime | None) -> SetBenefits:
    """A month's credits and a window for them, until then."""
    month, window = Cycle(CycleUnit.MONTHS, 1), Cycle(CycleUnit.HOURS, 5)
    quota = StartAllowance(CREDIT, Pool.MAIN, amount * 30_000, month, "seat", anchor=NOW)
    return SetBenefits((quota, StartAllowance(CREDIT, Pool.WINDOW, 20_000, window, "seat", True, NOW)), until)


class History:
    """Random commands for one wallet."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.tasks: list[UUID] = []

    def next(self, clock: TestClock) -> Command:
        rng = self.rng
        lasts = timedelta(hours=rng.randint(1, 90))
        task = hold(rng.randint(1, 30), hold_for=lasts)
        kinds = (GrantKind.PROMOTIONAL, GrantKind.PURCHASED)
        choices: list[Command] = [
            spend(rng.randint(1, 40)),
            spend(rng.randint(1, 4)),
            task,
            credits_grant(rng.randint(1, 50), rng.choice(kinds), rng.choice((None, clock.now + lasts))),
            EndAllowance(rng.randint(1, 4)),
            benefits(rng.randint(1, 3), rng.choice((None, NOW + 40 * A_DAY, clock.now + lasts))),
            SuspendBenefits(rng.choice(tuple(SuspensionReason))),
            Advance(),
        ]
        if self.tasks:
            known = rng.choice(self.tasks)
            choices += [
                CompleteTask(known, rng.randint(0, 50) * 1_000),
                ReleaseTask(known, rng.choice((TaskStatus.FAILED, TaskStatus.CANCELLED))),
                ExtendTask(known, lasts),
            ]
        chosen = rng.choice(choices)
        if chosen is task:
            self.tasks.append(task.task_id)
        return chosen


async def test_f2_random_histories_leave_nothing_to_find(runtime: Runtime, clock: TestClock) -> None:
    wallets = await make_wallets(runtime, HISTORIES, credits_=20)
    histories = [History(seed) for seed in range(HISTORIES)]
    for wallet in wallets[::2]:
        await subscribe(runtime, wallet.id, "plus")
    for step in range(STEPS):
        clock.advance(timedelta(hours=random.Random(step).choice((0, 0, 1, 5, 24, 200))))
        for wallet, history in zip(wallets, histories, strict=True):
            await runtime.poster.submit(Posting(history.next(clock), wallet.id, Reporter(uuid4())))
        if not step % 5:
            assert await found(runtime) == {}
        if not step % 7:
            await write_due(runtime)
    entries = [row.entries async for row in reconcile(runtime)]
    assert sum(entries) == await runtime.database.pool.fetchval("SELECT count(*) FROM entries")
    assert sum(entries) > HISTORIES * STEPS // 2
    assert await found(runtime) == {}


async def test_f2_wallets_are_checked_one_by_one_in_bounded_steps(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.reconciling.WALLETS_PER_STEP_MAX", 3)
    wallets = await make_wallets(runtime, 7, credits_=1)
    assert await count_wallets(runtime) == 7
    rows = [row async for row in reconcile(runtime)]
    assert rows == [Reconciled(id_, 1, ()) for id_ in sorted(wallet.id for wallet in wallets)]


async def test_f2_checking_changes_nothing_and_locks_nobody_out(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, plan="plus", credits_=5)
    await give(runtime, wallet.id, 5, ends_at=NOW + timedelta(hours=1))
    clock.advance(timedelta(days=100))  # much is due, and is not written by reading
    before = await content(runtime.database)
    async with runtime.database.transaction() as connection, recorded(runtime.database.pool) as statements:
        await connection.execute("SELECT FROM wallets FOR UPDATE")
        assert await found(runtime) == {}
    assert all("REPEATABLE READ READ ONLY" in text for text in statements if text.startswith("BEGIN"))
    assert await content(runtime.database) == before


async def test_f2_an_empty_wallet_has_nothing_to_find(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime)
    assert await reconcile_wallet(runtime, wallet.id) == Reconciled(wallet.id, 0, ())


WALLET = {
    "a balance": "balances = jsonb_set(balances, '{0,remaining}', '1')",
    "balances that are none": "balances = '[{}]'",
    "the last entry": "last_entry = last_entry + 1",
    "the last instant": "last_at = last_at - interval '1 second'",
    "the count of grants": "grants_made = grants_made + 1",
    "the count of allowances": "allowances_made = allowances_made - 1",
    "what was spent": "spent = '{}'",
    "what was spent, as none": """spent = '{"chat_credit": 1}'""",
    "the periods": "periods = '{}'",
    "the end of benefits": "benefits_until = now()",
    "a suspension": "suspended = 'SUBSCRIPTION_EXPIRED'",
    "the limit of running tasks": "concurrency_max = 7",
    "the next due instant": "next_due_at = next_due_at + interval '1 second'",
    "no next due instant": "next_due_at = NULL",
}
ROWS = {
    "a grant's rest": "UPDATE grants SET remaining = remaining + 1, used = used - 1 WHERE used > 0 AND NOT closed",
    "what a grant holds": "UPDATE grants SET held = held - 1, remaining = remaining + 1 WHERE held > 0",
    "the amount of a grant": "UPDATE grants SET granted = granted + 1, remaining = remaining + 1 WHERE remaining > 0",
    "the end of a grant": "UPDATE grants SET ends_at = now() + interval '9 years' WHERE NOT closed",
    "a closed grant": "UPDATE grants SET lapsed = lapsed - 1, used = used + 1 WHERE closed AND lapsed > 0",
    "a closed grant, open": "UPDATE grants SET closed = false WHERE closed",
    "a grant that is gone": "DELETE FROM grants WHERE number = 1",
    "a closed grant that is gone": "DELETE FROM grants WHERE closed",
    "a task's hold": "UPDATE tasks SET body = jsonb_set(body, '{held}', '1') WHERE status = 'RUNNING'",
    "a task's status": "UPDATE tasks SET status = 'FAILED', resolved_at = started_at WHERE status = 'RUNNING'",
    "a resolved task": "UPDATE tasks SET body = jsonb_set(body, '{held}', '9') WHERE status <> 'RUNNING'",
    "a resolved task, running": "UPDATE tasks SET status = 'RUNNING', resolved_at = NULL WHERE status <> 'RUNNING'",
    "a task that is none": "UPDATE tasks SET body = '{}' WHERE status <> 'RUNNING'",
    "an allowance in force": "UPDATE allowances SET amount = amount + 1 WHERE ends_at IS NULL",
    "an allowance that ended": "UPDATE allowances SET amount = amount + 1 WHERE ends_at IS NOT NULL",
    "the end of an allowance": "UPDATE allowances SET ends_at = NULL WHERE ends_at IS NOT NULL",
    "an entry's amount": "UPDATE entries SET amount = amount + 1 WHERE number = 3",
    "an entry's instant": "UPDATE entries SET at = at - interval '1 hour' WHERE number = 3",
    "an entry's kind": "UPDATE entries SET kind = 'REVOKE' WHERE number = 3",
    "an entry's charge": "UPDATE entries SET body = jsonb_set(body, '{changes,0,used}', '1') WHERE kind = 'CONSUME'",
    "an entry's balances": "UPDATE entries SET body = jsonb_set(body, '{balances,0,used}', '7') WHERE number = 3",
    "an entry's number": "UPDATE entries SET body = jsonb_set(body, '{number}', '2') WHERE number = 3",
    "an entry that is none": "UPDATE entries SET body = '{}' WHERE number = 3",
    "an entry that is gone": "DELETE FROM entries WHERE number = 3",
    "the last entries gone": "DELETE FROM entries WHERE number > 6",
    "all entries gone": "DELETE FROM entries WHERE number > 0",
}
TAMPERINGS = {name: f"UPDATE wallets SET {change} WHERE id = $1" for name, change in WALLET.items()} | {
    name: f"{sql} AND wallet_id = $1" for name, sql in ROWS.items()
}


async def test_f2_every_kind_of_tampering_is_found(runtime: Runtime, clock: TestClock) -> None:
    """Each in a wallet of its own, without triggers and foreign keys: as whoever has full power over a database can."""
    await make_wallet(runtime, credits_=20)
    wallets = await make_wallets(runtime, len(TAMPERINGS) + 1, credits_=20)
    for wallet in wallets:
        await give(runtime, wallet.id, 2, GrantKind.PROMOTIONAL, NOW + timedelta(hours=1))
        await subscribe(runtime, wallet.id, "free")
        failed, running = hold(3), hold(4)
        await carry_out(runtime, wallet.id, spend(1), failed, running)
        await carry_out(runtime, wallet.id, ReleaseTask(failed.task_id, TaskStatus.FAILED), EndAllowance(2))
    clock.advance(timedelta(hours=2))
    for wallet in wallets:
        await carry_out(runtime, wallet.id, spend(14))
    assert await found(runtime) == {}
    async with runtime.database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        for wallet, (name, sql) in zip(wallets, TAMPERINGS.items(), strict=False):
            tag = await connection.execute(sql, wallet.id)
            assert not tag.endswith(" 0"), f"{name}: nothing was tampered with"
    problems = await found(runtime)
    missed = [name for wallet, name in zip(wallets, TAMPERINGS, strict=False) if wallet.id not in problems]
    assert missed == []
    assert len(problems) == len(TAMPERINGS)


async def test_f2_a_wallet_without_entries_that_pretends_to_have_some_is_found(runtime: Runtime) -> None:
    for change in ("last_entry = 1", "grants_made = 1", """spent = '{"chat_credit": {"granted": 1}}'"""):
        wallet = await make_wallet(runtime)
        await runtime.database.pool.execute(f"UPDATE wallets SET {change} WHERE id = $1", wallet.id)
        assert (await reconcile_wallet(runtime, wallet.id)).problems, change
