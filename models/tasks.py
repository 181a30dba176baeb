"""Table `tasks`: usage in two steps (F4)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.tasks import TaskStatus
from models.written_by_poster import WrittenByPoster


class Task(WrittenByPoster):
    """Row of `domain.tasks.Task`, which stands whole in `body`; once resolved it never changes (a trigger says so)."""

    id: UUID = fields.UUIDField(primary_key=True)
    wallet_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    status: fields.Field[TaskStatus] = fields.CharEnumField(TaskStatus, max_length=16)
    meter: str = fields.TextField()
    held: int = fields.BigIntField()
    started_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    body: object = fields.JSONField()

    class Meta:
        table = "tasks"
        unique_together = (("wallet_id", "id"),)
