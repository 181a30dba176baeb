"""Deletion of an account."""

from datetime import datetime

import strawberry

from schema.refusals import Refusal

_KEY = (
    "Names this request, 1 to 255 printable characters, such as a new UUID. Asked again with the same key within days, "
    "nothing happens again, and the original result is the answer."
)
_REPLAYED = "Whether this is the result of an earlier request with the same key, and nothing happened now."
_ERRORS = "Why it was refused; empty: it was done."


@strawberry.type(
    description=(
        "A deletion of the viewer's account that was asked for. Until it is due it can be called back with "
        "`cancelDeletion`, and everything works as before."
    )
)
class Deletion:
    """A deletion."""

    requested_at: datetime = strawberry.field(description="When it was asked for.")
    due_at: datetime = strawberry.field(
        description=(
            "From when on it is carried out. It moves on by a day while the person is suspended, or is the only "
            "administrator of an organisation with other members."
        )
    )


@strawberry.input(description="Asks for the viewer's account to be deleted.")
class RequestDeletionInput:
    """Input of `Mutation.requestDeletion`."""

    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.type(description="What came of `requestDeletion`: a deletion that is due in 7 days, or refusals.")
class RequestDeletionPayload:
    """Payload of `Mutation.requestDeletion`."""

    deletion: Deletion | None = strawberry.field(
        description="The deletion; the one that was asked for already, if there was one; null: refused."
    )
    replayed: bool = strawberry.field(description=_REPLAYED)
    errors: list[Refusal] = strawberry.field(description=_ERRORS)


@strawberry.input(description="Calls the deletion of the viewer's account back.")
class CancelDeletionInput:
    """Input of `Mutation.cancelDeletion`."""

    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.type(description="What came of `cancelDeletion`: the account stays, or refusals.")
class CancelDeletionPayload:
    """Payload of `Mutation.cancelDeletion`."""

    deletion: Deletion | None = strawberry.field(description="The deletion that was called back; null: refused.")
    replayed: bool = strawberry.field(description=_REPLAYED)
    errors: list[Refusal] = strawberry.field(description=_ERRORS)
