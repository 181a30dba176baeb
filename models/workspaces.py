"""Tables `workspaces` and `members`: where people work, and who may (B11)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.workspaces import MemberRole, WorkspaceKind


class Workspace(Model):
    """A workspace. `owner_id` is set on PERSONAL ones only, and unique: nobody has two."""

    id: UUID = fields.UUIDField(primary_key=True)
    kind: fields.Field[WorkspaceKind] = fields.CharEnumField(WorkspaceKind, max_length=16)
    name: str = fields.TextField()
    owner_id: UUID | None = fields.UUIDField(null=True, unique=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "workspaces"


class Member(Model):
    """A person's access to a workspace; `left_at` ends it, the row stays."""

    id: UUID = fields.UUIDField(primary_key=True)
    workspace_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    role: fields.Field[MemberRole] = fields.CharEnumField(MemberRole, max_length=16)
    joined_at: datetime = fields.DatetimeField()
    left_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "members"
        unique_together = (("workspace_id", "person_id"),)
