"""Meters and their pools: what is counted, and which of its limits a figure belongs to."""

import strawberry

from domain.meters import Pool
from schema.enums import show

show(
    Pool,
    "Pool",
    "One limit of a meter. A charge draws its whole amount from every pool that the wallet has of the meter.",
    {
        Pool.MAIN: "The quota of the current cycle, then credits.",
        Pool.WINDOW: "A short window beside the main quota, so that a week's quota is not gone in an hour.",
        Pool.CONCURRENCY: (
            "How many tasks may run at the same time. Its meter is `running_task`: a running task holds one, and what "
            "remains is how many more may be started."
        ),
    },
)


@strawberry.type(description="Something that is counted, such as chat credits. A fact of the catalog.")
class Meter:
    """A meter."""

    id: strawberry.ID = strawberry.field(description="Its name for programs, such as `chat_credit`. Never changes.")
    name: str = strawberry.field(description='Its name for people, such as "Chat credits".')
    unit: str = strawberry.field(description='The singular word for one of it, such as "credit".')
