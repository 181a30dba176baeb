"""Orders: placed, looked at, cancelled, expired (D8). What a payment does to them: `services/payments.py`.

An order that was not paid in time is EXPIRED from that instant on, though the worker writes it a moment later:
`OrderRow.at` says what it is in truth. Whoever places one holds the buyer's person row, so that what is counted holds.
"""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.ids import public_id, uuid7
from domain.notices import NoticeKind
from domain.orders import INTENTS, Intent, OrderKind, OrderLine, OrderStatus, PaymentMethod
from domain.principals import Caller, Principal
from domain.references import ENTROPY_BYTES, make_reference, read_reference
from domain.refusals import Refusal, RefusalCode
from feed.topics import wallet_topic, workspace_topic
from models.database import Connection
from services.audit import record
from services.notices import Told, notify_all
from services.once import KEY_REUSED, KeyReused, Once, once
from services.order_rows import (
    ORDER_COLUMNS,
    PAYMENTS_SHOWN_MAX,
    Effected,
    OrderChanged,
    OrderRow,
    PaymentRow,
    order_of,
)
from services.requests import requested
from services.runtime import Runtime

__all__ = [
    "NO_ORDER",
    "ORDERS_EXPIRED_AT_ONCE_MAX",
    "ORDERS_PENDING_MAX",
    "ORDER_COLUMNS",
    "ORDER_LINES_MAX",
    "PAYMENTS_SHOWN_MAX",
    "Effected",
    "OrderChanged",
    "OrderRow",
    "PaymentRow",
    "any_order",
    "cancel_order",
    "expire_orders",
    "order",
    "order_by_reference",
    "order_closed",
    "order_facts",
    "order_named",
    "order_of",
    "place_order",
]

ORDERS_PENDING_MAX = 20
"""Orders of one buyer that may wait for their payment at a time."""
ORDER_LINES_MAX = 20
ORDERS_EXPIRED_AT_ONCE_MAX = 100
_REFERENCE_ATTEMPTS_MAX = 5

# Checks of foreign keys wait for the end of the statement, so order and lines are one.
_PLACE = """
WITH open AS (
    SELECT count(*) AS number FROM orders WHERE buyer_id = $5 AND status = 'PENDING' AND expires_at > $11
), placed AS (
    INSERT INTO orders (id, kind, status, method, buyer_id, organisation_id, currency, total_minor, intent, reference,
        created_at, expires_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM open WHERE open.number < $13
    ON CONFLICT (reference) DO NOTHING
    RETURNING id
), lines AS (
    INSERT INTO order_lines (id, order_id, number, kind, quantity, unit_minor, amount_minor, starts_at, ends_at, days,
        days_in_term)
    SELECT l.id, placed.id, l.number, l.kind, l.quantity, l.unit_minor, l.amount_minor, l.starts_at, l.ends_at, l.days,
        l.days_in_term
    FROM placed CROSS JOIN unnest($14::uuid[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[],
        $19::timestamptz[], $20::timestamptz[], $21::int[], $22::int[]) WITH ORDINALITY
        AS l (id, kind, quantity, unit_minor, amount_minor, starts_at, ends_at, days, days_in_term, number)
)
SELECT open.number, EXISTS (SELECT FROM placed) AS placed,
    (SELECT display_name FROM persons WHERE id = $5) AS buyer_name,
    g.workspace_id, s.name AS organisation_name
FROM open LEFT JOIN (organisations g JOIN workspaces s ON s.id = g.workspace_id) ON g.id = $6
"""

_VISIBLE = """
(o.buyer_id = $2 OR EXISTS (
    SELECT FROM organisations g JOIN members m ON m.workspace_id = g.workspace_id
    WHERE g.id = o.organisation_id AND m.person_id = $2 AND m.role = 'ADMIN' AND m.left_at IS NULL))
"""
_FIND = f"SELECT {ORDER_COLUMNS} FROM orders o WHERE o.id = $1"  # noqa: S608  (constant text)
_FIND_MINE = f"{_FIND} AND {_VISIBLE}"
_NAMED = "SELECT id FROM orders WHERE reference = $1"
_BY_REFERENCE = f"SELECT {ORDER_COLUMNS} FROM orders o WHERE o.reference = $1"  # noqa: S608  (constant text)
_LOCK_BUYER = f"""
SELECT FROM persons WHERE id = (SELECT o.buyer_id FROM orders o WHERE o.id = $1 AND {_VISIBLE}) FOR NO KEY UPDATE
"""  # noqa: S608  (constant text)
_LOCK_MINE = f"{_FIND_MINE} FOR NO KEY UPDATE OF o"
_CLOSE = "UPDATE orders SET status = 'EXPIRED', closed_at = $2 WHERE id = $1"
_EXPIRE = """
WITH due AS (
    SELECT id FROM orders WHERE status = 'PENDING' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE orders o SET status = 'EXPIRED', closed_at = o.expires_at FROM due WHERE o.id = due.id
RETURNING o.id, o.reference, o.total_minor, o.currency, o.buyer_id,
    (SELECT g.workspace_id FROM organisations g WHERE g.id = o.organisation_id) AS workspace_id
"""

