"""Table `one_time_codes`: what is good for one use within a minute (A2, sockets)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class CodePurpose(StrEnum):
    """EXCHANGE becomes a session's token for a page on another origin; TICKET opens one socket."""

    EXCHANGE = "EXCHANGE"
    TICKET = "TICKET"


class OneTimeCode(Model):
    """Only the SHA-256 (hex) of the code is kept. `credential_id` is the session that it stands for."""

    code_hash: fields.Field[str] = fields.CharField(max_length=64, primary_key=True)
    purpose: fields.Field[CodePurpose] = fields.CharEnumField(CodePurpose, max_length=16)
    person_id: UUID = fields.UUIDField()
    credential_id: UUID | None = fields.UUIDField(null=True)
    expires_at: datetime = fields.DatetimeField()
    used_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "one_time_codes"
