"""Credits by kind, and packs of them (D2, D3)."""

from datetime import datetime

import strawberry

from schema.grants import GrantKind
from schema.meters import Meter
from schema.orders import Money
from schema.scalars import Amount


@strawberry.type(description="What ends next of a kind of credits, unless it is drawn before.")
class CreditsExpiry:
    """An expiry."""

    at: datetime = strawberry.field(description="When it ends: at that instant it is over.")
    amount: Amount = strawberry.field(description="How much ends then, in the meter's unit.")


@strawberry.type(
    description=(
        "What is left of one meter and kind. Kinds are drawn in the order in which they stand: bonus before plan "
        "before purchased; inside a kind, what ends first is drawn first."
    )
)
class CreditsOfKind:
    """Credits of a kind."""

    meter: Meter = strawberry.field(description="What is counted.")
    kind: GrantKind = strawberry.field(description="Where they come from; `PLAN` is the quota's current period.")
    remaining: Amount = strawberry.field(description="Free to use, in `unit`.")
    held: Amount = strawberry.field(description="Set aside for running tasks, in `unit`.")
    unit: str = strawberry.field(description="Unit of the figures: the meter's.")
    next_expiry: CreditsExpiry | None = strawberry.field(
        description="What ends next of what is left, and when; null: nothing of it has an end."
    )


@strawberry.type(
    description=(
        "Credits that can be bought at once. What is bought is final and non-refundable, and does not expire while the "
        "account is active. A fact of the catalog."
    )
)
class CreditPack:
    """A pack of credits."""

    id: strawberry.ID = strawberry.field(description="What orders call it, such as `medium`.")
    version: int = strawberry.field(description="Version of the list of packs that it stands in.")
    name: str = strawberry.field(description="Its name for people.")
    meter: Meter = strawberry.field(description="What it gives.")
    amount: Amount = strawberry.field(description="How much one pack gives, in `unit`.")
    unit: str = strawberry.field(description="Unit of the amount: the meter's.")
    prices: list[Money] = strawberry.field(description="What one pack costs, in each currency that it is sold in.")
