"""Quotes: what an order would charge now, to the cent, by the very functions that price orders (B1, B2, B10)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from domain.authorization import ROLES, permit
from domain.principals import Principal
from domain.proration import Quote
from domain.refusals import Refusal
from models.database import Connection
from services.founding import price_organisation
from services.organisations import NO_ORGANISATION, NOT_ADMINISTRATOR, Organisation, read_organisation, refuse_elsewhere
from services.renewals import price_renewal
from services.runtime import Runtime
from services.seat_purchases import price_seats


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote, or why there is none."""

    quote: Quote | None
    refused: Refusal | None = None


def quote_organisation(runtime: Runtime, principal: Principal, plan: str, seats: int, currency: str) -> Quoted:
    """Quote a new organisation: for everybody. No statement.

    Raises:
        InvalidInput: plan, currency or seats cannot be bought.
    """
    permit(principal, "Query.quoteOrganization")
    quote, _ = price_organisation(runtime, plan, seats, currency, runtime.clock())
    return Quoted(quote)


async def quote_more_seats(runtime: Runtime, principal: Principal, organisation_id: UUID, seats: int) -> Quoted:
    """Quote more seats: for administrators. Three statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: so many seats cannot be bought.
    """

    async def price(connection: Connection, organisation: Organisation) -> Quote | Refusal:
        return await price_seats(connection, runtime, organisation, seats, runtime.clock())

    return await _quoted(runtime, principal, organisation_id, "Query.quoteSeats", price)


async def quote_renewal(runtime: Runtime, principal: Principal, organisation_id: UUID, seats: int) -> Quoted:
    """Quote the next term: for administrators. Three statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: so many seats cannot be bought.
    """

    async def price(connection: Connection, organisation: Organisation) -> Quote | Refusal:
        priced = await price_renewal(connection, runtime, organisation, seats, runtime.clock())
        return priced if isinstance(priced, Refusal) else priced.quote

    return await _quoted(runtime, principal, organisation_id, "Query.quoteRenewal", price)


async def _quoted(
    runtime: Runtime,
    principal: Principal,
    organisation_id: UUID,
    field: str,
    price: Callable[[Connection, Organisation], Awaitable[Quote | Refusal]],
) -> Quoted:
    permit(principal, field)
    async with runtime.database.pool.acquire() as connection:
        if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id):
            return Quoted(None, refused)
        organisation = await read_organisation(connection, organisation_id, principal.person_id)
        if organisation is None or organisation.role is None:
            return Quoted(None, NO_ORGANISATION)
        if organisation.role not in ROLES[field]:
            return Quoted(None, NOT_ADMINISTRATOR)
        quote = await price(connection, organisation)
    return Quoted(None, quote) if isinstance(quote, Refusal) else Quoted(quote)
