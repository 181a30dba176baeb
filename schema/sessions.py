"""Sessions: where a person is signed in."""

from datetime import datetime

import strawberry

from schema.nodes import Node


@strawberry.type(description="A session: one device on which the person is signed in.")
class Session(Node):
    """A session of the viewer."""

    label: str = strawberry.field(description="The device, such as `Chrome on Linux`.")
    current: bool = strawberry.field(description="Whether it is the one that asks.")
    created_at: datetime = strawberry.field(description="When the person signed in.")
    last_seen_at: datetime | None = strawberry.field(
        description="When it was used, to the hour; null: not since it was made."
    )
    expires_at: datetime | None = strawberry.field(
        description="When it ends unless it is used: use moves this instant, at most to `endsAt`. Null: never."
    )
    ends_at: datetime | None = strawberry.field(
        description="When it ends however much it is used; null: use does not move `expiresAt`."
    )
