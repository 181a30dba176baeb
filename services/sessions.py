"""Sessions of people: opened, listed, ended one by one or all at once (issue 3, B12).

A session slides: it ends 30 days after its last use, and 90 days after it was opened however much it is used. The
first is moved by `services.authentication`, with the use itself. Who ends a session wakes the person's access topic
after the commit, so that it is dead in every process, open sockets included.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.devices import device_label
from domain.errors import Unauthenticated
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from feed.topics import access_topic
from models.database import Connection
from services.authentication import SESSION_SLIDES
from services.credentials import SESSIONS_PER_PERSON_MAX, put_session
from services.once import KEY_REUSED, KeyReused, Once, once
from services.posting import Requested
from services.requests import requested
from services.runtime import Runtime
from services.tokens import IssuedCredential

__all__ = ["SESSION_ENDS", "SESSION_SLIDES"]

SESSION_ENDS = timedelta(days=90)
"""How long a session lasts at most."""

_MINE = "person_id = $1 AND kind IN ('SESSION', 'GUEST_SESSION')"
_OPEN = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"
_LIST = f"""
SELECT id, label, created_at, last_seen_at, expires_at, ends_at FROM credentials WHERE {_MINE} AND {_OPEN}
ORDER BY coalesce(last_seen_at, created_at) DESC, id DESC LIMIT $3
"""  # noqa: S608  (constant text)
_END_ONE = f"""
UPDATE credentials SET revoked_at = coalesce(revoked_at, greatest($2, created_at)) WHERE id = $3 AND {_MINE}
RETURNING id
"""  # noqa: S608  (constant text)
_END_ALL = f"""
UPDATE credentials SET revoked_at = greatest($2, created_at) WHERE {_MINE} AND {_OPEN} AND id IS DISTINCT FROM $3
RETURNING id
"""  # noqa: S608  (constant text)
_NO_SESSION = Refusal(RefusalCode.NOT_FOUND, "There is no such session.", ("sessionId",))


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its person sees it; `current` is the one that asks."""

    id: UUID
    label: str
    created_at: datetime
    last_seen_at: datetime | None
    expires_at: datetime | None
    ends_at: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """How many sessions were ended, or why none was."""

    count: int
    refused: Refusal | None = None


async def open_session(
    connection: Connection, now: datetime, person_id: UUID, user_agent: str | None
) -> IssuedCredential:
    """Open a session in the caller's transaction, named after the device; wake `access_topic(person_id)` after it."""
    return await put_session(
        connection,
        now,
        person_id,
        device_label(user_agent),
        expires_at=now + SESSION_SLIDES,
        ends_at=now + SESSION_ENDS,
    )


async def sessions_of_viewer(runtime: Runtime, principal: Principal) -> tuple[SessionRow, ...]:
    """List the caller's open sessions, the one that was seen last first. Who is no person has none."""
    permit(principal, "Query.viewer")
    if principal.person_id is None:
        return ()
    rows = await runtime.database.pool.fetch(_LIST, principal.person_id, runtime.clock(), SESSIONS_PER_PERSON_MAX)
    return tuple(SessionRow(**dict(row), current=row["id"] == principal.credential) for row in rows)


async def sign_out(runtime: Runtime, principal: Principal, key: str) -> Once[SessionsEnded]:
    """End the session that asks.

    Raises:
        Unauthenticated, Forbidden: the caller is no person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.signOut")

    async def end(connection: Connection, person_id: UUID, now: datetime) -> SessionsEnded:
        return SessionsEnded(len(await connection.fetch(_END_ONE, person_id, now, principal.credential)))

    return await _ending(runtime, principal, requested(key, "signOut", {"session": str(principal.credential)}), end)


async def revoke_session(runtime: Runtime, principal: Principal, session_id: UUID, key: str) -> Once[SessionsEnded]:
    """End one of the caller's sessions; one that has ended stays so.

    Raises:
        Unauthenticated, Forbidden: the caller is no person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.revokeSession")

    async def end(connection: Connection, person_id: UUID, now: datetime) -> SessionsEnded:
        ended = await connection.fetch(_END_ONE, person_id, now, session_id)
        return SessionsEnded(len(ended), None if ended else _NO_SESSION)

    return await _ending(runtime, principal, requested(key, "revokeSession", {"session": str(session_id)}), end)


async def revoke_all_sessions(
    runtime: Runtime, principal: Principal, key: str, *, except_current: bool
) -> Once[SessionsEnded]:
    """End all of the caller's sessions, or all but the one that asks.

    Raises:
        Unauthenticated, Forbidden: the caller is no person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.revokeAllSessions")
    kept = principal.credential if except_current else None

    async def end(connection: Connection, person_id: UUID, now: datetime) -> SessionsEnded:
        return SessionsEnded(len(await connection.fetch(_END_ALL, person_id, now, kept)))

    return await _ending(runtime, principal, requested(key, "revokeAllSessions", {"kept": str(kept)}), end)


async def _ending(
    runtime: Runtime,
    principal: Principal,
    asked: Requested,
    end: Callable[[Connection, UUID, datetime], Awaitable[SessionsEnded]],
) -> Once[SessionsEnded]:
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have sessions.")
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:
            done = await once(
                connection,
                person_id,
                asked,
                SessionsEnded,
                lambda: end(connection, person_id, now),
                now=now,
                keys_kept=kept,
            )
    except KeyReused:
        return Once(SessionsEnded(0, KEY_REUSED), replayed=False)
    if not done.replayed:
        await runtime.broker.wake([access_topic(person_id)])
    return done
