"""Tables `usage_hours` and `usage_marks`: charges summed up by hour, up to an entry of each wallet (F12)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class UsageHour(Model):
    """The charges of one wallet in one hour (UTC) with one set of facts; empty text: no client, credential or such."""

    id: UUID = fields.UUIDField(primary_key=True)
    wallet_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    hour: datetime = fields.DatetimeField()
    meter: str = fields.TextField()
    product: str = fields.TextField()
    surface: fields.Field[str] = fields.CharField(max_length=16)
    client: str = fields.TextField()
    credential: str = fields.TextField()
    quantity: int = fields.BigIntField()
    charged: int = fields.BigIntField()
    charges: int = fields.BigIntField()

    class Meta:
        table = "usage_hours"
        unique_together = (("wallet_id", "hour", "meter", "product", "surface", "client", "credential"),)


class UsageMark(Model):
    """Up to which entry a wallet's charges are in `usage_hours`: what is later is read from the entries."""

    wallet_id: UUID = fields.UUIDField(primary_key=True)
    workspace_id: UUID = fields.UUIDField()
    through: int = fields.BigIntField()

    class Meta:
        table = "usage_marks"
