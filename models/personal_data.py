"""Tables `exports`, `export_parts` and `deletions`: taking one's data along, and having it erased (A5)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.exports import ExportState


class Export(Model):
    """One archive of everything held about a person. `progress` is a percentage, `size` in bytes."""

    id: UUID = fields.UUIDField(primary_key=True)
    person_id: UUID = fields.UUIDField()
    state: fields.Field[ExportState] = fields.CharEnumField(ExportState, max_length=16)
    progress: int = fields.IntField()
    size: int | None = fields.BigIntField(null=True)
    sha256: bytes | None = fields.BinaryField(null=True)
    requested_at: datetime = fields.DatetimeField()
    finished_at: datetime | None = fields.DatetimeField(null=True)
    expires_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "exports"


class ExportPart(Model):
    """A piece of an archive; primary key (export_id, number), of which the ORM sees the last column."""

    export_id: UUID = fields.UUIDField()
    number: int = fields.IntField(primary_key=True, generated=False)
    content: bytes = fields.BinaryField()

    class Meta:
        table = "export_parts"


class Deletion(Model):
    """A request to delete an account: called back before `due_at`, or carried out from then on."""

    id: UUID = fields.UUIDField(primary_key=True)
    person_id: UUID = fields.UUIDField()
    requested_at: datetime = fields.DatetimeField()
    due_at: datetime = fields.DatetimeField()
    called_back_at: datetime | None = fields.DatetimeField(null=True)
    done_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "deletions"
