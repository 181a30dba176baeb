"""Tables `operators` and `audit_entries`: those who run the installation, and what they changed (G1, G3)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Operator(Model):
    """Somebody who runs this installation."""

    id: UUID = fields.UUIDField(primary_key=True)
    name: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "operators"


class AuditEntry(Model):
    """Who changed what, from what to what, and why. Append-only: a trigger refuses anything else."""

    id: UUID = fields.UUIDField(primary_key=True)
    at: datetime = fields.DatetimeField()
    actor: UUID = fields.UUIDField()
    verb: str = fields.TextField()
    target: UUID = fields.UUIDField()
    before: object = fields.JSONField()
    after: object = fields.JSONField()
    reason: str = fields.TextField()

    class Meta:
        table = "audit_entries"
