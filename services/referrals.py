"""Referrals (D4): codes, who came by them, and what their referrers are given: once each for each referred person.

Somebody is attributed to a referrer in the transaction that opens their account, and never afterwards. Locks: person
rows (who signs up, then the referrer; buyer and referrer in the order of their ids), then wallets, all in one go.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.amounts import format_amount
from domain.authorization import permit
from domain.commands import OpenGrant
from domain.errors import Unauthenticated
from domain.grants import GrantKind
from domain.ids import public_id, uuid7
from domain.notices import NoticeKind
from domain.persons import PersonStatus
from domain.policies import Policies
from domain.principals import Caller, Principal
from domain.referrals import (
    ENTROPY_BYTES,
    PREFIX,
    ReferralReward,
    ReferralState,
    make_code,
    rejection,
    source_of,
    state_of,
)
from domain.refusals import Refusal
from models.database import Connection
from services.notices import Told
from services.once import KEY_REUSED, KeyReused, Once, once
from services.posting import Posting
from services.requests import requested
from services.runtime import Runtime
from services.traits import are_linked

REFERRALS_LISTED_MAX = 100

_MAKE = """
INSERT INTO referral_codes (person_id, code, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING code
"""
_CODE = "SELECT code FROM referral_codes WHERE person_id = $1"
_FIND = """
SELECT p.id AS referrer_id, p.status, w.id AS wallet_id
FROM referral_codes c JOIN persons p ON p.id = c.person_id
JOIN workspaces s ON s.owner_id = p.id JOIN wallets w ON w.workspace_id = s.id AND w.person_id = p.id
WHERE c.code = $1 FOR NO KEY UPDATE OF p
"""
_ATTRIBUTE = """
INSERT INTO referrals (id, referrer_id, referred_id, code, attributed_at, rejected_because, sign_up_rewarded_at)
VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6::varchar IS NULL THEN $5::timestamptz END)
"""
_PAID_FIRST = """
UPDATE referrals r SET payment_rewarded_at = greatest($2, r.sign_up_rewarded_at)
FROM persons p JOIN workspaces s ON s.owner_id = p.id JOIN wallets w ON w.workspace_id = s.id AND w.person_id = p.id
WHERE r.referred_id = $1 AND r.rejected_because IS NULL AND r.reversed_at IS NULL AND r.payment_rewarded_at IS NULL
    AND p.id = r.referrer_id AND p.status IN ('ACTIVE', 'SUSPENDED')
RETURNING r.id, r.referrer_id, w.id AS wallet_id
"""
_LIST = """
SELECT id, attributed_at, rejected_because, payment_rewarded_at, reversed_at
FROM referrals WHERE referrer_id = $1 ORDER BY attributed_at DESC, id DESC LIMIT $2
"""
_GIVEN = """
SELECT g.source, g.granted, g.lapsed
FROM workspaces s JOIN wallets w ON w.workspace_id = s.id AND w.person_id = s.owner_id
JOIN grants g ON g.wallet_id = w.id
WHERE s.owner_id = $1 AND g.kind = 'REFERRAL' AND g.source = ANY ($2::text[])
"""


@dataclass(frozen=True, slots=True)
class ReferralCodeMade:
    """The caller's code, new or not, or why there is none."""

    code: str | None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    """What a referrer is given: to be posted, and told, in the transaction that earned it."""

    posting: Posting
    told: Told


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral as its referrer may see it: never who it was. Amounts in thousandths of the credits' unit."""

    id: UUID
    at: datetime
    state: ReferralState
    given: int
    taken_back: int
    reversed_at: datetime | None


