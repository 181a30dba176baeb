"""Views of invitations, and of who joined by them."""

from resolvers import ids
from resolvers.operation import Operation
from resolvers.persons import colleague_view
from schema.invitations import Invitation, InvitationUse
from services.invitation_reads import InvitationRow, read_invitation
from services.platforms import enterprise_works


def invitation_view(operation: Operation, row: InvitationRow) -> Invitation:
    """Show an invitation to an administrator of its organization, as of now."""
    return Invitation(
        id=ids.write(ids.INVITATION, row.id),
        uuid=row.id,
        organization_id=ids.write(ids.ORGANISATION, row.organisation_id),
        status=row.status(operation.runtime.clock()),
        created_by=colleague_view(row.created_by, row.creator_name),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        email=row.email,
        uses=row.uses,
        uses_max=row.uses_max,
    )


async def uses_of(operation: Operation, invitation: Invitation) -> list[InvitationUse]:
    """Find who joined by an invitation, together with others."""
    rows = await operation.loaders.invitation_uses.load(invitation.uuid) or ()
    return [InvitationUse(person=colleague_view(row.person_id, row.display_name), used_at=row.used_at) for row in rows]


async def find_invitation(operation: Operation, id_: str) -> Invitation | None:
    """Find an invitation of an organization that the caller administers, where it works (B13), by its id."""
    runtime, principal, uuid = operation.runtime, operation.principal, ids.read(ids.INVITATION, id_)
    if uuid is None or principal.person_id is None or not enterprise_works(runtime, principal):
        return None
    row = await read_invitation(runtime.database.pool, principal.person_id, uuid)
    return invitation_view(operation, row) if row else None
