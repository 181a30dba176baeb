"""Figures of the past (F12) are what somebody would have read then, whoever wrote what when."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.balances import Balance
from domain.history import balances_at
from domain.ledger import advance
from domain.meters import Pool
from domain.wallets import WalletState, apply, balances
from tests.domain.strategies import (
    CREDIT,
    T0,
    WEEK,
    WINDOW,
    History,
    Nothing,
    Run,
    Spend,
    Subscribe,
    histories,
    play,
    share,
)

DAY = timedelta(days=1)


@given(histories, st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_f12_the_past_reads_as_it_read_then(history: History, fractions: list[float]) -> None:
    run, read = Run(), list[tuple[datetime, tuple[Balance, ...]]]()
    for step, action in history:
        delay = max(step, timedelta())  # a writer whose clock runs behind changes what was read before
        for fraction in fractions:
            # what a reader between two commands saw, who wrote nothing down
            instant = run.now + delay * fraction
            read.append((instant, balances(advance(run.state, instant).state)))
        run.step((delay, action))
    run.keep(advance(run.state, run.now))
    states = [WalletState()]
    for entry in run.entries:
        states.append(apply(states[-1], entry))
    instants = [state.last_at for state in states]
    for instant, figures in read:
        number = bisect_right(instants, instant) - 1
        if any(entry.at == instant for entry in run.entries):
            continue  # at that very instant, there is a before and an after
        recorded = run.entries[number - 1].balances if number else ()
        assert balances_at(recorded, states[number].allowances.values(), instant) == figures


@share(4)
@given(histories, st.timedeltas(timedelta(), timedelta(days=900)))
def test_f12_agrees_with_advance_for_every_quota(history: History, later: timedelta) -> None:
    run = play(history)
    instant = max(run.now, run.state.last_at) + later
    assume(not any(task.expires_at <= instant for task in run.state.tasks.values()))  # they have entries of their own
    after = advance(run.state, instant).state
    recorded = run.entries[-1].balances if run.entries else ()
    past = balances_at(recorded, run.state.allowances.values(), instant, run.state.benefits)
    assert [row for row in past if row.allowance] == [row for row in balances(after) if row.allowance]


def test_f12_a_skipped_period_was_full() -> None:
    run = play(
        [
            (timedelta(), Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)),
            (DAY, Spend(CREDIT, 30_000)),
            (100 * DAY, Nothing()),
        ]
    )
    expired = run.entries[3]
    assert (expired.balances[0].remaining, expired.balances[0].resets_at) == (0, None)
    [quota] = balances_at(expired.balances, run.allowances.values(), T0 + 20 * DAY)
    assert (quota.granted, quota.used, quota.remaining) == (100_000, 0, 100_000)
    assert quota.period_start == datetime(2024, 2, 13, 16, tzinfo=UTC)
    assert quota.resets_at == datetime(2024, 2, 20, 16, tzinfo=UTC)


def test_f12_within_the_recorded_period_nothing_changes() -> None:
    run = play([(timedelta(), Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (DAY, Spend(CREDIT, 30_000))])
    recorded = run.entries[-1].balances
    edge = datetime(2024, 2, 6, 16, tzinfo=UTC)
    allowances = run.allowances.values()
    assert balances_at(recorded, allowances, edge - timedelta(microseconds=1)) == recorded
    assert balances_at(recorded, allowances, edge)[0].remaining == 100_000


def test_f12_a_window_is_closed_again_after_its_hours() -> None:
    run = play(
        [
            (timedelta(), Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)),
            (timedelta(), Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW)),
            (timedelta(hours=1), Spend(CREDIT, 30_000)),
        ]
    )
    recorded = run.entries[-1].balances
    main, window = balances_at(recorded, run.allowances.values(), T0 + timedelta(hours=5))
    assert main == recorded[0]
    assert (window.remaining, window.used, window.period_start, window.resets_at) == (60_000, 0, None, None)


def test_f12_an_allowance_that_begins_later_has_given_nothing_yet() -> None:
    run = play([(timedelta(), Subscribe(CREDIT, Pool.MAIN, 50_000, WEEK, timedelta(hours=30)))])
    [quota] = balances_at(run.entries[-1].balances, run.allowances.values(), T0 + timedelta(hours=29))
    assert quota.remaining == 0
    [quota] = balances_at(run.entries[-1].balances, run.allowances.values(), T0 + timedelta(hours=30))
    assert quota.remaining == 50_000
