"""What falls due of subscriptions by itself: renewals, warnings, another plan, seats that end (A7, B10, D5).

`subscriptions.renewal_try_at` is when the worker next looks at one. Each look does the first thing that is due, in one
transaction under the organisation's lock, and comes again until nothing is; so it does not matter how many workers
look, or where one is killed. A provider is asked to charge after the commit; what it reports comes by webhook.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec

from domain.ids import public_id, uuid7
from domain.notices import NoticeKind
from domain.orders import OrderStatus, PaymentMethod, Renew
from domain.plans import Plan
from domain.refusals import Refusal
from domain.renewals import Attempt, attempt_at, next_look, plan_changes_at, warning_due
from feed.topics import wallet_topic, workspace_topic
from models.database import Connection
from services.benefit_posting import benefits_postings, post_benefits
from services.notices import NOTICES_AT_ONCE_MAX, Told, notify_all
from services.orders import ORDER_COLUMNS, OrderRow, order_of
from services.organisations import Organisation, lock_organisation
from services.payment_providers import ProviderUnavailable
from services.posting import post
from services.purchases import LOCK_PERSON, Buying
from services.renewals import place_renewal, price_renewal
from services.runtime import Runtime

LOOKS_PER_ROUND_MAX = 20
_AGAIN_AFTER_A_FAULT = timedelta(minutes=10)

_DUE = """
SELECT organisation_id FROM subscriptions WHERE renewal_try_at <= $1 AND organisation_id IS NOT NULL
ORDER BY renewal_try_at LIMIT $2
"""
# Who is told, whoever bought last being the first: in their name an automatic order is placed.
_ADMINISTRATORS = """
SELECT m.person_id FROM organisations g JOIN members m ON m.workspace_id = g.workspace_id
JOIN persons p ON p.id = m.person_id AND p.status IN ('ACTIVE', 'SUSPENDED')
WHERE g.id = $1 AND m.role = 'ADMIN' AND m.left_at IS NULL
ORDER BY m.person_id = (SELECT o.buyer_id FROM orders o WHERE o.organisation_id = g.id AND o.status = 'PAID'
    ORDER BY o.created_at DESC LIMIT 1) DESC NULLS LAST, m.joined_at, m.id LIMIT $2
"""
_STATE = """
SELECT u.mandate, u.warned_at, u.renewal_try_at, last.method, last.offered
FROM subscriptions u LEFT JOIN LATERAL (
    SELECT o.method, o.intent->'offered' AS offered FROM subscription_terms t JOIN orders o ON o.id = t.order_id
    WHERE t.subscription_id = u.id ORDER BY t.number DESC LIMIT 1
) last ON true
WHERE u.organisation_id = $1
"""
_RENEWALS = f"""
SELECT {ORDER_COLUMNS} FROM orders o
WHERE o.organisation_id = $1 AND o.kind = 'RENEWAL' AND (o.status = 'PENDING' OR o.created_at >= $2)
ORDER BY o.created_at DESC LIMIT 10
"""  # noqa: S608  (constant text)
_LOOK = "UPDATE subscriptions SET renewal_try_at = $2 WHERE organisation_id = $1"
_PLAN = """
UPDATE subscriptions SET plan = $2, benefits_version = benefits_version + 1 WHERE organisation_id = $1
"""
_WARNED = "UPDATE subscriptions SET warned_at = $2 WHERE organisation_id = $1"
_ENDED_SEATS = """
SELECT s.id, s.workspace_id, s.person_id, w.id AS wallet_id, greatest(s.ends_at, s.assigned_at,
    (SELECT max(k.at) FROM seat_changes k WHERE k.seat_id = s.id)) AS at
