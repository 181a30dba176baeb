"""Purchases of organisations: what all orders about them have in common (B1, B2, B10, D8).

What an organisation has on order counts against its bounds from the moment it is ordered. Seats and a renewal are not
on order at the same time: what a renewal's number of seats means would depend on which of them is paid first.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.ids import public_id
from domain.orders import BuyCredits, OrderKind, PaymentMethod
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from feed.topics import workspace_topic
from models.database import Connection
from services.audit import record
from services.once import KEY_REUSED, KeyReused, Once, once
from services.orders import OrderChanged, OrderRow
from services.organisations import Organisation, lock_for, refuse_elsewhere
from services.requests import requested
from services.runtime import Runtime

UNDER_INPUT = ("input",)
"""Where the fields of a mutation are; those of a query stand alone."""

LOCK_PERSON = "SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE"

_STOCK = """
SELECT
    (SELECT count(*) FROM seats WHERE organisation_id = $1 AND (ends_at IS NULL OR ends_at > $2)) AS seats,
    (SELECT count(*) FROM seats WHERE organisation_id = $1 AND (ends_at IS NULL OR ends_at > $3)) AS going_on,
    (SELECT count(*) FROM seats s WHERE organisation_id = $1 AND (ends_at IS NULL OR ends_at > $2)
        AND person_id IS NOT NULL AND release_at IS NULL) AS allocated,
    coalesce(sum((o.intent->>'seats')::bigint) FILTER (WHERE o.kind = 'SEATS'), 0)::bigint AS ordered,
    (array_agg(o.id ORDER BY o.created_at) FILTER (WHERE o.kind = 'SEATS'))[1] AS seats_order,
    (array_agg(o.id ORDER BY o.created_at) FILTER (WHERE o.kind = 'RENEWAL'))[1] AS renewal_order
FROM orders o WHERE o.organisation_id = $1 AND o.status = 'PENDING' AND o.expires_at > $2
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """What an organisation has, and has on order.

    Attributes:
        seats: those that exist, and those that a paid term will bring.
        going_on: those that will be there after the end of the last term.
        allocated: those that members hold.
        ordered: seats on order.
        seats_order: an order of seats that waits for its payment.
        renewal_order: a renewal that does.
    """

    seats: int
    going_on: int
    allocated: int
    ordered: int
    seats_order: UUID | None
    renewal_order: UUID | None


async def stock_of(connection: Connection, organisation: Organisation, now: datetime) -> Stock:
    """Count what an organisation has: one statement. Exact while its lock is held."""
    row = await connection.fetchrow(_STOCK, organisation.id, now, max(now, organisation.subscription.ends_at))
    if row is None:
        raise RuntimeError("counting gave no row")
    return Stock(**dict(row))


def on_order(order_id: UUID, what: str) -> Refusal:
    """Say that an order has to be paid or cancelled first."""
    message = f"The organization has {what} on order already: pay that order, or cancel it."
    return Refusal(
        RefusalCode.TOO_MANY_OPEN, message, ("organizationId",), facts={"order": public_id("ord", order_id), "max": "1"}
    )


def check_method(runtime: Runtime, method: PaymentMethod) -> None:
    """See that a way to pay is offered here.

    Raises:
        InvalidInput: it is not; names those that are.
    """
    if method not in runtime.payments:
        offered = ", ".join(sorted(runtime.payments)) or "none: no way to pay is set up here"
        raise InvalidInput((*UNDER_INPUT, "paymentMethod"), f"must be one of {offered}")


@dataclass(frozen=True, slots=True)
class Buying:
    """Somebody who orders something, within a transaction that holds their person row."""

    connection: Connection
    runtime: Runtime
    person_id: UUID
    method: PaymentMethod
    now: datetime


Buy = Callable[[Buying], Awaitable[OrderRow | Refusal]]
"""Places an order, or says why not."""


async def buy(
    runtime: Runtime,
    principal: Principal,
    verb: str,
    facts: Mapping[str, object],
    *,
    method: PaymentMethod,
    key: str,
    place: Buy,
    organisation_id: UUID | None = None,
) -> Once[OrderChanged]:
    """Order something once, in one transaction under the buyer's lock; wake who looks at the organisation.

    `organisation_id`: for which organisation, if it is there already.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """
    permit(principal, f"Mutation.{verb}")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people order something.")
    asked = requested(key, verb, {**facts, "method": method})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    workspace_id: UUID | None = None
    try:
        async with runtime.database.transaction() as connection:

            async def bought() -> OrderChanged:
                nonlocal workspace_id
                check_method(runtime, method)
                if organisation_id is not None and (
                    refused := await refuse_elsewhere(connection, runtime, principal, organisation_id)
                ):
                    return OrderChanged(None, refused)
                await connection.execute(LOCK_PERSON, person_id)
                placed = await place(Buying(connection, runtime, person_id, method, now))
                if isinstance(placed, Refusal):
                    return OrderChanged(None, placed)
                workspace_id = placed.workspace_id
                return OrderChanged(placed.id)

            done = await once(connection, person_id, asked, OrderChanged, bought, now=now, keys_kept=kept)
    except KeyReused:
        return Once(OrderChanged(None, KEY_REUSED), replayed=False)
    if workspace_id is not None:
        await runtime.broker.wake([workspace_topic(workspace_id)])
    return done


async def buy_for(buying: Buying, organisation_id: UUID, verb: str) -> Organisation | Refusal:
    """Lock the organisation that an administrator buys for."""
    return await lock_for(buying.connection, organisation_id, buying.person_id, f"Mutation.{verb}")


async def record_order(buying: Buying, order: OrderRow, verb: str) -> None:
    """Put what an administrator has ordered on record (G3)."""
    after: dict[str, object] = {
        "order": order.id,
        "kind": OrderKind(order.kind),
        "seats": None if isinstance(order.intent, BuyCredits) else order.intent.seats,
        "total_minor": order.total_minor,
        "currency": order.currency,
    }
    target = order.organisation_id or order.id
    await record(buying.connection, buying.now, buying.person_id, verb, target, before={}, after=after, reason="")
