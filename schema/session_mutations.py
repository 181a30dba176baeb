"""Inputs and payloads about sessions: signing out, revoking, tickets for sockets."""

from datetime import datetime

import strawberry

from schema.refusals import Refusal

KEY_TOLD = (
    "Names this request, 1 to 255 printable characters, such as a new UUID. Asked again with the same key and "
    "the same input, within days, nothing happens again, and the original result is the answer."
)
REPLAYED_TOLD = "Whether this is the result of an earlier request with the same key, and nothing happened now."
ERRORS_TOLD = "Why it was refused; empty: it was done."


@strawberry.input(description="Ends the session that asks.")
class SignOutInput:
    """Input of `Mutation.signOut`."""

    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `signOut`.")
class SignOutPayload:
    """Payload of `Mutation.signOut`."""

    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which session ends.")
class RevokeSessionInput:
    """Input of `Mutation.revokeSession`."""

    session_id: strawberry.ID = strawberry.field(description="One of `Viewer.sessions`: `ses_…`.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `revokeSession`.")
class RevokeSessionPayload:
    """Payload of `Mutation.revokeSession`."""

    session_id: strawberry.ID | None = strawberry.field(description="The session that has ended; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which sessions end: all, or all but this one.")
class RevokeAllSessionsInput:
    """Input of `Mutation.revokeAllSessions`."""

    except_current: bool = strawberry.field(default=False, description="Whether the session that asks goes on.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `revokeAllSessions`.")
class RevokeAllSessionsPayload:
    """Payload of `Mutation.revokeAllSessions`."""

    revoked: int | None = strawberry.field(description="How many sessions were ended; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Asks for a ticket that stands for the session that asks.")
class CreateSocketTicketInput:
    """Input of `Mutation.createSocketTicket`."""

    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `createSocketTicket`: a ticket, or refusals.")
class CreateSocketTicketPayload:
    """Payload of `Mutation.createSocketTicket`."""

    ticket: str | None = strawberry.field(
        description=(
            'The ticket: send `{"ticket": "…"}` as the payload of `connection_init`. Null: refused; or `replayed`, '
            "since it is shown once: ask for another one with a new key."
        )
    )
    expires_at: datetime | None = strawberry.field(description="Until when it opens a socket; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)
