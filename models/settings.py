"""Table `workspace_settings`: what a member has set for themselves in one workspace (B11)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class WorkspaceSetting(Model):
    """One setting of one member. Names and values are the clients' own."""

    id: UUID = fields.UUIDField(primary_key=True)
    workspace_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    name: fields.Field[str] = fields.CharField(max_length=64)
    value: str = fields.TextField()
    updated_at: datetime = fields.DatetimeField()

    class Meta:
        table = "workspace_settings"
        unique_together = (("workspace_id", "person_id", "name"),)
