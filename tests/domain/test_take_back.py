"""Taking back (D2, F3): of what was given once alone, in the order of draws, never more than is there."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.commands import TakeBack
from domain.entries import EntryKind
from domain.explanations import explain
from domain.grants import GrantKind
from domain.ledger import Accepted, decide
from domain.meters import Meter, Pool
from domain.wallets import balances
from domain.wording import Words
from tests.domain.strategies import (
    CREDIT,
    T0,
    TOKEN,
    WEEK,
    Back,
    Give,
    History,
    Start,
    Subscribe,
    funded,
    histories,
    play,
    share,
)

NOW = timedelta()
DAY = timedelta(days=1)
GIVEN: History = [
    (NOW, Give(CREDIT, GrantKind.PURCHASED, 10_000, None)),
    (NOW, Give(CREDIT, GrantKind.ADJUSTMENT, 10_000, None)),
    (NOW, Give(CREDIT, GrantKind.PROMOTIONAL, 10_000, DAY)),
]


def test_d2_bonus_is_taken_before_what_was_bought_and_what_ends_first_before_the_rest() -> None:
    run = play([*GIVEN, (NOW, Back(CREDIT, 24_000))])
    entry = run.entries[-1]
    assert (entry.kind, entry.amount) == (EntryKind.REVOKE, 24_000)
    assert [(change.grant, change.lapsed, change.ends) for change in entry.changes] == [
        (3, 10_000, False),
        (2, 10_000, False),
        (1, 4_000, False),
    ]
    words = Words({CREDIT: Meter(CREDIT, "Chat credits", "credit")}, {})
    assert explain(entry, words, run.grants) == (
        "24 credits were taken back: 10 credits from grant 3 (promotion), 10 credits from grant 2 (adjustment) and "
        "4 credits from grant 1 (purchase). 6 credits remain."
    )


def test_f3_no_more_is_taken_than_is_there_and_the_entry_says_what_was() -> None:
    run = play([*GIVEN, (NOW, Start(CREDIT, 25_000, DAY)), (NOW, Back(CREDIT, 10**9))])
    assert run.entries[-1].amount == 5_000
    assert [(row.held, row.remaining) for row in balances(run.state)] == [(25_000, 0)]
    assert run.step((NOW, Back(CREDIT, 1))).page.entries == ()


def test_d2_quotas_and_other_meters_are_let_be() -> None:
    quota = (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK))
    run = play([quota, (NOW, Give(TOKEN, GrantKind.SIGN_UP, 10_000, None))])
    before = balances(run.state)
    decision = run.step((NOW, Back(CREDIT, 1)))
    assert isinstance(decision, Accepted)
    assert (decision.entry, decision.page.entries) == (None, ())
    assert balances(run.state) == before


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_d2_it_takes_the_lesser_of_both(there: int, wanted: int) -> None:
    decision = decide(funded(there), TakeBack(CREDIT, wanted), T0)
    assert isinstance(decision, Accepted)
    assert (decision.entry.amount if decision.entry else 0) == min(there, wanted)
    [row] = balances(decision.page.state)
    assert (row.remaining, row.lapsed) == (there - min(there, wanted), min(there, wanted))


@share(2)
@given(histories, st.sampled_from([CREDIT, TOKEN]), st.integers(1, 200_000))
def test_d2_f3_after_anything_it_takes_what_it_says_from_credits_alone(
    history: History, meter: str, wanted: int
) -> None:
    run = play(history)
    run.step((NOW, Back("no meter", 1)))  # what was due is written
    before = {(row.meter, row.pool, row.allowance): row for row in balances(run.state)}
    decision = run.step((NOW, Back(meter, wanted)))
    assert isinstance(decision, Accepted)
    taken = decision.entry.amount if decision.entry else 0
    for row in balances(run.state):
        was = before[row.meter, row.pool, row.allowance]
        expected = taken if (row.meter, row.pool, row.allowance) == (meter, Pool.MAIN, None) else 0
        assert (was.remaining - row.remaining, row.lapsed - was.lapsed) == (expected, expected)
        assert (row.granted, row.used, row.held) == (was.granted, was.used, was.held)
    mine = before.get((meter, Pool.MAIN, None))
    assert taken == min(wanted, mine.remaining if mine else 0)
