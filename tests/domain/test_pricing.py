"""Prices (E3): exact, monotone, half a thousandth up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.amounts import QUANTITY_MAX_THOUSANDTHS
from domain.pricing import PriceRule, price
from tests.domain.strategies import CREDIT

quantities = st.integers(0, QUANTITY_MAX_THOUSANDTHS)
per_units = st.integers(0, 10**9)


def _rule(per_unit: int) -> PriceRule:
    return PriceRule("rule", 1, "chat-message", CREDIT, per_unit)


@pytest.mark.parametrize(
    ("quantity", "per_unit", "expected"),
    [
        (3_000, 500, 1_500),  # E3: 3 × 0.5 = 1.5
        (1_000, 1_000, 1_000),
        (1, 500, 1),  # half a thousandth goes up
        (1, 499, 0),
        (3, 500, 2),
        (0, 1_000, 0),
        (1_000, 0, 0),
    ],
)
def test_e3_examples_of_prices(quantity: int, per_unit: int, expected: int) -> None:
    assert price(_rule(per_unit), quantity) == expected


@given(quantities, per_units)
def test_e3_a_price_is_the_nearest_thousandth_half_up(quantity: int, per_unit: int) -> None:
    exact = Fraction(quantity * per_unit, 1_000)
    assert Fraction(-1, 2) < price(_rule(per_unit), quantity) - exact <= Fraction(1, 2)


@given(quantities, quantities, per_units, per_units)
def test_e3_more_never_costs_less(one: int, two: int, cheap: int, dear: int) -> None:
    one, two = sorted((one, two))
    cheap, dear = sorted((cheap, dear))
    assert price(_rule(cheap), one) <= price(_rule(cheap), two) <= price(_rule(dear), two)


@given(quantities, per_units)
def test_e3_whole_units_cost_exactly_their_price(quantity: int, per_unit: int) -> None:
    units = quantity // 1_000
    assert price(_rule(per_unit), units * 1_000) == units * per_unit
