"""Workspaces: where people work. Nothing crosses from one to another (B11)."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import strawberry
from strawberry.types.lazy_type import LazyType

from schema.balances import CreditBalance, Quota
from schema.enums import show
from schema.fields import field, field_of
from schema.nodes import Node


class WorkspaceKind(StrEnum):
    """What a workspace is for."""

    PERSONAL = "PERSONAL"
    ENTERPRISE = "ENTERPRISE"


class MemberRole(StrEnum):
    """What a person may do in a workspace."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    MEMBER = "MEMBER"


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


class Asked(Protocol):
    """What a workspace asks the context for."""

    async def wallet_in(self, workspace: "Workspace") -> HasFigures | None:
        """Find the viewer's own wallet in a workspace."""


Info = strawberry.Info[Asked, None]


@strawberry.type(description="Where people work. Balances, usage and feeds belong to one workspace and never cross.")
class Workspace(Node):
    """A workspace as its viewer sees it."""

    wallet_id: strawberry.Private[UUID | None]

    kind: WorkspaceKind = strawberry.field(description="What it is for.")
    name: str = strawberry.field(description="Its name for people.")
    role: MemberRole | None = strawberry.field(
        description="What the viewer may do in it; null: the viewer is a service, not a member."
    )
    created_at: datetime = strawberry.field(description="When it was made.")

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
