"""Subscriptions: what pays for an organization's benefits, term after term (B1, B10)."""

from datetime import datetime

import strawberry

from domain.plans import BillingInterval
from domain.subscriptions import SubscriptionStatus
from schema.enums import show
from schema.orders import Money
from schema.plans import PlanVersion

show(
    SubscriptionStatus,
    "SubscriptionStatus",
    "What a subscription is at an instant.",
    {
        SubscriptionStatus.ACTIVE: "A term that was paid runs.",
        SubscriptionStatus.GRACE: "The last term has ended and the next is not paid yet; benefits go on for some days.",
        SubscriptionStatus.EXPIRED: "Benefits are suspended until it is renewed.",
    },
)


@strawberry.type(description="A stretch of time that was paid.")
class SubscriptionTerm:
    """A term."""

    number: int = strawberry.field(description="Its number among the subscription's terms: 1, 2, 3 …")
    starts_at: datetime = strawberry.field(description="Its start, inclusive.")
    ends_at: datetime = strawberry.field(description="Its end, exclusive: at that instant it is over.")
    unit_price: Money | None = strawberry.field(
        description="What a seat cost for all of it; null: not for this viewer, who is no administrator."
    )


@strawberry.type(description="What pays for the benefits of an organization's members, as of now.")
class OrganizationSubscription:
    """A subscription at an instant."""

    plan: PlanVersion = strawberry.field(description="The plan, in the version that was bought.")
    status: SubscriptionStatus = strawberry.field(description="What it is now.")
    interval: BillingInterval = strawberry.field(description="How long a term is.")
    currency: str = strawberry.field(description="The currency by ISO 4217 that it is paid in, such as `USD`.")
    unit_price: Money | None = strawberry.field(
        description=(
            "What a seat costs in the term that runs, or cost in the last one; null: not for this viewer, who is no "
            "administrator."
        )
    )
    starts_at: datetime = strawberry.field(description="Start of the term that runs, or of the last one.")
    ends_at: datetime = strawberry.field(
        description="End of the last term that was paid, exclusive. A renewal in advance moves it."
    )
    terms: list[SubscriptionTerm] = strawberry.field(
        description="The last terms that were paid, the oldest first: at most two."
    )
    auto_renews: bool = strawberry.field(description="Whether the next term is ordered and paid by itself.")
    benefits_until: datetime = strawberry.field(
        description="When benefits end as things stand: `endsAt`, and the days of grace where it renews by itself."
    )
    period_start: datetime = strawberry.field(description="Start of the current monthly period of all members.")
    period_end: datetime = strawberry.field(
        description="Its end: then quotas are given anew, and seats of members who left come free."
    )
