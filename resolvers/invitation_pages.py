"""Pages of an organization's invitations."""

from domain.authorization import permit_role
from domain.invitations import InvitationStatus
from resolvers.invitations import invitation_view
from resolvers.operation import Operation
from resolvers.pages import cursor_of, page_info, window_of
from schema.invitation_pages import InvitationConnection, InvitationEdge
from schema.organisations import Organization
from schema.pages import PageAsked
from services import invitation_reads
from services.invitation_reads import invitations_of

LIST = "this organization's invitations"


async def invitations_page(
    operation: Operation, organization: Organization, asked: PageAsked, status: InvitationStatus | None
) -> InvitationConnection:
    """Find a page of an organization's invitations.

    Raises:
        Forbidden: the viewer does not administer it.
        InvalidInput: names the argument.
    """
    permit_role(organization.viewer_role, "Organization.invitations")
    of = invitations_of(organization.uuid)
    window = window_of(of, asked, LIST)
    page = await invitation_reads.invitations_page(operation.runtime, organization.uuid, window, status)
    edges = [InvitationEdge(cursor=cursor_of(of, row.place), node=invitation_view(operation, row)) for row in page.rows]
    return InvitationConnection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info(page, edges))
