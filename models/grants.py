"""Table `grants`: what a wallet has been given, and what is left of it (D2, F3)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.grants import GrantKind
from domain.meters import Pool
from models.written_by_poster import WrittenByPoster


class Grant(WrittenByPoster):
    """Row of `domain.grants.Grant`; primary key (wallet_id, number). Amounts in thousandths, kept apart by CHECKs."""

    wallet_id: UUID = fields.UUIDField()
    number: int = fields.IntField(primary_key=True, generated=False)
    workspace_id: UUID = fields.UUIDField()
    meter: str = fields.TextField()
    pool: fields.Field[Pool] = fields.CharEnumField(Pool, max_length=16)
    kind: fields.Field[GrantKind] = fields.CharEnumField(GrantKind, max_length=16)
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime | None = fields.DatetimeField(null=True)
    granted: int = fields.BigIntField()
    used: int = fields.BigIntField()
    held: int = fields.BigIntField()
    remaining: int = fields.BigIntField()
    lapsed: int = fields.BigIntField()
    allowance: int | None = fields.IntField(null=True)
    period_start: datetime | None = fields.DatetimeField(null=True)
    source: str = fields.TextField()
    ended: fields.Field[bool] = fields.BooleanField()
    closed: fields.Field[bool] = fields.BooleanField()

    class Meta:
        table = "grants"
