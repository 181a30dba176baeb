"""Views of seats, of what happened to them, and their pages."""

from datetime import datetime

from domain.authorization import permit_role
from domain.seat_words import why_seat_changed
from domain.seats import SeatCounts, SeatStatus
from resolvers import ids
from resolvers.members import member_view, seat_view
from resolvers.operation import Operation
from resolvers.pages import cursor_of, page_info, window_of
from resolvers.persons import colleague_view
from schema import seats as schema
from schema.organisations import Organization
from schema.pages import PageAsked
from schema.seats import Seat, SeatChange, SeatConnection, SeatEdge
from services import seat_reads
from services.seat_reads import SeatChangeRow, SeatHeld, seats_of

LIST = "this organization's seats"


def seat_counts_view(counts: SeatCounts, at: datetime) -> schema.SeatCounts:
    """Show how many seats there were of each status at an instant."""
    return schema.SeatCounts(
        total=counts.total,
        unallocated=counts.unallocated,
        allocated=counts.allocated,
        pending_release=counts.pending_release,
        assignable=counts.assignable,
        at=at,
    )


async def seat_counts_of(operation: Operation, organization: Organization) -> schema.SeatCounts:
    """Count an organization's seats, together with those of others.

    Raises:
        Forbidden: the viewer does not administer it.
    """
    permit_role(organization.viewer_role, "Organization.seatCounts")
    counts, at = await operation.loaders.seat_counts.load(organization.uuid)
    return seat_counts_view(counts, at)


async def seats_page(
    operation: Operation, organization: Organization, asked: PageAsked, status: SeatStatus | None
) -> SeatConnection:
    """Find a page of an organization's seats.

    Raises:
        Forbidden: the viewer does not administer it.
        InvalidInput: names the argument.
    """
    permit_role(organization.viewer_role, "Organization.seats")
    of = seats_of(organization.uuid)
    window = window_of(of, asked, LIST)
    page = await seat_reads.seats_page(operation.runtime, organization.uuid, window, status)
    edges = [SeatEdge(cursor=cursor_of(of, row.place), node=_held_view(row)) for row in page.rows]
    return SeatConnection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info(page, edges))


async def find_seat(operation: Operation, id_: str) -> Seat | None:
    """Find a seat of an organization that the caller administers by its id."""
    uuid = ids.read(ids.SEAT, id_)
    row = await seat_reads.seat(operation.runtime, operation.principal, uuid) if uuid else None
    return _held_view(row) if row else None


async def changes_of(operation: Operation, seat: Seat) -> list[SeatChange]:
    """Find what happened to a seat, together with others."""
    return [_change_view(row) for row in await operation.loaders.seat_changes.load(seat.uuid) or ()]


def _held_view(row: SeatHeld) -> Seat:
    holder = member_view(row.holder) if row.holder else None
    return holder.seat if holder and holder.seat else seat_view(row.seat)


def _change_view(row: SeatChangeRow) -> SeatChange:
    actor = colleague_view(row.actor, row.actor_name) if row.actor and row.actor_name else None
    return SeatChange(
        at=row.at,
        kind=row.kind,
        person=colleague_view(row.person_id, row.person_name) if row.person_id and row.person_name else None,
        actor=actor,
        order_id=ids.write(ids.ORDER, row.order_id) if row.order_id else None,
        why=why_seat_changed(
            row.kind, actor=row.actor_name, by_holder=row.actor is not None and row.actor == row.person_id
        ),
    )
