"""Tables `service_accounts` and `credentials`: who calls, and how they prove it (G1, C3)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class CredentialKind(StrEnum):
    """Whose they are: SESSION, GUEST_SESSION and API_KEY a person's, the others a service account's or an operator's.

    An API_KEY lets a program use a person's benefits in one workspace; it calls nothing by itself (C3, G1).
    """

    SESSION = "SESSION"
    GUEST_SESSION = "GUEST_SESSION"
    SERVICE_KEY = "SERVICE_KEY"
    OPERATOR_KEY = "OPERATOR_KEY"
    API_KEY = "API_KEY"


class ServiceAccount(Model):
    """A service that reports usage or reads for people: a chat back end, a coding gateway."""

    id: UUID = fields.UUIDField(primary_key=True)
    name: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "service_accounts"


class Credential(Model):
    """A bearer credential. Only the SHA-256 of its secret is kept; the secret has 256 random bits.

    `workspace_id` narrows a service key to one workspace; `scopes` are words such as `usage:write`. A session slides:
    `expires_at` moves with use, never beyond `ends_at`. `label` is what people see ("Chrome on Linux").

    Of an API key, `hint` is what its owner recognises it by; `last_client` and `last_address` (a keyed hash) say who
    used it last; `restricted_at` stops it until an operator lifts that (C4).
    """

    id: UUID = fields.UUIDField(primary_key=True)
    kind: fields.Field[CredentialKind] = fields.CharEnumField(CredentialKind, max_length=16)
    label: str = fields.TextField()
    secret_hash: bytes = fields.BinaryField()
    person_id: UUID | None = fields.UUIDField(null=True)
    service_account_id: UUID | None = fields.UUIDField(null=True)
    operator_id: UUID | None = fields.UUIDField(null=True)
    workspace_id: UUID | None = fields.UUIDField(null=True)
    scopes: list[str] = ArrayField("text")
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime | None = fields.DatetimeField(null=True)
    ends_at: datetime | None = fields.DatetimeField(null=True)
    last_seen_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)
    hint: fields.Field[str | None] = fields.CharField(max_length=16, null=True)
    last_client: fields.Field[str | None] = fields.CharField(max_length=100, null=True)
    last_address: fields.Field[str | None] = fields.CharField(max_length=64, null=True)
    restricted_at: datetime | None = fields.DatetimeField(null=True)
    restricted_because: str | None = fields.TextField(null=True)

    class Meta:
        table = "credentials"
