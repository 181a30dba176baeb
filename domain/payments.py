"""Payments: what a report of one means for its order (D8). Reports come at least once, late, and in any order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.orders import OrderStatus

CLOCKS_DIFFER_MAX = timedelta(minutes=5)
"""How far a provider's clock may be from ours."""


class PaymentVerdict(StrEnum):
    """The closed set of what comes of a report."""

    APPLIED = "APPLIED"
    """The order is paid by it: what was bought comes about now, and never again."""
    FAILED = "FAILED"
    """It could not be paid. A payment that is heard of later counts nevertheless."""
    MISMATCHED = "MISMATCHED"
    """Amount or currency are not exactly the order's, or it was paid before the order existed: no effect."""
    LATE = "LATE"
    """It was paid after the order had ended: no effect."""
    ALREADY_PAID = "ALREADY_PAID"
    """The order had been paid before: no effect, and the money is to be returned."""
    IGNORED = "IGNORED"
    """A failure of an order that was not open any more: no effect."""
    DUPLICATE = "DUPLICATE"
    """This event was heard of before: no effect, and not recorded again."""
    PREMATURE = "PREMATURE"
    """It says that it happened in the future: not recorded. Reported again when that has come, it counts."""


RECORDED = frozenset(PaymentVerdict) - {PaymentVerdict.DUPLICATE, PaymentVerdict.PREMATURE}
"""The verdicts of events that are kept."""

TO_BE_RETURNED = frozenset({PaymentVerdict.MISMATCHED, PaymentVerdict.LATE, PaymentVerdict.ALREADY_PAID})
"""The verdicts on money that came and bought nothing: operators settle it with the payer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReport:
    """What a provider, or an operator, says about an order.

    Attributes:
        provider: its name, and with `event_key` the identity of the event: reported again, it is the same one.
        event_key: 1 to 255 characters.
        order_id: the order.
        paid: whether it was paid; otherwise it could not be.
        amount_minor: what was paid, in minor units of `currency`; both are there if it was paid.
        currency: ISO 4217.
        occurred_at: when it was paid, or failed, by the provider's clock.
        mandate: lets the provider charge again, if the payer agreed to that.
        reason: why, in a few words of a provider or operator.
    """

    provider: str
    event_key: str
    order_id: UUID
    paid: bool
    amount_minor: int | None
    currency: str | None
    occurred_at: datetime
    mandate: str | None = None
    reason: str | None = None


class Owed(Protocol):
    """An order, as far as a payment concerns it."""

    @property
    def status(self) -> OrderStatus:
        """What is written of it; a PENDING one may have expired since."""

    @property
    def total_minor(self) -> int:
        """What is to be paid, exactly, in minor units."""

    @property
    def currency(self) -> str:
        """ISO 4217."""

    @property
    def created_at(self) -> datetime:
        """When it was placed."""

    @property
    def expires_at(self) -> datetime:
        """From when on it cannot be paid."""

    @property
    def closed_at(self) -> datetime | None:
        """When it was paid, failed, expired or was cancelled; None: it is PENDING."""


def status_at(order: Owed, now: datetime) -> OrderStatus:
    """Tell what an order is in truth: one that was not paid in time has expired, whether or not that was written."""
    if order.status is OrderStatus.PENDING and order.expires_at <= now:
        return OrderStatus.EXPIRED
    return order.status


def payable_until(order: Owed) -> datetime:
    """Tell from when on a payment is too late: the order's expiry, or before that its being cancelled."""
    if order.status is OrderStatus.EXPIRED and order.closed_at is not None:
        return min(order.expires_at, order.closed_at)
    return order.expires_at


def judge(order: Owed, report: PaymentReport, now: datetime, *, heard: bool) -> PaymentVerdict:
    """Decide what a report means for its order. Pure and total; what is done about it is the caller's.

    Whether a payment counts depends on when it was made, never on when it is heard of or on what else was reported:
    but for being the first one that counts.

    Args:
        order: as it is written.
        report: what is said about it.
        now: the present instant.
        heard: whether this very event was recorded before.
    """
    if heard:
        return PaymentVerdict.DUPLICATE
    if report.occurred_at > now + CLOCKS_DIFFER_MAX:
        return PaymentVerdict.PREMATURE
    if not report.paid:
        is_open = status_at(order, now) is OrderStatus.PENDING
        return PaymentVerdict.FAILED if is_open else PaymentVerdict.IGNORED
    fits = (report.amount_minor, report.currency) == (order.total_minor, order.currency)
    if not fits or report.occurred_at < order.created_at - CLOCKS_DIFFER_MAX:
        return PaymentVerdict.MISMATCHED
    if report.occurred_at >= payable_until(order):
        return PaymentVerdict.LATE
    return PaymentVerdict.ALREADY_PAID if order.status is OrderStatus.PAID else PaymentVerdict.APPLIED
