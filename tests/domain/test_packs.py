"""Packs of credits: what the shipped ones are, which can be ordered, and which texts are none (D1, D3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import FOLDER
from domain.catalog import CatalogError, Document, parse_catalog
from domain.errors import InvalidInput
from domain.orders import LineKind
from domain.packs import PACKS_PER_ORDER_MAX, Pack, price_packs
from services.catalog import read_folder

TEXTS = read_folder(FOLDER)


def packs_of(text: str) -> dict[str, Pack]:
    texts = {**TEXTS, "packs": text}
    return dict(parse_catalog(Document(name, 7, each) for name, each in texts.items()).packs)


SHIPPED = packs_of(TEXTS["packs"])


def test_d3_three_packs_are_sold_in_dollars_and_the_greater_is_the_cheaper() -> None:
    assert [(pack.id, pack.amount, pack.version) for pack in SHIPPED.values()] == [
        ("small", 500_000, 7),
        ("medium", 2_500_000, 7),
        ("large", 10_000_000, 7),
    ]
    assert all([price.currency for price in pack.prices] == ["USD"] for pack in SHIPPED.values())
    each = [pack.prices[0].amount_minor / pack.amount for pack in SHIPPED.values()]
    assert each == sorted(each, reverse=True)


@given(st.sampled_from(sorted(SHIPPED)), st.integers(1, PACKS_PER_ORDER_MAX))
def test_d8_a_line_charges_for_each_pack_and_is_for_no_time(pack_id: str, quantity: int) -> None:
    pack, line = price_packs(SHIPPED, pack_id, quantity, "USD")
    assert pack is SHIPPED[pack_id]
    assert (line.kind, line.quantity, line.unit_minor) == (LineKind.CREDIT_PACK, quantity, pack.prices[0].amount_minor)
    assert line.amount_minor == quantity * line.unit_minor
    assert (line.starts_at, line.ends_at, line.days, line.days_in_term) == (None, None, None, None)


@pytest.mark.parametrize(
    ("pack_id", "quantity", "currency", "field", "rule"),
    [
        ("huge", 1, "USD", "packId", "must be one of large, medium, small"),
        ("", 1, "USD", "packId", "must be one of large, medium, small"),
        ("Small", 1, "USD", "packId", "must be one of large, medium, small"),
        ("small", 0, "USD", "quantity", "must be 1 to 100"),
        ("small", -1, "USD", "quantity", "must be 1 to 100"),
        ("small", 101, "USD", "quantity", "must be 1 to 100"),
        ("small", 1, "EUR", "currency", "must be one of USD"),
        ("small", 1, "usd", "currency", "must be one of USD"),
    ],
)
def test_what_cannot_be_ordered_names_its_field(
    pack_id: str, quantity: int, currency: str, field: str, rule: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        price_packs(SHIPPED, pack_id, quantity, currency, ("input",))
    assert caught.value.field == ("input", field)
    assert rule in str(caught.value)


_GOOD = '[[packs]]\nid = "a"\nname = "A"\namount = 5\nprices = [{ amount_minor = 1, currency = "USD" }]\n'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("amount = 5", "amount = 0", "packs.toml: packs[0].amount: must be a whole number"),
        ("amount = 5", "amount = 10_000_000_001", "packs[0].amount: must be at most 10000000000: 100 packs"),
        ('"USD"', '"usd"', "packs.toml: packs[0].prices[0].currency: must be an ISO 4217 code"),
        ("amount_minor = 1", "amount_minor = 0", "packs.toml: packs[0].prices[0].amount_minor: must be a whole number"),
        ('"USD" }', '"USD" }, { amount_minor = 2, currency = "USD" }', "currency: must be priced once"),
        ('prices = [{ amount_minor = 1, currency = "USD" }]', "prices = []", "packs[0].prices: must be an array"),
        ("name =", "nme =", "packs[0].name: is missing"),
        (_GOOD, _GOOD + _GOOD, "packs[1].id: must be unique"),
        (_GOOD, "", "packs.toml: packs: is missing"),
    ],
)
def test_a_bad_list_of_packs_is_none(old: str, new: str, problem: str) -> None:
    assert packs_of(_GOOD)["a"].amount == 5_000
    with pytest.raises(CatalogError) as caught:
        packs_of(_GOOD.replace(old, new, 1))
    assert problem in str(caught.value)
