"""Seats: what an organization has bought, who holds them, and what happened to them (B6)."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import strawberry
from strawberry.types.lazy_type import LazyType

from domain.seats import SeatChangeKind, SeatStatus
from schema.enums import show
from schema.fields import field, field_of
from schema.nodes import Node
from schema.pages import PageInfo
from schema.persons import Person
from schema.scalars import Cursor

show(
    SeatStatus,
    "SeatStatus",
    "What a seat is at an instant.",
    {
        SeatStatus.UNALLOCATED: "Nobody holds it.",
        SeatStatus.ALLOCATED: "A member holds it.",
        SeatStatus.PENDING_RELEASE: "Its member has left; until the next settlement nobody else can have it.",
    },
)
show(
    SeatChangeKind,
    "SeatChangeKind",
    "What happened to a seat.",
    {
        SeatChangeKind.ADDED: "It was bought.",
        SeatChangeKind.ASSIGNED: "Somebody joined and holds it.",
        SeatChangeKind.VACATED: "Its member was removed or left; it is pending release.",
        SeatChangeKind.REASSIGNED: "The same person came back to it within the period.",
        SeatChangeKind.RELEASED: "The settlement came; it is unallocated.",
        SeatChangeKind.RETIRED: "A renewal with fewer seats ended it.",
    },
)


class Asked(Protocol):
    """What a seat asks the context for."""

    async def changes_of(self, seat: "Seat") -> "list[SeatChange]":
        """Find what happened to a seat."""


Info = strawberry.Info[Asked, None]


@strawberry.type(
    description=(
        "How many seats an organization has, by status. `total = unallocated + allocated + pendingRelease`, always."
    )
)
class SeatCounts:
    """Counts at one instant."""

    total: int = strawberry.field(description="All seats.")
    unallocated: int = strawberry.field(description="Seats that nobody holds.")
    allocated: int = strawberry.field(description="Seats that members hold.")
    pending_release: int = strawberry.field(description="Seats whose members have left, until the next settlement.")
    assignable: int = strawberry.field(
        description=(
            "Seats that somebody may be given now: unallocated ones, but for those that the next term will not have."
        )
    )
    at: datetime = strawberry.field(description="The instant at which these figures are true.")


@strawberry.type(description="One thing that happened to a seat.")
class SeatChange:
    """A change."""

    at: datetime = strawberry.field(description="When it happened.")
    kind: SeatChangeKind = strawberry.field(description="What happened.")
    person: Person | None = strawberry.field(description="Who holds it since, or held it; null: nobody is concerned.")
    actor: Person | None = strawberry.field(description="Who did it; null: it fell due, or no member did it.")
    order_id: strawberry.ID | None = strawberry.field(
        description="The order that brought it about: `ord_…`; null: none did."
    )
    why: str = strawberry.field(description='Why, in plain English, such as "Removed by Ada".')


class Holder(Protocol):
    """A member, as far as their seat shows them."""

    person: Person


@strawberry.type(description="A seat of an organization, as of now. It exists in `[startsAt, endsAt)`.")
class Seat(Node):
    """A seat."""

    uuid: strawberry.Private[UUID]
    held_by: strawberry.Private[Holder | None]

    number: int = strawberry.field(description="Its number in the organization: 1, 2, 3 …")
    status: SeatStatus = strawberry.field(description="What it is now.")
    since: datetime | None = strawberry.field(description="Since when its holder has it; null: nobody holds it.")
    release_at: datetime | None = strawberry.field(
        description="When it comes free: the next settlement; null: it is not pending release."
    )
    starts_at: datetime = strawberry.field(description="When it was added.")
    ends_at: datetime | None = strawberry.field(
        description="When it ends, since the next term has fewer seats; null: it stays."
    )

    @field_of(LazyType("OrganizationMember", "schema.members") | None)  # members name their seat and import this file
    def holder(self) -> Holder | None:
        """The member who holds it, or who left and whose it is until its release; null: nobody holds it."""
        return self.held_by

    @field
    async def changes(self, info: Info) -> list[SeatChange]:
        """What happened to it, the newest first: the newest 20."""
        return await info.context.changes_of(self)


@strawberry.type(description="A seat on a page.")
class SeatEdge:
    """An edge of a `SeatConnection`."""

    cursor: Cursor = strawberry.field(description="The seat's place, for `after` and `before`.")
    node: Seat = strawberry.field(description="The seat.")


@strawberry.type(description="A page of an organization's seats, by number.")
class SeatConnection:
    """A page of seats."""

    edges: list[SeatEdge] = strawberry.field(description="The seats with their places.")
    nodes: list[Seat] = strawberry.field(description="The seats alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")
