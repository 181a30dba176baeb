"""Tables `orders`, `order_lines`, `payments`: what is bought, and what was reported of paying it (D8)."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from domain.orders import LineKind, OrderKind, OrderStatus, PaymentMethod


class Order(Model):
    """An order. `intent` is one of `domain.orders.INTENTS`, `reference` what a bank transfer names.

    `organisation_id` is the one that it is for; that of an ORGANISATION order comes with its payment. `receipt_number`
    numbers the paid ones without a gap.
    """

    id: UUID = fields.UUIDField(primary_key=True)
    kind: fields.Field[OrderKind] = fields.CharEnumField(OrderKind, max_length=16)
    status: fields.Field[OrderStatus] = fields.CharEnumField(OrderStatus, max_length=16)
    method: fields.Field[PaymentMethod] = fields.CharEnumField(PaymentMethod, max_length=16)
    buyer_id: UUID = fields.UUIDField()
    organisation_id: UUID | None = fields.UUIDField(null=True)
    currency: fields.Field[str] = fields.CharField(max_length=3)
    total_minor: int = fields.BigIntField()
    intent: object = fields.JSONField()
    reference: fields.Field[str] = fields.CharField(max_length=32, unique=True)
    receipt_number: int | None = fields.BigIntField(null=True, unique=True)
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    paid_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"


class OrderLine(Model):
    """A line of an order, as `domain.orders.OrderLine`."""

    id: UUID = fields.UUIDField(primary_key=True)
    order_id: UUID = fields.UUIDField()
    number: int = fields.IntField()
    kind: fields.Field[LineKind] = fields.CharEnumField(LineKind, max_length=32)
    quantity: int = fields.BigIntField()
    unit_minor: int = fields.BigIntField()
    amount_minor: int = fields.BigIntField()
    starts_at: datetime | None = fields.DatetimeField(null=True)
    ends_at: datetime | None = fields.DatetimeField(null=True)
    days: int | None = fields.IntField(null=True)
    days_in_term: int | None = fields.IntField(null=True)

    class Meta:
        table = "order_lines"
        unique_together = (("order_id", "number"),)


class Payment(Model):
    """What was reported about an order: each event of a provider once, whatever came of it. Append-only."""

    id: UUID = fields.UUIDField(primary_key=True)
    order_id: UUID = fields.UUIDField()
    provider: fields.Field[str] = fields.CharField(max_length=32)
    event_key: fields.Field[str] = fields.CharField(max_length=255)
    paid: fields.Field[bool] = fields.BooleanField()
    amount_minor: int | None = fields.BigIntField(null=True)
    currency: fields.Field[str | None] = fields.CharField(max_length=3, null=True)
    occurred_at: datetime = fields.DatetimeField()
    received_at: datetime = fields.DatetimeField()
    outcome: fields.Field[str] = fields.CharField(max_length=32)
    operator_id: UUID | None = fields.UUIDField(null=True)

    class Meta:
        table = "payments"
        unique_together = (("provider", "event_key"),)