FROM seats s LEFT JOIN wallets w ON w.workspace_id = s.workspace_id AND w.person_id = s.person_id
WHERE s.organisation_id = $1 AND s.ends_at <= $2 AND s.person_id IS NOT NULL AND s.release_at IS NULL
ORDER BY s.id LIMIT $3
"""
_TAKE_SEATS = """
WITH ended AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::uuid[], $6::uuid[])
        AS e (id, workspace_id, person_id, at, vacated, released)
), freed AS (
    UPDATE seats s SET person_id = NULL, assigned_at = NULL FROM ended e WHERE s.id = e.id
)
INSERT INTO seat_changes (id, seat_id, workspace_id, at, kind, person_id)
SELECT vacated, id, workspace_id, at, 'VACATED', person_id FROM ended
UNION ALL SELECT released, id, workspace_id, at, 'RELEASED', person_id FROM ended
"""
_SEATS_TAKEN_AT_ONCE_MAX = 64

_OFFERED = msgspec.json.Decoder(Plan | None)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Look:
    """One look at a subscription, in its transaction. What is woken after the commit gathers in `topics`."""

    runtime: Runtime
    connection: Connection
    organisation: Organisation
    administrators: Sequence[UUID]
    state: asyncpg.Record
    now: datetime
    topics: list[str]

    @property
    def next_plan(self) -> Plan | None:
        """The plan that was bought with the last term, if it is not the one in force."""
        offered = _OFFERED.decode(self.state["offered"]) if self.state["offered"] else None
        return None if offered == self.organisation.subscription.plan else offered

    @property
    def chargeable(self) -> bool:
        return self.state["mandate"] is not None

    async def again_at(self, instant: datetime | None) -> None:
        await self.connection.execute(_LOOK, self.organisation.id, instant)

    async def tell(self, kind: NoticeKind, facts: dict[str, str], at: datetime) -> None:
        """Tell all administrators, once about what happened at an instant."""
        facts = {"organization": public_id("org", self.organisation.id), **facts}
        told = [
            Told(person, kind, facts, email=True, id=uuid7(at, _digest(self.organisation.id, kind, at, person)))
            for person in self.administrators
        ]
        wallets = await notify_all(self.connection, told, clock=self.runtime.clock)
        self.topics += map(wallet_topic, wallets)


async def attend_subscriptions(runtime: Runtime) -> int:
    """Look at up to 20 subscriptions of which something may be due; return at how many.

    A step of the worker: call it again until it returns 0. One at which it fails is looked at again ten minutes later,
    and keeps no other waiting.
    """
    rows = await runtime.database.pool.fetch(_DUE, runtime.clock(), LOOKS_PER_ROUND_MAX)
    for row in rows:
        organisation_id: UUID = row["organisation_id"]
        try:
            await _attend(runtime, organisation_id)
        except Exception:  # noqa: BLE001 - whatever it is, it must not keep the others' renewals from being tried
            _log.exception("the worker failed at the subscription of organisation %s", organisation_id)
            again_at = runtime.clock() + _AGAIN_AFTER_A_FAULT
            await runtime.database.pool.execute(_LOOK, organisation_id, again_at)
    return len(rows)


async def _attend(runtime: Runtime, organisation_id: UUID) -> None:
    async with runtime.database.transaction() as connection:
        look = await _looking(runtime, connection, organisation_id)
        if look is None:
            return
        charged = await _do_what_is_due(look)
        look.topics.append(workspace_topic(look.organisation.workspace_id))
    await runtime.broker.wake(look.topics)
    if charged is not None:
        await _charge(runtime, organisation_id, charged, look.state["mandate"])


async def _looking(runtime: Runtime, connection: Connection, organisation_id: UUID) -> _Look | None:
    """Lock everything that a look may need: the person in whose name it may buy, and the organisation."""
    arguments = (organisation_id, NOTICES_AT_ONCE_MAX)
    first = await connection.fetch(_ADMINISTRATORS, *arguments)
    if first:
        await connection.execute(LOCK_PERSON, first[0]["person_id"])
    organisation = await lock_organisation(connection, organisation_id)
    state = await connection.fetchrow(_STATE, organisation_id)
    now = runtime.clock()
    if organisation is None or state is None or state["renewal_try_at"] is None or state["renewal_try_at"] > now:
        return None
    administrators = [row["person_id"] for row in await connection.fetch(_ADMINISTRATORS, *arguments)]
    if first and first[0]["person_id"] not in administrators[:1]:
        return None  # another one would have to be locked: next time
    return _Look(runtime, connection, organisation, administrators, state, now, [])


async def _do_what_is_due(look: _Look) -> OrderRow | None:
    """Do the first thing that is due, and note when to look again; return the order that is to be charged."""
    subscription, now = look.organisation.subscription, look.now
    if await _take_ended_seats(look):
        return None
    next_plan = look.next_plan
    if next_plan is not None and plan_changes_at(subscription) <= now:
        await _change_plan(look, next_plan)
        return None
    warning = warning_due(subscription, look.state["warned_at"], now, chargeable=look.chargeable)
    if warning is not None:
        await _warn(look, *warning)
        return None
    attempt = attempt_at(subscription, now)
    if attempt is not None:
        return await _try(look, attempt)
    await look.again_at(next_look(subscription, next_plan, now, chargeable=look.chargeable))
    return None


async def _take_ended_seats(look: _Look) -> bool:
    """Take the seats that a renewal gave up from who held them still; their benefits have ended with the seats."""
    connection, now = look.connection, look.now
    rows = await connection.fetch(_ENDED_SEATS, look.organisation.id, now, _SEATS_TAKEN_AT_ONCE_MAX)
    if not rows:
        return False
    await connection.execute(
        _TAKE_SEATS,
        *([row[name] for row in rows] for name in ("id", "workspace_id", "person_id", "at")),
        [uuid7(row["at"], b"\xff\xe0" + os.urandom(8)) for row in rows],
        [uuid7(row["at"], b"\xff\xf0" + os.urandom(8)) for row in rows],
    )
    wallets = [(row["wallet_id"], row["at"]) for row in rows if row["wallet_id"]]
    postings = benefits_postings(look.organisation.subscription, wallets)
    batch = await post(connection, postings, look.runtime.clock)
    look.topics += map(wallet_topic, batch.changed)
    return True


async def _change_plan(look: _Look, plan: Plan) -> None:
    """Bring in the plan of the term that comes, with the last period before it (A7)."""
    await look.connection.execute(_PLAN, look.organisation.id, msgspec.json.encode(plan).decode())
    subscription = replace(look.organisation.subscription, plan=plan)
    changed = replace(look.organisation, subscription=subscription)
    posted = await post_benefits(look.connection, changed, look.runtime.clock)
    look.topics += map(wallet_topic, posted.wallets)


async def _warn(look: _Look, at: datetime, days: int | None) -> None:
    await look.connection.execute(_WARNED, look.organisation.id, look.now)
    if days is None:
        await look.tell(NoticeKind.SUBSCRIPTION_EXPIRED, {"ended_at": at.isoformat()}, at)
        return
    facts = {"ends_at": look.organisation.subscription.ends_at.isoformat(), "days": str(days)}
    await look.tell(NoticeKind.SUBSCRIPTION_ENDING, facts, at)


async def _try(look: _Look, attempt: Attempt) -> OrderRow | None:
    """Try to renew: return an order to be charged, placed now or before. Never two for one term."""
    rows = await look.connection.fetch(_RENEWALS, look.organisation.id, attempt.starts_at)
    orders = [order_of(row).at(look.now) for row in rows]
    pending = next((order for order in orders if order.status is OrderStatus.PENDING), None)
    if pending is not None and not _is_automatic(pending):
        # somebody is about to pay by hand
        await look.again_at(min(pending.expires_at, attempt.ends_at))
        return None
    tried = next((order for order in orders if _is_automatic(order) and order.created_at >= attempt.starts_at), None)
    if pending is None and tried is not None:
        await look.again_at(attempt.ends_at)
        if tried.status is OrderStatus.FAILED:
            await _tell_failed(look, attempt)
        return None
    order = pending or await _place(look, attempt)
    if order is None or not look.chargeable:
        await look.again_at(attempt.ends_at)
        await _tell_failed(look, attempt)
        return None
    await look.again_at(attempt.look_again_at(look.now))
    return order


async def _place(look: _Look, attempt: Attempt) -> OrderRow | None:
    """Order the next term with as many seats as there are, at the catalog's price of today (A7)."""
    runtime, method = look.runtime, _method(look)
    if method is None or not look.administrators:
        return None
    priced = await price_renewal(look.connection, runtime, look.organisation, None, look.now)
    if isinstance(priced, Refusal):
        _log.warning("organisation %s cannot be renewed automatically: %s", look.organisation.id, priced.code)
        return None
    buying = Buying(look.connection, runtime, look.administrators[0], method, look.now)
    order = await place_renewal(buying, look.organisation, priced, automatic=True, expires_at=attempt.ends_at)
    return None if isinstance(order, Refusal) else order


