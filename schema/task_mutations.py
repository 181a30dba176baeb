"""Inputs and payloads of the mutations about tasks."""

import strawberry

from schema.balances import Balance
from schema.entries import Entry
from schema.refusals import Refusal
from schema.scalars import Amount
from schema.tasks import Task
from schema.usage import Surface

_KEY = (
    "Names this request, 1 to 255 printable characters, such as a new UUID. Asked again with the same key and the same "
    "input, within days, nothing happens again, and the original result is the answer."
)
_TASK_ID = "The task: `tsk_…`."


@strawberry.input(description="A task about to start, for the owner of one wallet.")
class StartTaskInput:
    """Input of `Mutation.startTask`."""

    wallet_id: strawberry.ID | None = strawberry.field(
        default=None, description="The wallet that pays: `wal_…`. Either this or `apiKey` must be given, and not both."
    )
    api_key: str | None = strawberry.field(
        default=None,
        description=(
            "The API key that a program showed: `ak_…`. The wallet of its owner's personal workspace pays, and the "
            "receipt names the key. For services with the scope `usage:write`."
        ),
    )
    client_proof: str | None = strawberry.field(
        default=None,
        description=(
            "The program's own proof that it is the `client` that it names, for those of which the list of approved "
            "clients demands one; null: it gave none. It counts only together with `apiKey`."
        ),
    )
    client_address: str | None = strawberry.field(
        default=None,
        description=(
            "The IP address that the program called from; null: not known. With `apiKey`, a keyed hash of it is kept "
            "with the key; else nothing of it."
        ),
    )
    product: str = strawberry.field(description="Id of the product, such as `work-task`; see `Query.products`.")
    estimate: Amount = strawberry.field(
        description=(
            "How much it will use at most, in the product's own unit: above 0, a multiple of its step, at most its "
            "maximum. Its price is set aside."
        )
    )
    surface: Surface = strawberry.field(description="Where the person is.")
    client: str | None = strawberry.field(
        default=None,
        description="Name of the program that is used, 1 to 100 printable characters; null: not known.",
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="What a task really used.")
class CompleteTaskInput:
    """Input of `Mutation.completeTask`."""

    task_id: strawberry.ID = strawberry.field(description=_TASK_ID)
    quantity: Amount = strawberry.field(
        description=(
            "How much it really used, in the product's own unit: 0 or above, a multiple of its step, at most its "
            "maximum. It may differ from the estimate."
        )
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A task that failed.")
class FailTaskInput:
    """Input of `Mutation.failTask`."""

    task_id: strawberry.ID = strawberry.field(description=_TASK_ID)
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A task to cancel.")
class CancelTaskInput:
    """Input of `Mutation.cancelTask`."""

    task_id: strawberry.ID = strawberry.field(description=_TASK_ID)
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="A task that still runs.")
class ExtendTaskInput:
    """Input of `Mutation.extendTask`."""

    task_id: strawberry.ID = strawberry.field(description=_TASK_ID)
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.type
class TaskPayload:
    """What the payloads below have in common; the graph does not show it."""

    task: Task | None = strawberry.field(description="The task as this leaves it; null: refused.")
    entry: Entry | None = strawberry.field(description="What was written into the wallet's ledger; null: refused.")
    balance: Balance | None = strawberry.field(description="The wallet's figures after that entry; null: refused.")
    replayed: bool = strawberry.field(
        description="Whether this is the result of an earlier request with the same key, and nothing happened now."
    )
    errors: list[Refusal] = strawberry.field(description="Why it was refused; empty: it was done.")


@strawberry.type(description="What came of `startTask`: a running task and its hold, or refusals.")
class StartTaskPayload(TaskPayload):
    """Payload of `Mutation.startTask`."""


@strawberry.type(description="What came of `completeTask`: the charge with its receipt, or refusals.")
class CompleteTaskPayload(TaskPayload):
    """Payload of `Mutation.completeTask`."""


@strawberry.type(description="What came of `failTask`: the hold set free, or refusals.")
class FailTaskPayload(TaskPayload):
    """Payload of `Mutation.failTask`."""


@strawberry.type(description="What came of `cancelTask`: the hold set free, or refusals.")
class CancelTaskPayload(TaskPayload):
    """Payload of `Mutation.cancelTask`."""


@strawberry.type(description="What came of `extendTask`: the task with its new end, or refusals.")
class ExtendTaskPayload(TaskPayload):
    """Payload of `Mutation.extendTask`."""
