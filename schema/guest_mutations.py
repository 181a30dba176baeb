"""Input and payload of `startGuestSession`: coming in without registering."""

from datetime import datetime

import strawberry

from schema.persons import Locale
from schema.refusals import Refusal


@strawberry.input(description="Comes in without registering.")
class StartGuestSessionInput:
    """Input of `Mutation.startGuestSession`."""

    locale: Locale = strawberry.field(default=Locale.ENGLISH, description="The language to be spoken to in.")
    idempotency_key: str = strawberry.field(
        description=(
            "Names this request, 1 to 255 printable characters: a new UUID, for all who have not registered share the "
            "same names. Asked again with the same key, nothing happens again, and no token is shown again."
        )
    )


@strawberry.type(description="A guest's session, with what it can be used for.")
class GuestSession:
    """A guest's session."""

    token: str = strawberry.field(
        description="The bearer token: `Authorization: Bearer alg_…`. Shown this once; keep it."
    )
    expires_at: datetime = strawberry.field(description="When session, free messages and all data of the guest end.")
    wallet_id: strawberry.ID = strawberry.field(description="The guest's wallet, for `consume`: `wal_…`.")
    workspace_id: strawberry.ID = strawberry.field(description="The guest's workspace, for `usageFeed`: `wsp_…`.")


@strawberry.type(description="What came of `startGuestSession`.")
class StartGuestSessionPayload:
    """Payload of `Mutation.startGuestSession`."""

    session: GuestSession | None = strawberry.field(
        description="The session; null: refused, or replayed, for its token is shown once: start another."
    )
    replayed: bool = strawberry.field(
        description="Whether a session was started with the same key before, and nothing happened now."
    )
    errors: list[Refusal] = strawberry.field(description="Why it was refused; empty: it was done.")
