"""Tasks: usage in two steps, with a hold between them."""

from datetime import datetime

import strawberry

from domain.tasks import TaskStatus
from schema.enums import show
from schema.meters import Meter
from schema.nodes import Node
from schema.scalars import Amount
from schema.usage import Surface

show(
    TaskStatus,
    "TaskStatus",
    "How a task stands. It is running until it resolves, at most once, into one of the others.",
    {
        TaskStatus.RUNNING: "It runs, and its hold is set aside.",
        TaskStatus.COMPLETED: "It completed: what it really used was charged, the rest of the hold is free again.",
        TaskStatus.FAILED: "It failed: the hold is free again, nothing was charged.",
        TaskStatus.CANCELLED: "It was cancelled: the hold is free again, nothing was charged.",
        TaskStatus.TIMED_OUT: "Nobody resolved or extended it in time: the hold is free again, nothing was charged.",
    },
)


@strawberry.type(
    description=(
        "Usage in two steps. The start sets the price of an estimate aside, so that it cannot be spent elsewhere; "
        "completing settles what was really used."
    )
)
class Task(Node):
    """A task."""

    status: TaskStatus = strawberry.field(description="How it stands.")
    product: str = strawberry.field(description="Id of the product that it uses, such as `work-task`.")
    surface: Surface = strawberry.field(description="Where the person was when it started.")
    client: str | None = strawberry.field(description="Name of the program that was used; null: not known.")
    estimate: Amount = strawberry.field(description="How much it was expected to use, in the product's own unit.")
    held: Amount = strawberry.field(
        description="The amount that its start set aside, in `unit`; it comes free when the task resolves."
    )
    meter: Meter = strawberry.field(description="The meter that it is charged to.")
    unit: str = strawberry.field(description="Unit of `held`: the meter's.")
    started_at: datetime = strawberry.field(description="When it started.")
    expires_at: datetime = strawberry.field(description="When it times out unless it is resolved, or extended, before.")
    resolved_at: datetime | None = strawberry.field(description="When it resolved; null: it runs.")
