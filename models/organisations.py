"""Table `organisations`: the row is the lock under which its seats, members and invitations change (B5, B6)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Organisation(Model):
    """An organisation. Its name is its workspace's."""

    id: UUID = fields.UUIDField(primary_key=True)
    workspace_id: UUID = fields.UUIDField(unique=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "organisations"
        unique_together = (("id", "workspace_id"),)
