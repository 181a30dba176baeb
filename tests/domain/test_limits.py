"""The limits that hold together (C5, C6): each refusal names all that stands in the way, as the balances show it."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.balances import Balance
from domain.benefits import Benefits, SuspensionReason
from domain.entries import Entry, EntryKind
from domain.grants import GrantKind
from domain.ledger import Accepted, Refused
from domain.meters import RUNNING_TASK, Pool
from domain.refusals import LimitState, Refusal, RefusalCode
from domain.tasks import TaskStatus
from domain.wallets import balances
from tests.domain.strategies import (
    CREDIT,
    MONTH,
    SEAT,
    T0,
    TOKEN,
    WINDOW,
    Entitle,
    Finish,
    Give,
    History,
    Nothing,
    Run,
    Spend,
    Start,
    Step,
    Suspend,
    histories,
    play,
    share,
)

NOW, MINUTE, HOUR, DAY = timedelta(), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEAR = 366 * DAY
LIMITED = (NOW, Entitle(SEAT, NOW, YEAR, 2))
"""A quota of 100 and a window of 60 credits, and two tasks at the same time."""
TASK = (MINUTE, Start(CREDIT, 1_000, DAY))
DONE = (MINUTE, Finish(0, TaskStatus.COMPLETED, 1_000))
CONCURRENCY = RefusalCode.CONCURRENCY_LIMIT_REACHED


def _row(run: Run, pool: Pool = Pool.CONCURRENCY) -> Balance:
    [row] = [row for row in balances(run.state) if row.pool is pool and row.meter in (CREDIT, RUNNING_TASK)]
    return row


def _refused(run: Run, step: Step) -> Refusal:
    entries = len(run.entries)
    decision = run.step(step)
    assert isinstance(decision, Refused)
    assert len(run.entries) == entries, "a refusal writes nothing of its own"
    return decision.refusal


def _shown(run: Run, pool: Pool) -> LimitState:
    """Say what the balances show of a pool as a refusal does."""
    row = _row(run, pool)
    return LimitState(row.meter, pool, row.granted - row.lapsed, row.used, row.held, row.remaining, row.resets_at)


@given(histories)
def test_c5_f2_limits_of_a_refusal_are_the_rows_of_the_balances(history: History) -> None:
    run = Run()
    for step in history:
        decision = run.step(step)
        if not isinstance(decision, Refused):
            continue
        state, refusal = run.state, decision.refusal
        for limit in refusal.limits:
            rows = [row for row in balances(state) if (row.meter, row.pool) == (limit.meter, limit.pool)]
            assert len(rows) == 1 or limit.pool is Pool.MAIN  # there, credits count, too
            resets = [row.resets_at for row in rows if row.resets_at is not None]
            waits = state.benefits.suspended and limit.pool is Pool.MAIN
            assert limit == LimitState(
                limit.meter,
                limit.pool,
                limit=sum(row.granted - row.lapsed for row in rows),
                used=sum(row.used for row in rows),
                held=sum(row.held for row in rows),
                remaining=sum(row.remaining for row in rows),
                resets_at=None if waits else min(resets, default=None),
            )
            assert limit.limit == limit.used + limit.held + limit.remaining
            needed = 1_000 if limit.pool is Pool.CONCURRENCY else refusal.requested
            assert needed is not None
            assert limit.remaining < needed
        assert [limit.pool for limit in refusal.limits] == sorted({limit.pool for limit in refusal.limits}, key=_order)


def _order(pool: Pool) -> int:
    return [Pool.MAIN, Pool.WINDOW, Pool.CONCURRENCY].index(pool)


@given(histories)
def test_c5_no_task_starts_beyond_the_concurrency_limit(history: History) -> None:
    run = Run()
    for step in history:
        before = len(run.started)
        run.step(step)
        most = run.state.benefits.concurrency_max
        if len(run.started) > before and most is not None:
            assert len(run.state.tasks) <= most


@share(2)
@given(histories)
def test_c6_beyond_the_quota_nothing_is_charged(history: History) -> None:
    """A refusal costs 0, and no charge is more than what was granted: there is no debt and no overage of its own."""
    run = Run()
    for step in history:
        decision = run.step(step)
        if isinstance(decision, Refused):
            own = decision.page.entries[decision.page.due :]
            assert own == ()
            charged = {EntryKind.CONSUME, EntryKind.HOLD, EntryKind.SETTLE}
            assert not [entry for entry in decision.page.entries if entry.kind in charged]
    for row in balances(run.state):
        assert row.used + row.held <= row.granted


def test_c6_what_the_quota_does_not_cover_is_refused_and_costs_nothing() -> None:
    run = play([(NOW, Entitle(((CREDIT, Pool.MAIN, 5_000, MONTH),), NOW, YEAR)), (NOW, Spend(CREDIT, 4_000))])
    before = balances(run.state)
    refusal = _refused(run, (MINUTE, Spend(CREDIT, 2_000)))
    assert (refusal.code, refusal.requested, refusal.limits[0].remaining) == (RefusalCode.QUOTA_EXHAUSTED, 2_000, 1_000)
    assert balances(run.state) == before
    assert isinstance(run.step((NOW, Spend(CREDIT, 1_000))), Accepted)


def test_c5_more_tasks_than_the_plan_allows_at_once_are_refused() -> None:
    run = play([LIMITED, TASK, TASK])
    refusal = _refused(run, TASK)
    first_ends = T0 + MINUTE + DAY
    assert refusal.code is CONCURRENCY
    assert refusal.limits == (LimitState(RUNNING_TASK, Pool.CONCURRENCY, 2_000, 0, 2_000, 0, first_ends),)
    assert refusal.limits == (_shown(run, Pool.CONCURRENCY),)


@pytest.mark.parametrize("outcome", [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_c5_a_task_that_resolves_makes_room(outcome: TaskStatus) -> None:
    run = play([LIMITED, TASK, TASK, (MINUTE, Finish(0, outcome, 1_000))])
    assert (_row(run).held, _row(run).remaining) == (1_000, 1_000)
    assert isinstance(run.step(TASK), Accepted)
    assert _refused(run, TASK).code is CONCURRENCY


def test_c5_f4_a_task_that_times_out_makes_room_at_that_instant() -> None:
    run = play([LIMITED, (NOW, Start(CREDIT, 1_000, HOUR)), (NOW, Start(CREDIT, 1_000, DAY))])
    told = _refused(run, (HOUR - timedelta(microseconds=1), TASK[1]))
    assert told.limits[0].resets_at == T0 + HOUR
    assert isinstance(run.step((timedelta(microseconds=1), TASK[1])), Accepted)


def test_c5_charges_in_one_step_run_beside_any_number_of_tasks() -> None:
    run = play([LIMITED, TASK, TASK])
    assert isinstance(run.step((MINUTE, Spend(CREDIT, 1_000))), Accepted)


def test_c5_every_exhausted_limit_is_listed_and_the_cycle_gives_the_code() -> None:
    run = play([LIMITED, (NOW, Spend(CREDIT, 30_000)), TASK, TASK])
    refusal = _refused(run, (MINUTE, Start(CREDIT, 75_000, DAY)))
    assert (refusal.code, refusal.requested) == (RefusalCode.QUOTA_EXHAUSTED, 75_000)
    assert refusal.limits == tuple(_shown(run, pool) for pool in (Pool.MAIN, Pool.WINDOW, Pool.CONCURRENCY))
    refusal = _refused(run, (MINUTE, Start(CREDIT, 30_000, DAY)))
    assert refusal.code is RefusalCode.WINDOW_LIMIT_REACHED
    assert refusal.limits == tuple(_shown(run, pool) for pool in (Pool.WINDOW, Pool.CONCURRENCY))
    refusal = _refused(run, (MINUTE, Spend(CREDIT, 75_000)))
    assert [limit.pool for limit in refusal.limits] == [Pool.MAIN, Pool.WINDOW]


def test_c5_membership_goes_before_entitlement_and_entitlement_before_concurrency() -> None:
    run = play([(NOW, Entitle(SEAT[:1], NOW, YEAR, 1)), TASK])
    refusal = _refused(run, (MINUTE, Start(TOKEN, 1_000, DAY)))
    assert (refusal.code, refusal.limits) == (RefusalCode.NOT_ENTITLED, (_shown(run, Pool.CONCURRENCY),))
    run.step((NOW, Suspend(SuspensionReason.SUBSCRIPTION_EXPIRED)))
    refusal = _refused(run, TASK)
    assert refusal.code is RefusalCode.SUBSCRIPTION_EXPIRED
    assert [limit.pool for limit in refusal.limits] == [Pool.MAIN, Pool.CONCURRENCY]
    assert refusal.limits[0].resets_at is None
    run.step((NOW, Suspend(SuspensionReason.MEMBERSHIP_ENDED)))
    refusal = _refused(run, TASK)
    assert refusal.code is RefusalCode.MEMBERSHIP_ENDED
    assert [limit.pool for limit in refusal.limits] == [Pool.MAIN, Pool.CONCURRENCY]


def test_c5_the_bound_of_the_installation_stands_beside_the_plans() -> None:
    bounded = (MINUTE, Start(CREDIT, 1_000, DAY, running_max=1))
    run = play([LIMITED, bounded])
    refusal = _refused(run, bounded)
    assert (refusal.code, refusal.limits) == (RefusalCode.TOO_MANY_RUNNING_TASKS, ())
    run.step(TASK)
    assert _refused(run, bounded).code is CONCURRENCY


def test_c5_without_a_limit_there_is_no_row() -> None:
    run = play([(NOW, Entitle(SEAT, NOW, YEAR)), TASK])
    assert Pool.CONCURRENCY not in {row.pool for row in balances(run.state)}


def test_c5_a_lowered_limit_lets_what_runs_go_on_and_nothing_start() -> None:
    run = play([LIMITED, TASK, TASK])
    run.step((MINUTE, Entitle(SEAT, NOW, YEAR, 1)))
    assert run.entries[-1].kind is EntryKind.BENEFITS_CHANGED
    assert (_row(run).granted, _row(run).held, _row(run).remaining) == (2_000, 2_000, 0)
    run.step(DONE)
    assert (_row(run).granted, _row(run).held, _row(run).remaining) == (1_000, 1_000, 0)
    assert _refused(run, TASK).code is CONCURRENCY
    run.step(DONE)
    assert isinstance(run.step(TASK), Accepted)


def test_c5_b10_the_limit_holds_while_benefits_are_suspended_and_after() -> None:
    gift = (NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None))
    run = play([(NOW, Entitle(SEAT, NOW, DAY, 1)), gift, (DAY, Nothing()), TASK])
    assert run.state.benefits == Benefits(T0 + DAY, SuspensionReason.SUBSCRIPTION_EXPIRED, 1)
    assert _refused(run, TASK).code is CONCURRENCY
    run.step((MINUTE, Entitle(SEAT, NOW, YEAR, 2)))
    assert isinstance(run.step(TASK), Accepted)


@share(4)
@given(st.lists(st.sampled_from([TASK, DONE, (2 * HOUR, Start(CREDIT, 1_000, HOUR)), (DAY, Nothing())]), max_size=30))
def test_c5_the_row_counts_the_tasks_that_run(steps: list[Step]) -> None:
    run = play([LIMITED])
    for step in steps:
        run.step(step)
        row, running = _row(run), run.state.tasks.values()
        assert (row.granted, row.used, row.held, row.lapsed) == (2_000, 0, 1_000 * len(running), 0)
        assert row.resets_at == min((task.expires_at for task in running), default=None)


def test_c5_f2_entries_from_before_the_limit_are_read() -> None:
    run = play([(NOW, Entitle(((CREDIT, Pool.WINDOW, 60_000, WINDOW),), NOW, YEAR))])
    old = msgspec.json.decode(msgspec.json.encode(run.entries[-1]))
    assert run.entries[-1].kind is EntryKind.BENEFITS_CHANGED
    del old["benefits"]["concurrency_max"]
    assert msgspec.convert(old, Entry, strict=False) == run.entries[-1]
