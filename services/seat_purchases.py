"""More seats for a running subscription: quoted, ordered, and added when they are paid (B2)."""

from datetime import datetime
from uuid import UUID

from domain.orders import AddSeats, OrderKind, PaymentMethod
from domain.principals import Principal
from domain.proration import Quote, coverage_ends_at, quote_seats
from domain.purchases import check_more_seats, check_seats
from domain.refusals import Refusal
from models.database import Connection
from services.once import Once
from services.orders import Effected, OrderChanged, OrderRow, place_order
from services.organisations import Organisation, lock_organisation
from services.purchases import UNDER_INPUT, Buying, buy, buy_for, on_order, record_order, stock_of
from services.runtime import Runtime
from services.seats import add_seats

# Nobody holds them yet, and nobody can be given what has an end.
_END = """
UPDATE seats SET ends_at = greatest($3, starts_at)
WHERE id IN (SELECT seat_id FROM seat_changes WHERE order_id = $2 AND kind = 'ADDED') AND organisation_id = $1
"""


async def price_seats(
    connection: Connection,
    runtime: Runtime,
    organisation: Organisation,
    seats: int,
    now: datetime,
    *,
    under: tuple[str, ...] = (),
) -> Quote | Refusal:
    """Price more seats, as a quote shows it and an order charges it. One statement.

    Raises:
        InvalidInput: so many can never be bought, or not beside those that there are and that are on order.
    """
    seats_max = runtime.catalog.policies.seats_max
    check_seats(seats, 1, seats_max, under)
    quote = quote_seats(organisation.subscription, seats, now)
    if isinstance(quote, Refusal):
        return quote
    stock = await stock_of(connection, organisation, now)
    if stock.renewal_order:
        return on_order(stock.renewal_order, "a renewal")
    check_more_seats(seats, stock.seats + stock.ordered, seats_max, under)
    return quote


async def order_seats(
    runtime: Runtime, principal: Principal, organisation_id: UUID, seats: int, *, method: PaymentMethod, key: str
) -> Once[OrderChanged]:
    """Order more seats: for administrators. They are there as soon as they are paid.

    The order expires at the latest with the term of which it charges the rest. Ten statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """

    async def place(buying: Buying) -> OrderRow | Refusal:
        organisation = await buy_for(buying, organisation_id, "orderSeats")
        if isinstance(organisation, Refusal):
            return organisation
        quote = await price_seats(buying.connection, runtime, organisation, seats, buying.now, under=UNDER_INPUT)
        if isinstance(quote, Refusal):
            return quote
        order = await place_order(
            buying.connection,
            runtime,
            kind=OrderKind.SEATS,
            buyer_id=buying.person_id,
            organisation_id=organisation.id,
            method=method,
            currency=quote.currency,
            lines=quote.lines,
            intent=AddSeats(organisation_id=organisation.id, seats=seats),
            now=buying.now,
            expires_at=quote.lines[0].ends_at,
        )
        if isinstance(order, OrderRow):
            await record_order(buying, order, "orderSeats")
        return order

    check_seats(seats, 1, runtime.catalog.policies.seats_max, UNDER_INPUT)
    facts = {"organisation": str(organisation_id), "seats": seats}
    return await buy(
        runtime,
        principal,
        "orderSeats",
        facts,
        method=method,
        key=key,
        place=place,
        organisation_id=organisation_id,
    )


async def add_bought_seats(_runtime: Runtime, connection: Connection, order: OrderRow, now: datetime) -> Effected:
    """Add the seats of an order that is paid: the effect of `SEATS`.

    If a term that the order does not cover was paid meanwhile, they end with what it covers; if that is over, the
    history alone shows them.
    """
    intent = order.intent
    if not isinstance(intent, AddSeats):
        raise TypeError(f"an order of kind {order.kind} adds no seats")
    organisation = await lock_organisation(connection, intent.organisation_id)
    if organisation is None:
        raise LookupError("organisations are never removed")
    await add_seats(
        connection,
        organisation.id,
        organisation.workspace_id,
        intent.seats,
        starts_at=now,
        now=now,
        order_id=order.id,
    )
    covered_until = coverage_ends_at(order.lines)
    if organisation.subscription.ends_at > covered_until:
        await connection.execute(_END, organisation.id, order.id, covered_until)
    return Effected(organisation.id, organisation.workspace_id)
