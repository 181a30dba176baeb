"""Proration: what seats cost for the days that are left of a term, to the minor unit (B2). Quotes and orders ask here.

Days left are whole days of elapsed time, the begun one counted, and never more than the term has; a term's days are
those of the calendar in the billing zone. While a term runs there is always a day left; when it has ended, none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.orders import LineKind, OrderLine
from domain.refusals import Refusal, RefusalCode
from domain.subscriptions import Subscription

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order would charge: its lines, and their sum in minor units of an ISO 4217 currency."""

    lines: tuple[OrderLine, ...]
    currency: str

    @property
    def total_minor(self) -> int:
        """What is to be paid, in minor units."""
        return sum(line.amount_minor for line in self.lines)


def days_in_term(starts_at: datetime, ends_at: datetime, zone: str) -> int:
    """Count the days of a term: from date to date in a zone, at least 1."""
    local = ZoneInfo(zone)
    return max(1, (ends_at.astimezone(local).date() - starts_at.astimezone(local).date()).days)


def days_left(starts_at: datetime, ends_at: datetime, zone: str, now: datetime) -> int:
    """Count the days that are left of a term, a begun one as a whole one; 0 from its end on."""
    if now >= ends_at:
        return 0
    begun = -((now - ends_at) // _DAY)  # rounded up, exactly
    return min(begun, days_in_term(starts_at, ends_at, zone))


def prorate(unit_minor: int, seats: int, days: int, days_in_term: int) -> int:
    """Price `days` of a term for all seats together: rounded half-up to the minor unit, once.

    Raises:
        ValueError: no day is left, there are more days than the term has, or a figure is negative.
    """
    if not 1 <= days <= days_in_term or unit_minor < 0 or seats < 0:
        raise ValueError(f"{seats} seats at {unit_minor} for {days} of {days_in_term} days have no price")
    return (2 * unit_minor * seats * days + days_in_term) // (2 * days_in_term)


def quote_seats(subscription: Subscription, seats: int, now: datetime) -> Quote | Refusal:
    """Price more seats for a running subscription, at the prices of its terms (A7, B2).

    The rest of the term that runs, by the day, and the whole of each term that is paid in advance. Refused with
    `SUBSCRIPTION_EXPIRED` when no day is left, the days of grace included.
    """
    lines: list[OrderLine] = []
    for term in subscription.terms:
        if term.ends_at <= now:
            continue
        whole = days_in_term(term.starts_at, term.ends_at, subscription.zone)
        if term.starts_at > now and lines:
            lines.append(whole_term(seats, term.unit_price_minor, term.starts_at, term.ends_at, subscription.zone))
            continue
        # a clock that runs behind the one under which the term began: all of the term is left
        days = days_left(term.starts_at, term.ends_at, subscription.zone, now)
        amount = prorate(term.unit_price_minor, seats, days, whole)
        starts_at = max(now, term.starts_at)
        line = OrderLine(
            LineKind.SEATS_FOR_REST_OF_TERM,
            seats,
            term.unit_price_minor,
            amount,
            starts_at,
            term.ends_at,
            days,
            whole,
        )
        lines.append(line)
    if not lines:
        return TERM_OVER
    return Quote(tuple(lines), subscription.currency)


def whole_term(seats: int, unit_minor: int, starts_at: datetime, ends_at: datetime, zone: str) -> OrderLine:
    """Price seats for the whole of a term (B1, B10)."""
    days = days_in_term(starts_at, ends_at, zone)
    return OrderLine(LineKind.SEATS_FOR_TERM, seats, unit_minor, unit_minor * seats, starts_at, ends_at, days, days)


TERM_OVER = Refusal(
    RefusalCode.SUBSCRIPTION_EXPIRED,
    "The subscription's term has ended: renew it first. A renewal may have more seats.",
    ("organizationId",),
)
"""What is said of seats for a term of which no day is left (B2, B10)."""


def coverage_ends_at(lines: Sequence[OrderLine]) -> datetime:
    """Tell until when an order's seats are paid: the end of its last line.

    Raises:
        ValueError: it has no lines that are for a time.
    """
    return max(line.ends_at for line in lines if line.ends_at is not None)
