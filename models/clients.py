"""Tables `client_lists` and `violations`: which programs may use the coding benefit, and which tried without (C4)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class ClientList(Model):
    """A version of the list of approved clients; append-only. The one with the highest version is in force."""

    version: int = fields.IntField(primary_key=True, generated=False)
    clients: object = fields.JSONField()
    reason: str = fields.TextField()
    published_at: datetime = fields.DatetimeField()
    operator_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "client_lists"


class Violation(Model):
    """A request that was refused because of its client, with its context. `lifted_at`: it counts no more."""

    id: UUID = fields.UUIDField(primary_key=True)
    credential_id: UUID = fields.UUIDField()
    workspace_id: UUID = fields.UUIDField()
    person_id: UUID = fields.UUIDField()
    at: datetime = fields.DatetimeField()
    client: str | None = fields.TextField(null=True)
    product: str = fields.TextField()
    surface: fields.Field[str] = fields.CharField(max_length=16)
    why: fields.Field[str] = fields.CharField(max_length=32)
    list_version: int = fields.IntField()
    caller: UUID | None = fields.UUIDField(null=True)
    lifted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "violations"
