"""Payment providers behind one narrow interface (D8). Which there are, and how they are reached, `app` decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.orders import PaymentMethod


@dataclass(frozen=True, slots=True)
class Payable:
    """An order, as far as a provider is told of it. Minor units of an ISO 4217 currency."""

    order_id: UUID
    reference: str
    total_minor: int
    currency: str
    expires_at: datetime
    description: str


@dataclass(frozen=True, slots=True)
class PaymentInstructions:
    """How the buyer pays: at `checkout_url`, or by a transfer to `account` that names `reference`.

    `account` are names and values, as a bank's form asks for them.
    """

    checkout_url: str | None = None
    account: tuple[tuple[str, str], ...] = ()
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as receipts say it: the name, the lines of the address, and the tax number, if there is one."""

    name: str = "Allotment"
    address: tuple[str, ...] = ()
    tax_id: str | None = None


class ProviderUnavailable(Exception):  # noqa: N818  (what is the matter)
    """The provider did not answer, or not as agreed: try again later."""


class PaymentProvider(Protocol):
    """A provider. What came of a payment it reports on its own, by webhook or through an operator."""

    @property
    def method(self) -> PaymentMethod:
        """How one pays with it."""

    @property
    def name(self) -> str:
        """Its name in `payments.provider`: 1 to 32 characters."""

    def instruct(self, order: Payable) -> PaymentInstructions:
        """Tell how to pay an order. No I/O, the same answer whenever it is asked."""

    async def charge(self, order: Payable, mandate: str) -> bool:
        """Ask for an order to be paid under a mandate that an earlier payment gave; outside of any transaction.

        False: this provider cannot, somebody has to pay by hand. Asking again for the same order charges once.

        Raises:
            ProviderUnavailable: it may or may not have been told.
        """


@dataclass(frozen=True, slots=True)
class Offered:
    """How one pays at an installation, and whom."""

    providers: Mapping[PaymentMethod, PaymentProvider] = field(default_factory=dict)
    seller: Seller = field(default_factory=Seller)


NOTHING_OFFERED = Offered()
