"""Payments: reports of providers and operators, each heard once, each order taking effect once (D8).

What a report means, `domain/payments.py` decides. Locks: the person rows of the buyer and of who is to be rewarded for
the buyer's first payment (D4), the order's row, what the effect locks, their personal wallets, and last the number of
receipts, which nobody holds while waiting for anything else.
"""

import asyncio
import logging
import os
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import asyncpg

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.ids import uuid7
from domain.notices import NoticeKind
from domain.orders import OrderKind, OrderStatus
from domain.payments import RECORDED, TO_BE_RETURNED, PaymentReport, PaymentVerdict, judge, status_at
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.database import Connection
from services.audit import record
from services.notices import Told, write_notices
from services.once import KEY_REUSED, KeyReused, Once, once
from services.order_effects import EFFECTS, Effect
from services.orders import (
    NO_ORDER,
    ORDER_COLUMNS,
    OrderChanged,
    OrderRow,
    order_closed,
    order_facts,
    order_of,
)
from services.posting import Posting, post
from services.referrals import reward_first_payment
from services.requests import requested
from services.runtime import Runtime

REASON_CHARACTERS_MAX = 500
AMOUNT_MINOR_MAX = 2**53 - 1
OPERATOR = "operator"
"""In `payments.provider`: an operator has seen the money."""
_ATTEMPTS_MAX = 4
_RETRY_PAUSE_S_MAX = 0.05
_RECEIPTS_LOCK = 0x0A110_D8
"""The advisory lock under which receipts are numbered."""

_LOCK_PEOPLE = """
SELECT FROM persons WHERE id = ANY (ARRAY(
    SELECT o.buyer_id FROM orders o WHERE o.id = $1
    UNION ALL
    SELECT r.referrer_id FROM orders o JOIN referrals r ON r.referred_id = o.buyer_id
    WHERE o.id = $1 AND r.rejected_because IS NULL AND r.reversed_at IS NULL AND r.payment_rewarded_at IS NULL
)) ORDER BY id FOR NO KEY UPDATE
"""
# begun after the buyer's row was locked: so it sees what any other report of the buyer's orders has written
_LOCK = f"""
SELECT {ORDER_COLUMNS}, EXISTS (SELECT FROM payments h WHERE h.provider = $2 AND h.event_key = $3) AS heard
FROM orders o WHERE o.id = $1 FOR NO KEY UPDATE OF o
"""  # noqa: S608  (constant text)
_HEAR = """
INSERT INTO payments (id, order_id, provider, event_key, paid, amount_minor, currency, occurred_at, received_at,
    outcome, operator_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (provider, event_key) DO NOTHING
RETURNING 1
"""
_FAIL = "UPDATE orders SET status = 'FAILED', closed_at = $2 WHERE id = $1"
_LOCK_RECEIPTS = "SELECT pg_advisory_xact_lock($1)"
_PAY = """
UPDATE orders SET status = 'PAID', paid_at = $2, closed_at = $3, organisation_id = $4,
    receipt_number = (SELECT coalesce(max(receipt_number), 0) + 1 FROM orders)
WHERE id = $1
RETURNING receipt_number
"""

_CURRENCY = re.compile(r"[A-Z]{3}")
_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PaymentOutcome:
    """What came of a report, and the order as it is now. Both None: there is no such order, and nothing is recorded."""

    verdict: PaymentVerdict | None
    order: OrderRow | None


@dataclass(frozen=True, slots=True)
class _Payer:
    """A transaction that pays orders: what it works with, and when."""

    connection: Connection
    runtime: Runtime
    effects: Mapping[OrderKind, Effect]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a transaction did, and whom to wake when it is committed."""

    outcome: PaymentOutcome
    topics: tuple[str, ...] = ()


async def report_payment(
    runtime: Runtime, report: PaymentReport, *, effects: Mapping[OrderKind, Effect] = EFFECTS
) -> PaymentOutcome:
    """Take up what a provider reports: in one transaction, however often and in whatever order it is reported.

    Paid: three statements, what the effect needs, one for the referrer (D4), four for the notices and two for the
    receipt. Anything else: three, four if the order fails by it, two if it was heard of before, one if there is no such
    order.
    """
    settled = await _retried(lambda: _reported(runtime, report, effects))
    await runtime.broker.wake(settled.topics)
    outcome = settled.outcome
    if outcome.verdict in TO_BE_RETURNED:
        _log.warning("order %s: what %s reported is %s", report.order_id, report.provider, outcome.verdict)
    return outcome


async def _retried(attempt: Callable[[], Awaitable[_Result]]) -> _Result:
    """Run a transaction, again if it lost a race for wallets, which are locked beside one another's order here."""
    for number in range(1, _ATTEMPTS_MAX):
        try:
            return await attempt()
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
            await asyncio.sleep(random.uniform(0, _RETRY_PAUSE_S_MAX * number))  # noqa: S311  (jitter, not a secret)
    return await attempt()


