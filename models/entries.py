"""Table `entries`: the truth, and the feed (F1, F2, F8). Append-only: a trigger refuses anything else."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from domain.entries import EntryKind
from models.written_by_poster import WrittenByPoster


class Entry(WrittenByPoster):
    """Row of `domain.entries.Entry`, which stands whole in `body`; primary key (wallet_id, number).

    `previous` is `number - 1`, made by the database and referring to an entry of the same wallet: so no number
    is ever missing. `recorded_at` is when it was written, `at` since when it is true. `caller` asked for it.
    """

    wallet_id: UUID = fields.UUIDField()
    number: int = fields.BigIntField(primary_key=True, generated=False)
    workspace_id: UUID = fields.UUIDField()
    kind: fields.Field[EntryKind] = fields.CharEnumField(EntryKind, max_length=24)
    at: datetime = fields.DatetimeField()
    recorded_at: datetime = fields.DatetimeField()
    meter: str = fields.TextField()
    amount: int = fields.BigIntField()
    task_id: UUID | None = fields.UUIDField(null=True)
    caller: UUID | None = fields.UUIDField(null=True)
    body: object = fields.JSONField()

    class Meta:
        table = "entries"
