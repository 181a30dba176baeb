"""Inputs and payloads about the status of people (A4)."""

from datetime import datetime

import strawberry

from schema.persons import Person
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD

_PERSON_TOLD = "Who: `per_…`."
_REASON_TOLD = "Why, in 1 to 500 printable characters: {}"


@strawberry.input(description="Who is suspended, why, and until when.")
class SuspendPersonInput:
    """Input of `Mutation.suspendPerson`."""

    person_id: strawberry.ID = strawberry.field(description=_PERSON_TOLD)
    reason: str = strawberry.field(description=_REASON_TOLD.format("the person is told it, and it is recorded."))
    until: datetime | None = strawberry.field(
        default=None, description="When the suspension ends by itself, in the future; null: when they are reinstated."
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.input(description="Who comes back, and why.")
class ReinstatePersonInput:
    """Input of `Mutation.reinstatePerson`."""

    person_id: strawberry.ID = strawberry.field(description=_PERSON_TOLD)
    reason: str = strawberry.field(description=_REASON_TOLD.format("it is recorded."))
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.input(description="Whose account ends, and why.")
class TerminatePersonInput:
    """Input of `Mutation.terminatePerson`."""

    person_id: strawberry.ID = strawberry.field(description=_PERSON_TOLD)
    reason: str = strawberry.field(description=_REASON_TOLD.format("the person is told it, and it is recorded."))
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `suspendPerson`: the person, or refusals.")
class SuspendPersonPayload:
    """Payload of `Mutation.suspendPerson`."""

    person: Person | None = strawberry.field(description="The person with their new status; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.type(description="What came of `reinstatePerson`: the person, or refusals.")
class ReinstatePersonPayload:
    """Payload of `Mutation.reinstatePerson`."""

    person: Person | None = strawberry.field(description="The person with their new status; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.type(description="What came of `terminatePerson`: the person, or refusals.")
class TerminatePersonPayload:
    """Payload of `Mutation.terminatePerson`."""

    person: Person | None = strawberry.field(description="The person with their new status; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)
