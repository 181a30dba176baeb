"""Table `persons`: people who own wallets, guests included (A1, A4, A6)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.persons import Locale, PersonKind, PersonStatus


class Person(Model):
    """A person. `email` is verified by a sign-in provider; guests have none.

    `status_until` ends a suspension by itself. `under_review` is raised by links to other accounts (A3); it blocks
    nothing.
    """

    id: UUID = fields.UUIDField(primary_key=True)
    kind: fields.Field[PersonKind] = fields.CharEnumField(PersonKind, max_length=16, default=PersonKind.USER)
    display_name: str = fields.TextField()
    email: str | None = fields.TextField(null=True)
    locale: fields.Field[Locale] = fields.CharEnumField(Locale, max_length=16, default=Locale.ENGLISH)
    time_zone: str = fields.TextField(default="UTC")
    default_workspace_id: UUID | None = fields.UUIDField(null=True)
    status: fields.Field[PersonStatus] = fields.CharEnumField(PersonStatus, max_length=16)
    status_reason: str | None = fields.TextField(null=True)
    status_by: UUID | None = fields.UUIDField(null=True)
    status_at: datetime | None = fields.DatetimeField(null=True)
    status_until: datetime | None = fields.DatetimeField(null=True)
    under_review: fields.Field[bool] = fields.BooleanField(default=False)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "persons"
