"""Packs of credits: what can be bought at once, and at which price (D1, D3). Which there are says `catalog/packs.toml`.

What is bought is final and non-refundable, and does not end while the account is active.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.amounts import QUANTITY_MAX_THOUSANDTHS, format_amount
from domain.errors import InvalidInput
from domain.orders import LineKind, OrderLine
from domain.toml_tables import Table

PACKS_PER_ORDER_MAX = 100
_CURRENCY = re.compile(r"[A-Z]{3}")
_MONEY_MINOR_MAX = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PackPrice:
    """What one pack costs, in minor units of an ISO 4217 currency."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of a pack: `amount` thousandths of the policy `credit_meter`; at most one price per currency."""

    id: str
    version: int
    name: str
    amount: int
    prices: tuple[PackPrice, ...]


def read_packs(document: Table, version: int) -> dict[str, Pack]:
    """Read the packs by id; problems are noted in the document."""
    packs: dict[str, Pack] = {}
    for table in document.tables("packs"):
        pack = Pack(
            id=table.new_id(packs),
            version=version,
            name=table.text("name"),
            amount=table.amount("amount"),
            prices=_read_prices(table.tables("prices")),
        )
        if pack.amount * PACKS_PER_ORDER_MAX > QUANTITY_MAX_THOUSANDTHS:  # so that no order outgrows a grant
            most = format_amount(QUANTITY_MAX_THOUSANDTHS // PACKS_PER_ORDER_MAX)
            table.wrong("amount", f"must be at most {most}: {PACKS_PER_ORDER_MAX} packs are bought at once")
        if pack.id:
            packs[pack.id] = pack
    return packs


def price_packs(
    packs: Mapping[str, Pack], pack_id: str, quantity: int, currency: str, under: tuple[str, ...] = ()
) -> tuple[Pack, OrderLine]:
    """Price so many of a pack in a currency. `under`: the path of the input that holds the fields.

    Raises:
        InvalidInput: there is no such pack, it is not sold in this currency, or not so many at once.
    """
    pack = packs.get(pack_id)
    if pack is None:
        raise InvalidInput((*under, "packId"), f"must be one of {', '.join(sorted(packs))}")
    if not 1 <= quantity <= PACKS_PER_ORDER_MAX:
        raise InvalidInput((*under, "quantity"), f"must be 1 to {PACKS_PER_ORDER_MAX}")
    for price in pack.prices:
        if price.currency == currency:
            amount_minor = quantity * price.amount_minor
            return pack, OrderLine(LineKind.CREDIT_PACK, quantity, price.amount_minor, amount_minor)
    known = ", ".join(sorted(price.currency for price in pack.prices))
    raise InvalidInput((*under, "currency"), f"must be one of {known}")


def _read_prices(tables: list[Table]) -> tuple[PackPrice, ...]:
    prices: list[PackPrice] = []
    for table in tables:
        price = PackPrice(
            table.whole("amount_minor", _MONEY_MINOR_MAX),
            table.matching("currency", _CURRENCY, "must be an ISO 4217 code, such as USD"),
        )
        if table.sound and price.currency in {each.currency for each in prices}:
            table.wrong("currency", "must be priced once", price.currency)
        if table.sound:
            prices.append(price)
    return tuple(prices)
