"""Exports (A5): everything held about a person as one archive, asked for, listed, downloaded.

*Decided.* "Before termination, too" means at any time while the account is active, the days before a deletion is due
included. Who is suspended or terminated is refused at the door (A4), and so is their download; what was asked for
before is built nevertheless, and is there for who is reinstated in time. An archive is kept for 7 days or until the
next one is ready, so a person has at most one stored; and one at most is being made. Guests have nothing that
outlives their 30 days, and cannot ask for one.
"""

import os
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.exports import ExportState
from domain.ids import uuid7
from domain.principals import Caller, Principal
from domain.refusals import Refusal
from models.database import Connection
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime

ARCHIVE_KEPT = timedelta(days=7)
"""How long an archive can be downloaded."""
EXPORTS_LISTED_MAX = 20

_COLUMNS = "id, state, progress, size, sha256, requested_at, finished_at, expires_at"
_LOCK = "SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_AT_WORK = f"SELECT {_COLUMNS} FROM exports WHERE person_id = $1 AND state IN ('QUEUED', 'RUNNING')"  # noqa: S608 - constant
_ASK = f"""
INSERT INTO exports (id, person_id, state, progress, requested_at) VALUES ($2, $1, 'QUEUED', 0, $3)
RETURNING {_COLUMNS}
"""  # noqa: S608  (constant text)
_LIST = f"""
SELECT {_COLUMNS} FROM exports WHERE person_id = $1 AND ($2::uuid IS NULL OR id = $2)
ORDER BY requested_at DESC, id DESC LIMIT $3
"""  # noqa: S608  (constant text)
_PART = """
SELECT part.content FROM export_parts part
JOIN exports e ON e.id = part.export_id AND e.state = 'READY'
JOIN persons p ON p.id = e.person_id AND (p.status = 'ACTIVE' OR (p.status = 'SUSPENDED' AND p.status_until <= $3))
WHERE part.export_id = $1 AND part.number = $2
"""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export as its person sees it. `progress` is a percentage, `size` in bytes, `sha256` hexadecimal."""

    id: UUID
    state: ExportState
    progress: int
    size: int | None
    sha256: str | None
    requested_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportRequested:
    """The export that is being made, or why none is."""

    export: ExportRow | None
    refused: Refusal | None = None


async def request_export(runtime: Runtime, principal: Principal, key: str) -> Once[ExportRequested]:
    """Ask for an archive; while one is being made, asking again gives that one.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.requestExport")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have data of their own.")
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:
            return await once(
                connection,
                person_id,
                requested(key, "requestExport", {}),
                ExportRequested,
                lambda: _ask(connection, person_id, now),
                now=now,
                keys_kept=kept,
            )
    except KeyReused:
        return Once(ExportRequested(None, KEY_REUSED), replayed=False)


async def _ask(connection: Connection, person_id: UUID, now: datetime) -> ExportRequested:
    await connection.execute(_LOCK, person_id)  # of two who ask at once, the second finds what the first made
    row = await connection.fetchrow(_AT_WORK, person_id)
    if row is None:
        row = await connection.fetchrow(_ASK, person_id, uuid7(now, os.urandom(10)), now)
    return ExportRequested(_row(row, now) if row else None)


async def exports_of_viewer(runtime: Runtime, principal: Principal) -> tuple[ExportRow, ...]:
    """List the caller's exports, the newest first, at most 20. Who is no registered person has none."""
    permit(principal, "Query.viewer")
    return await _mine(runtime, principal, None)


async def export(runtime: Runtime, principal: Principal, id_: UUID) -> ExportRow | None:
    """Find one of the caller's exports; None: there is none for this caller."""
    rows = await _mine(runtime, principal, id_)
    return rows[0] if rows else None


async def archive(runtime: Runtime, principal: Principal, id_: UUID) -> ExportRow | None:
    """Find an export of the caller's that can be downloaded; None: there is none for this caller."""
    found = await export(runtime, principal, id_)
    return found if found and found.state is ExportState.READY else None


async def parts(runtime: Runtime, row: ExportRow) -> AsyncGenerator[bytes, None]:
    """Read an archive part after part, holding no connection while its reader is slow.

    Raises:
        LookupError: it is gone, or its person may not come in any more; what was read is not the whole.
    """
    number, left = 1, row.size or 0
    while left > 0:
        now = runtime.clock()
        content: bytes | None = await runtime.database.pool.fetchval(_PART, row.id, number, now)
        if content is None:
            raise LookupError(f"export {row.id} ended while it was read")
        yield content
        number, left = number + 1, left - len(content)


async def _mine(runtime: Runtime, principal: Principal, id_: UUID | None) -> tuple[ExportRow, ...]:
    if principal.caller is not Caller.USER:
        return ()
    rows = await runtime.database.pool.fetch(_LIST, principal.person_id, id_, EXPORTS_LISTED_MAX)
    now = runtime.clock()
    return tuple(_row(row, now) for row in rows)


def _row(row: asyncpg.Record, now: datetime) -> ExportRow:
    state, expires_at = ExportState(row["state"]), row["expires_at"]
    if state is ExportState.READY and expires_at is not None and expires_at <= now:
        state = ExportState.EXPIRED  # though the worker has not deleted it yet
    hash_ = row["sha256"].hex() if row["sha256"] else None
    return ExportRow(
        row["id"], state, row["progress"], row["size"], hash_, row["requested_at"], row["finished_at"], expires_at
    )
