"""Table `traits`: keyed hashes by which accounts of one person are linked (A3)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class TraitKind(StrEnum):
    """EMAIL and PHONE are verified; DEVICE and ADDRESS alone only raise a review flag."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    DEVICE = "DEVICE"
    ADDRESS = "ADDRESS"


class Trait(Model):
    """A person showed a trait; `hash` is keyed (hex of HMAC-SHA256), the trait itself stands nowhere."""

    id: UUID = fields.UUIDField(primary_key=True)
    person_id: UUID = fields.UUIDField()
    kind: fields.Field[TraitKind] = fields.CharEnumField(TraitKind, max_length=16)
    hash: fields.Field[str] = fields.CharField(max_length=64)
    first_seen_at: datetime = fields.DatetimeField()
    last_seen_at: datetime = fields.DatetimeField()

    class Meta:
        table = "traits"
        unique_together = (("person_id", "kind", "hash"),)
