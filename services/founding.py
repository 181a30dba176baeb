"""Founding an organisation: quoted, ordered, and made when it is paid (B1).

*Decided.* A subscription renews by itself unless that is switched off (D5), also where the first payment gave no
mandate to charge again: then an order is placed when the term ends, and the days of grace are the time to pay it.
"""

import os
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from domain.authorization import permit
from domain.ids import uuid7
from domain.orders import FoundOrganisation, OrderKind, PaymentMethod
from domain.principals import Principal
from domain.proration import Quote, whole_term
from domain.purchases import Offer, check_organisation_name, check_seats, find_offer
from domain.refusals import Refusal
from domain.renewals import benefits_until, first_term, next_look
from domain.subscriptions import Subscription
from domain.workspaces import MemberRole
from models.database import Connection
from services.joining import count_organisations, join, too_many_organisations
from services.once import Once
from services.orders import Effected, OrderChanged, OrderRow, place_order
from services.organisations import lock_organisation
from services.purchases import UNDER_INPUT, Buying, buy
from services.runtime import Runtime
from services.seats import add_seats

# The workspace may be there already, where the demo's data was made before there were organisations.
_FOUND = """
WITH workspace AS (
    INSERT INTO workspaces (id, kind, name, created_at) VALUES ($1, 'ENTERPRISE', $2, $3) ON CONFLICT (id) DO NOTHING
), organisation AS (
    INSERT INTO organisations (id, workspace_id, created_at) VALUES ($4, $1, $3)
), subscription AS (
    INSERT INTO subscriptions (id, workspace_id, organisation_id, plan, interval, currency, anchor, zone, auto_renew,
        benefits_until, benefits_version, benefits_posted, mandate, renewal_try_at, created_at)
    VALUES ($5, $1, $4, $6, $7, $8, $3, $9, $10, $11, 1, 1, $12, $13, $3)
)
INSERT INTO subscription_terms (id, subscription_id, number, starts_at, ends_at, unit_price_minor, order_id)
VALUES ($14, $5, $15, $3, $16, $17, $18)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """An organisation to be made: at what price it was bought, and who administers it.

    The ids are new ones unless they are given. `mandate` lets the payment provider charge again.
    """

    name: str
    offer: Offer
    seats: int
    administrator: UUID
    takes_seat: bool
    auto_renew: bool = True
    order_id: UUID | None = None
    mandate: str | None = None
    organisation_id: UUID | None = None
    workspace_id: UUID | None = None
    subscription_id: UUID | None = None


def price_organisation(
    runtime: Runtime, plan: str, seats: int, currency: str, now: datetime, *, under: tuple[str, ...] = ()
) -> tuple[Quote, Offer]:
    """Price a new organisation's first year, as a quote shows it and an order charges it.

    Raises:
        InvalidInput: plan, currency or seats cannot be bought.
    """
    policies = runtime.catalog.policies
    offer = find_offer(runtime.catalog.plans, plan, currency, under)
    check_seats(seats, policies.seats_min, policies.seats_max, under)
    term = first_term(offer.interval, now, policies.billing_zone, offer.unit_minor)
    line = whole_term(seats, offer.unit_minor, term.starts_at, term.ends_at, policies.billing_zone)
    return Quote((line,), offer.currency), offer


async def order_organisation(
    runtime: Runtime, principal: Principal, asked: FoundOrganisation, *, currency: str, method: PaymentMethod, key: str
) -> Once[OrderChanged]:
    """Order an organisation: it is made when the order is paid. Seven statements.

    Refused with `TOO_MANY_ORGANIZATIONS` where the buyer is in as many as one may be, those on order included (B5).

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """

    async def place(buying: Buying) -> OrderRow | Refusal:
        quote, offer = price_organisation(runtime, asked.plan, asked.seats, currency, buying.now, under=UNDER_INPUT)
        limit = runtime.catalog.policies.organisations_per_person_max
        if await count_organisations(buying.connection, buying.person_id, buying.now) >= limit:
            return too_many_organisations(limit)
        return await place_order(
            buying.connection,
            runtime,
            kind=OrderKind.ORGANISATION,
            buyer_id=buying.person_id,
            organisation_id=None,
            method=method,
            currency=quote.currency,
            lines=quote.lines,
            intent=replace(asked, offered=offer.plan),
            now=buying.now,
        )

    permit(principal, "Mutation.orderOrganization")
    check_organisation_name(asked.name, UNDER_INPUT)
    facts = {
        "name": asked.name,
        "seats": asked.seats,
        "takes_seat": asked.buyer_takes_seat,
        "plan": asked.plan,
        "currency": currency,
    }
    return await buy(runtime, principal, "orderOrganization", facts, method=method, key=key, place=place)


async def found_bought_organisation(
    runtime: Runtime, connection: Connection, order: OrderRow, now: datetime
) -> Effected:
    """Make the organisation of an order that is paid: the effect of `ORGANISATION`. Its term begins now (B1)."""
    intent = order.intent
    if not isinstance(intent, FoundOrganisation):
        raise TypeError(f"an order of kind {order.kind} founds nothing")
    plan = intent.offered or runtime.catalog.plans[intent.plan]
    offer = find_offer({plan.id: plan}, plan.id, order.currency)
    founding = Founding(
        name=intent.name,
        offer=Offer(plan, offer.interval, order.lines[0].unit_minor, order.currency),
        seats=intent.seats,
        administrator=order.buyer_id,
        takes_seat=intent.buyer_takes_seat,
        order_id=order.id,
        mandate=order.mandate,
    )
    return await found_organisation(connection, runtime, founding, now)


async def found_organisation(connection: Connection, runtime: Runtime, founding: Founding, now: datetime) -> Effected:
    """Make an organisation, its workspace, subscription and seats, and its first administrator (B1).

    Within a transaction that holds the administrator's person row. At most eight statements. The caller wakes the
    wallets, the administrator's `access_topic` and the `workspace_topic` after the commit.
    """
    policies, offer = runtime.catalog.policies, founding.offer
    organisation_id = founding.organisation_id or _new_id(now)
    workspace_id = founding.workspace_id or _new_id(now)
    term = first_term(offer.interval, now, policies.billing_zone, offer.unit_minor)
    until = benefits_until(term.ends_at, auto_renew=founding.auto_renew, grace_days=policies.payment_grace_days)
    subscription = Subscription(
        id=founding.subscription_id or _new_id(now),
        workspace_id=workspace_id,
        organisation_id=organisation_id,
        plan=offer.plan,
        interval=offer.interval,
        currency=offer.currency,
        anchor=now,
        zone=policies.billing_zone,
        terms=(term,),
        auto_renew=founding.auto_renew,
        benefits_until=until,
    )
    await connection.execute(
        _FOUND,
        workspace_id,
        founding.name,
        now,
        organisation_id,
        subscription.id,
        msgspec.json.encode(offer.plan).decode(),
        offer.interval,
        offer.currency,
        subscription.zone,
        founding.auto_renew,
        until,
        founding.mandate,
        next_look(subscription, None, now, chargeable=founding.mandate is not None),
        _new_id(now),
        term.number,
        term.ends_at,
        term.unit_price_minor,
        founding.order_id,
    )
    await add_seats(
        connection,
        organisation_id,
        workspace_id,
        founding.seats,
        starts_at=now,
        now=now,
        order_id=founding.order_id,
    )
    organisation = await lock_organisation(connection, organisation_id)
    if organisation is None:
        raise LookupError("what was made is there")
    joined = await join(
        connection,
        runtime,
        organisation,
        founding.administrator,
        role=MemberRole.ADMIN,
        takes_seat=founding.takes_seat,
        now=now,
        actor=founding.administrator,
    )
    if isinstance(joined, Refusal):
        raise RuntimeError(f"a new organisation has seats and runs: {joined.code}")  # noqa: TRY004  (a fault)
    return Effected(organisation_id, workspace_id, joined.changed, frozenset({founding.administrator}))


def _new_id(now: datetime) -> UUID:
    return uuid7(now, os.urandom(10))
