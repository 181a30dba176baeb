"""Renewals: quoted, ordered, and brought about when they are paid; switching their automation (B10, D5).

*Decided.* A renewal gives the plan as the catalog has it when it is ordered, at that price (A7). If it has fewer seats
than there are, those that nobody holds end with the new term's start; if more are held by then than were bought, those
that were given last end, too, and their members' benefits with them: seats that nobody pays for give nothing.
"""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from domain.ids import uuid7
from domain.orders import OrderKind, PaymentMethod, Renew
from domain.principals import Principal
from domain.proration import Quote, whole_term
from domain.purchases import Offer, check_seats, find_renewal_offer
from domain.refusals import Refusal, RefusalCode
from domain.renewals import next_term, plan_changes_at, refuse_early, refuse_in_use, renewed
from models.database import Connection
from services.benefit_posting import post_benefits
from services.once import Once
from services.orders import Effected, OrderChanged, OrderRow, place_order
from services.organisations import Organisation, lock_organisation
from services.purchases import UNDER_INPUT, Buying, buy, buy_for, on_order, record_order, stock_of
from services.runtime import Runtime
from services.seats import add_seats, retire_seats

_RENEW = """
WITH term AS (
    INSERT INTO subscription_terms (id, subscription_id, number, starts_at, ends_at, unit_price_minor, order_id)
    VALUES ($2, $1, $3, $4, $5, $6, $7)
)
UPDATE subscriptions SET plan = $8, anchor = $9, benefits_until = $10, benefits_version = benefits_version + 1,
    mandate = coalesce($11, mandate), renewal_try_at = $12
WHERE id = $1
"""
_SEATS = """
SELECT count(*) AS going_on,
    count(*) FILTER (WHERE starts_at <= $2 AND (person_id IS NULL OR release_at <= $3)) AS unheld
FROM seats WHERE organisation_id = $1 AND ends_at IS NULL
"""
# those first whose members were removed, then those that were given last
_END_HELD = """
WITH ending AS (
    SELECT id, workspace_id FROM seats WHERE organisation_id = $1 AND ends_at IS NULL AND person_id IS NOT NULL
    ORDER BY release_at NULLS LAST, assigned_at DESC, number DESC LIMIT $2
), ended AS (
    UPDATE seats s SET ends_at = greatest($3::timestamptz, s.starts_at) FROM ending WHERE s.id = ending.id
)
INSERT INTO seat_changes (id, seat_id, workspace_id, at, kind, order_id)
SELECT gen_random_uuid(), id, workspace_id, $4, 'RETIRED', $5 FROM ending
"""

NOT_OFFERED = Refusal(
    RefusalCode.NOT_FOUND,
    "The subscription's plan is not offered any more, so it cannot be renewed.",
    ("organizationId",),
)


@dataclass(frozen=True, slots=True)
class Priced:
    """What a renewal costs, and which offer of the catalog it is."""

    quote: Quote
    offer: Offer


async def price_renewal(
    connection: Connection,
    runtime: Runtime,
    organisation: Organisation,
    seats: int | None,
    now: datetime,
    *,
    under: tuple[str, ...] = (),
) -> Priced | Refusal:
    """Price the next term with so many seats, as a quote shows it and an order charges it. One statement.

    `seats` None: as many as there are. The price does not depend on when it is paid; the term does: the line names the
    one that a payment now would give.

    Raises:
        InvalidInput: so many seats cannot be bought.
    """
    policies, subscription = runtime.catalog.policies, organisation.subscription
    if seats is not None:
        check_seats(seats, policies.seats_min, policies.seats_max, under)
    if early := refuse_early(subscription, policies.renewal_opens_days, now):
        return early
    offer = find_renewal_offer(
        runtime.catalog.plans, subscription.plan.id, subscription.interval, subscription.currency
    )
    if offer is None:
        return NOT_OFFERED
    stock = await stock_of(connection, organisation, now)
    if waiting := stock.renewal_order or stock.seats_order:
        return on_order(waiting, "a renewal" if stock.renewal_order else "seats")
    count = max(stock.going_on, policies.seats_min) if seats is None else seats
    if in_use := refuse_in_use(count, stock.allocated, policies.seats_min):
        return in_use
    term, _ = next_term(subscription, offer.unit_minor, now)
    line = whole_term(count, offer.unit_minor, term.starts_at, term.ends_at, subscription.zone)
    return Priced(Quote((line,), offer.currency), offer)


