"""Table `allowances`: what a membership gives in every period of a cycle (C2, B9)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.meters import Pool
from models.written_by_poster import WrittenByPoster


class Allowance(WrittenByPoster):
    """Row of `domain.allowances.Allowance`; primary key (wallet_id, number)."""

    wallet_id: UUID = fields.UUIDField()
    number: int = fields.IntField(primary_key=True, generated=False)
    workspace_id: UUID = fields.UUIDField()
    meter: str = fields.TextField()
    pool: fields.Field[Pool] = fields.CharEnumField(Pool, max_length=16)
    amount: int = fields.BigIntField()
    cycle: object = fields.JSONField()
    anchor: datetime = fields.DatetimeField()
    source: str = fields.TextField()
    ends_at: datetime | None = fields.DatetimeField(null=True)
    opens_on_use: fields.Field[bool] = fields.BooleanField()
    granted_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "allowances"