async def create_referral_code(runtime: Runtime, principal: Principal, key: str) -> Once[ReferralCodeMade]:
    """Make the caller's code; who has one gets that one. Four statements, three if they have one.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.createReferralCode")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have a referral code.")
    asked = requested(key, "createReferralCode", {})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:

            async def make() -> ReferralCodeMade:
                return ReferralCodeMade(await _made(connection, person_id, now))

            return await once(connection, person_id, asked, ReferralCodeMade, make, now=now, keys_kept=kept)
    except KeyReused:
        return Once(ReferralCodeMade(None, KEY_REUSED), replayed=False)


async def _made(connection: Connection, person_id: UUID, now: datetime) -> str:
    while True:  # until no other person has the code: of 2⁴⁰ there are, this is once at most
        code: str | None = await connection.fetchval(_CODE, person_id)
        code = code or await connection.fetchval(_MAKE, person_id, make_code(os.urandom(ENTROPY_BYTES)), now)
        if code is not None:
            return code


async def referral_code_of_viewer(runtime: Runtime, principal: Principal) -> str | None:
    """Find the caller's code; None: they have not made one, or are no registered person."""
    permit(principal, "Query.viewer")
    if principal.caller is not Caller.USER:
        return None
    code: str | None = await runtime.database.pool.fetchval(_CODE, principal.person_id)
    return code


async def referrals_of_viewer(runtime: Runtime, principal: Principal) -> list[ReferralRow]:
    """List who came by the caller's code, the newest first, at most 100. Two statements, one if there is nobody."""
    permit(principal, "Query.viewer")
    if principal.caller is not Caller.USER:
        return []
    pool, person_id = runtime.database.pool, principal.person_id
    rows = await pool.fetch(_LIST, person_id, REFERRALS_LISTED_MAX)
    if not rows:
        return []
    sources = {source_of(reward, row["id"]): row["id"] for row in rows for reward in ReferralReward}
    given, taken_back = dict.fromkeys(sources.values(), 0), dict.fromkeys(sources.values(), 0)
    for grant in await pool.fetch(_GIVEN, person_id, list(sources)):
        id_ = sources[grant["source"]]
        given[id_] += grant["granted"]
        taken_back[id_] += grant["lapsed"]
    return [
        ReferralRow(
            row["id"],
            row["attributed_at"],
            state_of(row["rejected_because"], row["payment_rewarded_at"], row["reversed_at"]),
            given[row["id"]],
            taken_back[row["id"]],
            row["reversed_at"],
        )
        for row in rows
    ]


async def attribute(
    connection: Connection, policies: Policies, code: str, referred_id: UUID, *, welcomed_before: bool, now: datetime
) -> Reward | None:
    """Note that an account was opened with a code, within the transaction that opens it: three statements.

    The account's traits must be known already (A3). What stands against a reward is recorded, and never against the
    sign-up.

    Returns what the referrer is given; None: nothing, or there is no such code, which one statement finds.
    """
    found = await connection.fetchrow(_FIND, code)
    if found is None:
        return None
    referrer_id: UUID = found["referrer_id"]
    reason = rejection(
        referrer=PersonStatus(found["status"]),
        linked=await are_linked(connection, referrer_id, referred_id),
        welcomed_before=welcomed_before,
    )
    id_ = uuid7(now, os.urandom(10))
    await connection.execute(_ATTRIBUTE, id_, referrer_id, referred_id, code, now, reason)
    if reason is not None:
        return None
    return _reward(policies, ReferralReward.SIGN_UP, id_, referrer_id, found["wallet_id"])


async def reward_first_payment(
    connection: Connection, policies: Policies, buyer_id: UUID, now: datetime
) -> Reward | None:
    """Note that somebody has paid for something, within the transaction that holds them and their referrer.

    One statement. Returns what their referrer is given; None: there is none, or nothing is due, or it was given before.
    """
    row = await connection.fetchrow(_PAID_FIRST, buyer_id, now)
    if row is None:
        return None
    return _reward(policies, ReferralReward.PAYMENT, row["id"], row["referrer_id"], row["wallet_id"])


def _reward(policies: Policies, reward: ReferralReward, id_: UUID, referrer_id: UUID, wallet_id: UUID) -> Reward:
    amounts = {
        ReferralReward.SIGN_UP: policies.referral_sign_up_credits,
        ReferralReward.PAYMENT: policies.referral_payment_credits,
    }
    amount = amounts[reward]
    grant = OpenGrant(policies.credit_meter, GrantKind.REFERRAL, amount, None, source_of(reward, id_))
    facts = {"referral": public_id(PREFIX, id_), "reward": str(reward), "credits": format_amount(amount)}
    told = Told(referrer_id, NoticeKind.REFERRAL_REWARDED, facts, email=False)
    return Reward(Posting(grant, wallet_id), told)
