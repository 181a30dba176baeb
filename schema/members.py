"""Members of organizations, as their administrators see them (B3, F9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import strawberry

from schema.balances import CreditBalance, Quota
from schema.benefits import Benefits
from schema.fields import field
from schema.nodes import Node
from schema.pages import PageInfo
from schema.persons import Person
from schema.scalars import Cursor
from schema.seats import Seat
from schema.workspaces import MemberRole


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """The figures of a member after one entry of their wallet."""

    quotas: list[Quota]
    credits: list[CreditBalance]
    benefits: Benefits


class Asked(Protocol):
    """What a member asks the context for."""

    async def figures_of(self, member: "OrganizationMember") -> MemberFigures:
        """Find the figures of a member."""


Info = strawberry.Info[Asked, None]


@strawberry.type(
    description="A member of an organization. Exists for its administrators, who see every member's usage there."
)
class OrganizationMember(Node):
    """A member. `figures` are known where they were read along with the member."""

    wallet_id: strawberry.Private[UUID | None]
    figures: strawberry.Private[MemberFigures | None]

    person: Person = strawberry.field(description="Who they are; their e-mail address while they are a member.")
    role: MemberRole = strawberry.field(description="What they may do.")
    joined_at: datetime = strawberry.field(description="When they joined.")
    left_at: datetime | None = strawberry.field(description="When they left, or were removed; null: they are a member.")
    seat: Seat | None = strawberry.field(description="The seat that they hold; null: none.")

    @field
    async def quotas(self, info: Info) -> list[Quota]:
        """What the organization gives them in the current period, and how much of it is gone."""
        return (self.figures or await info.context.figures_of(self)).quotas

    @field
    async def credits(self, info: Info) -> list[CreditBalance]:
        """What they were given there once, by meter."""
        return (self.figures or await info.context.figures_of(self)).credits

    @field
    async def benefits(self, info: Info) -> Benefits:
        """Whether they can use it now."""
        return (self.figures or await info.context.figures_of(self)).benefits


@strawberry.type(description="A member on a page.")
class OrganizationMemberEdge:
    """An edge of an `OrganizationMemberConnection`."""

    cursor: Cursor = strawberry.field(description="The member's place, for `after` and `before`.")
    node: OrganizationMember = strawberry.field(description="The member.")


@strawberry.type(description="A page of an organization's members, in the order in which they joined.")
class OrganizationMemberConnection:
    """A page of members."""

    edges: list[OrganizationMemberEdge] = strawberry.field(description="The members with their places.")
    nodes: list[OrganizationMember] = strawberry.field(description="The members alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")
