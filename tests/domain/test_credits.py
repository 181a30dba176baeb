"""Credits by kind: sums, what ends next, and the order of draws (D2)."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.credits import CreditsOfKind, Expiry, credits_by_kind
from domain.grants import PRIORITY, Grant, GrantKind, draw
from domain.meters import Pool
from tests.domain.strategies import T0

DAY = timedelta(days=1)
NOW = T0 + DAY


def grant(
    number: int, kind: GrantKind, remaining: int, days: int | None = None, *, held: int = 0, ended: bool = False
) -> Grant:
    ends_at = None if days is None else NOW + days * DAY
    total = remaining + held
    return Grant(
        number, "credit", Pool.MAIN, kind, T0, ends_at, granted=total, held=held, remaining=remaining, ended=ended
    )


def test_d2_bonus_before_plan_before_purchased_each_with_what_ends_next() -> None:
    grants = [
        grant(1, GrantKind.PURCHASED, 500),
        grant(2, GrantKind.PLAN, 30, 5),
        grant(3, GrantKind.SIGN_UP, 100),
        grant(4, GrantKind.PROMOTIONAL, 7, 9),
        grant(5, GrantKind.PROMOTIONAL, 5, 2, held=3),
        grant(6, GrantKind.PROMOTIONAL, 1, 2),
    ]
    kinds = [
        (GrantKind.PROMOTIONAL, 13, 3, Expiry(NOW + 2 * DAY, 6)),
        (GrantKind.SIGN_UP, 100, 0, None),
        (GrantKind.PLAN, 30, 0, Expiry(NOW + 5 * DAY, 30)),
        (GrantKind.PURCHASED, 500, 0, None),
    ]
    assert credits_by_kind(grants, NOW) == tuple(CreditsOfKind("credit", *each) for each in kinds)


def test_d2_what_has_ended_is_not_left_though_nobody_has_written_it_and_what_it_holds_is_held() -> None:
    over = grant(1, GrantKind.PROMOTIONAL, 5, 0, held=2)
    assert credits_by_kind([over], NOW) == (CreditsOfKind("credit", GrantKind.PROMOTIONAL, 0, 2, None),)
    assert credits_by_kind([grant(1, GrantKind.PROMOTIONAL, 5, 0)], NOW) == ()
    assert credits_by_kind([], NOW) == ()


@given(
    st.lists(st.tuples(st.sampled_from(list(GrantKind)), st.integers(1, 9), st.none() | st.integers(0, 3)), max_size=9)
)
def test_d2_the_sums_are_those_of_the_grants_and_the_first_kind_is_drawn_first(
    given: list[tuple[GrantKind, int, int | None]],
) -> None:
    grants = [grant(number, kind, amount, days) for number, (kind, amount, days) in enumerate(given, 1)]
    left = [each for each in grants if each.in_force(NOW)]
    found = credits_by_kind(grants, NOW)
    assert sum(each.remaining for each in found) == sum(each.remaining for each in left)
    assert [PRIORITY[each.kind] for each in found] == sorted(PRIORITY[each.kind] for each in found)
    drawn, _ = draw(left, 1)
    if drawn:
        [first] = [each for each in left if each.number == drawn[0].grant]
        assert found[0].kind is first.kind