async def order_renewal(
    runtime: Runtime, principal: Principal, organisation_id: UUID, seats: int, *, method: PaymentMethod, key: str
) -> Once[OrderChanged]:
    """Order the next term, with fewer or more seats: for administrators. Ten statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """

    async def place(buying: Buying) -> OrderRow | Refusal:
        organisation = await buy_for(buying, organisation_id, "orderRenewal")
        if isinstance(organisation, Refusal):
            return organisation
        priced = await price_renewal(buying.connection, runtime, organisation, seats, buying.now, under=UNDER_INPUT)
        if isinstance(priced, Refusal):
            return priced
        order = await place_renewal(buying, organisation, priced, automatic=False)
        if isinstance(order, OrderRow):
            await record_order(buying, order, "orderRenewal")
        return order

    policies = runtime.catalog.policies
    check_seats(seats, policies.seats_min, policies.seats_max, UNDER_INPUT)
    facts = {"organisation": str(organisation_id), "seats": seats}
    return await buy(
        runtime,
        principal,
        "orderRenewal",
        facts,
        method=method,
        key=key,
        place=place,
        organisation_id=organisation_id,
    )


async def place_renewal(
    buying: Buying,
    organisation: Organisation,
    priced: Priced,
    *,
    automatic: bool,
    expires_at: datetime | None = None,
) -> OrderRow | Refusal:
    """Place the order of a renewal that was priced in the same transaction."""
    seats = priced.quote.lines[0].quantity
    return await place_order(
        buying.connection,
        buying.runtime,
        kind=OrderKind.RENEWAL,
        buyer_id=buying.person_id,
        organisation_id=organisation.id,
        method=buying.method,
        currency=priced.quote.currency,
        lines=priced.quote.lines,
        intent=Renew(organisation_id=organisation.id, seats=seats, automatic=automatic, offered=priced.offer.plan),
        now=buying.now,
        expires_at=expires_at,
    )


async def renew(runtime: Runtime, connection: Connection, order: OrderRow, now: datetime) -> Effected:
    """Add the term of an order that is paid, with its seats, and give all members their benefits: effect of `RENEWAL`.

    A second renewal that was paid although only one could be wanted adds one more term: what is paid is given. Up to
    twelve statements, whatever the number of seats; the worker posts to whom it comes to beyond 256 members.
    """
    intent = order.intent
    if not isinstance(intent, Renew):
        raise TypeError(f"an order of kind {order.kind} renews nothing")
    found = await lock_organisation(connection, intent.organisation_id)
    if found is None:
        raise LookupError("organisations are never removed")
    organisation = await _with_term(connection, found, order, now, runtime.catalog.policies.payment_grace_days)
    await _fit_seats(connection, organisation, order, intent.seats, now)
    posted = await post_benefits(connection, organisation, runtime.clock)
    return Effected(organisation.id, organisation.workspace_id, posted.wallets)


async def _with_term(
    connection: Connection, found: Organisation, order: OrderRow, now: datetime, grace_days: int
) -> Organisation:
    """Add the term; the plan that was bought with it comes in now or with the period before it."""
    after = renewed(found.subscription, order.lines[0].unit_minor, now, grace_days)
    offered = order.intent.offered if isinstance(order.intent, Renew) else None
    plan = offered or after.plan
    plan_waits = plan != after.plan and now < plan_changes_at(after)
    after = after if plan_waits else replace(after, plan=plan)
    term = after.terms[-1]
    await connection.execute(
        _RENEW,
        after.id,
        uuid7(now, os.urandom(10)),
        term.number,
        term.starts_at,
        term.ends_at,
        term.unit_price_minor,
        order.id,
        msgspec.json.encode(after.plan).decode(),
        after.anchor,
        after.benefits_until,
        order.mandate,
        now,  # the worker sees what is due of it next
    )
    return replace(found, subscription=after)


async def _fit_seats(
    connection: Connection, organisation: Organisation, order: OrderRow, seats: int, now: datetime
) -> None:
    """Let there be as many seats from the new term on as were bought with it."""
    starts_at = max(organisation.subscription.terms[-1].starts_at, now)
    row = await connection.fetchrow(_SEATS, organisation.id, starts_at, now)
    if row is None:
        raise RuntimeError("counting gave no row")
    surplus: int = row["going_on"] - seats
    if surplus < 0:
        await add_seats(
            connection,
            organisation.id,
            organisation.workspace_id,
            -surplus,
            starts_at=starts_at,
            now=now,
            order_id=order.id,
        )
    unheld = min(surplus, row["unheld"])
    if unheld > 0 and not await retire_seats(
        connection, organisation.id, unheld, ends_at=starts_at, now=now, order_id=order.id
    ):
        raise RuntimeError("seats that were counted under the lock are gone")
    if surplus > unheld >= 0:
        await connection.execute(_END_HELD, organisation.id, surplus - unheld, starts_at, now, order.id)
