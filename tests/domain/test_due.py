"""What falls due by itself (F4, F10): in order, at its instant, however often somebody looks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.balances import Balance
from domain.entries import EntryKind
from domain.grants import GrantKind
from domain.ledger import Decision, Refused, advance
from domain.meters import Pool
from domain.wallets import balances, next_due
from tests.domain.strategies import (
    CREDIT,
    T0,
    WEEK,
    WINDOW,
    Give,
    History,
    Nothing,
    Run,
    Spend,
    Start,
    Subscribe,
    histories,
    play,
    share,
)

DAY = timedelta(days=1)
ON_TIME = 0
"""Read whenever something falls due, as the worker does."""


@given(histories, st.sampled_from([ON_TIME, 1, 2, 7, 40]))
def test_f10_reading_in_between_changes_no_answer(history: History, reads: int) -> None:
    """`decide(state, c, t)` equals `decide(advance(state, t').state, c, t)` for t' ≤ t, in all that people see."""
    lazy, eager = Run(), Run()
    for delay, action in history:
        for instant in _instants(eager, delay, reads):
            before = eager.state
            page = advance(before, instant)
            due = next_due(before)
            assert bool(page.entries) == (due is not None and due <= max(instant, before.last_at))
            assert not advance(page.state, instant).entries
            eager.keep(page)
        lazy.now = eager.now = lazy.now + delay
        command = lazy.command(action)
        assert _seen(lazy, lazy.answer(command)) == _seen(eager, eager.answer(command))
        assert balances(lazy.state) == balances(eager.state)
        assert lazy.state.last_at == eager.state.last_at
        assert lazy.state.tasks.keys() == eager.state.tasks.keys()
        assert lazy.state.periods == eager.state.periods
        assert lazy.state.spent == eager.state.spent
        assert lazy.state.benefits == eager.state.benefits
        assert next_due(lazy.state) == next_due(eager.state)


def _instants(run: Run, delay: timedelta, reads: int) -> Iterator[datetime]:
    start, end = run.now, run.now + delay
    if delay <= timedelta():
        return
    if reads != ON_TIME:
        yield from (start + delay * number / reads for number in range(1, reads + 1))
        return
    while (due := next_due(run.state)) and due <= end:
        yield due


def _seen(run: Run, decision: Decision) -> tuple[object, ...]:
    """What people see of a decision: everything but the numbers of entries and grants."""
    if isinstance(decision, Refused):
        return (decision.refusal,)
    entry = decision.entry
    if entry is None:
        return ()
    receipt = entry.receipt
    return (
        entry.kind,
        entry.at,
        entry.amount,
        [(_named(run, row.grant), row.used, row.held, row.remaining, row.lapsed) for row in entry.changes],
        receipt and (receipt.price, receipt.charged, receipt.waived),
        [(_named(run, drawn.grant), drawn.amount) for drawn in (receipt.draws if receipt else ())],
        entry.allowance,
    )


def _named(run: Run, number: int) -> tuple[object, ...]:
    grant = run.grants[number]
    return grant.meter, grant.pool, grant.kind, grant.starts_at, grant.ends_at, grant.allowance


@share(4)
@given(histories)
def test_f10_nothing_is_due_after_an_advance(history: History) -> None:
    run = play(history)
    page = advance(run.state, run.now)
    due = next_due(page.state)
    assert due is None or due > run.now
    assert all(entry.at <= max(run.now, run.state.last_at) for entry in page.entries)


def _quota(run: Run, pool: Pool = Pool.MAIN) -> Balance:
    return next(row for row in balances(run.state) if row.pool is pool and row.allowance is not None)


