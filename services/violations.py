"""Violations: requests of programs that are not approved, recorded; and API keys restricted because of them (C4).

Locks: the person's row, then the key's, then the personal wallet, for the notice. So violations of a key are counted
one after the other, however many come at once, and exactly one of them restricts it.

*Decided.* The violation that makes it three restricts. One that was lifted, or is as old as the window, counts no more.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.authorization import permit
from domain.clients import ClientVerdict
from domain.ids import public_id, uuid7
from domain.notices import NoticeKind
from domain.principals import Principal
from domain.usage import Surface
from feed.topics import access_topic, wallet_topic
from models.database import Connection
from services.notices import notify
from services.runtime import Runtime

SHOWN_MAX = 20
KEY = "key"
"""Prefix of API keys' ids."""

_LOCK_PERSON = "SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_LOCK_KEY = """
SELECT person_id, hint, restricted_at, restricted_because FROM credentials
WHERE id = $1 AND kind = 'API_KEY' FOR NO KEY UPDATE
"""
_RECORD = """
WITH recorded AS (
    INSERT INTO violations
        (id, credential_id, workspace_id, person_id, at, client, product, surface, why, list_version, caller)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
)
SELECT 1 + count(*) FROM violations WHERE credential_id = $2 AND at > $12 AND lifted_at IS NULL
"""
_RESTRICT = "UPDATE credentials SET restricted_at = $2, restricted_because = $3 WHERE id = $1"
_MINE = """
SELECT v.at, v.client, v.why, v.product, v.surface, v.lifted_at, c.id AS key_id, c.hint
FROM violations v JOIN credentials c ON c.id = v.credential_id
WHERE v.person_id = $1 ORDER BY v.at DESC, v.id DESC LIMIT $2
"""


class KeyInUse(Protocol):
    """The API key of a request, as it was found."""

    @property
    def id(self) -> UUID:
        """Which one."""

    @property
    def person_id(self) -> UUID:
        """Whose it is."""

    @property
    def workspace_id(self) -> UUID:
        """Where it works."""


@dataclass(frozen=True, slots=True)
class LockedKey:
    """An API key whose row, and whose person's, are locked."""

    id: UUID
    person_id: UUID
    hint: str
    restricted_at: datetime | None
    restricted_because: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried: `client` as it is kept, judged by a version of the list; `caller` is the service that asked."""

    client: str | None
    why: ClientVerdict
    product: str
    surface: Surface
    list_version: int
    caller: UUID | None


@dataclass(frozen=True, slots=True)
class ViolationRow:
    """A violation, for the person whose key it was."""

    at: datetime
    client: str | None
    why: ClientVerdict
    product: str
    surface: Surface
    key_id: UUID
    hint: str
    lifted_at: datetime | None


async def record_violation(runtime: Runtime, key: KeyInUse, attempt: Attempt, now: datetime) -> str | None:
    """Record a violation in a transaction of its own, and restrict the key if it is one too many.

    Three statements; nine where the key is restricted. Returns why the key is restricted after it; None: it is not.
    A key that is gone meanwhile leaves no trace.
    """
    policies, told = runtime.catalog.policies, frozenset[UUID]()
    window = timedelta(hours=policies.violation_window_hours)
    async with runtime.database.transaction() as connection:
        locked = await lock_key(connection, key.id, key.person_id)
        if locked is None:
            return None
        count: int = await connection.fetchval(
            _RECORD,
            uuid7(now, os.urandom(10)),
            key.id,
            key.workspace_id,
            key.person_id,
            now,
            attempt.client,
            attempt.product,
            attempt.surface,
            attempt.why,
            attempt.list_version,
            attempt.caller,
            now - window,
        )
        if locked.restricted_at is not None or count < policies.violations_max:
            return locked.restricted_because
        hours = policies.violation_window_hours
        why = {
            "why.en": f"{count} requests within {hours} hours came from programs that are not approved",
            "why.zh-Hans": f"{hours} 小时内有 {count} 次请求来自未经批准的程序",
        }
        told = await restrict(runtime, connection, locked, now, because=why["why.en"], why=why)
    await wake_key(runtime, locked, told)
    return why["why.en"]


async def lock_key(connection: Connection, key_id: UUID, person_id: UUID) -> LockedKey | None:
    """Lock a person and an API key of theirs: two statements. None: there is no such key."""
    await connection.execute(_LOCK_PERSON, person_id)
    row = await connection.fetchrow(_LOCK_KEY, key_id)
    if row is None or row["person_id"] != person_id:
        return None
    return LockedKey(key_id, person_id, row["hint"], row["restricted_at"], row["restricted_because"])


async def restrict(
    runtime: Runtime, connection: Connection, key: LockedKey, now: datetime, *, because: str, why: Mapping[str, str]
) -> frozenset[UUID]:
    """Restrict a locked key, and tell its person why, by language; return the wallets to be woken."""
    since = key.restricted_at or now
    await connection.execute(_RESTRICT, key.id, since, because)
    facts = {**key_facts(key), "restricted_at": since.isoformat(), **why}
    return await notify(connection, key.person_id, NoticeKind.KEY_RESTRICTED, facts, email=True, clock=runtime.clock)


def key_facts(key: LockedKey) -> dict[str, str]:
    """Give what notices say of a key."""
    return {"key": public_id(KEY, key.id), "hint": key.hint}


async def wake_key(runtime: Runtime, key: LockedKey, wallets: Collection[UUID]) -> None:
    """Wake whoever remembers what the key may do, and the feeds, after the commit."""
    await runtime.broker.wake([access_topic(key.person_id), *map(wallet_topic, wallets)])


async def violations_of_viewer(runtime: Runtime, principal: Principal) -> tuple[ViolationRow, ...]:
    """List the newest violations of the calling person's keys, at most 20, in one statement."""
    permit(principal, "Query.viewer")
    if principal.person_id is None:
        return ()
    rows = await runtime.database.pool.fetch(_MINE, principal.person_id, SHOWN_MAX)
    return tuple(
        ViolationRow(
            row["at"],
            row["client"],
            ClientVerdict(row["why"]),
            row["product"],
            Surface(row["surface"]),
            row["key_id"],
            row["hint"],
            row["lifted_at"],
        )
        for row in rows
    )
