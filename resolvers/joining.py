"""Answers about joining organizations: invitations made, revoked, looked at and accepted."""

from domain.authorization import permit
from domain.refusals import Refusal as Refused
from resolvers import ids, invitations
from resolvers.errors import telling
from resolvers.invitations import invitation_view
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from resolvers.workspaces import workspace
from schema.invitations import Invitation, InvitationPreview, InvitationUse
from schema.joining import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    CreateInvitationInput,
    CreateInvitationPayload,
    RevokeInvitationInput,
    RevokeInvitationPayload,
)
from schema.refusals import Refusal
from services.accepting import accept_invitation
from services.invitation_reads import preview_invitation
from services.invitations import NewInvitation, create_invitation, revoke_invitation


class JoiningQueries(Operation):
    """Answers queries about invitations."""

    @telling
    async def invitation(self, token: str) -> InvitationPreview | None:
        """Look at an invitation."""
        found = await preview_invitation(self.runtime, self.principal, token)
        if found is None:
            return None
        return InvitationPreview(organization_name=found.organisation_name, expires_at=found.expires_at)

    @telling
    async def uses_of(self, invitation: Invitation) -> list[InvitationUse]:
        """Find who joined by an invitation."""
        return await invitations.uses_of(self, invitation)


class JoiningMutations(Operation):
    """Answers the mutations about invitations."""

    @telling
    async def create_invitation(self, asked: CreateInvitationInput) -> CreateInvitationPayload:
        """Make an invitation."""
        permit(self.principal, "Mutation.createInvitation")
        organisation_id = ids.read(ids.ORGANISATION, asked.organization_id)
        wanted = NewInvitation(asked.days, asked.uses_max, asked.email)
        done = await create_invitation(self.runtime, self.principal, organisation_id, wanted, asked.idempotency_key)
        return CreateInvitationPayload(
            invitation=invitation_view(self, done.invitation) if done.invitation else None,
            token=done.token,
            replayed=done.replayed,
            errors=self._errors(done.refused),
        )

    @telling
    async def revoke_invitation(self, asked: RevokeInvitationInput) -> RevokeInvitationPayload:
        """Revoke an invitation."""
        permit(self.principal, "Mutation.revokeInvitation")
        invitation_id = ids.read(ids.INVITATION, asked.invitation_id)
        done = await revoke_invitation(self.runtime, self.principal, invitation_id, asked.idempotency_key)
        return RevokeInvitationPayload(
            invitation=invitation_view(self, done.invitation) if done.invitation else None,
            replayed=done.replayed,
            errors=self._errors(done.refused),
        )

    @telling
    async def accept_invitation(self, asked: AcceptInvitationInput) -> AcceptInvitationPayload:
        """Join by an invitation."""
        done = await accept_invitation(self.runtime, self.principal, asked.token, asked.idempotency_key)
        workspace_id = done.result.workspace_id
        # what was looked for before, in the same operation, did not exist then
        self.loaders.workspaces.clear_all()
        self.loaders.wallets.clear_all()
        self.loaders.organisations.clear_all()
        self.loaders.organisations_of_workspaces.clear_all()
        return AcceptInvitationPayload(
            workspace=await workspace(self, workspace_id) if workspace_id else None,
            replayed=done.replayed,
            errors=self._errors(done.result.refused),
        )

    def _errors(self, refused: Refused | None) -> list[Refusal]:
        return [refusal_view(self.catalog, refused)] if refused else []