NO_ORDER = Refusal(RefusalCode.NOT_FOUND, "There is no such order.", ("orderId",))
"""What is answered about ids that are none, and about orders of others (B11)."""


async def place_order(
    connection: Connection,
    runtime: Runtime,
    *,
    kind: OrderKind,
    buyer_id: UUID,
    organisation_id: UUID | None,
    method: PaymentMethod,
    currency: str,
    lines: Sequence[OrderLine],
    intent: Intent,
    now: datetime,
    expires_at: datetime | None = None,
) -> OrderRow | Refusal:
    """Place an order: one statement. Refused, if its buyer has 20 orders that wait for their payment.

    Args:
        connection: in a transaction that holds the buyer's person row.
        runtime: its policies say how long the order can be paid.
        kind: what is bought; the kind of `intent`.
        buyer_id: who buys.
        organisation_id: for which organisation; None: it will be founded.
        method: how it will be paid: one that is offered.
        currency: ISO 4217, of all amounts.
        lines: 1 to 20; their amounts add up to the total.
        intent: what being paid brings about.
        now: the present instant.
        expires_at: when it expires, if that is before the policy's hours are over; in the future.

    Raises:
        ValueError: the intent is of another kind, or there are no lines or too many.
    """
    if type(intent) is not INTENTS[kind] or not 1 <= len(lines) <= ORDER_LINES_MAX:
        raise ValueError(f"an order of kind {kind} with {len(lines)} lines for {type(intent).__name__}")
    latest = now + timedelta(hours=runtime.catalog.policies.order_hours)
    until = latest if expires_at is None else min(expires_at, latest)
    for _ in range(_REFERENCE_ATTEMPTS_MAX):
        id_, reference = uuid7(now, os.urandom(10)), make_reference(os.urandom(ENTROPY_BYTES))
        total = sum(line.amount_minor for line in lines)
        row = await connection.fetchrow(
            _PLACE,
            id_,
            kind,
            OrderStatus.PENDING,
            method,
            buyer_id,
            organisation_id,
            currency,
            total,
            msgspec.json.encode(intent).decode(),
            reference,
            now,
            until,
            ORDERS_PENDING_MAX,
            [uuid7(now, os.urandom(10)) for _ in lines],
            [line.kind for line in lines],
            [line.quantity for line in lines],
            [line.unit_minor for line in lines],
            [line.amount_minor for line in lines],
            [line.starts_at for line in lines],
            [line.ends_at for line in lines],
            [line.days for line in lines],
            [line.days_in_term for line in lines],
        )
        if row is None:
            raise RuntimeError("counting gave no row")
        if row["placed"]:
            return OrderRow(
                id=id_,
                kind=kind,
                status=OrderStatus.PENDING,
                method=method,
                buyer_id=buyer_id,
                organisation_id=organisation_id,
                currency=currency,
                total_minor=total,
                intent=intent,
                reference=reference,
                receipt_number=None,
                created_at=now,
                expires_at=until,
                paid_at=None,
                closed_at=None,
                lines=tuple(lines),
                buyer_name=row["buyer_name"],
                workspace_id=row["workspace_id"],
                organisation_name=row["organisation_name"],
            )
        if row["number"] >= ORDERS_PENDING_MAX:
            return _too_many(row["number"])
    raise RuntimeError(f"{_REFERENCE_ATTEMPTS_MAX} references in a row were taken")


def _too_many(number: int) -> Refusal:
    message = f"{number} of your orders wait for their payment. Pay or cancel some of them."
    return Refusal(RefusalCode.TOO_MANY_OPEN, message, facts={"open": str(number), "max": str(ORDERS_PENDING_MAX)})


async def order(runtime: Runtime, principal: Principal, order_id: UUID) -> OrderRow | None:
    """Find an order: its buyer's, an organisation's for its administrators, any for operators. One statement.

    None: there is none for this caller. The row is true at this instant.
    """
    if principal.caller is Caller.OPERATOR:
        return await any_order(runtime, order_id)
    if principal.caller is not Caller.USER:
        return None
    row = await runtime.database.pool.fetchrow(_FIND_MINE, order_id, principal.person_id)
    return order_of(row).at(runtime.clock()) if row else None


