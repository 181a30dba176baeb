"""Subscriptions: what pays for benefits, term after term (B1, B10, D5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.periods import Cycle, CycleUnit, Period, period_at
from domain.plans import BillingInterval, Plan


class SubscriptionStatus(StrEnum):
    """What a subscription is, at an instant."""

    ACTIVE = "ACTIVE"
    """A term that was paid runs."""
    GRACE = "GRACE"
    """The last term has ended and the next is not paid yet; benefits go on for some days (D5)."""
    EXPIRED = "EXPIRED"
    """Benefits are suspended until it is renewed (B10)."""


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of time that was paid: `[starts_at, ends_at)`, at so much a seat (minor units)."""

    number: int
    starts_at: datetime
    ends_at: datetime
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `plan` is the version that was bought, whatever the catalog says by now (A7).

    `terms` are the last one and those that have not ended, ascending; after a renewal in advance they are two.
    All periods are counted from `anchor` (B9). `benefits_until` is the end of benefits as things stand: the end of the
    last term, and the days of grace where it renews automatically.
    """

    id: UUID
    workspace_id: UUID
    organisation_id: UUID | None
    plan: Plan
    interval: BillingInterval
    currency: str
    anchor: datetime
    zone: str
    terms: Sequence[Term]
    auto_renew: bool
    benefits_until: datetime

    @property
    def ends_at(self) -> datetime:
        """The end of the last term that was paid."""
        return self.terms[-1].ends_at

    def status(self, now: datetime) -> SubscriptionStatus:
        """Tell what it is now."""
        if now < self.ends_at:
            return SubscriptionStatus.ACTIVE
        return SubscriptionStatus.GRACE if now < self.benefits_until else SubscriptionStatus.EXPIRED

    def period(self, now: datetime) -> Period:
        """Return the monthly period that contains `now`; its end is the next settlement (B7, B9)."""
        return period_at(Cycle(CycleUnit.MONTHS, 1, self.zone), self.anchor, max(now, self.anchor))
