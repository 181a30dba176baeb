"""Workspaces: where people work. Nothing crosses from one to another (B11)."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import strawberry
from strawberry.types.lazy_type import LazyType

from domain.workspaces import MemberRole, WorkspaceKind
from schema.balances import CreditBalance, Quota
from schema.enums import show
from schema.fields import field, field_of
from schema.nodes import Node
from schema.settings import WorkspaceSetting
from schema.usage import Surface

__all__ = ["MemberRole"]

show(
    WorkspaceKind,
    "WorkspaceKind",
    "What a workspace is for.",
    {
        WorkspaceKind.PERSONAL: "One person's own; everybody has exactly one.",
        WorkspaceKind.ENTERPRISE: "An organisation's; every organisation has exactly one.",
    },
)
show(
    MemberRole,
    "MemberRole",
    "What a person may do in a workspace.",
    {
        MemberRole.OWNER: "It is their personal workspace.",
        MemberRole.ADMIN: "They manage the organisation and see every member's usage.",
        MemberRole.MEMBER: "They use the benefits and see their own usage.",
    },
)


class HasFigures(Protocol):
    """A wallet, as far as its workspace shows it."""

    quotas: list[Quota]
    credits: list[CreditBalance]


class HasRole(Protocol):
    """An organization, as far as its workspace shows it."""

    viewer_role: MemberRole


class Asked(Protocol):
    """What a workspace asks the context for."""

    async def wallet_in(self, workspace: "Workspace") -> HasFigures | None:
        """Find the viewer's own wallet in a workspace."""

    async def settings_in(self, workspace: "Workspace") -> list[WorkspaceSetting]:
        """Find the viewer's settings in a workspace."""

    async def organization_of(self, workspace: "Workspace") -> HasRole | None:
        """Find the organization of a workspace."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="Where people work. Balances, usage and feeds belong to one workspace and never cross.")
class Workspace(Node):
    """A workspace as its viewer sees it."""

    uuid: strawberry.Private[UUID]
    wallet_id: strawberry.Private[UUID | None]

    kind: WorkspaceKind = strawberry.field(description="What it is for.")
    name: str = strawberry.field(description="Its name for people.")
    role: MemberRole | None = strawberry.field(
        description="What the viewer may do in it; null: the viewer is a service, not a member."
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    surfaces: list[Surface] = strawberry.field(
        description="Where it works. On other surfaces it is not there for its members, and the personal one is."
    )
    excluded_from_training: bool = strawberry.field(
        description=(
            "Whether nothing that happens in it is ever used for training: always so in an enterprise workspace. False "
            "says nothing about the use of a personal one."
        )
    )

    @field_of(LazyType("Wallet", "schema.wallets") | None)  # wallets name their workspace, so they import this file
    async def wallet(self, info: Info) -> HasFigures | None:
        """The viewer's own wallet in it; null: they have none here, as services have nowhere."""
        return await info.context.wallet_in(self)

    @field
    async def quotas(self, info: Info) -> list[Quota]:
        """What memberships give the viewer here: the quotas of their wallet."""
        wallet = await info.context.wallet_in(self)
        return wallet.quotas if wallet else []

    @field
    async def credits(self, info: Info) -> list[CreditBalance]:
        """What the viewer was given here once: the credits of their wallet."""
        wallet = await info.context.wallet_in(self)
        return wallet.credits if wallet else []

    @field
    async def settings(self, info: Info) -> list[WorkspaceSetting]:
        """What the viewer has set for themselves here, sorted by name: at most 50. Empty for a service."""
        return await info.context.settings_in(self)

    @field_of(LazyType("Organization", "schema.organisations") | None)  # which names its workspace
    async def organization(self, info: Info) -> HasRole | None:
        """The organization whose workspace it is; null: it is personal, or the viewer is no member."""
        return await info.context.organization_of(self)
