"""Table `verb_results`: the original results of mutations that write no ledger entry, for 7 days (F5)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class VerbResult(Model):
    """Primary key (caller, key), of which the ORM sees the last column: filter by caller."""

    caller: UUID = fields.UUIDField()
    key: fields.Field[str] = fields.CharField(max_length=255, primary_key=True)
    input_hash: bytes = fields.BinaryField()
    result: object = fields.JSONField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "verb_results"
