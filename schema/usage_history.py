"""Usage history: what was used, summed up by hour, day and other facts (F12)."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.usage_history import UsageGrouping
from schema.enums import show
from schema.meters import Meter
from schema.scalars import Amount
from schema.usage import Surface

show(
    UsageGrouping,
    "UsageGrouping",
    "What usage is summed up by. It is by meter in any case, since amounts of different units have no sum.",
    {
        UsageGrouping.HOUR: "By hour of UTC. For at most 31 days.",
        UsageGrouping.DAY: (
            "By day of the wallet owner's time zone; of an organization, of the viewer's. Days on which clocks change "
            "have as many hours as they have."
        ),
        UsageGrouping.PRODUCT: "By what was used. Quantities are told only with it.",
        UsageGrouping.SURFACE: "By where the person was.",
        UsageGrouping.CLIENT: "By the program that was used.",
        UsageGrouping.API_KEY: "By the credential that reported it: an API key, or a service's.",
        UsageGrouping.TASK: "By task; what was used in one step is of none. For at most 31 days and 1 000 rows.",
        UsageGrouping.MEMBER: "By person.",
    },
)

From = Annotated[
    datetime, strawberry.argument(name="from", description="The beginning. Not in the future, and not before 2000.")
]
To = Annotated[
    datetime,
    strawberry.argument(description="The end, which is no part of it: after `from`, by at most 366 days."),
]
By = Annotated[
    list[UsageGrouping],
    strawberry.argument(description="What to sum up by; not both `HOUR` and `DAY`. Empty: one sum for each meter."),
]


@strawberry.type(description="A sum of charges. What was not asked by is null, and so is what is not known.")
class UsageRow:
    """A row of usage."""

    start: datetime | None = strawberry.field(
        description="The beginning of the hour or day; for the first, this can be before `from`."
    )
    meter: Meter = strawberry.field(description="The meter that was charged.")
    product: str | None = strawberry.field(description="Id of the product, such as `chat-message`.")
    surface: Surface | None = strawberry.field(description="Where the person was.")
    client: str | None = strawberry.field(description="Name of the program.")
    credential_id: strawberry.ID | None = strawberry.field(
        description="Id of the credential that reported it, as in receipts: `crd_…`."
    )
    api_key_id: strawberry.ID | None = strawberry.field(
        description="Id of the API key, if the credential is one: `key_…`."
    )
    task_id: strawberry.ID | None = strawberry.field(description="Id of the task: `tsk_…`.")
    person_id: strawberry.ID | None = strawberry.field(description="Id of the person: `per_…`.")
    quantity: Amount | None = strawberry.field(
        description="How much was used, in the product's own unit; null unless by `PRODUCT`."
    )
    charged: Amount = strawberry.field(description="What was charged, in `unit`.")
    unit: str = strawberry.field(description="Unit of what was charged: the meter's.")
    charges: int = strawberry.field(description="How many charges it were.")


@strawberry.type(description="Usage of an organization.")
class UsageReport:
    """Rows of usage."""

    rows: list[UsageRow] = strawberry.field(description="The sums, sorted by time, then by meter and the other facts.")
