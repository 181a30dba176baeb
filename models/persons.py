"""Table `persons`: people who own wallets (A4)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class PersonStatus(StrEnum):
    """Anything but ACTIVE is refused at the door (A4)."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"
    DELETED = "DELETED"


class Person(Model):
    """A person. `display_name` is what they are called on pages; no other personal data stands here."""

    id: UUID = fields.UUIDField(primary_key=True)
    display_name: str = fields.TextField()
    status: fields.Field[PersonStatus] = fields.CharEnumField(PersonStatus, max_length=16)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "persons"
