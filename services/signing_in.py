"""Signing in, and up: from what a provider asserts to a session, in one transaction (A2).

Everybody who shows the same subject or the same verified e-mail waits for the same advisory locks, so that of many at
once one makes the account and the others find it. Lock order: assertion, person, the referrer's person (D4), wallets.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.commands import Command, OpenGrant, RevokeGrants
from domain.errors import Inactive
from domain.grants import GrantKind
from domain.persons import PersonKind, PersonStatus, is_time_zone, tame_display_name
from domain.principals import Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.status import Standing, turned_away
from feed.topics import access_topic, wallet_topic
from models.database import Connection
from services.accounts import Account, Profile, open_account
from services.benefits import plan_benefits
from services.identities import Assertion, add_email, add_identity, find_account, lock_assertion, welcome
from services.keyed_hashes import KeyedHashes
from services.notices import write_notices
from services.posting import Posting, post
from services.referrals import attribute
from services.runtime import Runtime
from services.sessions import open_session
from services.tokens import IssuedCredential
from services.traits import Seen, record_traits

__all__ = ["Assertion"]

FREE_PLAN = "free"
"""What everybody is on who has bought nothing."""
SIGN_UP_SOURCE = "sign-up"

_NAMELESS = "User"
_LOCK_GUEST = """
SELECT s.id AS workspace_id, w.id AS wallet_id
FROM persons p JOIN workspaces s ON s.owner_id = p.id JOIN wallets w ON w.workspace_id = s.id AND w.person_id = p.id
WHERE p.id = $1 AND p.kind = 'GUEST' AND p.status = 'ACTIVE'
FOR NO KEY UPDATE OF p
"""
# a guest's session holds for guests only, so that with the new kind it has ended; it is revoked for the eye's sake
_REGISTER = """
WITH person AS (
    UPDATE persons SET kind = 'USER', display_name = $2, email = $3, locale = $4, time_zone = $5 WHERE id = $1
), wallet AS (
    UPDATE wallets SET guest = false WHERE id = $6
)
UPDATE credentials SET revoked_at = greatest($7, created_at)
WHERE person_id = $1 AND kind = 'GUEST_SESSION' AND revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody is in. `is_new`: their account was opened just now, or was a guest's until now."""

    person_id: UUID
    credential: IssuedCredential
    is_new: bool


async def sign_in(
    runtime: Runtime,
    hashes: KeyedHashes,
    asserted: Assertion,
    *,
    guest: Principal | None,
    device: str | None,
    address: str | None,
    device_id: str | None = None,
    referral_code: str | None = None,
) -> SignedIn | Refusal:
    """Open a session for who a provider says is there; open their account, if they have none (A2).

    The account is the one of that identity; else the one with the same verified e-mail, which gets the identity; else
    the guest's, which becomes theirs with everything in it; else a new one. A new one begins on the free plan, with
    the sign-up credits unless this identity or e-mail had them before, in an account that is no more included.

    Args:
        runtime: where.
        hashes: the installation's.
        asserted: what the provider says.
        guest: the guest that the browser was until now, if it was one.
        device: the User-Agent, which names the session.
        address: the IP address, of which a keyed hash is kept (A3).
        device_id: an id that the browser keeps for us, of which a keyed hash is kept (A3).
        referral_code: the code that they came with, as it is kept; it counts where an account is opened, only (D4).

    Returns the session, or the refusal `PERSON_SUSPENDED`, `PERSON_TERMINATED` or `NOT_FOUND` (a deleted account).
    """
    now = runtime.clock()
    async with runtime.database.transaction() as connection:
        await lock_assertion(connection, hashes, asserted)
        found = await _found(connection, hashes, asserted, now)
        if isinstance(found, Refusal):
            return found
        opened, person_id = None, found
        if person_id is None:
            opened = await _opened(connection, asserted, guest, now)
            person_id = opened.person_id
        seen = Seen(asserted.email, None, device_id, address)
        await record_traits(connection, hashes, person_id, seen, now, flags=opened is not None)
        changed: frozenset[UUID] = frozenset()
        if opened:
            changed = await _begun(connection, runtime, hashes, asserted, opened, referral_code=referral_code, now=now)
        issued = await open_session(connection, now, person_id, device)
    await runtime.broker.wake([access_topic(person_id), *map(wallet_topic, changed)])
    return SignedIn(person_id, issued, opened is not None)