async def _reported(runtime: Runtime, report: PaymentReport, effects: Mapping[OrderKind, Effect]) -> _Settled:
    now = runtime.clock()
    async with runtime.database.transaction() as connection:
        found = await _locked(connection, report.order_id, report.provider, report.event_key)
        if found is None:
            return _Settled(PaymentOutcome(None, None))
        order, heard = found
        verdict = judge(order, report, now, heard=heard)
        if not await _heard_first(connection, report, verdict, now):
            kept = verdict if verdict not in RECORDED else PaymentVerdict.DUPLICATE
            return _Settled(PaymentOutcome(kept, order.at(now)))
        if verdict is PaymentVerdict.APPLIED:
            return await _applied(_Payer(connection, runtime, effects, now), order, report)
        if verdict is PaymentVerdict.FAILED:
            await connection.execute(_FAIL, order.id, now)
            order = replace(order, status=OrderStatus.FAILED, closed_at=now)
    topics = (workspace_topic(order.workspace_id),) if order.workspace_id else ()
    return _Settled(PaymentOutcome(verdict, order.at(now)), topics)


async def _locked(
    connection: Connection, order_id: UUID, provider: str, event_key: str
) -> tuple[OrderRow, bool] | None:
    """Lock an order's buyer and the order; say whether the event was heard of before. Two statements."""
    if not await connection.fetch(_LOCK_PEOPLE, order_id):  # all rows, since what is not fetched is not locked
        return None
    row = await connection.fetchrow(_LOCK, order_id, provider, event_key)
    return (order_of(row), row["heard"]) if row else None


async def _heard_first(
    connection: Connection,
    report: PaymentReport,
    verdict: PaymentVerdict,
    now: datetime,
    operator_id: UUID | None = None,
) -> bool:
    """Record an event, unless it was recorded before, or is not to be."""
    if verdict not in RECORDED:
        return False
    heard = await connection.fetchval(
        _HEAR,
        uuid7(now, os.urandom(10)),
        report.order_id,
        report.provider,
        report.event_key,
        report.paid,
        report.amount_minor,
        report.currency,
        report.occurred_at,
        now,
        verdict,
        operator_id,
    )
    return heard is not None  # the key may be another order's: then it is the provider's mistake, and nobody's payment


async def _applied(payer: _Payer, order: OrderRow, report: PaymentReport) -> _Settled:
    """Bring about what was bought, tell the buyer, number the receipt."""
    connection, runtime, now = payer.connection, payer.runtime, payer.now
    effect = payer.effects[order.kind]
    effected = await effect(runtime, connection, replace(order, mandate=report.mandate), now)
    facts = order_facts(order.id, order.reference, order.total_minor, order.currency)
    told, postings = [Told(order.buyer_id, NoticeKind.ORDER_PAID, facts, email=True)], list[Posting]()
    policies, is_payment = runtime.catalog.policies, order.total_minor > 0
    if is_payment and (reward := await reward_first_payment(connection, policies, order.buyer_id, now)):
        told.append(reward.told)
        postings.append(reward.posting)
    postings += await write_notices(connection, told, now)
    changed = (await post(connection, postings, runtime.clock)).changed if postings else frozenset()
    await connection.execute(_LOCK_RECEIPTS, _RECEIPTS_LOCK)
    paid_at = min(max(report.occurred_at, order.created_at), now)
    number: int = await connection.fetchval(_PAY, order.id, paid_at, now, effected.organisation_id)
    paid = replace(
        order,
        status=OrderStatus.PAID,
        paid_at=paid_at,
        closed_at=now,
        receipt_number=number,
        organisation_id=effected.organisation_id,
        workspace_id=effected.workspace_id,
    )
    topics = (
        *map(wallet_topic, effected.wallets | changed),
        *map(access_topic, effected.subjects),
        *([workspace_topic(effected.workspace_id)] if effected.workspace_id else []),
    )
    return _Settled(PaymentOutcome(PaymentVerdict.APPLIED, paid), topics)


