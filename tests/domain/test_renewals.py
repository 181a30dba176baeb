"""Renewals (B10, D5): on time, in grace, late; terms that never drift; what is due by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.periods import Cycle, CycleUnit, period_number
from domain.plans import BillingInterval
from domain.refusals import Refusal, RefusalCode
from domain.renewals import (
    ATTEMPT_EVERY,
    attempt_at,
    benefits_until,
    first_term,
    is_late,
    next_look,
    next_term,
    plan_changes_at,
    refuse_early,
    refuse_in_use,
    renewal_opens_at,
    renewed,
    warning_due,
    warnings_of,
    with_automatic_renewal,
)
from domain.subscriptions import Subscription, SubscriptionStatus
from tests.domain.strategies import instants
from tests.domain.subscriptions import GRACE_DAYS, PLAN, subscribed
from tests.domain.test_periods import ZONES

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
GRACE = timedelta(days=GRACE_DAYS)
OPENS_DAYS = 60

zones = st.sampled_from(ZONES)
subscriptions = st.builds(subscribed, instants, zones, auto_renew=st.booleans())


@given(instants, zones, st.sampled_from(BillingInterval), st.lists(st.integers(0, 60), max_size=12))
def test_b10_terms_tile_and_never_drift(
    anchor: datetime, zone: str, interval: BillingInterval, ahead: list[int]
) -> None:
    subscription = subscribed(anchor, zone, interval=interval)
    months = 12 if interval is BillingInterval.ANNUAL else 1
    for days in ahead:
        now = max(anchor, subscription.ends_at - max(TICK, days * DAY))
        subscription = renewed(subscription, 1, now, GRACE_DAYS)
    assert subscription.anchor == anchor
    for term in subscription.terms:
        turn = period_number(Cycle(CycleUnit.MONTHS, months, zone), anchor, term.number - 1)
        assert (term.starts_at, term.ends_at) == (turn.start, turn.end)
        # each boundary of a term is one of the months', so that settlements and terms agree (B7, B9)
        month = period_number(Cycle(CycleUnit.MONTHS, 1, zone), anchor, (term.number - 1) * months)
        assert month.start == term.starts_at
    assert all(one.ends_at == two.starts_at for one, two in pairwise(subscription.terms))


def test_b10_a_leap_anchor_comes_back_in_leap_years() -> None:
    subscription = subscribed(datetime(2024, 2, 29, 9, tzinfo=UTC))
    for _ in range(4):
        subscription = renewed(subscription, 1, subscription.ends_at - TICK, GRACE_DAYS)
    assert [f"{term.ends_at:%Y-%m-%d}" for term in subscription.terms] == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
        "2029-02-28",
    ]


@given(subscriptions, st.timedeltas(TICK, timedelta(days=800)))
def test_b10_before_the_end_the_anchor_stays(subscription: Subscription, before: timedelta) -> None:
    now = subscription.ends_at - before
    term, anchor = next_term(subscription, 5, now)
    assert not is_late(subscription, now)
    assert (term.number, term.unit_price_minor, term.starts_at) == (2, 5, subscription.ends_at)
    assert anchor == subscription.anchor


@given(instants, zones, st.timedeltas(timedelta(), timedelta(days=60)))
def test_b10_in_grace_and_until_its_period_ends_the_anchor_stays(anchor: datetime, zone: str, since: timedelta) -> None:
    subscription = subscribed(anchor, zone, auto_renew=True)
    period = subscription.period(subscription.ends_at)
    assert period.start == subscription.ends_at
    now = subscription.ends_at + since
    term, new_anchor = next_term(subscription, 5, now)
    if now < period.end:
        assert (term.starts_at, new_anchor) == (subscription.ends_at, anchor)
    else:
        assert (term.starts_at, new_anchor) == (now, now)


@given(instants, zones, st.timedeltas(timedelta(), timedelta(days=800)))
def test_b10_without_grace_a_late_renewal_begins_anew_at_once(anchor: datetime, zone: str, since: timedelta) -> None:
    subscription = subscribed(anchor, zone)
    now = subscription.ends_at + since
    again = renewed(subscription, 5, now, GRACE_DAYS)
    assert (again.anchor, again.terms[-1].starts_at) == (now, now)
    assert again.terms[-1].ends_at == first_term(again.interval, now, zone, 5).ends_at
    assert again.period(now).index == 0
    assert again.status(now) is SubscriptionStatus.ACTIVE


@given(subscriptions, st.timedeltas(timedelta(days=-60), timedelta(days=800)))
def test_b10_whatever_was_paid_benefits_last_until_its_end(subscription: Subscription, since: timedelta) -> None:
    now = max(subscription.anchor, subscription.ends_at + since)
    again = renewed(subscription, 5, now, GRACE_DAYS)
    grace = GRACE if subscription.auto_renew else timedelta()
    assert again.benefits_until == again.ends_at + grace
    assert again.ends_at > now
    assert again.benefits_until > subscription.benefits_until


@given(subscriptions)
def test_b10_the_next_term_opens_some_days_before_the_end(subscription: Subscription) -> None:
    opens_at = renewal_opens_at(subscription, OPENS_DAYS)
    assert opens_at == subscription.ends_at - timedelta(days=OPENS_DAYS)
    assert refuse_early(subscription, OPENS_DAYS, opens_at) is None
    refused = refuse_early(subscription, OPENS_DAYS, opens_at - TICK)
    assert refused
    assert (refused.code, refused.earliest_at) == (RefusalCode.RENEWAL_TOO_EARLY, opens_at)
    assert "yet" in refused.message
    ahead = renewed(subscription, 5, opens_at, GRACE_DAYS)
    for now in (opens_at, subscription.ends_at - TICK):
        refused = refuse_early(ahead, OPENS_DAYS, now)
        assert refused
        assert "already" in refused.message
        assert refused.earliest_at == ahead.ends_at - timedelta(days=OPENS_DAYS)


def test_b10_never_two_terms_in_advance() -> None:
    monthly = subscribed(datetime(2026, 1, 31, tzinfo=UTC), interval=BillingInterval.MONTHLY)
    assert refuse_early(monthly, OPENS_DAYS, monthly.anchor) is None
    ahead = renewed(monthly, 5, monthly.anchor, GRACE_DAYS)
    refused = refuse_early(ahead, OPENS_DAYS, monthly.anchor)
    assert refused
    assert refused.earliest_at == monthly.ends_at


@pytest.mark.parametrize(("seats", "allocated", "minimum"), [(5, 6, "6"), (5, 10, "10"), (0, 1, "5")])
def test_b10_not_below_those_allocated(seats: int, allocated: int, minimum: str) -> None:
    refused = refuse_in_use(seats, allocated, 5)
    assert refused
    assert (refused.code, refused.field) == (RefusalCode.SEATS_IN_USE, ("seats",))
    assert refused.facts == {"allocated": str(allocated), "minimum": minimum}
    assert refuse_in_use(allocated, allocated, 5) is None


@given(subscriptions)
def test_d5_automatic_renewal_gives_days_of_grace(subscription: Subscription) -> None:
    now = subscription.ends_at - TICK
    on = with_automatic_renewal(subscription, now, GRACE_DAYS, enabled=True)
    off = with_automatic_renewal(subscription, now, GRACE_DAYS, enabled=False)
    assert isinstance(on, Subscription)
    assert isinstance(off, Subscription)
    assert (on.auto_renew, on.benefits_until) == (True, subscription.ends_at + GRACE)
    assert (off.auto_renew, off.benefits_until) == (False, subscription.ends_at)
    assert with_automatic_renewal(off, now, GRACE_DAYS, enabled=True) == on
    assert on.status(on.ends_at) is SubscriptionStatus.GRACE
    assert on.status(on.ends_at + GRACE) is off.status(off.ends_at) is SubscriptionStatus.EXPIRED


@given(instants, zones, st.timedeltas(timedelta(), timedelta(days=30)))
def test_d5_after_the_end_grace_is_not_to_be_had(anchor: datetime, zone: str, since: timedelta) -> None:
    subscription = subscribed(anchor, zone)
    refused = with_automatic_renewal(subscription, subscription.ends_at + since, GRACE_DAYS, enabled=True)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.SUBSCRIPTION_EXPIRED


@given(instants, zones, st.timedeltas(timedelta(), timedelta(days=30)))
def test_d5_cancelled_in_grace_benefits_end_at_once(anchor: datetime, zone: str, since: timedelta) -> None:
    subscription = subscribed(anchor, zone, auto_renew=True)
    now = subscription.ends_at + since
    off = with_automatic_renewal(subscription, now, GRACE_DAYS, enabled=False)
    assert isinstance(off, Subscription)
    assert off.benefits_until == min(now, subscription.benefits_until)
    assert off.status(now) is SubscriptionStatus.EXPIRED


@given(instants, zones, st.timedeltas(-timedelta(days=2), timedelta(days=10)))
def test_d5_tried_once_a_day_while_there_is_grace(anchor: datetime, zone: str, since: timedelta) -> None:
    subscription = subscribed(anchor, zone, auto_renew=True)
    now = subscription.ends_at + since
    attempt = attempt_at(subscription, now)
    if timedelta() <= since < GRACE:
        assert attempt
        assert attempt.starts_at <= now < attempt.ends_at
        assert attempt.starts_at == subscription.ends_at + attempt.number * ATTEMPT_EVERY
        assert attempt.number == since // ATTEMPT_EVERY
        assert next_look(subscription, None, now, chargeable=True) == attempt.ends_at
    else:
        assert attempt is None
    assert attempt_at(replace(subscription, auto_renew=False), now) is None


def test_b10_warned_thirty_seven_and_one_day_before_and_at_the_end() -> None:
    subscription = subscribed(datetime(2026, 1, 15, tzinfo=UTC))
    end, told = subscription.ends_at, []
    warned_at: datetime | None = None
    looked = subscription.anchor
    while now := next_look(subscription, None, looked, chargeable=False):
        due = warning_due(subscription, warned_at, now, chargeable=False)
        assert due
        assert warning_due(subscription, now, now, chargeable=False) is None  # once
        told.append((end - now, due[1]))
        warned_at = looked = now
    assert told == [(30 * DAY, 30), (7 * DAY, 7), (DAY, 1), (timedelta(), None)]


def test_b10_of_warnings_that_were_missed_the_newest_is_given() -> None:
    subscription = subscribed(datetime(2026, 1, 15, tzinfo=UTC))
    due = warning_due(subscription, None, subscription.ends_at - timedelta(hours=3), chargeable=False)
    assert due
    assert due[1] == 1


@given(subscriptions, st.booleans())
def test_b10_what_renews_by_itself_is_not_warned_about(subscription: Subscription, chargeable: bool) -> None:
    listed = [days for _, days in warnings_of(subscription, chargeable=chargeable)]
    assert listed == ([None] if subscription.auto_renew and chargeable else [30, 7, 1, None])


def test_b10_a_short_term_is_not_warned_about_before_it_began() -> None:
    monthly = subscribed(datetime(2026, 2, 1, tzinfo=UTC), interval=BillingInterval.MONTHLY)
    assert [days for _, days in warnings_of(monthly, chargeable=False)] == [7, 1, None]


@given(subscriptions)
def test_a7_another_plan_comes_in_with_the_period_before_its_term(subscription: Subscription) -> None:
    opens_at = renewal_opens_at(subscription, OPENS_DAYS)
    ahead = renewed(subscription, 5, opens_at, GRACE_DAYS)
    changes_at = plan_changes_at(ahead)
    assert ahead.period(changes_at).start == changes_at
    assert ahead.period(changes_at).end == ahead.terms[-1].starts_at
    looks, now = [], opens_at
    for _ in range(3):
        following = next_look(ahead, PLAN, now, chargeable=True)
        assert following
        looks.append(following)
        now = following
    assert changes_at in looks


@given(subscriptions)
def test_a7_the_plan_of_a_first_term_holds_from_its_start(subscription: Subscription) -> None:
    assert plan_changes_at(subscription) == subscription.anchor


@given(subscriptions)
def test_b10_when_all_is_over_nothing_is_due(subscription: Subscription) -> None:
    assert next_look(subscription, None, subscription.benefits_until, chargeable=False) is None
    assert benefits_until(subscription.ends_at, auto_renew=False, grace_days=7) == subscription.ends_at
