"""Balances: the same figures wherever they are shown: at the gate, in queries and in the feed (F2)."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import strawberry

from domain import allowances as domain
from domain.meters import Pool
from schema.allowances import Allowance
from schema.fields import field
from schema.meters import Meter
from schema.periods import Cycle
from schema.scalars import Amount


class Asked(Protocol):
    """What these types ask the context for."""

    async def allowance_of(self, quota: "Quota") -> Allowance | None:
        """Find the allowance behind a quota; None: running tasks have none."""


Info = strawberry.Info[Asked, None]


@strawberry.type(
    description=(
        "What a membership gives in the current period, and how much of it is gone; or, of the pool `CONCURRENCY`, how "
        "many tasks may run at the same time and how many do. "
        "`granted = used + held + remaining + lapsed`, always."
    )
)
class Quota:
    """A quota's figures after one entry. `allowance` is known where it was loaded along with the figures.

    Running tasks have no allowance: their `allowance_number` is None.
    """

    wallet_id: strawberry.Private[UUID]
    allowance_number: strawberry.Private[int | None]
    allowance: strawberry.Private[domain.Allowance | None]

    meter: Meter = strawberry.field(description="What is counted.")
    pool: Pool = strawberry.field(description="Which limit of the meter this is.")
    granted: Amount = strawberry.field(
        description=(
            "Given for the current period, in `unit`. Of running tasks, how many may run; as many as do, where the "
            "limit was lowered meanwhile."
        )
    )
    used: Amount = strawberry.field(description="Used in the current period, in `unit`.")
    held: Amount = strawberry.field(description="Set aside for running tasks, in `unit`; neither used nor free.")
    remaining: Amount = strawberry.field(description="Still free to use, in `unit`. Never negative.")
    lapsed: Amount = strawberry.field(
        description="Revoked in the current period, in `unit`; while benefits are suspended, what comes back with them."
    )
    unit: str = strawberry.field(description='Unit of all figures: the meter\'s singular word, such as "credit".')
    period_start: datetime | None = strawberry.field(
        description="Start of the current period, inclusive; null: none is open, as in a window nobody has used yet."
    )
    resets_at: datetime | None = strawberry.field(
        description=(
            "End of the current period, exclusive: then the full amount is given again. Null: none is open, as in a "
            "window nobody has used yet, whose time begins with the next use. Of running tasks, when the first of them "
            "times out at the latest; null: none runs."
        )
    )
    as_of_entry: int = strawberry.field(description="Number of the wallet's entry after which these figures are true.")

    @field
    async def cycle(self, info: Info) -> Cycle | None:
        """When a new period starts; null: running tasks have no periods."""
        allowance = await info.context.allowance_of(self)
        return allowance.cycle if allowance else None

    @field
    async def source(self, info: Info) -> str | None:
        """The plan that gives it, with its version, such as `plan:plus@1`; null: none gives running tasks."""
        allowance = await info.context.allowance_of(self)
        return allowance.source if allowance else None


@strawberry.type(
    description=(
        "Everything of one meter that was given once, whatever its kind, over the wallet's whole life. "
        "`granted = used + held + remaining + lapsed`, always. A charge draws bonus credits before the quota and "
        "purchased ones after it."
    )
)
class CreditBalance:
    """Figures of one meter's credits after one entry."""

    meter: Meter = strawberry.field(description="What is counted.")
    granted: Amount = strawberry.field(description="Ever given, in `unit`.")
    used: Amount = strawberry.field(description="Ever used, in `unit`.")
    held: Amount = strawberry.field(description="Set aside for running tasks, in `unit`; neither used nor free.")
    remaining: Amount = strawberry.field(description="Still free to use, in `unit`. Never negative.")
    lapsed: Amount = strawberry.field(description="Ever expired or revoked, in `unit`.")
    unit: str = strawberry.field(description='Unit of all figures: the meter\'s singular word, such as "credit".')
    as_of_entry: int = strawberry.field(description="Number of the wallet's entry after which these figures are true.")


@strawberry.type(description="All figures of a wallet at one point of its ledger.")
class Balance:
    """A wallet's figures."""

    as_of_entry: int = strawberry.field(
        description="Number of the wallet's entry after which these figures are true; 0: before the first one."
    )
    at: datetime = strawberry.field(description="The instant at which these figures are true.")
    quotas: list[Quota] = strawberry.field(description="What memberships give in the current periods.")
    credits: list[CreditBalance] = strawberry.field(description="What was given once, by meter.")
