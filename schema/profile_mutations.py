"""Input and payload of `updateProfile`."""

import strawberry

from schema.persons import Locale, Person
from schema.refusals import Refusal


@strawberry.input(description="What is to be different in one's profile; what is left out or null stays as it is.")
class UpdateProfileInput:
    """Input of `Mutation.updateProfile`."""

    display_name: str | None = strawberry.field(
        default=None, description="What to be called: 1 to 100 characters; blanks around it are left out."
    )
    locale: Locale | None = strawberry.field(default=None, description="The language of notices and e-mails.")
    time_zone: str | None = strawberry.field(
        default=None, description="IANA name of the zone that instants are shown in, such as `Asia/Shanghai`."
    )
    default_workspace_id: strawberry.ID | None = strawberry.field(
        default=None, description="One of the viewer's workspaces, in which pages begin: `wsp_…`."
    )
    idempotency_key: str = strawberry.field(
        description=(
            "Names this request, 1 to 255 printable characters, such as a new UUID. Asked again with the same key and "
            "the same input, within days, nothing happens again."
        )
    )


@strawberry.type(description="What came of `updateProfile`.")
class UpdateProfilePayload:
    """Payload of `Mutation.updateProfile`."""

    person: Person | None = strawberry.field(description="The viewer, as they are now; null: refused.")
    replayed: bool = strawberry.field(
        description="Whether it was done by an earlier request with the same key, and nothing happened now."
    )
    errors: list[Refusal] = strawberry.field(description="Why it was refused; empty: it was done.")
