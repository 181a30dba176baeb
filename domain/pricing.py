"""Prices and receipts: what a quantity costs, and the whole reason why (E3, F7). Exact integers throughout."""

from dataclasses import dataclass

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.grants import Draw
from domain.usage import Usage


@dataclass(frozen=True, slots=True)
class PriceRule:
    """`per_unit` thousandths of `meter` for one unit of `product`. `version` is the catalog's."""

    id: str
    version: int
    product: str
    meter: str
    per_unit: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """Why a charge is what it is. Amounts in thousandths of the meter's unit.

    `charged + waived = price`: a task that needed more than there was is waived the rest (F4).
    `draws` name the grants of every pool that the charge was taken from, in order.
    """

    usage: Usage
    rule: PriceRule
    price: int
    charged: int
    waived: int
    draws: tuple[Draw, ...]


def price(rule: PriceRule, quantity: int) -> int:
    """Price a quantity (thousandths) by a rule, half a thousandth up; monotone in the quantity."""
    return (quantity * rule.per_unit + THOUSANDTHS_PER_UNIT // 2) // THOUSANDTHS_PER_UNIT
