"""Authentication: from a token to who calls, in at most one statement, and none while it is remembered (G1, A4)."""

import asyncio
import hmac
import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.api_keys import read_key
from domain.errors import Forbidden, Inactive, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.status import Standing, turned_away
from feed.topics import access_topic
from models.credentials import CredentialKind
from services.runtime import Runtime
from services.tokens import HASH_BYTES, Shown, read_token, unknown

SESSION_SLIDES = timedelta(days=30)
"""How long a session lasts when it is not used; use begins it anew, at most until its absolute end."""
SEEN_EVERY = timedelta(hours=1)
"""A credential's use is written at most this often."""
RECHECK_S = 30.0

CREDENTIAL_COLUMNS = """
    c.id, c.kind, c.secret_hash, c.person_id, c.service_account_id, c.operator_id, c.workspace_id, c.scopes,
    c.expires_at, p.status, p.status_reason, p.status_until
"""
HOLDS = """
    c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2)
    AND (c.kind <> 'GUEST_SESSION' OR p.kind = 'GUEST')
"""
"""A credential that has not ended; who has signed up is no guest any more. The instant is the second argument."""

_CHECK = f"""
SELECT {CREDENTIAL_COLUMNS} FROM credentials c LEFT JOIN persons p ON p.id = c.person_id
WHERE c.id = $1 AND {HOLDS}
"""  # noqa: S608  (constant text)

# The use of the genuine credential is noted by the statement that finds it. Nothing is learnt from its comparing
# hashes in its own time: it takes a preimage of SHA-256 to choose one.
_FIND = f"""
WITH seen AS (
    UPDATE credentials SET
        last_seen_at = $2,
        expires_at = CASE WHEN ends_at IS NULL THEN expires_at
            ELSE least(ends_at, greatest(expires_at, $2::timestamptz + $4::interval)) END
    WHERE id = $1 AND secret_hash = $3 AND kind = $6 AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > $2)
        AND (last_seen_at IS NULL OR last_seen_at <= $2::timestamptz - $5::interval)
        AND (person_id IS NULL OR EXISTS (
            SELECT FROM persons o WHERE o.id = person_id
                AND (o.status = 'ACTIVE' OR (o.status = 'SUSPENDED' AND o.status_until <= $2))))
) {_CHECK}
"""  # noqa: S608  (constant text)

_log = logging.getLogger(__name__)


async def authenticate(runtime: Runtime, token: str | None) -> Principal:
    """Find out who calls: none or one statement; none without a token.

    Raises:
        Unauthenticated: the token is malformed, unknown, expired or revoked. Which of these is not told.
        Inactive: the token is genuine, and its person is suspended or terminated.
        Forbidden: it is an API key, which is no bearer credential here. It is not looked up.
    """
    if token is None:
        return ANONYMOUS
    if read_key(token):
        raise _no_bearer()
    shown, now = read_token(token), runtime.clock()
    remembered = runtime.accepted.find(shown.hash, now)
    if remembered is not None:
        return remembered
    begun = runtime.accepted.begin()
    row = await runtime.database.pool.fetchrow(
        _FIND, shown.id, now, shown.secret_hash, SESSION_SLIDES, SEEN_EVERY, shown.kind
    )
    principal = _accept(shown, row, now)
    ends_at: datetime | None = row["expires_at"] if row else None
    runtime.accepted.keep(shown.hash, principal, begun=begun, since=now, ends_at=ends_at)
    return principal


def remembered(runtime: Runtime, token: str) -> bool:
    """Tell whether a token was accepted lately and still holds, without asking the database."""
    try:
        return runtime.accepted.find(read_token(token).hash, runtime.clock()) is not None
    except Unauthenticated:
        return False


async def check(runtime: Runtime, principal: Principal) -> None:
    """See that the credential that a principal came with still holds: for what lives longer than a request.

    Raises:
        Unauthenticated: it was revoked or has expired.
        Inactive: its person is suspended or terminated.
    """
    if principal.credential is None:
        if principal.caller is Caller.ANONYMOUS:
            return
        raise unknown()
    now = runtime.clock()
    row = await runtime.database.pool.fetchrow(_CHECK, principal.credential, now)
    if row is None:
        raise unknown()
    admit(row, now)


async def is_valid(runtime: Runtime, principal: Principal) -> bool:
    """Tell whether the credential that a principal came with still holds."""
    try:
        await check(runtime, principal)
    except (Unauthenticated, Inactive):
        return False
    return True


async def ended(runtime: Runtime, principal: Principal) -> Unauthenticated | Inactive:
    """Wait until the credential that a principal came with holds no more; return why.

    Looks when access changes, and every half minute; a database that is away decides nothing.
    """
    if principal.subject is None:
        never: asyncio.Future[Unauthenticated] = asyncio.get_running_loop().create_future()
        return await never  # nobody's access does not end
    with runtime.broker.listen(access_topic(principal.subject)) as wakeups:
        assured = runtime.accepted.vouches_for(principal, runtime.clock())
        while True:
            try:
                if not assured:
                    async with runtime.accepted.checks:
                        await check(runtime, principal)
            except (Unauthenticated, Inactive) as why:
                return why
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                _log.warning("the access of an open socket could not be checked", exc_info=True)
            assured = False
            await wakeups.wait(RECHECK_S * random.uniform(0.75, 1.0))  # noqa: S311  (spreads load)


def admit(row: asyncpg.Record, now: datetime) -> Principal:
    """Make the principal of a credential that holds, unless its person may not come in.

    Args:
        row: has `CREDENTIAL_COLUMNS`.
        now: the present instant.

    Raises:
        Inactive: the person is suspended or terminated.
        Unauthenticated: the person is erased.
        Forbidden: it is an API key, which calls nothing by itself.
    """
    if row["person_id"] is not None:
        status = PersonStatus(row["status"])
        standing = Standing(status, row["status_reason"], row["status_until"]).at(now)
        if standing.status is not PersonStatus.ACTIVE:
            raise turned_away(standing) or unknown()
    id_: UUID = row["id"]
    match CredentialKind(row["kind"]):
        case CredentialKind.SESSION:
            return Principal(Caller.USER, row["person_id"], id_)
        case CredentialKind.GUEST_SESSION:
            return Principal(Caller.GUEST, row["person_id"], id_)
        case CredentialKind.OPERATOR_KEY:
            return Principal(Caller.OPERATOR, row["operator_id"], id_)
        case CredentialKind.SERVICE_KEY:
            scopes = frozenset(row["scopes"])
            return Principal(Caller.SERVICE, row["service_account_id"], id_, scopes, row["workspace_id"])
        case CredentialKind.API_KEY:
            raise _no_bearer()


def _accept(shown: Shown, row: asyncpg.Record | None, now: datetime) -> Principal:
    expected = row["secret_hash"] if row else bytes(HASH_BYTES)
    genuine = hmac.compare_digest(shown.secret_hash, expected)
    if row is None or not genuine or row["kind"] != shown.kind:
        raise unknown()
    return admit(row, now)


def _no_bearer() -> Forbidden:
    return Forbidden(
        "An API key calls nothing here by itself: give it to your coding agent, whose gateway passes it on as `apiKey`."
    )
