"""Grants and the order in which they are drawn (D2)."""

from datetime import timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.grants import PRIORITY, Grant, GrantKind, draw, draw_order
from domain.meters import Pool
from tests.domain.strategies import CREDIT, T0, share

_days = st.integers(0, 4).map(lambda days: timedelta(days=days))


@st.composite
def wallets(pick: st.DrawFn) -> list[Grant]:
    """Some grants, with many ties, in any order."""
    many = pick(st.integers(0, 8))
    grants = [
        Grant(
            number=number,
            meter=CREDIT,
            pool=Pool.MAIN,
            kind=pick(st.sampled_from(GrantKind)),
            starts_at=T0 + pick(_days),
            ends_at=pick(st.none() | _days.map(lambda days: T0 + timedelta(days=9) + days)),
            granted=100,
            remaining=pick(st.integers(0, 100)),
        )
        for number in range(1, many + 1)
    ]
    return pick(st.permutations(grants))


@share(4)
@given(wallets())
def test_d2_the_order_is_total_and_as_the_rule_says(grants: list[Grant]) -> None:
    ordered = sorted(grants, key=draw_order)
    assert len({draw_order(grant) for grant in grants}) == len(grants)
    for one, two in pairwise(ordered):
        assert PRIORITY[one.kind] <= PRIORITY[two.kind]
        if PRIORITY[one.kind] < PRIORITY[two.kind]:
            continue
        assert two.ends_at is None or (one.ends_at is not None and one.ends_at <= two.ends_at)
        if one.ends_at == two.ends_at:
            assert (one.starts_at, one.number) < (two.starts_at, two.number)


def test_d2_bonus_before_plan_before_purchased() -> None:
    bonus = {GrantKind.SIGN_UP, GrantKind.REFERRAL, GrantKind.PROMOTIONAL, GrantKind.ADJUSTMENT, GrantKind.GUEST}
    assert set(PRIORITY) == set(GrantKind)
    assert {kind for kind in GrantKind if PRIORITY[kind] < PRIORITY[GrantKind.PLAN]} == bonus
    assert PRIORITY[GrantKind.PLAN] < PRIORITY[GrantKind.PURCHASED]


@share(2)
@given(wallets(), st.integers(0, 1_000))
def test_d2_f3_a_draw_takes_what_is_there_once_and_in_order(grants: list[Grant], amount: int) -> None:
    draws, missing = draw(grants, amount)
    remaining = {grant.number: grant.remaining for grant in grants}
    assert sum(drawn.amount for drawn in draws) + missing == amount
    assert missing == max(0, amount - sum(remaining.values()))
    assert all(0 < drawn.amount <= remaining[drawn.grant] for drawn in draws)
    order = [grant.number for grant in sorted(grants, key=draw_order) if grant.remaining]
    drawn_from = [drawn.grant for drawn in draws]
    assert drawn_from == order[: len(drawn_from)]
    assert all(drawn.amount == remaining[drawn.grant] for drawn in draws[:-1]), "a grant is emptied before the next"


@share(4)
@given(wallets(), st.integers(0, 1_000), st.randoms(use_true_random=False))
def test_d2_the_same_grants_always_draw_the_same(grants: list[Grant], amount: int, random: Random) -> None:
    shuffled = random.sample(grants, len(grants))
    assert draw(shuffled, amount) == draw(grants, amount)


@share(4)
@given(wallets())
def test_s0_a_grant_is_in_force_from_its_start_until_before_its_end(grants: list[Grant]) -> None:
    tick = timedelta(microseconds=1)
    for grant in grants:
        assert not grant.in_force(grant.starts_at - tick)
        assert grant.in_force(grant.starts_at)
        if grant.ends_at is not None:
            assert grant.in_force(grant.ends_at - tick)
            assert not grant.in_force(grant.ends_at)