def test_c2_f10_refresh_on_the_eighth_day_at_midnight_in_shanghai() -> None:
    run = play([(timedelta(), Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (DAY, Spend(CREDIT, 30_000))])
    refresh = datetime.fromisoformat("2024-02-06T16:00Z")  # D8 in Shanghai, D1 being 31 January
    assert next_due(run.state) == refresh
    assert not advance(run.state, refresh - timedelta(microseconds=1)).entries
    expire, grant = advance(run.state, refresh).entries
    assert (expire.kind, expire.at, expire.amount) == (EntryKind.EXPIRE, refresh, 70_000)
    assert (grant.kind, grant.at, grant.amount) == (EntryKind.GRANT, refresh, 100_000)
    assert grant.balances[0].remaining == 100_000


def test_f10_of_many_missed_periods_one_is_granted() -> None:
    run = play([(timedelta(), Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (100 * DAY, Nothing())])
    kinds = [(entry.kind, entry.at.isoformat()) for entry in run.entries[2:]]
    assert kinds == [
        (EntryKind.EXPIRE, "2024-02-06T16:00:00+00:00"),
        (EntryKind.GRANT, "2024-05-07T16:00:00+00:00"),
    ]
    assert _quota(run).remaining == 100_000


def test_f4_f10_a_hold_comes_free_before_its_grant_ends_at_the_same_instant() -> None:
    run = play(
        [
            (timedelta(), Give(CREDIT, GrantKind.PROMOTIONAL, 100_000, DAY)),
            (timedelta(), Start(CREDIT, 30_000, DAY)),
            (DAY, Nothing()),
        ]
    )
    assert [entry.kind for entry in run.entries[2:]] == [EntryKind.TIMEOUT, EntryKind.EXPIRE]
    assert run.entries[-1].amount == 100_000


def test_f4_what_a_task_holds_on_an_ended_grant_lapses_when_it_is_released() -> None:
    run = play(
        [
            (timedelta(), Give(CREDIT, GrantKind.PROMOTIONAL, 100_000, timedelta(hours=1))),
            (timedelta(), Start(CREDIT, 30_000, DAY)),
            (timedelta(hours=2), Nothing()),
        ]
    )
    assert (run.grants[1].lapsed, run.grants[1].held, run.grants[1].remaining) == (70_000, 30_000, 0)
    run.step((DAY, Nothing()))
    assert run.entries[-1].kind is EntryKind.TIMEOUT
    assert run.entries[-1].at == T0 + DAY
    assert run.grants[1].lapsed == 100_000
    assert not run.state.grants


def test_c5_f10_a_window_opens_on_use_and_an_idle_one_writes_nothing() -> None:
    run = play([(timedelta(), Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW)), (100 * DAY, Nothing())])
    assert [entry.kind for entry in run.entries] == [EntryKind.ALLOWANCE_STARTED]
    assert (_quota(run, Pool.WINDOW).remaining, _quota(run, Pool.WINDOW).resets_at) == (60_000, None)
    run.step((timedelta(), Give(CREDIT, GrantKind.PURCHASED, 100_000, None)))
    run.step((timedelta(hours=1), Spend(CREDIT, 2_000)))
    opened = _quota(run, Pool.WINDOW)
    assert (opened.used, opened.remaining) == (2_000, 58_000)
    assert opened.period_start is not None
    assert (opened.period_start - T0) % timedelta(hours=5) == timedelta()
    assert opened.period_start <= run.now < opened.period_start + timedelta(hours=5) == opened.resets_at
    run.step((timedelta(hours=5), Nothing()))
    assert run.entries[-1].kind is EntryKind.EXPIRE
    assert (_quota(run, Pool.WINDOW).remaining, _quota(run, Pool.WINDOW).resets_at) == (60_000, None)


def test_f10_a_grant_whose_end_has_passed_when_it_is_given_lapses_at_once() -> None:
    run = play(
        [
            (timedelta(), Give(CREDIT, GrantKind.PROMOTIONAL, 5_000, timedelta(seconds=-1))),
            (timedelta(), Spend(CREDIT, 1_000)),
        ]
    )
    assert [(entry.kind, entry.at) for entry in run.entries] == [(EntryKind.GRANT, T0), (EntryKind.EXPIRE, T0)]


def test_b9_an_allowance_whose_anchor_lies_ahead_begins_there() -> None:
    ahead = timedelta(hours=30)
    run = play([(timedelta(), Subscribe(CREDIT, Pool.MAIN, 50_000, WEEK, ahead)), (DAY, Spend(CREDIT, 1_000))])
    assert [entry.kind for entry in run.entries] == [EntryKind.ALLOWANCE_STARTED]
    assert next_due(run.state) == T0 + ahead
    run.step((DAY, Spend(CREDIT, 1_000)))
    assert [(entry.kind, entry.at) for entry in run.entries[1:]] == [
        (EntryKind.GRANT, T0 + ahead),
        (EntryKind.CONSUME, T0 + 2 * DAY),
    ]
    assert _quota(run).remaining == 49_000


def test_c5_a_window_whose_anchor_lies_ahead_limits_nothing_before() -> None:
    run = play(
        [
            (timedelta(), Give(CREDIT, GrantKind.PURCHASED, 200_000, None)),
            (timedelta(), Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW, timedelta(hours=2))),
            (timedelta(hours=1), Spend(CREDIT, 75_000)),
        ]
    )
    assert run.entries[-1].kind is EntryKind.CONSUME
    refused = run.step((timedelta(hours=1), Spend(CREDIT, 75_000)))
    assert isinstance(refused, Refused)
    assert _quota(run, Pool.WINDOW).remaining == 60_000


def test_f1_time_never_goes_back() -> None:
    run = play([(timedelta(), Give(CREDIT, GrantKind.SIGN_UP, 5_000, None)), (-DAY, Spend(CREDIT, 1_000))])
    assert [entry.at for entry in run.entries] == [T0, T0]
