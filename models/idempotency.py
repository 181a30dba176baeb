"""Table `idempotency_keys`: the original result of every mutation, for 7 days (F5)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from models.written_by_poster import WrittenByPoster


class IdempotencyKey(WrittenByPoster):
    """Primary key (caller, key). Either the entry that the command wrote, or the refusal that it got."""

    caller: UUID = fields.UUIDField()
    key: fields.Field[str] = fields.CharField(max_length=255, primary_key=True)
    input_hash: bytes = fields.BinaryField()
    wallet_id: UUID = fields.UUIDField()
    entry: int | None = fields.BigIntField(null=True)
    refusal: object | None = fields.JSONField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "idempotency_keys"
