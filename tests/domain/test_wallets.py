"""`apply` lets nothing through that would break the books (F1, F2, F3)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import OpenGrant
from domain.entries import Change, Entry, EntryKind
from domain.grants import Grant, GrantKind
from domain.ledger import decide
from domain.meters import Pool
from domain.wallets import WalletState, apply, changed
from tests.domain.strategies import CREDIT, T0, funded

GRANT = Grant(1, CREDIT, Pool.MAIN, GrantKind.SIGN_UP, T0, None, granted=100, used=10, held=20, remaining=30, lapsed=40)


def _entry(number: int, *, later: timedelta = timedelta(), changes: tuple[Change, ...] = ()) -> Entry:
    return Entry(number, EntryKind.CONSUME, T0 + later, CREDIT, 1, changes)


@pytest.mark.parametrize("number", [-1, 0, 1, 3])
def test_f1_numbers_have_no_gap(number: int) -> None:
    with pytest.raises(ValueError, match="does not follow"):
        apply(funded(100), _entry(number))


def test_f1_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not follow"):
        apply(funded(100), _entry(2, later=timedelta(microseconds=-1)))


@given(*[st.integers(-50, 50)] * 4)
def test_f3_a_change_neither_makes_nor_loses_an_amount(used: int, held: int, remaining: int, lapsed: int) -> None:
    change = Change(1, used, held, remaining, lapsed)
    figures = (10 + used, 20 + held, 30 + remaining, 40 + lapsed)
    if sum(figures) == 100 and min(figures) >= 0:
        after = changed(GRANT, change)
        assert (after.used, after.held, after.remaining, after.lapsed) == figures
    else:
        with pytest.raises(ValueError, match="does not fit"):
            changed(GRANT, change)


def test_f3_no_entry_draws_below_zero() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        apply(funded(100), _entry(2, changes=(Change(1, used=101, remaining=-101),)))


def test_f3_no_grant_begins_below_zero_or_with_more_than_it_gives() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        decide(WalletState(), OpenGrant(CREDIT, GrantKind.ADJUSTMENT, -1, None, "slip"), T0)
    entry = Entry(1, EntryKind.GRANT, T0, CREDIT, 100, grant=replace(GRANT, remaining=31))
    with pytest.raises(ValueError, match="does not fit"):
        apply(WalletState(), entry)


def test_f2_a_grant_of_nothing_is_closed_at_once() -> None:
    state = funded(0)
    assert (state.grants, state.grants_made) == ({}, 1)


def test_f2_a_closed_grant_lives_on_in_the_totals() -> None:
    state = apply(funded(100), _entry(2, changes=(Change(1, used=100, remaining=-100),)))
    assert not state.grants
    assert (state.spent[CREDIT].granted, state.spent[CREDIT].used, state.spent[CREDIT].lapsed) == (100, 100, 0)