async def _found(
    connection: Connection, hashes: KeyedHashes, asserted: Assertion, now: datetime
) -> UUID | Refusal | None:
    """Find the account, and keep with it what is new: an identity that it did not have, a first e-mail address."""
    row = await find_account(connection, asserted)
    if row is None:
        return None
    if refused := _turned_away(row, now):
        return refused
    if not row["known"]:
        await add_identity(connection, now, row["id"], asserted)
    if row["email"] is None and asserted.email is not None:
        await add_email(connection, row["id"], asserted.email)
    await welcome(connection, now, hashes, asserted)
    person_id: UUID = row["id"]
    return person_id


async def _begun(
    connection: Connection,
    runtime: Runtime,
    hashes: KeyedHashes,
    asserted: Assertion,
    opened: Account,
    *,
    referral_code: str | None,
    now: datetime,
) -> frozenset[UUID]:
    """Give a new account its identity and all that it begins with; a guest's unused messages are not converted.

    Who brought them gets the reward in the same go. Returns the wallets whose feeds are to be woken after the commit.
    """
    policies = runtime.catalog.policies
    await add_identity(connection, now, opened.person_id, asserted)
    commands: list[Command] = [RevokeGrants(GrantKind.GUEST), plan_benefits(runtime.catalog.plans[FREE_PLAN])]
    is_welcome = await welcome(connection, now, hashes, asserted)
    if is_welcome:
        meter, amount = policies.credit_meter, policies.sign_up_credits
        commands.append(OpenGrant(meter, GrantKind.SIGN_UP, amount, None, SIGN_UP_SOURCE))
    postings = [Posting(command, opened.wallet_id) for command in commands]
    if referral_code is not None:
        reward = await attribute(
            connection, policies, referral_code, opened.person_id, welcomed_before=not is_welcome, now=now
        )
        if reward:
            postings += [reward.posting, *await write_notices(connection, [reward.told], now)]
    return (await post(connection, postings, runtime.clock)).changed


async def _opened(connection: Connection, asserted: Assertion, guest: Principal | None, now: datetime) -> Account:
    """Make the guest a user, if there is one that is still a guest; else open an account."""
    zone = asserted.time_zone
    profile = Profile(_name(asserted), asserted.locale, zone if zone and is_time_zone(zone) else "UTC", asserted.email)
    row = await connection.fetchrow(_LOCK_GUEST, guest.subject) if guest and guest.caller is Caller.GUEST else None
    if guest is None or guest.subject is None or row is None:
        return await open_account(connection, now, PersonKind.USER, profile)
    await connection.execute(
        _REGISTER,
        guest.subject,
        profile.display_name,
        profile.email,
        profile.locale,
        profile.time_zone,
        row["wallet_id"],
        now,
    )
    return Account(guest.subject, row["workspace_id"], row["wallet_id"])


def _name(asserted: Assertion) -> str:
    local = asserted.email.partition("@")[0] if asserted.email else ""
    return tame_display_name(asserted.display_name) or tame_display_name(local) or _NAMELESS


def _turned_away(found: asyncpg.Record, now: datetime) -> Refusal | None:
    standing = Standing(PersonStatus(found["status"]), found["status_reason"], found["status_until"]).at(now)
    if standing.status is PersonStatus.ACTIVE:
        return None
    told: Inactive | None = turned_away(standing)
    if told is None:
        return Refusal(RefusalCode.NOT_FOUND, "This account was deleted. Sign in again to open a new one.")
    return Refusal(RefusalCode(told.code), str(told))
