"""Workspaces and their members."""

from datetime import datetime
from uuid import UUID, uuid4

from domain.workspaces import MemberRole, WorkspaceKind
from models.workspaces import Member, Workspace
from tests.factories.clock import NOW


async def make_personal_workspace(owner_id: UUID, name: str = "At home") -> UUID:
    """Somebody's personal workspace; its owner is a member already."""
    workspace = await Workspace.create(
        id=uuid4(), kind=WorkspaceKind.PERSONAL, name=name, owner_id=owner_id, created_at=NOW
    )
    await join(workspace.id, owner_id, MemberRole.OWNER)
    return workspace.id


async def make_personal_workspaces(owners: list[UUID]) -> list[UUID]:
    """The personal workspaces of many, in the order of their owners."""
    kind, role = WorkspaceKind.PERSONAL, MemberRole.OWNER
    spaces = [Workspace(id=uuid4(), kind=kind, name="At home", owner_id=owner, created_at=NOW) for owner in owners]
    await Workspace.bulk_create(spaces)
    await Member.bulk_create(
        Member(id=uuid4(), workspace_id=space.id, person_id=space.owner_id, role=role, joined_at=NOW)
        for space in spaces
    )
    return [space.id for space in spaces]


async def make_enterprise_workspace(name: str = "Example Labs") -> UUID:
    """An organisation's workspace without members."""
    workspace = await Workspace.create(id=uuid4(), kind=WorkspaceKind.ENTERPRISE, name=name, created_at=NOW)
    return workspace.id


async def join(workspace_id: UUID, person_id: UUID, role: MemberRole = MemberRole.MEMBER) -> None:
    await Member.create(id=uuid4(), workspace_id=workspace_id, person_id=person_id, role=role, joined_at=NOW)


async def leave(workspace_id: UUID, person_id: UUID, at: datetime) -> None:
    await Member.filter(workspace_id=workspace_id, person_id=person_id).update(left_at=at)
