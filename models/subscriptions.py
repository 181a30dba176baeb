"""Tables `subscriptions` and `subscription_terms`: what pays for benefits (B1, B10, D5)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.plans import BillingInterval


class SubscriptionRow(Model):
    """The subscription of a workspace. `plan` is the version that was bought (A7).

    `benefits_version` counts what has changed for all members' wallets, `benefits_posted` up to where it was posted to
    each of them. `mandate` lets the payment provider charge again. `renewal_try_at`: when the worker next tries it.
    """

    id: UUID = fields.UUIDField(primary_key=True)
    workspace_id: UUID = fields.UUIDField(unique=True)
    organisation_id: UUID | None = fields.UUIDField(null=True, unique=True)
    plan: object = fields.JSONField()
    interval: fields.Field[BillingInterval] = fields.CharEnumField(BillingInterval, max_length=16)
    currency: fields.Field[str] = fields.CharField(max_length=3)
    anchor: datetime = fields.DatetimeField()
    zone: str = fields.TextField()
    auto_renew: fields.Field[bool] = fields.BooleanField()
    benefits_until: datetime = fields.DatetimeField()
    benefits_version: int = fields.IntField()
    benefits_posted: int = fields.IntField()
    mandate: str | None = fields.TextField(null=True)
    renewal_try_at: datetime | None = fields.DatetimeField(null=True)
    warned_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "subscriptions"
        unique_together = (("id", "workspace_id"),)


class SubscriptionTerm(Model):
    """A term that was paid: `[starts_at, ends_at)`, `unit_price_minor` a seat."""

    id: UUID = fields.UUIDField(primary_key=True)
    subscription_id: UUID = fields.UUIDField()
    number: int = fields.IntField()
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    unit_price_minor: int = fields.BigIntField()
    order_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "subscription_terms"
        unique_together = (("subscription_id", "number"),)