async def any_order(runtime: Runtime, order_id: UUID) -> OrderRow | None:
    """Find an order, whoever asks: for who has proven otherwise that they may see it."""
    row = await runtime.database.pool.fetchrow(_FIND, order_id)
    return order_of(row).at(runtime.clock()) if row else None


async def order_by_reference(runtime: Runtime, principal: Principal, reference: str) -> OrderRow | None:
    """Find the order that a transfer names. None: nothing has this reference, or it is mistyped.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
    """
    permit(principal, "Query.orderByReference")
    read = read_reference(reference)
    row = await runtime.database.pool.fetchrow(_BY_REFERENCE, read) if read else None
    return order_of(row).at(runtime.clock()) if row else None


async def order_named(runtime: Runtime, reference: str) -> UUID | None:
    """Find the id of the order that a transfer names, however it is written; None: there is none, or it is mistyped."""
    read = read_reference(reference)
    id_: UUID | None = await runtime.database.pool.fetchval(_NAMED, read) if read else None
    return id_


async def cancel_order(runtime: Runtime, principal: Principal, order_id: UUID, key: str) -> Once[OrderChanged]:
    """Cancel an order that was not paid: it is EXPIRED then. A payment that was made before counts nevertheless.

    For its buyer, and for the administrators of the organisation that it is for (whose act is on record, G3).

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.cancelOrder")
    now, person_id = runtime.clock(), principal.person_id
    if person_id is None:
        raise Unauthenticated("Only people have orders.")
    asked = requested(key, "cancelOrder", {"order": str(order_id)})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    workspace_id: UUID | None = None
    try:
        async with runtime.database.transaction() as connection:

            async def cancel() -> OrderChanged:
                nonlocal workspace_id
                changed, workspace_id = await _cancelled(connection, order_id, person_id, now)
                return changed

            done = await once(connection, person_id, asked, OrderChanged, cancel, now=now, keys_kept=kept)
    except KeyReused:
        return Once(OrderChanged(None, KEY_REUSED), replayed=False)
    if workspace_id:
        await runtime.broker.wake([workspace_topic(workspace_id)])
    return done


async def _cancelled(
    connection: Connection, order_id: UUID, person_id: UUID, now: datetime
) -> tuple[OrderChanged, UUID | None]:
    await connection.execute(_LOCK_BUYER, order_id, person_id)
    row = await connection.fetchrow(_LOCK_MINE, order_id, person_id)
    if row is None:
        return OrderChanged(None, NO_ORDER), None
    found = order_of(row).at(now)
    if found.status is not OrderStatus.PENDING:
        return OrderChanged(None, order_closed(found)), None
    await connection.execute(_CLOSE, found.id, max(now, found.created_at))
    if found.organisation_id:
        before, after = {"status": found.status}, {"status": OrderStatus.EXPIRED}
        await record(connection, now, person_id, "cancelOrder", found.id, before=before, after=after, reason="")
    return OrderChanged(found.id), found.workspace_id


def order_closed(row: OrderRow) -> Refusal:
    """Say that nothing can be done about an order any more, and why."""
    facts = {"status": row.status.value}
    message = f"The order is {row.status.value.lower()} already: nothing can be done about it any more."
    return Refusal(RefusalCode.ORDER_CLOSED, message, ("orderId",), facts=facts)


async def expire_orders(runtime: Runtime) -> int:
    """Write that orders have expired, at most 100, and tell their buyers; return how many."""
    async with runtime.database.transaction() as connection:
        rows = await connection.fetch(_EXPIRE, runtime.clock(), ORDERS_EXPIRED_AT_ONCE_MAX)
        if not rows:
            return 0
        told = [
            Told(
                row["buyer_id"],
                NoticeKind.ORDER_EXPIRED,
                order_facts(row["id"], row["reference"], row["total_minor"], row["currency"]),
                email=False,
            )
            for row in rows
        ]
        wallets = await notify_all(connection, told, clock=runtime.clock)
    workspaces = {row["workspace_id"] for row in rows} - {None}
    topics = [*map(wallet_topic, wallets), *map(workspace_topic, workspaces)]
    await runtime.broker.wake(topics)
    return len(rows)


def order_facts(id_: UUID, reference: str, total_minor: int, currency: str) -> dict[str, str]:
    """What notices about an order are made from."""
    return {
        "order": public_id("ord", id_),
        "reference": reference,
        "total_minor": str(total_minor),
        "currency": currency,
    }
