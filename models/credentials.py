"""Tables `service_accounts` and `credentials`: who calls, and how they prove it (G1, C3)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class CredentialKind(StrEnum):
    """SESSION and GUEST_SESSION belong to a person, SERVICE_KEY to a service account, OPERATOR_KEY to an operator."""

    SESSION = "SESSION"
    GUEST_SESSION = "GUEST_SESSION"
    SERVICE_KEY = "SERVICE_KEY"
    OPERATOR_KEY = "OPERATOR_KEY"


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

    class Meta:
        table = "credentials"
