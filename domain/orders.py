"""Orders: what is bought, for how much, and what being paid brings about (D8). Money is minor units + ISO currency."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.plans import Plan


class OrderKind(StrEnum):
    """What is bought."""

    ORGANISATION = "ORGANISATION"
    """A new organisation with its first seats, for a year (B1)."""
    SEATS = "SEATS"
    """More seats of a running subscription (B2)."""
    RENEWAL = "RENEWAL"
    """The next term of a subscription (B10)."""


class OrderStatus(StrEnum):
    """How far an order is. PAID is for good, whatever is reported afterwards."""

    PENDING = "PENDING"
    PAID = "PAID"
    FAILED = "FAILED"
    """The provider reported that it could not be paid."""
    EXPIRED = "EXPIRED"
    """It was not paid in time, or was cancelled by its buyer."""


class PaymentMethod(StrEnum):
    """How an order is paid."""

    CHECKOUT = "CHECKOUT"
    """On the payment provider's own page; it reports by signed webhook."""
    BANK_TRANSFER = "BANK_TRANSFER"
    """By bank transfer of exactly the total, under the order's reference."""


class LineKind(StrEnum):
    """What a line of an order charges for."""

    SEATS_FOR_TERM = "SEATS_FOR_TERM"
    """Seats for a whole term."""
    SEATS_FOR_REST_OF_TERM = "SEATS_FOR_REST_OF_TERM"
    """Seats for the days that are left of a term (B2)."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`quantity` things at `unit_minor` each for a whole term; `amount_minor` is for `days` of `days_in_term`."""

    kind: LineKind
    quantity: int
    unit_minor: int
    amount_minor: int
    starts_at: datetime
    ends_at: datetime
    days: int
    days_in_term: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrganisation:
    """A paid ORGANISATION order makes this organisation; its buyer becomes its administrator (B1).

    `plan` is the plan's id, `offered` the version that was ordered (A7); None: the one of the catalog at that moment.
    """

    name: str
    seats: int
    buyer_takes_seat: bool
    plan: str
    offered: Plan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSeats:
    """A paid SEATS order adds these seats (B2)."""

    organisation_id: UUID
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """A paid RENEWAL order adds a term (B10). `automatic`: the system placed it.

    `offered`: the version of the plan that was ordered (A7); None: the one that is in force goes on.
    """

    organisation_id: UUID
    seats: int
    automatic: bool
    offered: Plan | None = None


Intent = FoundOrganisation | AddSeats | Renew
"""What being paid brings about, exactly once. Which of them it is says the order's kind."""

INTENTS: dict[OrderKind, type[Intent]] = {
    OrderKind.ORGANISATION: FoundOrganisation,
    OrderKind.SEATS: AddSeats,
    OrderKind.RENEWAL: Renew,
}
