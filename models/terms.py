"""Tables `terms_versions` and `terms_acceptances` (A6)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class TermsVersion(Model):
    """A version of the terms, immutable once published. `title` and `body` are texts by locale (`en`, `zh-Hans`)."""

    version: int = fields.IntField(primary_key=True, generated=False)
    title: object = fields.JSONField()
    body: object = fields.JSONField()
    material: fields.Field[bool] = fields.BooleanField()
    published_at: datetime = fields.DatetimeField()
    published_by: UUID = fields.UUIDField()
    effective_at: datetime = fields.DatetimeField()

    class Meta:
        table = "terms_versions"


class TermsAcceptance(Model):
    """A person accepted a version by their first act after it came into effect."""

    id: UUID = fields.UUIDField(primary_key=True)
    person_id: UUID = fields.UUIDField()
    version: int = fields.IntField()
    accepted_at: datetime = fields.DatetimeField()

    class Meta:
        table = "terms_acceptances"
        unique_together = (("person_id", "version"),)
