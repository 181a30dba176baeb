"""Joining organizations: invitations made, revoked, looked at and accepted (B4, B5)."""

from typing import Annotated, Protocol

import strawberry

from schema.fields import field, mutation
from schema.invitations import Invitation, InvitationPreview
from schema.refusals import Refusal
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD
from schema.workspaces import Workspace


@strawberry.input(description="An invitation to be made.")
class CreateInvitationInput:
    """Input of `Mutation.createInvitation`."""

    organization_id: strawberry.ID = strawberry.field(description="The organization: `org_…`.")
    days: int = strawberry.field(description="How many days of 24 hours it lasts: 2 or 7.")
    uses_max: int | None = strawberry.field(
        default=None, description="How many people can join by it, at least 1; null: as many as there are seats."
    )
    email: str | None = strawberry.field(
        default=None,
        description=(
            "The verified e-mail address that alone can use it, whatever its case; null: whoever has the link can. No "
            "e-mail is sent: give the link to its people yourself."
        ),
    )
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `createInvitation`: an invitation and its token, or refusals.")
class CreateInvitationPayload:
    """Payload of `Mutation.createInvitation`."""

    invitation: Invitation | None = strawberry.field(description="The invitation as it is now; null: refused.")
    token: str | None = strawberry.field(
        description="What the link carries: `ali_…`. Null: refused; or `replayed`, since it is shown once."
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which invitation is to be revoked.")
class RevokeInvitationInput:
    """Input of `Mutation.revokeInvitation`."""

    invitation_id: strawberry.ID = strawberry.field(description="The invitation: `inv_…`.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `revokeInvitation`: the invitation, or refusals.")
class RevokeInvitationPayload:
    """Payload of `Mutation.revokeInvitation`."""

    invitation: Invitation | None = strawberry.field(description="The invitation as it is now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


@strawberry.input(description="Which invitation is accepted.")
class AcceptInvitationInput:
    """Input of `Mutation.acceptInvitation`."""

    token: str = strawberry.field(description="What the link carries: `ali_…`.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `acceptInvitation`: the workspace that one works in now, or refusals.")
class AcceptInvitationPayload:
    """Payload of `Mutation.acceptInvitation`."""

    workspace: Workspace | None = strawberry.field(
        description=(
            "The organization's workspace, with the viewer's role and benefits there; null: refused, or it does not "
            "work on this surface, or the viewer has left it since."
        )
    )
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)


class QueriesAsked(Protocol):
    """What these queries ask the context for."""

    async def invitation(self, token: str) -> InvitationPreview | None:
        """Look at an invitation."""


@strawberry.type
class JoiningQueries:
    """Part of the root of queries."""

    @field
    async def invitation(
        self,
        info: strawberry.Info[QueriesAsked, None],
        token: Annotated[str, strawberry.argument(description="What the link carries: `ali_…`.")],
    ) -> InvitationPreview | None:
        """What a link is of. For everybody who has it, without a credential.

        Null: there is no such invitation that could be used now. Unknown, expired, revoked and used-up ones look alike.
        """
        return await info.context.invitation(token)


class MutationsAsked(Protocol):
    """What these mutations ask the context for."""

    async def create_invitation(self, asked: CreateInvitationInput) -> CreateInvitationPayload:
        """Make an invitation."""

    async def revoke_invitation(self, asked: RevokeInvitationInput) -> RevokeInvitationPayload:
        """Revoke an invitation."""

    async def accept_invitation(self, asked: AcceptInvitationInput) -> AcceptInvitationPayload:
        """Join by an invitation."""


Info = strawberry.Info[MutationsAsked, None]


@strawberry.type
class JoiningMutations:
    """Part of the root of mutations."""

    @mutation
    async def create_invitation(
        self,
        info: Info,
        asked: Annotated[
            CreateInvitationInput, strawberry.argument(name="input", description="For whom, and how long.")
        ],
    ) -> CreateInvitationPayload:
        """Makes an invitation link, by which people join an organization.

        For its administrators, while a seat is free (`NO_SEAT_AVAILABLE`) and fewer than 100 invitations are open
        (`TOO_MANY_OPEN`).
        """
        return await info.context.create_invitation(asked)

    @mutation
    async def revoke_invitation(
        self,
        info: Info,
        asked: Annotated[RevokeInvitationInput, strawberry.argument(name="input", description="Which invitation.")],
    ) -> RevokeInvitationPayload:
        """Revokes an invitation: from now on nobody joins by it. Who has joined stays.

        For administrators of its organization. One that is revoked already stays so.
        """
        return await info.context.revoke_invitation(asked)

    @mutation
    async def accept_invitation(
        self,
        info: Info,
        asked: Annotated[AcceptInvitationInput, strawberry.argument(name="input", description="Which invitation.")],
    ) -> AcceptInvitationPayload:
        """Joins an organization by an invitation: the viewer takes a seat and has its benefits at once.

        For registered people. Whoever holds a seat there already stays as they are, and no use is counted. Refused
        with `INVITATION_INVALID` whatever is the matter with the link, with `NO_SEAT_AVAILABLE` where every seat is
        held, with `TOO_MANY_ORGANIZATIONS`, and with `SUBSCRIPTION_EXPIRED` until the organization has renewed.
        """
        return await info.context.accept_invitation(asked)
