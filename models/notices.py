"""Tables `notices`, `banners` and `emails`: what people are told, in the product and by mail (A6, A7, F11)."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.persons import Locale


class Notice(Model):
    """A notice to one person; its words are made from `kind` and `facts` in the reader's language."""

    id: UUID = fields.UUIDField(primary_key=True)
    person_id: UUID = fields.UUIDField()
    kind: str = fields.TextField()
    facts: object = fields.JSONField()
    created_at: datetime = fields.DatetimeField()
    read_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "notices"


class BannerKind(StrEnum):
    """What a banner announces (A6, A7)."""

    TERMS = "TERMS"
    PRICE = "PRICE"
    DISCONTINUATION = "DISCONTINUATION"
    INFORMATION = "INFORMATION"


class Banner(Model):
    """A text for everybody, by locale, shown in `[starts_at, ends_at)`, about what takes effect at `effective_at`.

    `facts` are those of the notices that users get; `told_after` is the last user who got theirs, in the order of ids,
    and `told_at` when the worker was through.
    """

    id: UUID = fields.UUIDField(primary_key=True)
    kind: fields.Field[BannerKind] = fields.CharEnumField(BannerKind, max_length=16)
    text: object = fields.JSONField()
    facts: object = fields.JSONField()
    effective_at: datetime | None = fields.DatetimeField(null=True)
    told_after: UUID | None = fields.UUIDField(null=True)
    told_at: datetime | None = fields.DatetimeField(null=True)
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime | None = fields.DatetimeField(null=True)
    created_by: UUID = fields.UUIDField()

    class Meta:
        table = "banners"


class Email(Model):
    """An e-mail in the outbox, written in the transaction of what it tells, sent and retried by the worker."""

    id: UUID = fields.UUIDField(primary_key=True)
    person_id: UUID | None = fields.UUIDField(null=True)
    address: str = fields.TextField()
    template: str = fields.TextField()
    facts: object = fields.JSONField()
    locale: fields.Field[Locale] = fields.CharEnumField(Locale, max_length=16)
    created_at: datetime = fields.DatetimeField()
    attempts: int = fields.IntField()
    next_attempt_at: datetime | None = fields.DatetimeField(null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    last_error: str | None = fields.TextField(null=True)

    class Meta:
        table = "emails"
