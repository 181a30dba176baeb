"""Adjustments: operators give credits or take them back, each time with a reason (D2, G3).

*Decided.* What is given is a bonus, with an end if one is named. What is taken back comes from what was given once, in
the order in which it is drawn; quotas of plans and holds of running tasks are let be, and no more is taken than is
there. Everything is about the personal wallet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.amounts import QUANTITY_MAX_THOUSANDTHS, format_amount
from domain.authorization import permit
from domain.commands import OpenGrant, TakeBack
from domain.errors import InvalidInput, Unauthenticated
from domain.grants import GrantKind
from domain.notices import NoticeKind
from domain.persons import PersonStatus
from domain.principals import Principal
from domain.refusals import Refusal
from domain.status import NO_PERSON
from feed.topics import wallet_topic
from models.database import Connection
from services.audit import record
from services.credit_orders import PERSONAL_WALLET
from services.notices import notify
from services.once import KEY_REUSED, KeyReused, Once, once
from services.posting import Posted, Posting, post
from services.requests import requested
from services.runtime import Runtime

REASON_CHARACTERS_MAX = 500

_LOCK = "SELECT status FROM persons WHERE id = $1 FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Whose credits change, by how many thousandths (negative: taken back), why, and when what is given ends."""

    person_id: UUID
    amount: int
    reason: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreditsAdjusted:
    """By how many thousandths the credits have changed in fact, or why they have not."""

    person_id: UUID
    changed: int | None
    refused: Refusal | None = None


async def adjust_credits(
    runtime: Runtime, principal: Principal, asked: Adjustment, *, key: str
) -> Once[CreditsAdjusted]:
    """Give a person credits, or take back what is there. On record, and the person is told. 12 statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: names the field.
    """
    permit(principal, "Mutation.adjustCredits")
    operator, now = principal.subject, runtime.clock()
    if operator is None:
        raise Unauthenticated("Only operators adjust credits.")
    _check(asked)
    facts = {
        "person": str(asked.person_id),
        "amount": asked.amount,
        "reason": asked.reason,
        "expires_at": asked.expires_at,
    }
    bound = requested(key, "adjustCredits", facts)
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    wallets: frozenset[UUID] = frozenset()
    try:
        async with runtime.database.transaction() as connection:

            async def adjust() -> CreditsAdjusted:
                nonlocal wallets
                changed, wallets = await _adjusted(connection, runtime, operator, asked, now)
                return changed

            done = await once(connection, operator, bound, CreditsAdjusted, adjust, now=now, keys_kept=kept)
    except KeyReused:
        return Once(CreditsAdjusted(asked.person_id, None, KEY_REUSED), replayed=False)
    if wallets:
        await runtime.broker.wake([wallet_topic(wallet) for wallet in wallets])
    return done


def _check(asked: Adjustment) -> None:
    if not 0 < abs(asked.amount) <= QUANTITY_MAX_THOUSANDTHS:
        most = format_amount(QUANTITY_MAX_THOUSANDTHS)
        raise InvalidInput(("input", "amount"), f"must be -{most} to {most}, and not 0")
    if asked.amount < 0 and asked.expires_at is not None:
        raise InvalidInput(("input", "expiresAt"), "must be null where credits are taken back")
    if not asked.reason.strip() or len(asked.reason) > REASON_CHARACTERS_MAX or not asked.reason.isprintable():
        raise InvalidInput(("input", "reason"), f"must be 1 to {REASON_CHARACTERS_MAX} printable characters")


async def _adjusted(
    connection: Connection, runtime: Runtime, operator: UUID, asked: Adjustment, now: datetime
) -> tuple[CreditsAdjusted, frozenset[UUID]]:
    if asked.expires_at is not None and asked.expires_at <= now:  # here, so that a repeated request gets its result
        raise InvalidInput(("input", "expiresAt"), "must be in the future")
    person_id, meter = asked.person_id, runtime.catalog.policies.credit_meter
    status = await connection.fetchval(_LOCK, person_id)
    wallet_id = await connection.fetchval(PERSONAL_WALLET, person_id)
    if wallet_id is None or status == PersonStatus.DELETED:
        return CreditsAdjusted(person_id, None, NO_PERSON), frozenset()
    command = (
        OpenGrant(meter, GrantKind.ADJUSTMENT, asked.amount, asked.expires_at, "adjustment")
        if asked.amount > 0
        else TakeBack(meter, -asked.amount)
    )
    batch = await post(connection, [Posting(command, wallet_id)], runtime.clock)
    [outcome] = batch.outcomes
    if not isinstance(outcome, Posted):
        raise TypeError(f"the ledger refuses no adjustment: {outcome.code}")
    moved = outcome.entry.amount if outcome.entry else 0
    changed = moved if asked.amount > 0 else -moved
    after: dict[str, object] = {"meter": meter, "asked": asked.amount, "changed": changed, "ends_at": asked.expires_at}
    await record(connection, now, operator, "adjustCredits", person_id, before={}, after=after, reason=asked.reason)
    told: frozenset[UUID] = frozenset()
    if changed:
        facts = {"amount": format_amount(changed), "meter": meter}
        told = await notify(connection, person_id, NoticeKind.CREDITS_ADJUSTED, facts, email=False, clock=runtime.clock)
    return CreditsAdjusted(person_id, changed), batch.changed | told
