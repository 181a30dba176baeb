"""Deletion of an account (A5): asked for with a fresh sign-in, called back within 7 days, or carried out.

*Decided.* For 10 minutes after a sign-in its session may ask; nothing else may, so that a page left open cannot
delete an account. Who asks again gets the deletion that is open. Suspended people can neither ask nor call back, and
perhaps it was not they who asked: a deletion waits while its person is suspended. Termination is for good, so then
it is carried out. The only administrator of an organisation with other members must hand the role over first (A5);
who has become that since they asked has the deletion put off, day by day, and is told so in the feed.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.ids import uuid7
from domain.notices import NoticeKind
from domain.principals import Caller, Principal
from domain.refusals import Refusal, RefusalCode
from models.database import Connection
from services.notices import notify, wake
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import ANOTHER_ADMINISTRATOR_STAYS, lock_organisations_of
from services.requests import requested
from services.runtime import Runtime

GRACE = timedelta(days=7)
"""How long a deletion can be called back."""
SIGN_IN_IS_FRESH = timedelta(minutes=10)

_LOCK = "SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_FRESH = "SELECT 1 FROM credentials WHERE id = $1 AND person_id = $2 AND kind = 'SESSION' AND created_at > $3"
_OPEN = "called_back_at IS NULL AND done_at IS NULL"
_COLUMNS = "id, requested_at, due_at"
_FIND = f"SELECT {_COLUMNS} FROM deletions WHERE person_id = $1 AND {_OPEN}"  # noqa: S608  (constant text)
_ASK = "INSERT INTO deletions (id, person_id, requested_at, due_at) VALUES ($1, $2, $3, $4)"
_CALL_BACK = f"""
UPDATE deletions SET called_back_at = $2 WHERE person_id = $1 AND {_OPEN} RETURNING {_COLUMNS}
"""  # noqa: S608  (constant text)

_IS_SOLE_ADMINISTRATOR = f"""
SELECT EXISTS (
    SELECT FROM members m JOIN workspaces s ON s.id = m.workspace_id AND s.kind = 'ENTERPRISE'
    WHERE m.person_id = $1 AND m.role = 'ADMIN' AND m.left_at IS NULL
        AND EXISTS (SELECT FROM members o WHERE o.workspace_id = s.id AND o.left_at IS NULL AND o.person_id <> $1)
        AND NOT {ANOTHER_ADMINISTRATOR_STAYS})
"""  # noqa: S608  (constant text)

_REAUTHENTICATE = Refusal(
    RefusalCode.REAUTHENTICATION_REQUIRED,
    "Sign in again, and ask within 10 minutes: an account is deleted only by who has just proven to be its owner.",
)
_HAND_OVER = Refusal(
    RefusalCode.SOLE_ADMINISTRATOR,
    "You are the only administrator of an organisation with other members: have the role handed over first.",
)
_NOT_ASKED = Refusal(RefusalCode.NOT_FOUND, "No deletion of your account is asked for.")


@dataclass(frozen=True, slots=True)
class DeletionRow:
    """A deletion that can be called back until it is carried out, from `due_at` on."""

    id: UUID
    requested_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DeletionChanged:
    """The deletion that was asked for or called back, or why none was."""

    deletion: DeletionRow | None
    refused: Refusal | None = None


class _Stale(Exception):  # noqa: N818  (what is the matter)
    """The sign-in is not fresh. Raised, so that the key stays free for who has signed in again."""


async def request_deletion(runtime: Runtime, principal: Principal, key: str) -> Once[DeletionChanged]:
    """Ask for the account to be deleted in 7 days.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.requestDeletion")
    now = runtime.clock()

    async def ask(connection: Connection, person_id: UUID) -> tuple[DeletionChanged, frozenset[UUID]]:
        if not await connection.fetchval(_FRESH, principal.credential, person_id, now - SIGN_IN_IS_FRESH):
            raise _Stale
        await connection.execute(_LOCK, person_id)
        if found := await connection.fetchrow(_FIND, person_id):
            return DeletionChanged(DeletionRow(**dict(found))), frozenset()
        if await is_sole_administrator(connection, person_id):
            return DeletionChanged(None, _HAND_OVER), frozenset()
        row = DeletionRow(uuid7(now, os.urandom(10)), now, now + GRACE)
        await connection.execute(_ASK, row.id, person_id, row.requested_at, row.due_at)
        woken = await tell(runtime, connection, person_id, NoticeKind.DELETION_REQUESTED, row.due_at)
        return DeletionChanged(row), woken

    return await _changing(runtime, principal, "requestDeletion", key, ask, now=now)


async def cancel_deletion(runtime: Runtime, principal: Principal, key: str) -> Once[DeletionChanged]:
    """Call the deletion of the account back.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.cancelDeletion")
    now = runtime.clock()

    async def call_back(connection: Connection, person_id: UUID) -> tuple[DeletionChanged, frozenset[UUID]]:
        await connection.execute(_LOCK, person_id)
        row = await connection.fetchrow(_CALL_BACK, person_id, now)
        if row is None:
            return DeletionChanged(None, _NOT_ASKED), frozenset()
        woken = await tell(runtime, connection, person_id, NoticeKind.DELETION_CALLED_BACK, row["due_at"])
        return DeletionChanged(DeletionRow(**dict(row))), woken

    return await _changing(runtime, principal, "cancelDeletion", key, call_back, now=now)


async def deletion_of_viewer(runtime: Runtime, principal: Principal) -> DeletionRow | None:
    """Find the deletion that the caller has asked for and not called back."""
    permit(principal, "Query.viewer")
    if principal.caller is not Caller.USER:
        return None
    row = await runtime.database.pool.fetchrow(_FIND, principal.person_id)
    return DeletionRow(**dict(row)) if row else None


async def is_sole_administrator(connection: Connection, person_id: UUID) -> bool:
    """Tell whether an organisation with other members would be left without an administrator who stays (A5).

    Locks the person's organisations until the transaction ends, so that the answer holds as long: of two
    administrators who go at once, the second waits here and then finds that the first has gone, or is going.
    """
    await lock_organisations_of(connection, person_id)
    found: bool = await connection.fetchval(_IS_SOLE_ADMINISTRATOR, person_id)
    return found


async def tell(
    runtime: Runtime, connection: Connection, person_id: UUID, kind: NoticeKind, due_at: datetime
) -> frozenset[UUID]:
    """Tell a person about their deletion; return the wallets whose feeds are to be woken after the commit."""
    facts = {"due_at": due_at.isoformat()}
    return await notify(connection, person_id, kind, facts, email=True, clock=runtime.clock)


async def _changing(
    runtime: Runtime,
    principal: Principal,
    verb: str,
    key: str,
    change: Callable[[Connection, UUID], Awaitable[tuple[DeletionChanged, frozenset[UUID]]]],
    *,
    now: datetime,
) -> Once[DeletionChanged]:
    person_id = principal.person_id
    if person_id is None:
        raise Unauthenticated("Only people have an account to delete.")
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    asked = requested(key, verb, {})
    woken: frozenset[UUID] = frozenset()
    try:
        async with runtime.database.transaction() as connection:

            async def changed() -> DeletionChanged:
                nonlocal woken
                result, woken = await change(connection, person_id)
                return result

            done = await once(connection, person_id, asked, DeletionChanged, changed, now=now, keys_kept=kept)
    except KeyReused:
        return Once(DeletionChanged(None, KEY_REUSED), replayed=False)
    except _Stale:
        return Once(DeletionChanged(None, _REAUTHENTICATE), replayed=False)
    await wake(runtime, woken)
    return done
