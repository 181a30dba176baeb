"""Plans: the tiers, with every number that they give (C1)."""

from typing import Annotated, Protocol

import strawberry

from domain.meters import Pool
from domain.periods import CycleUnit
from domain.plans import Audience, BillingInterval
from schema.enums import show
from schema.fields import field
from schema.meters import Meter
from schema.orders import Money
from schema.scalars import Amount

show(
    Audience,
    "PlanAudience",
    "For which kind of workspace a plan is.",
    {
        Audience.PERSONAL: "One person's membership, in their personal workspace.",
        Audience.ENTERPRISE: "An organization's seats: priced per seat, given to each member.",
    },
)
show(
    BillingInterval,
    "BillingInterval",
    "How often something is paid.",
    {BillingInterval.MONTHLY: "Every month.", BillingInterval.ANNUAL: "Every year."},
)


@strawberry.type(description="A version of a plan. What was bought stays on its version until the next term.")
class PlanVersion:
    """A plan, as it was bought."""

    id: strawberry.ID = strawberry.field(description="The plan's id, such as `business`.")
    version: int = strawberry.field(description="Which version of it.")
    name: str = strawberry.field(description="Its name for people.")


@strawberry.type(description="What a plan costs. A fact of the catalog.")
class PlanPrice:
    """A price of a plan."""

    interval: BillingInterval = strawberry.field(description="How often it is paid.")
    amount: Money = strawberry.field(description="What is paid each time; for a plan of audience ENTERPRISE, per seat.")


@strawberry.type(description="How often a plan's quota is given again. Nothing carries over.")
class PlanCycle:
    """A repeating length of time that has no anchor yet: it starts when the plan is taken."""

    unit: CycleUnit = strawberry.field(description="What `count` counts.")
    count: int = strawberry.field(description="Length of one period, in `unit`s.")
    zone: str | None = strawberry.field(
        description=(
            "IANA name of the time zone that months and days are counted in, such as `Asia/Shanghai`; null: hours are "
            "exact and have none."
        )
    )


@strawberry.type(description="What a plan gives again in every period of a cycle, anchored when it is taken.")
class PlanAllowance:
    """An allowance of a plan."""

    meter: Meter = strawberry.field(description="What it gives.")
    pool: Pool = strawberry.field(description="Which limit of the meter it is.")
    amount: Amount = strawberry.field(description="The amount given in each period, in `unit`.")
    unit: str = strawberry.field(description="Unit of the amount: the meter's.")
    cycle: PlanCycle = strawberry.field(description="How long a period is.")
    opens_on_use: bool = strawberry.field(
        description="Whether a period begins to count only when something is used in it; so do short windows."
    )


@strawberry.type(
    description=(
        "A version of a plan, with every number that it gives. Versions never change: what was bought stays on its "
        "version until the next term."
    )
)
class Plan:
    """A plan at one version of the catalog."""

    id: strawberry.ID = strawberry.field(description="What orders call it, such as `plus`.")
    version: int = strawberry.field(description="Version of the list of plans that it stands in: 1, 2, 3 …")
    name: str = strawberry.field(description="Its name for people.")
    audience: Audience = strawberry.field(description="For which kind of workspace it is.")
    prices: list[PlanPrice] = strawberry.field(
        description="What it costs: at most one price for each interval and currency. Empty: nothing."
    )
    allowances: list[PlanAllowance] = strawberry.field(
        description="What it gives: at most one allowance for each meter and pool."
    )
    requests_per_minute: int = strawberry.field(
        description="How many requests to this API a person may make in a minute."
    )
    concurrency_max: int = strawberry.field(description="How many tasks of a wallet may run at the same time.")


class QueriesAsked(Protocol):
    """What the queries ask the context for."""

    async def plans(self) -> list[Plan]:
        """List the plans that can be had now."""

    async def plan(self, id_: str, version: int | None) -> Plan | None:
        """Find a plan, now or as it was."""


Info = strawberry.Info[QueriesAsked, None]


@strawberry.type
class PlansQueries:
    """Queries about plans."""

    @field
    async def plans(self, info: Info) -> list[Plan]:
        """The plans that can be had now, in the order of the catalog. For everybody, without a credential."""
        return await info.context.plans()

    @field
    async def plan(
        self,
        info: Info,
        id_: Annotated[strawberry.ID, strawberry.argument(name="id", description="The plan's id, such as `plus`.")],
        version: Annotated[
            int | None, strawberry.argument(description="The version that is meant; null: the one of now.")
        ] = None,
    ) -> Plan | None:
        """A plan, now or in any version that ever was: what somebody bought can be looked up for ever.

        Null: there is, or was, no such plan. For everybody, without a credential.
        """
        return await info.context.plan(id_, version)