def _method(look: _Look) -> PaymentMethod | None:
    """Choose how an automatic order is paid: under the mandate, if there is one; otherwise as the last one was."""
    offered = look.runtime.payments
    if look.chargeable and PaymentMethod.CHECKOUT in offered:
        return PaymentMethod.CHECKOUT
    last = look.state["method"]
    if last in offered:
        return PaymentMethod(last)
    return next(iter(offered), None)


async def _charge(runtime: Runtime, organisation_id: UUID, order: OrderRow, mandate: str) -> None:
    """Ask the provider to charge, outside of any transaction; what comes of it, it reports by itself."""
    provider = runtime.payments.get(order.method)
    try:
        if provider is not None and await provider.charge(order.payable(), mandate):
            return
    except ProviderUnavailable:
        _log.warning("the provider of order %s is unavailable; it is asked again", order.id)
        return
    async with runtime.database.transaction() as connection:
        look = await _looked_again(runtime, connection, organisation_id)
        attempt = attempt_at(look.organisation.subscription, look.now)
        if attempt is None:
            return
        await look.again_at(attempt.ends_at)
        await _tell_failed(look, attempt)
    await runtime.broker.wake(look.topics)


async def _looked_again(runtime: Runtime, connection: Connection, organisation_id: UUID) -> _Look:
    organisation = await lock_organisation(connection, organisation_id)
    state = await connection.fetchrow(_STATE, organisation_id)
    if organisation is None or state is None:
        raise LookupError("organisations are never removed")
    rows = await connection.fetch(_ADMINISTRATORS, organisation_id, NOTICES_AT_ONCE_MAX)
    administrators = [row["person_id"] for row in rows]
    return _Look(runtime, connection, organisation, administrators, state, runtime.clock(), [])


async def _tell_failed(look: _Look, attempt: Attempt) -> None:
    until = look.organisation.subscription.benefits_until
    await look.tell(NoticeKind.PAYMENT_FAILED, {"until_at": until.isoformat()}, attempt.starts_at)


def _is_automatic(order: OrderRow) -> bool:
    return isinstance(order.intent, Renew) and order.intent.automatic


def _digest(organisation_id: UUID, kind: str, at: datetime, person_id: UUID) -> bytes:
    return sha256(organisation_id.bytes + person_id.bytes + f"{kind}{at.isoformat()}".encode()).digest()
