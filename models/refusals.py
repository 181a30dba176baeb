"""Table `refusals`: every "no", for 30 days, so that it can be explained (F7)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from models.written_by_poster import WrittenByPoster


class Refusal(WrittenByPoster):
    """`body` is the `domain.refusals.Refusal`; `last_entry` the number that the wallet's figures were read at."""

    id: UUID = fields.UUIDField(primary_key=True)
    wallet_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    at: datetime = fields.DatetimeField()
    code: fields.Field[str] = fields.CharField(max_length=32)
    caller: UUID | None = fields.UUIDField(null=True)
    last_entry: int = fields.BigIntField()
    body: object = fields.JSONField()

    class Meta:
        table = "refusals"
