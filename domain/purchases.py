"""Purchases for organisations: what can be asked for at all, and which offer of the catalog it is (B1, D8)."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import InvalidInput
from domain.plans import Audience, BillingInterval, Plan

ORGANISATION_NAME_CHARACTERS_MAX = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan for organisations at its annual price a seat, in minor units of an ISO 4217 currency."""

    plan: Plan
    interval: BillingInterval
    unit_minor: int
    currency: str


def offers_of(plans: Mapping[str, Plan]) -> tuple[Offer, ...]:
    """List what organisations can buy: annual subscriptions of ENTERPRISE plans (B1)."""
    return tuple(
        Offer(plan, price.interval, price.amount_minor, price.currency)
        for plan in plans.values()
        if plan.audience is Audience.ENTERPRISE
        for price in plan.prices
        if price.interval is BillingInterval.ANNUAL
    )


def find_offer(plans: Mapping[str, Plan], plan: str, currency: str, under: tuple[str, ...] = ()) -> Offer:
    """Find the offer of a plan in a currency. `under`: the path of the input that holds both fields.

    Raises:
        InvalidInput: there is none; names those that there are.
    """
    offers = offers_of(plans)
    of_plan = [offer for offer in offers if offer.plan.id == plan]
    if not of_plan:
        known = ", ".join(sorted({offer.plan.id for offer in offers})) or "none: organisations can buy nothing here"
        raise InvalidInput((*under, "plan"), f"must be one of {known}")
    for offer in of_plan:
        if offer.currency == currency:
            return offer
    raise InvalidInput((*under, "currency"), f"must be one of {', '.join(sorted(each.currency for each in of_plan))}")


def find_renewal_offer(plans: Mapping[str, Plan], plan: str, interval: BillingInterval, currency: str) -> Offer | None:
    """Find what a subscription would renew to: its plan as it is offered now (A7). None: it is not, any more."""
    found = plans.get(plan)
    prices = found.prices if found and found.audience is Audience.ENTERPRISE else ()
    for price in prices:
        if found and (price.interval, price.currency) == (interval, currency):
            return Offer(found, interval, price.amount_minor, currency)
    return None


def check_seats(seats: int, least: int, most: int, under: tuple[str, ...] = ()) -> None:
    """See that a number of seats can be bought.

    Raises:
        InvalidInput: it cannot; tells the bounds.
    """
    if not least <= seats <= most:
        raise InvalidInput((*under, "seats"), f"must be from {least} to {most}")


def check_more_seats(seats: int, taken: int, seats_max: int, under: tuple[str, ...] = ()) -> None:
    """See that an organisation with `taken` seats, those counted that are ordered, can have so many more.

    Raises:
        InvalidInput: it cannot; tells the bounds.
    """
    free = seats_max - taken
    if free < 1:
        raise InvalidInput((*under, "seats"), f"the organization has as many seats as it may have: {seats_max}")
    if not 1 <= seats <= free:
        raise InvalidInput((*under, "seats"), f"must be from 1 to {free}")


def check_organisation_name(name: str, under: tuple[str, ...] = ()) -> None:
    """See that an organisation can be called so.

    Raises:
        InvalidInput: it cannot.
    """
    if not name.strip() or len(name) > ORGANISATION_NAME_CHARACTERS_MAX or not name.isprintable():
        raise InvalidInput(
            (*under, "name"), f"must be 1 to {ORGANISATION_NAME_CHARACTERS_MAX} printable characters, not only spaces"
        )
