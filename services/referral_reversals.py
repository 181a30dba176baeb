"""Reversals of referrals (D4): after a refund or abuse an operator takes back what a referrer was given.

What is left of exactly these grants lapses by reversing entries; what was used stays used, and nothing else is touched.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.amounts import format_amount
from domain.authorization import permit
from domain.commands import RevokeGrants
from domain.errors import Unauthenticated
from domain.grants import GrantKind
from domain.ids import public_id
from domain.notices import NoticeKind
from domain.persons import PersonStatus
from domain.principals import Principal
from domain.referrals import PREFIX, ReferralReward, ReferralState, source_of, state_of
from domain.refusals import Refusal, RefusalCode
from feed.topics import wallet_topic
from models.database import Connection
from services.audit import record
from services.leaving import read_reason
from services.notices import notify
from services.once import KEY_REUSED, KeyReused, Once, once
from services.posting import Posted, Posting, post
from services.requests import requested
from services.runtime import Runtime

NO_REFERRAL = Refusal(RefusalCode.NOT_FOUND, "There is no such referral.", ("referralId",))
REFERRAL_CLOSED = Refusal(
    RefusalCode.REFERRAL_CLOSED,
    "This referral was rejected or reversed before: there is nothing to take back.",
    ("referralId",),
)

# whoever changes a referral holds its referrer
_LOCK = """
SELECT p.status FROM persons p WHERE p.id = (SELECT referrer_id FROM referrals WHERE id = $1) FOR NO KEY UPDATE
"""
_READ = """
SELECT r.referrer_id, r.rejected_because, r.payment_rewarded_at, r.reversed_at, w.id AS wallet_id
FROM referrals r JOIN workspaces s ON s.owner_id = r.referrer_id
JOIN wallets w ON w.workspace_id = s.id AND w.person_id = r.referrer_id
WHERE r.id = $1
"""
_REVERSE = "UPDATE referrals SET reversed_at = greatest($2, attributed_at), reversed_because = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True)
class ReferralReversed:
    """What was taken back, in thousandths of the credits' unit, or why nothing was."""

    taken_back: int | None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Act:
    """Which referral is reversed, by whom, why and when."""

    referral_id: UUID
    operator: UUID
    reason: str
    now: datetime


async def reverse_referral(
    runtime: Runtime, principal: Principal, referral_id: UUID | None, reason: str, key: str
) -> Once[ReferralReversed]:
    """Take back what a referrer was given for somebody, and give nothing for them any more. On record (G3).

    Thirteen statements; nine if the referrer has deleted their account, and so is not told.

    Args:
        runtime: where.
        principal: an operator.
        referral_id: which; None: an id that is none.
        reason: kept for good, so it names nobody.
        key: the idempotency key.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none.
    """
    permit(principal, "Mutation.reverseReferral")
    operator, now = principal.subject, runtime.clock()
    if operator is None:
        raise Unauthenticated("Only operators take rewards back.")
    read_reason(reason)
    asked = requested(key, "reverseReferral", {"referral": referral_id, "reason": reason})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    woken: frozenset[UUID] = frozenset()
    try:
        async with runtime.database.transaction() as connection:

            async def reverse() -> ReferralReversed:
                nonlocal woken
                if referral_id is None:
                    return ReferralReversed(None, NO_REFERRAL)
                done, woken = await _reversed(connection, runtime, _Act(referral_id, operator, reason, now))
                return done

            done = await once(connection, operator, asked, ReferralReversed, reverse, now=now, keys_kept=kept)
    except KeyReused:
        return Once(ReferralReversed(None, KEY_REUSED), replayed=False)
    if woken:
        await runtime.broker.wake([wallet_topic(wallet) for wallet in woken])
    return done


async def _reversed(connection: Connection, runtime: Runtime, act: _Act) -> tuple[ReferralReversed, frozenset[UUID]]:
    locked = await connection.fetchrow(_LOCK, act.referral_id)
    row = await connection.fetchrow(_READ, act.referral_id) if locked else None
    if locked is None or row is None:
        return ReferralReversed(None, NO_REFERRAL), frozenset()
    before = state_of(row["rejected_because"], row["payment_rewarded_at"], row["reversed_at"])
    if before in (ReferralState.REJECTED, ReferralState.REVERSED):
        return ReferralReversed(None, REFERRAL_CLOSED), frozenset()
    await connection.execute(_REVERSE, act.referral_id, act.now, act.reason)
    sources = [source_of(reward, act.referral_id) for reward in ReferralReward]
    revokes = [Posting(RevokeGrants(GrantKind.REFERRAL, source), row["wallet_id"]) for source in sources]
    batch = await post(connection, revokes, runtime.clock)
    entries = [outcome.entry for outcome in batch.outcomes if isinstance(outcome, Posted) and outcome.entry]
    taken_back, woken = sum(entry.amount for entry in entries), batch.changed
    if locked["status"] != PersonStatus.DELETED:
        facts = {"referral": public_id(PREFIX, act.referral_id), "credits": format_amount(taken_back)}
        kind = NoticeKind.REFERRAL_REVERSED
        woken |= await notify(connection, row["referrer_id"], kind, facts, email=True, clock=runtime.clock)
    await record(
        connection,
        act.now,
        act.operator,
        "reverseReferral",
        act.referral_id,
        before={"state": before},
        after={"state": ReferralState.REVERSED, "takenBack": format_amount(taken_back)},
        reason=act.reason,
    )
    return ReferralReversed(taken_back), woken
