"""Proration (B2): monotone, additive within rounding, exact for a whole term, never for nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from domain.orders import LineKind
from domain.proration import Quote, coverage_ends_at, days_in_term, days_left, prorate, quote_seats, whole_term
from domain.refusals import Refusal, RefusalCode
from domain.renewals import first_term, renewed
from domain.subscriptions import Subscription
from tests.domain.strategies import instants
from tests.domain.subscriptions import GRACE_DAYS, subscribed
from tests.domain.test_periods import ZONES

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

zones = st.sampled_from(ZONES)
units = st.one_of(st.integers(0, 200), st.integers(0, 1_000_000_000))
seats = st.one_of(st.integers(1, 7), st.integers(1, 50_000))
parts = st.floats(0, 1, exclude_max=True)
terms = st.builds(subscribed, instants, zones)


@st.composite
def moments(draw: st.DrawFn) -> tuple[Subscription, datetime]:
    """A subscription and an instant of its term, the edges often."""
    subscription = draw(terms)
    (term,) = subscription.terms
    span = term.ends_at - term.starts_at
    offset = draw(
        st.one_of(
            st.sampled_from([timedelta(), TICK, DAY - TICK, DAY, DAY + TICK, span - DAY, span - TICK]),
            st.integers(0, span // TICK - 1).map(lambda ticks: ticks * TICK),
        )
    )
    return subscription, term.starts_at + offset


def price(subscription: Subscription, count: int, now: datetime) -> int:
    quote = quote_seats(subscription, count, now)
    assert isinstance(quote, Quote)
    return quote.total_minor


@given(units, seats, st.integers(1, 366), st.integers(1, 366), st.sampled_from([365, 366]))
def test_b2_dearer_with_each_day_and_seat(unit: int, count: int, one: int, two: int, whole: int) -> None:
    fewer, more = sorted((min(one, whole), min(two, whole)))
    assert prorate(unit, count, fewer, whole) <= prorate(unit, count, more, whole)
    assert prorate(unit, count, fewer, whole) <= prorate(unit, count + 1, fewer, whole)


@given(units, seats, seats, st.integers(1, 366), st.sampled_from([365, 366]))
def test_b2_additive_within_rounding(unit: int, one: int, two: int, days: int, whole: int) -> None:
    days = min(days, whole)
    together = prorate(unit, one + two, days, whole)
    assert abs(together - prorate(unit, one, days, whole) - prorate(unit, two, days, whole)) <= 1
    if days < whole:
        rest = prorate(unit, one, whole - days, whole)
        assert abs(unit * one - prorate(unit, one, days, whole) - rest) <= 1


@given(units, seats, st.sampled_from([1, 28, 365, 366]))
def test_b2_the_whole_term_costs_the_whole_price(unit: int, count: int, whole: int) -> None:
    assert prorate(unit, count, whole, whole) == unit * count


@given(units, seats, st.integers(1, 366), st.sampled_from([365, 366]))
def test_b2_rounded_half_up_once(unit: int, count: int, days: int, whole: int) -> None:
    days = min(days, whole)
    price_minor = prorate(unit, count, days, whole)
    # −½ ≤ exact − price < ½, in whole numbers
    assert -whole <= 2 * (unit * count * days - price_minor * whole) < whole


def test_b2_a_half_goes_up() -> None:
    assert prorate(1, 1, 183, 366) == 1
    assert prorate(1, 1, 182, 366) == 0
    assert prorate(36_000, 3, 100, 365) == 29_589  # 29 589.04…
    assert prorate(36_000, 1, 1, 365) * 10 == 990  # a seat at a time would cost another sum
    assert prorate(36_000, 10, 1, 365) == 986


@pytest.mark.parametrize(("days", "whole"), [(0, 365), (-1, 365), (366, 365)])
def test_b2_no_days_have_no_price(days: int, whole: int) -> None:
    with pytest.raises(ValueError, match="have no price"):
        prorate(36_000, 1, days, whole)


@pytest.mark.parametrize(("unit", "count"), [(-1, 1), (1, -1)])
def test_b2_figures_below_nothing_have_no_price(unit: int, count: int) -> None:
    with pytest.raises(ValueError, match="have no price"):
        prorate(unit, count, 1, 365)


@given(moments(), seats)
def test_b2_while_a_term_runs_there_is_a_day_left_and_a_price(moment: tuple[Subscription, datetime], n: int) -> None:
    subscription, now = moment
    (term,) = subscription.terms
    whole = days_in_term(term.starts_at, term.ends_at, subscription.zone)
    days = days_left(term.starts_at, term.ends_at, subscription.zone, now)
    assert 365 <= whole <= 366
    assert 1 <= days <= whole
    elapsed = term.ends_at - now
    assert (days - 1) * DAY < elapsed
    assert elapsed <= days * DAY or days == whole
    quote = quote_seats(subscription, n, now)
    assert isinstance(quote, Quote)
    (line,) = quote.lines
    assert (line.kind, line.quantity, line.unit_minor) == (LineKind.SEATS_FOR_REST_OF_TERM, n, term.unit_price_minor)
    assert (line.starts_at, line.ends_at, line.days, line.days_in_term) == (now, term.ends_at, days, whole)
    assert (quote.total_minor, quote.currency) == (prorate(term.unit_price_minor, n, days, whole), "USD")
    assert coverage_ends_at(quote.lines) == term.ends_at


@given(moments(), moments(), seats)
def test_b2_later_is_never_dearer(
    one: tuple[Subscription, datetime], two: tuple[Subscription, datetime], n: int
) -> None:
    subscription, now = one
    later = two[1] - two[0].anchor + subscription.anchor
    first, second = sorted((now, later))
    assume(second < subscription.ends_at)
    assert price(subscription, n, first) >= price(subscription, n, second)


@given(terms, seats)
def test_b2_at_the_start_of_the_term_all_of_it_is_paid(subscription: Subscription, n: int) -> None:
    (term,) = subscription.terms
    assert price(subscription, n, term.starts_at) == n * term.unit_price_minor
    assert price(subscription, n, term.starts_at - TICK) == n * term.unit_price_minor  # another server's clock


@given(terms, seats, st.timedeltas(timedelta(), timedelta(days=400)))
def test_b2_when_the_term_has_ended_no_seat_is_sold(subscription: Subscription, n: int, since: timedelta) -> None:
    for ended in (subscription, subscribed(subscription.anchor, subscription.zone, auto_renew=True)):
        refused = quote_seats(ended, n, ended.ends_at + since)
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.field) == (RefusalCode.SUBSCRIPTION_EXPIRED, ("organizationId",))


@given(moments(), seats, units)
def test_b2_with_the_next_term_paid_its_whole_is_added(
    moment: tuple[Subscription, datetime], n: int, unit: int
) -> None:
    subscription, now = moment
    alone = price(subscription, n, now)
    paid_ahead = renewed(subscription, unit, now, GRACE_DAYS)
    quote = quote_seats(paid_ahead, n, now)
    assert isinstance(quote, Quote)
    rest, whole = quote.lines
    following = paid_ahead.terms[-1]
    assert (rest.amount_minor, whole.amount_minor) == (alone, n * unit)
    assert (whole.kind, whole.days, whole.days_in_term) == (LineKind.SEATS_FOR_TERM, whole.days_in_term, whole.days)
    assert (whole.starts_at, whole.ends_at) == (following.starts_at, following.ends_at)
    assert coverage_ends_at(quote.lines) == paid_ahead.ends_at
    # once the next term runs, it alone is paid by the day
    assert price(paid_ahead, n, following.starts_at) == n * unit


@pytest.mark.parametrize(
    ("start", "zone", "days"),
    [
        ("2026-01-15T12:00", "UTC", 365),
        ("2023-03-01T00:00", "UTC", 366),  # the leap day lies in it
        ("2024-02-29T10:00", "Asia/Shanghai", 365),  # to 28 February
        ("2023-02-28T10:00", "Asia/Shanghai", 365),  # to 28 February, though a 29th follows
        ("2024-01-31T23:59:59.999999", "Asia/Shanghai", 366),
        ("2026-03-29T03:30", "Europe/Berlin", 365),  # the night clocks go forward: next year it is another night
        ("2026-10-25T02:30", "Europe/Berlin", 365),
        ("2026-03-08T02:30", "America/New_York", 365),
    ],
)
def test_b2_days_of_a_term_are_those_of_the_calendar(start: str, zone: str, days: int) -> None:
    anchor = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    subscription = subscribed(anchor, zone)
    (term,) = subscription.terms
    assert days_in_term(term.starts_at, term.ends_at, zone) == days
    assert days_left(term.starts_at, term.ends_at, zone, anchor) == days
    assert days_left(term.starts_at, term.ends_at, zone, term.ends_at - TICK) == 1
    assert days_left(term.starts_at, term.ends_at, zone, term.ends_at - DAY) == 1
    assert days_left(term.starts_at, term.ends_at, zone, term.ends_at - DAY - TICK) == 2
    assert days_left(term.starts_at, term.ends_at, zone, term.ends_at) == 0


@given(instants, st.integers(1, 20))
@example(datetime(2026, 3, 28, 23, 59, 59, 999_999, tzinfo=UTC), 1)
def test_b2_a_day_that_clocks_make_longer_or_shorter_is_one_day(now: datetime, days: int) -> None:
    """Days left are elapsed time: a term that ends in `days` × 24 h has exactly so many days, in any zone."""
    anchor = now - timedelta(days=100)
    for zone in ZONES:
        term = first_term(subscribed(anchor).interval, anchor, zone, 1)
        at = term.ends_at - days * DAY
        assert days_left(term.starts_at, term.ends_at, zone, at) == days
        assert days_left(term.starts_at, term.ends_at, zone, at - TICK) == days + 1


def test_b1_a_whole_term_is_seats_times_price() -> None:
    line = whole_term(5, 36_000, datetime(2026, 1, 15, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC), "UTC")
    assert (line.amount_minor, line.days, line.days_in_term) == (180_000, 365, 365)
