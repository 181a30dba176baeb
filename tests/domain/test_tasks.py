"""Tasks (F4): a hold, one resolution, and never more than there is."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import Command, CompleteTask, ExtendTask, OpenGrant, ReleaseTask, StartTask
from domain.entries import Change, Entry, EntryKind
from domain.grants import Draw, GrantKind
from domain.ledger import Accepted, Refused, decide
from domain.meters import QUOTA_POOLS, Pool
from domain.refusals import RefusalCode
from domain.tasks import TaskStatus
from domain.wallets import WalletState, balances
from tests.domain.strategies import (
    CHAT,
    CREDIT,
    T0,
    WEEK,
    WINDOW,
    Finish,
    Give,
    Run,
    Start,
    Subscribe,
    funded,
    play,
    share,
    usage_of,
)

NOW = timedelta()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TASK = UUID(int=1)


def _start(quantity: int, *, task_id: UUID = TASK, running_max: int = 30) -> StartTask:
    return StartTask(task_id, usage_of(CREDIT, quantity), CHAT, DAY, running_max)


def _entry(state: WalletState, command: Command, after: timedelta = NOW) -> tuple[WalletState, Entry]:
    decision = decide(state, command, T0 + after)
    assert isinstance(decision, Accepted)
    assert decision.entry is not None
    return decision.page.state, decision.entry


def _refusal(state: WalletState, command: Command, after: timedelta = NOW) -> RefusalCode:
    decision = decide(state, command, T0 + after)
    assert isinstance(decision, Refused)
    return decision.refusal.code


def test_f3_of_twenty_holds_of_75_on_500_exactly_six_succeed() -> None:
    state, held = funded(500_000), 0
    for number in range(20):
        decision = decide(state, _start(75_000, task_id=UUID(int=number)), T0)
        state = decision.page.state
        held += isinstance(decision, Accepted)
    assert held == 6
    [row] = balances(state)
    assert (row.granted, row.used, row.held, row.remaining) == (500_000, 0, 450_000, 50_000)


@share(4)
@given(st.integers(0, 2_000), st.lists(st.integers(1, 300), max_size=40))
def test_f3_holds_succeed_exactly_while_they_fit(amount: int, holds: list[int]) -> None:
    state, left = funded(amount), amount
    for number, hold in enumerate(holds):
        decision = decide(state, _start(hold, task_id=UUID(int=number), running_max=100), T0)
        assert isinstance(decision, Accepted) == (hold <= left)
        left -= hold if hold <= left else 0
        state = decision.page.state
        assert sum(row.remaining for row in balances(state)) == left


def test_f4_completing_below_the_hold_gives_the_rest_back() -> None:
    state, hold = _entry(funded(100_000), _start(30_000))
    assert (hold.kind, hold.amount, hold.changes) == (
        EntryKind.HOLD,
        30_000,
        (Change(1, held=30_000, remaining=-30_000),),
    )
    state, settle = _entry(state, CompleteTask(TASK, 12_000), HOUR)
    assert (settle.kind, settle.amount) == (EntryKind.SETTLE, 12_000)
    assert settle.changes == (Change(1, used=12_000, held=-30_000, remaining=18_000),)
    assert settle.task is not None
    assert (settle.task.status, settle.task.resolved_at) == (TaskStatus.COMPLETED, T0 + HOUR)
    assert settle.receipt is not None
    assert settle.receipt.usage.quantity == 12_000
    assert [row.remaining for row in balances(state)] == [88_000]


def test_f4_completing_above_the_hold_takes_what_is_there_and_waives_the_rest() -> None:
    state, _ = _entry(funded(100_000), _start(30_000))
    state, settle = _entry(state, CompleteTask(TASK, 175_000), HOUR)
    receipt = settle.receipt
    assert receipt is not None
    assert (receipt.price, receipt.charged, receipt.waived) == (175_000, 100_000, 75_000)
    assert receipt.draws == (Draw(1, 30_000), Draw(1, 70_000))
    assert [(row.used, row.held, row.remaining) for row in balances(state)] == [(100_000, 0, 0)]


@share(2)
@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.integers(0, 400))
def test_f4_every_pool_gives_the_same_beyond_the_hold(gift: int, quota: int, estimate: int, actual: int) -> None:
    run = play(
        [
            (NOW, Give(CREDIT, GrantKind.PURCHASED, gift, None)),
            (NOW, Subscribe(CREDIT, Pool.MAIN, quota, WEEK)),
            (NOW, Subscribe(CREDIT, Pool.WINDOW, 150, WINDOW)),
        ]
    )
    decision = run.answer(_start(estimate))
    assert isinstance(decision, Accepted) == (estimate <= min(gift + quota, 150))
    if isinstance(decision, Refused):
        return
    settled = run.answer(CompleteTask(TASK, actual))
    assert isinstance(settled, Accepted)
    assert settled.entry is not None
    assert settled.entry.receipt is not None
    charged = min(actual, gift + quota, 150)
    assert (settled.entry.receipt.charged, settled.entry.receipt.waived) == (charged, actual - charged)
    for pool in QUOTA_POOLS:
        rows = [row for row in balances(run.state) if row.pool is pool]
        assert sum(row.used for row in rows) == charged
        assert not sum(row.held for row in rows)


def test_f4_a_hold_is_used_in_the_order_of_draws() -> None:
    state, _ = _entry(funded(20_000), OpenGrant(CREDIT, GrantKind.PURCHASED, 50_000, None, "order"))
    state, hold = _entry(state, _start(40_000))
    assert hold.task is not None
    assert hold.task.draws == (Draw(1, 20_000), Draw(2, 20_000))
    state, settle = _entry(state, CompleteTask(TASK, 25_000))
    assert settle.receipt is not None
    assert settle.receipt.draws == (Draw(1, 20_000), Draw(2, 5_000))
    assert state.grants[2].remaining == 45_000


@pytest.mark.parametrize("outcome", [TaskStatus.FAILED, TaskStatus.CANCELLED])
def test_f4_a_task_that_fails_or_is_cancelled_costs_nothing(outcome: TaskStatus) -> None:
    before = funded(100_000)
    state, _ = _entry(before, _start(30_000))
    state, release = _entry(state, ReleaseTask(TASK, outcome), HOUR)
    assert (release.kind, release.amount) == (EntryKind.RELEASE, 30_000)
    assert release.task is not None
    assert release.task.status is outcome
    assert balances(state) == balances(before)


def test_f4_a_hold_times_out_by_itself_at_its_expiry() -> None:
    state, _ = _entry(funded(100_000), _start(30_000))
    tick = timedelta(microseconds=1)
    assert isinstance(decide(state, CompleteTask(TASK, 1_000), T0 + DAY - tick), Accepted)
    late = decide(state, CompleteTask(TASK, 1_000), T0 + DAY)
    assert isinstance(late, Refused)
    assert late.refusal.code is RefusalCode.TASK_ALREADY_RESOLVED
    [timeout] = late.page.entries
    assert (timeout.kind, timeout.at, timeout.amount) == (EntryKind.TIMEOUT, T0 + DAY, 30_000)
    assert [row.remaining for row in timeout.balances] == [100_000]


def test_f4_a_heartbeat_extends_and_never_shortens() -> None:
    state, _ = _entry(funded(100_000), _start(30_000))
    state, extend = _entry(state, ExtendTask(TASK, HOUR), HOUR)
    assert extend.task is not None
    assert (extend.kind, extend.amount, extend.task.expires_at) == (EntryKind.EXTEND, 0, T0 + DAY)
    state, extend = _entry(state, ExtendTask(TASK, DAY), HOUR)
    assert extend.task is not None
    assert extend.task.expires_at == T0 + HOUR + DAY
    assert isinstance(decide(state, CompleteTask(TASK, 1_000), T0 + DAY), Accepted)


_ENDS: tuple[Command, ...] = (
    CompleteTask(TASK, 0),
    CompleteTask(TASK, 10_000),
    CompleteTask(TASK, 10**9),
    ReleaseTask(TASK, TaskStatus.FAILED),
    ReleaseTask(TASK, TaskStatus.CANCELLED),
)


@pytest.mark.parametrize("first", _ENDS)
def test_f4_a_task_resolves_at_most_once(first: Command) -> None:
    state, _ = _entry(funded(100_000), _start(30_000))
    state, _ = _entry(state, first)
    again: Iterable[Command] = (*_ENDS, ExtendTask(TASK, DAY))
    for command in again:
        assert _refusal(state, command) is RefusalCode.TASK_ALREADY_RESOLVED
        assert decide(state, command, T0 + 2 * DAY).page.state == state


def test_c5_no_more_tasks_run_than_may() -> None:
    state = funded(100_000)
    for number in range(3):
        state, _ = _entry(state, _start(1_000, task_id=UUID(int=number), running_max=3))
    assert _refusal(state, _start(1_000, task_id=UUID(int=3), running_max=3)) is RefusalCode.TOO_MANY_RUNNING_TASKS
    state, _ = _entry(state, CompleteTask(UUID(int=0), 1_000))
    _entry(state, _start(1_000, task_id=UUID(int=3), running_max=3))


def test_f4_a_task_that_outlives_its_period_settles_on_it_and_the_rest_lapses() -> None:
    run = play(
        [
            (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)),
            (NOW, Start(CREDIT, 30_000, timedelta(days=12))),
            (timedelta(days=8), Finish(0, TaskStatus.COMPLETED, 10_000)),
        ]
    )
    old = run.grants[1]
    assert (old.used, old.held, old.lapsed) == (10_000, 0, 90_000)
    [quota] = balances(run.state)
    assert (quota.used, quota.remaining) == (0, 100_000)


def test_f4_what_a_task_needs_beyond_an_ended_period_comes_from_the_new_one() -> None:
    run = play(
        [
            (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)),
            (NOW, Start(CREDIT, 30_000, timedelta(days=12))),
            (timedelta(days=8), Finish(0, TaskStatus.COMPLETED, 45_000)),
        ]
    )
    assert [(grant.used, grant.held) for grant in run.grants.values()] == [(30_000, 0), (15_000, 0)]


def test_f4_a_running_task_keeps_its_price() -> None:
    state, _ = _entry(funded(100_000), _start(10_000))
    _, settle = _entry(state, CompleteTask(TASK, 10_000))
    assert settle.receipt is not None
    assert settle.receipt.rule == CHAT


def test_f4_one_id_never_runs_twice() -> None:
    state, _ = _entry(funded(100_000), _start(30_000))
    with pytest.raises(ValueError, match="is running already"):
        decide(state, _start(30_000), T0)


@share(4)
@given(st.integers(0, 100), st.integers(0, 100))
def test_f3_an_estimate_of_nothing_is_held_without_a_draw(amount: int, actual: int) -> None:
    run = Run(state=funded(amount))
    run.answer(_start(0))
    decision = run.answer(CompleteTask(TASK, actual))
    assert isinstance(decision, Accepted)
    assert decision.entry is not None
    assert decision.entry.amount == min(amount, actual)