async def confirm_transfer(
    runtime: Runtime,
    principal: Principal,
    order_id: UUID,
    *,
    amount_minor: int,
    currency: str,
    reason: str,
    key: str,
    effects: Mapping[OrderKind, Effect] = EFFECTS,
) -> Once[OrderChanged]:
    """Say, as an operator, that the money for an order is there now. On record, with the reason (G3).

    Thirteen statements, and what the effect needs.

    Any order that waits for its payment can be paid so, and one that failed before it expired: money is money.
    Refused, and then nothing is recorded: another amount or currency (`AMOUNT_MISMATCH`), paid or expired already
    (`ORDER_CLOSED`).

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: amount, currency, reason or idempotency key are none.
    """
    permit(principal, "Mutation.confirmTransfer")
    operator, now = principal.subject, runtime.clock()
    if operator is None:
        raise Unauthenticated("Only operators confirm transfers.")
    _check(amount_minor, currency, reason)
    facts = {"order": str(order_id), "amount": amount_minor, "currency": currency, "reason": reason}
    asked = requested(key, "confirmTransfer", facts)
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    report = PaymentReport(
        provider=OPERATOR,
        event_key=str(uuid7(now, os.urandom(10))),
        order_id=order_id,
        paid=True,
        amount_minor=amount_minor,
        currency=currency,
        occurred_at=now,
        reason=reason,
    )
    topics: tuple[str, ...] = ()

    async def confirm(connection: Connection) -> OrderChanged:
        nonlocal topics
        changed, topics = await _confirmed(_Payer(connection, runtime, effects, now), report, operator)
        return changed

    async def confirmed() -> Once[OrderChanged]:
        async with runtime.database.transaction() as connection:
            verb = partial(confirm, connection)
            return await once(connection, operator, asked, OrderChanged, verb, now=now, keys_kept=kept)

    try:
        done = await _retried(confirmed)
    except KeyReused:
        return Once(OrderChanged(None, KEY_REUSED), replayed=False)
    await runtime.broker.wake(topics)
    return done


def _check(amount_minor: int, currency: str, reason: str) -> None:
    if not 0 <= amount_minor <= AMOUNT_MINOR_MAX:
        raise InvalidInput(("input", "amountMinor"), f"must be 0 to {AMOUNT_MINOR_MAX}")
    if not _CURRENCY.fullmatch(currency):
        raise InvalidInput(("input", "currency"), "must be a code of ISO 4217, such as USD")
    if not reason.strip() or len(reason) > REASON_CHARACTERS_MAX or not reason.isprintable():
        raise InvalidInput(("input", "reason"), f"must be 1 to {REASON_CHARACTERS_MAX} printable characters")


async def _confirmed(payer: _Payer, report: PaymentReport, operator: UUID) -> tuple[OrderChanged, tuple[str, ...]]:
    connection, now = payer.connection, payer.now
    found = await _locked(connection, report.order_id, report.provider, report.event_key)
    if found is None:
        return OrderChanged(None, NO_ORDER), ()
    order, heard = found
    verdict = judge(order, report, now, heard=heard)
    if verdict is not PaymentVerdict.APPLIED:
        is_open = status_at(order, now) in (OrderStatus.PENDING, OrderStatus.FAILED)
        mismatched = is_open and verdict is PaymentVerdict.MISMATCHED
        return OrderChanged(None, _mismatch(order, report) if mismatched else order_closed(order.at(now))), ()
    await _heard_first(connection, report, verdict, now, operator)
    settled = await _applied(payer, order, report)
    number = settled.outcome.order.receipt_number if settled.outcome.order else None
    before: dict[str, object] = {"status": order.status}
    after: dict[str, object] = {"status": OrderStatus.PAID, "receipt": number, "amount": report.amount_minor}
    await record(
        connection, now, operator, "confirmTransfer", order.id, before=before, after=after, reason=report.reason or ""
    )
    return OrderChanged(order.id), settled.topics


def _mismatch(order: OrderRow, report: PaymentReport) -> Refusal:
    field = "currency" if report.currency != order.currency else "amountMinor"
    facts = {
        "expected": str(order.total_minor),
        "expectedCurrency": order.currency,
        "received": str(report.amount_minor),
        "receivedCurrency": report.currency or "",
    }
    message = (
        f"The order is of {order.total_minor} {order.currency} in minor units, and {report.amount_minor} "
        f"{report.currency} came: a transfer must be of exactly the total."
    )
    return Refusal(RefusalCode.AMOUNT_MISMATCH, message, (field,), facts=facts)
