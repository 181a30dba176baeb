"""Subscriptions for tests of their rules."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.plans import Audience, BillingInterval, Plan
from domain.renewals import benefits_until, first_term
from domain.subscriptions import Subscription, Term

GRACE_DAYS = 7
PLAN = Plan("business", 1, "Business", Audience.ENTERPRISE, 10, 10, (), ())


def subscribed(
    anchor: datetime,
    zone: str = "UTC",
    *,
    unit_minor: int = 36_000,
    auto_renew: bool = False,
    interval: BillingInterval = BillingInterval.ANNUAL,
    terms: Sequence[Term] = (),
) -> Subscription:
    """A subscription that began with its anchor, in its first term unless others are given."""
    held = tuple(terms) or (first_term(interval, anchor, zone, unit_minor),)
    until = benefits_until(held[-1].ends_at, auto_renew=auto_renew, grace_days=GRACE_DAYS)
    return Subscription(
        id=UUID(int=1),
        workspace_id=UUID(int=2),
        organisation_id=UUID(int=3),
        plan=PLAN,
        interval=interval,
        currency="USD",
        anchor=anchor,
        zone=zone,
        terms=held,
        auto_renew=auto_renew,
        benefits_until=until,
    )
