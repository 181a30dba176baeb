"""Table `wallets`: one per person per workspace; its row is the lock and the checkpoint of its ledger (F1, F2)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from models.written_by_poster import WrittenByPoster


class Wallet(WrittenByPoster):
    """A wallet. `last_entry` to `concurrency_max` are a checkpoint of its entries.

    `guest`: its owner has not registered. `enterprise`: it lies in an organisation's workspace.
    """

    id: UUID = fields.UUIDField(primary_key=True)
    workspace_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    created_at: datetime = fields.DatetimeField()
    last_entry: int = fields.BigIntField()
    last_at: datetime = fields.DatetimeField()
    next_due_at: datetime | None = fields.DatetimeField(null=True)
    grants_made: int = fields.IntField()
    allowances_made: int = fields.IntField()
    spent: object = fields.JSONField()
    periods: object = fields.JSONField()
    balances: object = fields.JSONField()
    benefits_until: datetime | None = fields.DatetimeField(null=True)
    suspended: fields.Field[str | None] = fields.CharField(max_length=32, null=True)
    concurrency_max: int | None = fields.IntField(null=True)
    guest: fields.Field[bool] = fields.BooleanField(default=False)
    enterprise: fields.Field[bool] = fields.BooleanField(default=False)

    class Meta:
        table = "wallets"
        unique_together = (("workspace_id", "person_id"), ("workspace_id", "id"))
