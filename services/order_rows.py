"""Rows of orders: how the database's are read, and what others are told of them (D8)."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.orders import INTENTS, Intent, OrderKind, OrderLine, OrderStatus, PaymentMethod
from domain.payments import PaymentVerdict, status_at
from domain.refusals import Refusal
from services.payment_providers import Payable

PAYMENTS_SHOWN_MAX = 20
"""Reports of an order that are shown with it, the newest."""

ORDER_COLUMNS = f"""
o.id, o.kind, o.status, o.method, o.buyer_id, o.organisation_id, o.currency, o.total_minor, o.intent, o.reference,
o.receipt_number, o.created_at, o.expires_at, o.paid_at, o.closed_at,
(SELECT p.display_name FROM persons p WHERE p.id = o.buyer_id) AS buyer_name,
(SELECT g.workspace_id FROM organisations g WHERE g.id = o.organisation_id) AS workspace_id,
(SELECT s.name FROM organisations g JOIN workspaces s ON s.id = g.workspace_id
    WHERE g.id = o.organisation_id) AS organisation_name,
(SELECT json_agg(json_build_object('kind', l.kind, 'quantity', l.quantity, 'unit_minor', l.unit_minor,
        'amount_minor', l.amount_minor, 'starts_at', l.starts_at, 'ends_at', l.ends_at, 'days', l.days,
        'days_in_term', l.days_in_term) ORDER BY l.number)
    FROM order_lines l WHERE l.order_id = o.id) AS lines,
(SELECT json_agg(json_build_object('id', y.id, 'verdict', y.outcome, 'paid', y.paid, 'amount_minor', y.amount_minor,
        'currency', y.currency, 'occurred_at', y.occurred_at, 'received_at', y.received_at)
        ORDER BY y.received_at DESC, y.id DESC)
    FROM (SELECT * FROM payments x WHERE x.order_id = o.id ORDER BY x.received_at DESC, x.id DESC
        LIMIT {PAYMENTS_SHOWN_MAX}) y) AS payments
"""  # noqa: S608  (constant text)
"""Of `orders o`, for `order_of`. The order's own columns are fresh after a lock was waited for; the others never change
while its buyer's person row is locked."""

_TEXTS = {kind: msgspec.json.Decoder(intent) for kind, intent in INTENTS.items()}


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """What was reported about an order, and what came of it. `paid` false: that it could not be paid."""

    id: UUID
    verdict: PaymentVerdict
    paid: bool
    amount_minor: int | None
    currency: str | None
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order. Amounts in minor units of `currency`.

    Attributes:
        status: as it is written; see `at`.
        organisation_id: whom it is for, None: the buyer alone; that of an ORGANISATION order comes with its payment,
            and so do its `workspace_id` and `organisation_name`.
        reference: what a bank transfer names.
        receipt_number: numbers the paid ones without a gap.
        expires_at: from when on it cannot be paid.
        closed_at: when it was paid, failed, expired or was cancelled.
        payments: what was reported of it, the newest first, at most 20.
        mandate: given to the effect of being paid alone: lets the provider charge again.
    """

    id: UUID
    kind: OrderKind
    status: OrderStatus
    method: PaymentMethod
    buyer_id: UUID
    organisation_id: UUID | None
    currency: str
    total_minor: int
    intent: Intent
    reference: str
    receipt_number: int | None
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    closed_at: datetime | None
    lines: tuple[OrderLine, ...]
    buyer_name: str
    workspace_id: UUID | None
    organisation_name: str | None
    payments: tuple[PaymentRow, ...] = ()
    mandate: str | None = None

    def at(self, now: datetime) -> "OrderRow":
        """Give the order as it is in truth: expired, though the worker has not written it yet."""
        status = status_at(self, now)
        return self if status is self.status else replace(self, status=status, closed_at=self.expires_at)

    def payable(self) -> Payable:
        """Give what a provider is told of the order."""
        description = f"Order {self.reference}"
        return Payable(self.id, self.reference, self.total_minor, self.currency, self.expires_at, description)


_LINES = msgspec.json.Decoder(tuple[OrderLine, ...])
_PAYMENTS = msgspec.json.Decoder(tuple[PaymentRow, ...])


@dataclass(frozen=True, slots=True)
class Effected:
    """What the effect of a paid order touched.

    Attributes:
        organisation_id: which organisation it is for; None: it is for the buyer alone.
        workspace_id: the organisation's workspace, whose overview is woken.
        wallets: those that have new entries.
        subjects: people whose access changed.
    """

    organisation_id: UUID | None
    workspace_id: UUID | None
    wallets: frozenset[UUID] = frozenset()
    subjects: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """The order that was changed, or why none was. What it is now, `order` tells."""

    order_id: UUID | None
    refused: Refusal | None = None


def order_of(record: asyncpg.Record) -> OrderRow:
    """Decode a row of `ORDER_COLUMNS`."""
    kind = OrderKind(record["kind"])
    return OrderRow(
        id=record["id"],
        kind=kind,
        status=OrderStatus(record["status"]),
        method=PaymentMethod(record["method"]),
        buyer_id=record["buyer_id"],
        organisation_id=record["organisation_id"],
        currency=record["currency"],
        total_minor=record["total_minor"],
        intent=_TEXTS[kind].decode(record["intent"]),
        reference=record["reference"],
        receipt_number=record["receipt_number"],
        created_at=record["created_at"],
        expires_at=record["expires_at"],
        paid_at=record["paid_at"],
        closed_at=record["closed_at"],
        lines=_LINES.decode(record["lines"]) if record["lines"] else (),
        buyer_name=record["buyer_name"],
        workspace_id=record["workspace_id"],
        organisation_name=record["organisation_name"],
        payments=_PAYMENTS.decode(record["payments"]) if record["payments"] else (),
    )
