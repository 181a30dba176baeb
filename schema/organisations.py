"""Organizations: who bought seats together, as one of their members sees them (B1, B3)."""

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import strawberry
from strawberry.types.lazy_type import LazyType

from domain.invitations import InvitationStatus
from domain.orders import OrderStatus
from domain.seats import SeatStatus
from domain.usage_history import UsageGrouping
from schema.fields import field, field_of
from schema.invitation_pages import InvitationConnection
from schema.members import OrganizationMemberConnection
from schema.nodes import Node
from schema.order_pages import OrderConnection
from schema.pages import After, Before, First, Last, PageAsked
from schema.seats import SeatConnection, SeatCounts
from schema.subscriptions import OrganizationSubscription
from schema.usage_history import By, From, To, UsageReport
from schema.workspaces import MemberRole


class HasId(Protocol):
    """A workspace, as far as its organization shows it."""

    id: strawberry.ID


class Asked(Protocol):
    """What an organization asks the context for."""

    async def workspace_of_organization(self, organization: "Organization") -> HasId:
        """Find the workspace of an organization."""

    async def seat_counts_of(self, organization: "Organization") -> SeatCounts:
        """Count the seats of an organization."""

    async def members_of(
        self, organization: "Organization", page: PageAsked, role: MemberRole | None
    ) -> OrganizationMemberConnection:
        """Find a page of an organization's members."""

    async def seats_of(
        self, organization: "Organization", page: PageAsked, status: SeatStatus | None
    ) -> SeatConnection:
        """Find a page of an organization's seats."""

    async def invitations_of(
        self, organization: "Organization", page: PageAsked, status: InvitationStatus | None
    ) -> InvitationConnection:
        """Find a page of an organization's invitations."""

    async def orders_of(
        self, organization: "Organization", page: PageAsked, status: OrderStatus | None
    ) -> OrderConnection:
        """Find a page of an organization's orders."""

    async def usage_in(
        self, organization: "Organization", start: datetime, end: datetime, by: list[UsageGrouping]
    ) -> UsageReport:
        """Sum up the usage of an organization's members."""


Info = strawberry.Info[Asked, None]


@strawberry.type(
    description=(
        "An organization, as one of its members sees it. What is for administrators alone says so; for others "
        "it is null, with the error `FORBIDDEN`. For anybody but its members it does not exist."
    )
)
class Organization(Node):
    """An organization."""

    uuid: strawberry.Private[UUID]
    workspace_uuid: strawberry.Private[UUID]

    name: str = strawberry.field(description="Its name, which is its workspace's.")
    workspace_id: strawberry.ID = strawberry.field(description="Its workspace: `wsp_…`.")
    created_at: datetime = strawberry.field(description="When it was founded.")
    viewer_role: MemberRole = strawberry.field(description="What the viewer may do in it: `ADMIN` or `MEMBER`.")
    subscription: OrganizationSubscription = strawberry.field(description="What pays for it, as of now.")

    @field_of(LazyType("Workspace", "schema.workspaces"))  # workspaces name their organization and import this file
    async def workspace(self, info: Info) -> HasId:
        """The workspace that all its members work in."""
        return await info.context.workspace_of_organization(self)

    @field
    async def seat_counts(self, info: Info) -> SeatCounts | None:
        """How many seats it has now, by status. For administrators."""
        return await info.context.seat_counts_of(self)

    @field
    async def members(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        role: Annotated[
            MemberRole | None, strawberry.argument(description="Only members of this role; null: of any.")
        ] = None,
    ) -> OrganizationMemberConnection | None:
        """Its members in the order in which they joined, with their seats and usage. For administrators.

        With `first`, the members that follow `after`; with `last`, those that precede `before`. With neither, 20: those
        that precede `before` where it alone is given, else the first.
        """
        return await info.context.members_of(self, PageAsked(first, after, last, before), role)

    @field
    async def seats(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            SeatStatus | None, strawberry.argument(description="Only seats of this status; null: of any.")
        ] = None,
    ) -> SeatConnection | None:
        """The seats that it has now, by number. For administrators.

        With `first`, the seats that follow `after`; with `last`, those that precede `before`. With neither, 20: those
        that precede `before` where it alone is given, else the first.
        """
        return await info.context.seats_of(self, PageAsked(first, after, last, before), status)

    @field
    async def invitations(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            InvitationStatus | None, strawberry.argument(description="Only invitations of this status; null: of any.")
        ] = None,
    ) -> InvitationConnection | None:
        """Its invitations, the newest first. For administrators.

        With `first`, the invitations that follow `after`; with `last`, those that precede `before`. With neither, 20:
        those that precede `before` where it alone is given, else the first.
        """
        return await info.context.invitations_of(self, PageAsked(first, after, last, before), status)

    @field
    async def orders(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[
            OrderStatus | None, strawberry.argument(description="Only orders of this status; null: of any.")
        ] = None,
    ) -> OrderConnection | None:
        """Its orders, the newest first. For administrators.

        With `first`, the orders that follow `after`; with `last`, those that precede `before`. With neither, 20: those
        that precede `before` where it alone is given, else the first.
        """
        return await info.context.orders_of(self, PageAsked(first, after, last, before), status)

    @field
    async def usage(self, info: Info, *, from_: From, to: To, by: By) -> UsageReport | None:
        """What all who are or were its members were charged in it, summed up. For administrators.

        Sorted by time, then by meter and the other facts. Always exact, up to the last charge. At most 10 000 rows.
        """
        return await info.context.usage_in(self, from_, to, by)
