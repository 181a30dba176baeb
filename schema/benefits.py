"""Benefits: whether what memberships give in a wallet can be used (B7, B9, B10)."""

from datetime import datetime

import strawberry

from domain.benefits import SuspensionReason
from schema.enums import show

show(
    SuspensionReason,
    "SuspensionReason",
    "Why benefits are suspended. What was left in the period comes back with them.",
    {
        SuspensionReason.SUBSCRIPTION_EXPIRED: (
            "What pays for them has ended; renewing brings them back. Credits can still be used."
        ),
        SuspensionReason.MEMBERSHIP_ENDED: (
            "The person is no longer a member of the organization; joining again brings them back."
        ),
    },
)


@strawberry.type(
    description=(
        "The benefits of a wallet: all its quotas together. While they are suspended, nothing remains in any quota "
        "that they give, and what would come back is counted as `lapsed`."
    )
)
class Benefits:
    """Whether quotas can be used."""

    until: datetime | None = strawberry.field(
        description="The instant at which they end unless it is moved, exclusive; null: without an end."
    )
    suspended: SuspensionReason | None = strawberry.field(
        description="Why they cannot be used now; null: they are in force."
    )
