"""API keys: what a coding agent shows to its gateway (C3)."""

from datetime import datetime

import strawberry

from schema.nodes import Node


@strawberry.type(description="An API key of the viewer: a program that has it uses the viewer's coding benefit.")
class ApiKey(Node):
    """An API key."""

    name: str = strawberry.field(description="What its owner calls it.")
    hint: str = strawberry.field(description="How it begins and ends, to recognise it by, such as `ak_…x7q2`.")
    scopes: list[str] = strawberry.field(
        description="Ids of the products that it may be used for, sorted; empty: all of them."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends by itself; null: never.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was used last, to the minute; null: not since it was made."
    )
    last_client: str | None = strawberry.field(
        description="The program that used it last, as that called itself; null: it did not say, or it was not used."
    )
    restricted_at: datetime | None = strawberry.field(
        description="Since when it cannot be used because of how it was used; null: it is not restricted."
    )
    restricted_because: str | None = strawberry.field(description="Why it is restricted; null: it is not.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null: it was not.")
