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
    CREDITS = "CREDITS"
    """A pack of credits (D1, D3)."""
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
    CREDIT_PACK = "CREDIT_PACK"
    """A pack of credits (D1)."""
    SEATS_FOR_REST_OF_TERM = "SEATS_FOR_REST_OF_TERM"
    """Seats for the days that are left of a term (B2)."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`quantity` things at `unit_minor` each for a whole term; `amount_minor` is for `days` of `days_in_term`.

    What is for no time, a pack of credits, has no dates and no days.
    """

    kind: LineKind
    quantity: int
    unit_minor: int
    amount_minor: int
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    days: int | None = None
    days_in_term: int | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyCredits:
    """A paid CREDITS order gives `amount` thousandths of a meter to its buyer, in their personal wallet (D3).

    `pack` is the pack's id, `quantity` how many of it; `amount` is what all of them give, as they were ordered.
    """

    pack: str
    quantity: int
    meter: str
    amount: int


Intent = FoundOrganisation | AddSeats | Renew | BuyCredits
"""What being paid brings about, exactly once. Which of them it is says the order's kind."""

INTENTS: dict[OrderKind, type[Intent]] = {
    OrderKind.ORGANISATION: FoundOrganisation,
    OrderKind.SEATS: AddSeats,
    OrderKind.RENEWAL: Renew,
    OrderKind.CREDITS: BuyCredits,
}
