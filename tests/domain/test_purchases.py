"""What can be asked for at all (B1), and which offer of the catalog it is."""

import pytest

from catalog import FOLDER
from domain.catalog import Document, parse_catalog
from domain.errors import InvalidInput
from domain.plans import BillingInterval
from domain.purchases import (
    check_more_seats,
    check_organisation_name,
    check_seats,
    find_offer,
    find_renewal_offer,
    offers_of,
)
from services.catalog import read_folder

PLANS = parse_catalog([Document(name, 1, text) for name, text in read_folder(FOLDER).items()]).plans


def test_b1_an_offer_is_the_annual_price_of_an_enterprise_plan() -> None:
    offer = find_offer(PLANS, "business", "USD")
    assert (offer.plan, offer.interval, offer.currency) == (PLANS["business"], BillingInterval.ANNUAL, "USD")
    assert offers_of(PLANS) == (offer,)
    assert find_renewal_offer(PLANS, "business", BillingInterval.ANNUAL, "USD") == offer


@pytest.mark.parametrize("plan", ["plus", "free", "gold", "", "Business"])
def test_b1_other_plans_are_not_for_organisations(plan: str) -> None:
    with pytest.raises(InvalidInput, match=r"input\.plan: must be one of business"):
        find_offer(PLANS, plan, "USD", ("input",))
    assert find_renewal_offer(PLANS, plan, BillingInterval.ANNUAL, "USD") is None


@pytest.mark.parametrize("currency", ["EUR", "usd", "", "US"])
def test_d8_other_currencies_are_not_offered(currency: str) -> None:
    with pytest.raises(InvalidInput, match="currency: must be one of USD"):
        find_offer(PLANS, "business", currency)
    assert find_renewal_offer(PLANS, "business", BillingInterval.ANNUAL, currency) is None


def test_b1_nothing_is_offered_where_no_plan_is() -> None:
    with pytest.raises(InvalidInput, match="none"):
        find_offer({}, "business", "USD")
    assert find_renewal_offer(PLANS, "business", BillingInterval.MONTHLY, "USD") is None


@pytest.mark.parametrize("seats", [4, 0, -1, 10**9, 50_001])
def test_b1_seats_have_bounds(seats: int) -> None:
    with pytest.raises(InvalidInput, match=r"input\.seats: must be from 5 to 50000"):
        check_seats(seats, 5, 50_000, ("input",))


def test_b1_the_bounds_themselves_can_be_bought() -> None:
    check_seats(5, 5, 50_000)
    check_seats(50_000, 5, 50_000)
    check_more_seats(1, 49_999, 50_000)


@pytest.mark.parametrize(
    ("seats", "taken", "words"),
    [(0, 5, "must be from 1 to 49995"), (49_996, 5, "must be from 1 to 49995"), (1, 50_000, "as many seats as it may")],
)
def test_b2_all_seats_together_have_a_bound(seats: int, taken: int, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        check_more_seats(seats, taken, 50_000)


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "a\nb", "a\x00b", "\u202e"])
def test_b1_names_are_printable(name: str) -> None:
    with pytest.raises(InvalidInput, match="name: must be 1 to 100 printable"):
        check_organisation_name(name)


@pytest.mark.parametrize("name", ["A", "a" * 100, "示例实验室", "Ünïversity & Co."])
def test_b1_names_are_of_any_language(name: str) -> None:
    check_organisation_name(name)
