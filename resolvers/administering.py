"""Answers about organizations: for their members, and most of them for administrators alone."""

from collections.abc import AsyncGenerator

from domain.invitations import InvitationStatus
from domain.orders import OrderStatus
from domain.seats import SeatStatus
from domain.workspaces import MemberRole
from resolvers import invitation_pages, members, order_pages, organisations, overviews, seats
from resolvers.errors import telling
from resolvers.operation import Operation
from schema.invitation_pages import InvitationConnection
from schema.members import MemberFigures, OrganizationMember, OrganizationMemberConnection
from schema.order_pages import OrderConnection
from schema.organisations import Organization
from schema.overviews import OrganizationOverview
from schema.pages import PageAsked
from schema.seats import Seat, SeatChange, SeatConnection, SeatCounts
from schema.workspaces import Workspace


class Administering(Operation):
    """Answers about organizations."""

    @telling
    async def organization(self, id_: str) -> Organization | None:
        """Find an organization that the caller is a member of."""
        return await organisations.organization(self, id_)

    @telling
    async def organization_of(self, workspace: Workspace) -> Organization | None:
        """Find the organization of a workspace."""
        return await organisations.organization_of(self, workspace)

    @telling
    async def workspace_of_organization(self, organization: Organization) -> Workspace:
        """Find the workspace of an organization."""
        return await organisations.workspace_of(self, organization)

    @telling
    async def seat_counts_of(self, organization: Organization) -> SeatCounts:
        """Count the seats of an organization."""
        return await seats.seat_counts_of(self, organization)

    @telling
    async def members_of(
        self, organization: Organization, page: PageAsked, role: MemberRole | None
    ) -> OrganizationMemberConnection:
        """Find a page of an organization's members."""
        return await members.members_page(self, organization, page, role)

    @telling
    async def figures_of(self, member: OrganizationMember) -> MemberFigures:
        """Find the figures of a member."""
        return await members.figures_of(self, member)

    @telling
    async def seats_of(self, organization: Organization, page: PageAsked, status: SeatStatus | None) -> SeatConnection:
        """Find a page of an organization's seats."""
        return await seats.seats_page(self, organization, page, status)

    @telling
    async def changes_of(self, seat: Seat) -> list[SeatChange]:
        """Find what happened to a seat."""
        return await seats.changes_of(self, seat)

    @telling
    async def invitations_of(
        self, organization: Organization, page: PageAsked, status: InvitationStatus | None
    ) -> InvitationConnection:
        """Find a page of an organization's invitations."""
        return await invitation_pages.invitations_page(self, organization, page, status)

    @telling
    async def orders_of(
        self, organization: Organization, page: PageAsked, status: OrderStatus | None
    ) -> OrderConnection:
        """Find a page of an organization's orders."""
        return await order_pages.orders_page(self, organization, page, status)

    @telling
    async def viewer_orders(self, page: PageAsked, status: OrderStatus | None) -> OrderConnection:
        """Find a page of what the caller has ordered."""
        return await order_pages.viewer_orders(self, page, status)

    @telling
    async def organization_overview(
        self, organization_id: str, first: int, after: str | None
    ) -> AsyncGenerator[OrganizationOverview]:
        """Open the overview of an organization."""
        return await overviews.organization_overview(self, organization_id, first, after)
