"""Allowances: what a membership gives again in every period."""

from datetime import datetime

import strawberry

from domain.meters import Pool
from schema.meters import Meter
from schema.periods import Cycle
from schema.scalars import Amount


@strawberry.type(
    description="What a membership gives again in every period of a cycle. What it gives now is a `Quota`."
)
class Allowance:
    """An allowance of a wallet."""

    number: int = strawberry.field(description="Its number in its wallet: 1, 2, 3 …")
    meter: Meter = strawberry.field(description="What it gives.")
    pool: Pool = strawberry.field(description="Which limit of the meter it feeds.")
    amount: Amount = strawberry.field(description="The amount given in each period, in `unit`.")
    unit: str = strawberry.field(description="Unit of the amount: the meter's.")
    cycle: Cycle = strawberry.field(description="When a new period starts.")
    source: str = strawberry.field(description="The plan that gives it, with its version, such as `plan:plus@1`.")
    opens_on_use: bool = strawberry.field(
        description="Whether a period begins to count only when something is used in it; so do short windows."
    )
    ends_at: datetime | None = strawberry.field(
        description="When it ended, exclusive; null: it is in force and has no end yet."
    )
