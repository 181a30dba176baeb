"""Invitations: links by which people join an organization (B4)."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import strawberry

from domain.invitations import InvitationStatus
from schema.enums import show
from schema.fields import field
from schema.nodes import Node
from schema.persons import Person

show(
    InvitationStatus,
    "InvitationStatus",
    "What an invitation is at an instant. None but an OPEN one lets anybody in.",
    {
        InvitationStatus.OPEN: "Whoever has the link can join, if there is a seat and it is not for somebody else.",
        InvitationStatus.EXPIRED: "Its days are over.",
        InvitationStatus.REVOKED: "An administrator has revoked it.",
        InvitationStatus.USED_UP: "As many have joined by it as may.",
    },
)


class Asked(Protocol):
    """What an invitation asks the context for."""

    async def uses_of(self, invitation: "Invitation") -> "list[InvitationUse]":
        """Find who joined by an invitation."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="Somebody has joined by an invitation.")
class InvitationUse:
    """A use of an invitation."""

    person: Person = strawberry.field(description="Who joined.")
    used_at: datetime = strawberry.field(description="When they joined.")


@strawberry.type(description="An invitation of an organization: a link, of which the token is shown only once.")
class Invitation(Node):
    """An invitation as administrators see it."""

    uuid: strawberry.Private[UUID]

    organization_id: strawberry.ID = strawberry.field(description="Whose it is: `org_…`.")
    status: InvitationStatus = strawberry.field(description="What it is now.")
    created_by: Person = strawberry.field(description="The administrator who made it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends; at that instant it is over.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null: it was not.")
    email: str | None = strawberry.field(
        description="The e-mail address that alone can use it, in lower case; null: whoever has the link can."
    )
    uses: int = strawberry.field(description="How often it was used to join.")
    uses_max: int | None = strawberry.field(description="How often it can be used; null: while there are seats.")

    @field
    async def used_by(self, info: Info) -> list[InvitationUse]:
        """Who joined by it and when, the newest first: the newest 100."""
        return await info.context.uses_of(self)


@strawberry.type(description="What an invitation's link tells whoever has it, and nothing more.")
class InvitationPreview:
    """A preview of an invitation."""

    organization_name: str = strawberry.field(description="The name of the organization that one would join.")
    expires_at: datetime = strawberry.field(description="When the link ends.")
