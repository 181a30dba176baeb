"""Tables `identities` and `sign_up_marks`: who somebody is elsewhere, and who was welcomed already (A2)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Provider(StrEnum):
    """Where people sign in. DEVELOPMENT is the local stand-in, which production does not have."""

    GOOGLE = "GOOGLE"
    GITHUB = "GITHUB"
    DEVELOPMENT = "DEVELOPMENT"


class Identity(Model):
    """A provider's subject that signs in as a person; unique per provider."""

    id: UUID = fields.UUIDField(primary_key=True)
    provider: fields.Field[Provider] = fields.CharEnumField(Provider, max_length=16)
    subject: str = fields.TextField()
    person_id: UUID = fields.UUIDField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "identities"
        unique_together = (("provider", "subject"),)


class SignUpMark(Model):
    """A keyed hash of a provider's subject or a verified e-mail that had its sign-up credits.

    Stays after the account is deleted, so that coming back is not rewarded again; says nothing without the key.
    """

    mark: fields.Field[str] = fields.CharField(max_length=64, primary_key=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "sign_up_marks"
