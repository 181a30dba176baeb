"""The administrators' live overview of an organization (F9)."""

from collections.abc import Hashable
from datetime import datetime

import strawberry

from domain.meters import Pool
from schema.invitations import Invitation
from schema.members import OrganizationMemberConnection
from schema.meters import Meter
from schema.orders import Order
from schema.scalars import Amount
from schema.seats import SeatCounts
from schema.subscriptions import OrganizationSubscription

OVERVIEW_MEMBERS_DEFAULT = 50
OVERVIEW_MEMBERS_MAX = 200


@strawberry.type(
    description=(
        "Sums over the current quotas of all members, of one limit of a meter. "
        "`granted = used + held + remaining + lapsed`, always."
    )
)
class MeterUsage:
    """What all members together were given and have used."""

    meter: Meter = strawberry.field(description="What is counted.")
    pool: Pool = strawberry.field(description="Which limit of the meter this is.")
    granted: Amount = strawberry.field(description="Given for the current period, in `unit`.")
    used: Amount = strawberry.field(description="Used in the current period, in `unit`.")
    held: Amount = strawberry.field(description="Set aside for running tasks, in `unit`; neither used nor free.")
    remaining: Amount = strawberry.field(description="Still free to use, in `unit`.")
    lapsed: Amount = strawberry.field(description="Expired or revoked in the current period, in `unit`.")
    unit: str = strawberry.field(description='Unit of all figures: the meter\'s singular word, such as "credit".')


@strawberry.type(
    description=(
        "An organization at one instant: all of it is of the same snapshot. The next event takes its place whole; "
        "states between two events are not shown, the newest always is."
    )
)
class OrganizationOverview:
    """A snapshot. `shared` holds what one follower encoded, for the others."""

    shared: strawberry.Private[dict[Hashable, bytes]]

    at: datetime = strawberry.field(description="The instant at which all of it is true.")
    organization_id: strawberry.ID = strawberry.field(description="The organization: `org_…`.")
    subscription: OrganizationSubscription = strawberry.field(description="What pays for it.")
    seat_counts: SeatCounts = strawberry.field(description="How many seats it has, by status.")
    usage: list[MeterUsage] = strawberry.field(description="What all members together have used, by meter and pool.")
    members: OrganizationMemberConnection = strawberry.field(
        description="The page of members that was asked for, with seats and usage, in the order in which they joined."
    )
    orders: list[Order] = strawberry.field(description="Its orders, the newest first: at most 20.")
    invitations: list[Invitation] = strawberry.field(description="Its open invitations, the newest first: at most 100.")
