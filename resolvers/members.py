"""Views of an organization's members, and their pages."""

from domain.authorization import permit_role
from domain.benefits import Benefits
from domain.catalog import Catalog
from domain.workspaces import MemberRole
from resolvers import ids
from resolvers.balances import balance_view
from resolvers.benefits import benefits_view
from resolvers.operation import Operation
from resolvers.pages import cursor_of, page_info, window_of
from resolvers.persons import colleague_view
from schema.members import (
    MemberFigures,
    OrganizationMember,
    OrganizationMemberConnection,
    OrganizationMemberEdge,
)
from schema.organisations import Organization
from schema.pages import PageAsked
from schema.seats import Seat
from services import member_reads
from services.keyset import ListOf, Page
from services.member_reads import FiguresRow, MemberRow, SeatRow, members_of

LIST = "this organization's members"


def member_view(row: MemberRow, figures: MemberFigures | None = None) -> OrganizationMember:
    """Show a member with their seat, which shows them as its holder. Figures that are not given are looked up."""
    seat = seat_view(row.seat) if row.seat else None
    member = OrganizationMember(
        id=ids.write(ids.MEMBER, row.id),
        wallet_id=row.wallet_id,
        figures=figures,
        person=colleague_view(row.person_id, row.display_name, row.email),
        role=row.role,
        joined_at=row.joined_at,
        left_at=row.left_at,
        seat=seat,
    )
    if seat:
        seat.held_by = member
    return member


def seat_view(row: SeatRow) -> Seat:
    """Show a seat without its holder."""
    return Seat(
        id=ids.write(ids.SEAT, row.id),
        uuid=row.id,
        held_by=None,
        number=row.number,
        status=row.status,
        since=row.held_since,
        release_at=row.release_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def figures_view(catalog: Catalog, row: FiguresRow | None) -> MemberFigures:
    """Show a member's figures; None: they have no wallet there."""
    if row is None:
        return MemberFigures([], [], benefits_view(Benefits()))
    balance = balance_view(catalog, row.wallet_id, row.last_entry, row.at, row.balances, allowances=row.allowances)
    return MemberFigures(balance.quotas, balance.credits, benefits_view(row.benefits))


def connection_view(of: ListOf, page: Page[tuple[MemberRow, MemberFigures | None]]) -> OrganizationMemberConnection:
    """Show a page of members."""
    edges = [
        OrganizationMemberEdge(cursor=cursor_of(of, row.place), node=member_view(row, figures))
        for row, figures in page.rows
    ]
    return OrganizationMemberConnection(
        edges=edges, nodes=[edge.node for edge in edges], page_info=page_info(page, edges)
    )


async def members_page(
    operation: Operation, organization: Organization, asked: PageAsked, role: MemberRole | None
) -> OrganizationMemberConnection:
    """Find a page of an organization's members.

    Raises:
        Forbidden: the viewer does not administer it.
        InvalidInput: names the argument.
    """
    permit_role(organization.viewer_role, "Organization.members")
    of = members_of(organization.uuid)
    window = window_of(of, asked, LIST)
    page = await member_reads.members_page(operation.runtime, organization.workspace_uuid, window, role)
    return connection_view(of, page.map(lambda row: (row, None)))


async def find_member(operation: Operation, id_: str) -> OrganizationMember | None:
    """Find a member of an organization that the caller administers by their id."""
    uuid = ids.read(ids.MEMBER, id_)
    row = await member_reads.member(operation.runtime, operation.principal, uuid) if uuid else None
    return member_view(row) if row else None


async def figures_of(operation: Operation, member: OrganizationMember) -> MemberFigures:
    """Find the figures of a member, together with those of others."""
    row = await operation.loaders.figures.load(member.wallet_id) if member.wallet_id else None
    return figures_view(operation.catalog, row)
