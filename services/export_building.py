"""Building exports (A5): the worker's part. One at a time in each worker, any number of workers.

Two connections: one reads everything within one snapshot, the other holds the export's advisory lock and writes
the parts in one transaction. So an archive is whole or not there, no two workers build the same one, and what a crash
leaves is a RUNNING export without a lock, which the next round of any worker starts over. Progress is written beside
that, since others must see it. Memory is bounded by some rows and one part, whatever the archive's size.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.commands import Tell
from domain.exports import PROGRESS_TOLD, ExportState, progress_told
from domain.ids import public_id
from domain.notices import Notice, NoticeKind
from domain.persons import Locale
from models.database import Connection
from services.archives import Archive
from services.export_kinds import KINDS
from services.exports import ARCHIVE_KEPT
from services.poster import Overloaded
from services.posting import Posting
from services.runtime import Runtime

ROWS_PER_FETCH = 50
EXPORTS_TRIED_PER_ROUND_MAX = 16
EXPORTS_EXPIRED_PER_ROUND_MAX = 10

_log = logging.getLogger(__name__)

_TRANSIENT = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    Overloaded,
)
"""What passes: the export is started over. Anything else would fail again, and ends it."""

_OPEN = """
SELECT id, person_id FROM exports WHERE state IN ('QUEUED', 'RUNNING') ORDER BY requested_at, id LIMIT $1
"""
_LOCK = "SELECT pg_try_advisory_xact_lock($1)"
_BEGIN = (
    "UPDATE exports SET state = 'RUNNING', progress = 0 WHERE id = $1 AND state IN ('QUEUED', 'RUNNING') RETURNING 1"
)
_PROGRESS = "UPDATE exports SET progress = $2 WHERE id = $1 AND state = 'RUNNING' RETURNING 1"
_PART = "INSERT INTO export_parts (export_id, number, content) VALUES ($1, $2, $3)"
_READY = """
UPDATE exports SET state = 'READY', progress = 100, size = $2, sha256 = $3, finished_at = $4, expires_at = $5
WHERE id = $1 AND state = 'RUNNING' RETURNING 1
"""
_FAILED = """
UPDATE exports SET state = 'FAILED', finished_at = $2 WHERE id = $1 AND state IN ('QUEUED', 'RUNNING') RETURNING 1
"""
_EXPIRE = """
WITH ended AS (
    UPDATE exports SET state = 'EXPIRED' WHERE id IN (
        SELECT id FROM exports WHERE state = 'READY' AND {which} ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING id
), parts AS (DELETE FROM export_parts WHERE export_id IN (SELECT id FROM ended))
SELECT count(*) FROM ended
"""
_EXPIRE_DUE = _EXPIRE.format(which="expires_at <= $1")
_EXPIRE_OTHERS = _EXPIRE.format(which="person_id = $1 AND id <> $3")
_HOME = """
SELECT w.id, p.locale FROM persons p JOIN workspaces s ON s.owner_id = p.id
JOIN wallets w ON w.workspace_id = s.id AND w.person_id = p.id WHERE p.id = $1
"""


class _Gone(Exception):  # noqa: N818  (what happened)
    """The export is not there any more: its person was erased."""


class _Stopped(Exception):  # noqa: N818  (what happened)
    """The worker stops; another starts the export over."""


@dataclass(frozen=True, slots=True)
class _Job:
    id: UUID
    person_id: UUID
    wallet_id: UUID | None
    """In the person's personal workspace: where progress is told."""
    locale: Locale


def _never() -> bool:
    return False


async def build_next_export(runtime: Runtime, stopping: Callable[[], bool] = _never) -> bool:
    """Build the export that has waited longest and that nobody builds; False: there was none.

    `stopping` is asked every few rows: once it says so, the export is left for the next worker.
    """
    rows = await runtime.database.pool.fetch(_OPEN, EXPORTS_TRIED_PER_ROUND_MAX)
    for row in rows:
        home = await runtime.database.pool.fetchrow(_HOME, row["person_id"])
        where = (home["id"], Locale(home["locale"])) if home else (None, Locale.ENGLISH)
        job = _Job(row["id"], row["person_id"], *where)
        try:
            if await _build_unless_locked(runtime, job, stopping):
                return True
        except (_Gone, asyncpg.ForeignKeyViolationError):
            return True
        except _Stopped:
            return False
        except _TRANSIENT:
            raise
        except Exception:  # noqa: BLE001  (one archive that cannot be made must not keep others waiting)
            _log.exception("export %s could not be made", job.id)
            if await runtime.database.pool.fetchval(_FAILED, job.id, runtime.clock()):
                await _tell(runtime, job, ExportState.FAILED, 0)
            return True
    return False


async def expire_exports(runtime: Runtime) -> int:
    """Delete the parts of up to 10 archives whose time is over; return how many: call again while it is not 0."""
    count: int = await runtime.database.pool.fetchval(_EXPIRE_DUE, runtime.clock(), EXPORTS_EXPIRED_PER_ROUND_MAX)
    return count


async def _build_unless_locked(runtime: Runtime, job: _Job, stopping: Callable[[], bool]) -> bool:
    async with runtime.database.transaction() as writer:
        if not await writer.fetchval(_LOCK, int.from_bytes(job.id.bytes[8:], signed=True)):
            return False
        # on a connection of its own: others see it now, and the lock's holder alone gets here
        if not await runtime.database.pool.fetchval(_BEGIN, job.id):
            return False
        await _tell(runtime, job, ExportState.RUNNING, 0)
        async with (
            runtime.database.pool.acquire() as reader,
            reader.transaction(isolation="repeatable_read", readonly=True),
        ):
            await _Builder(runtime, job, writer, stopping).build(reader)
    await _tell(runtime, job, ExportState.READY, PROGRESS_TOLD[-1])
    return True


class _Builder:
    """One archive in the making."""

    def __init__(self, runtime: Runtime, job: _Job, writer: Connection, stopping: Callable[[], bool]) -> None:
        self._runtime = runtime
        self._job = job
        self._writer = writer
        self._stopping = stopping
        self._now = runtime.clock()
        self._archive = Archive(self._now)
        self._parts = 0
        self._done = 0
        self._told = 0

    async def build(self, reader: Connection) -> None:
        counts = {kind.name: int(await reader.fetchval(kind.count, self._job.person_id)) for kind in KINDS}
        total = sum(counts.values())
        for kind in KINDS:
            self._archive.open(kind.file, counts[kind.name])
            cursor = await reader.cursor(kind.rows, self._job.person_id)
            while rows := await cursor.fetch(ROWS_PER_FETCH):
                for row in rows:
                    self._archive.add(row[0])
                await self._save()
                await self._progress(len(rows), total)
            self._archive.close()
        self._archive.finish(_manifest(self._job, self._now, self._archive))
        await self._save(last=True)
        await self._ready()

    async def _save(self, *, last: bool = False) -> None:
        for part in self._archive.parts(last=last):
            self._parts += 1
            await self._writer.execute(_PART, self._job.id, self._parts, part)

    async def _progress(self, rows: int, total: int) -> None:
        if self._stopping():
            raise _Stopped
        self._done += rows
        percent = progress_told(self._done, total)
        if percent > self._told:
            self._told = percent
            if not await self._runtime.database.pool.fetchval(_PROGRESS, self._job.id, percent):
                raise _Gone
            await _tell(self._runtime, self._job, ExportState.RUNNING, percent)

    async def _ready(self) -> None:
        archive, now = self._archive, self._runtime.clock()
        if not await self._writer.fetchval(_READY, self._job.id, archive.size, archive.sha256, now, now + ARCHIVE_KEPT):
            raise _Gone
        others = self._job.person_id, EXPORTS_EXPIRED_PER_ROUND_MAX, self._job.id
        await self._writer.fetchval(_EXPIRE_OTHERS, *others)


def _manifest(job: _Job, now: datetime, archive: Archive) -> Mapping[str, object]:
    return {
        "format": "allotment-export",
        "version": 1,
        "export": public_id("exp", job.id),
        "person": public_id("per", job.person_id),
        "made_at": now.isoformat(),
        "used_for_training": {"ENTERPRISE": False},
        "notes": [
            "Each file is JSON Lines: UTF-8, one JSON object a line. `sha256` is of the unpacked file.",
            "Instants are UTC. Amounts are integers in thousandths of the meter's unit.",
            "`used_for_training` is false on each usage record of an enterprise workspace, always (B14).",
        ],
        "files": [asdict(file) for file in archive.files],
    }


async def _tell(runtime: Runtime, job: _Job, state: ExportState, progress: int) -> None:
    if job.wallet_id is not None:
        facts = {"export": public_id("exp", job.id), "state": state.value, "progress": str(progress)}
        notice = Notice(NoticeKind.EXPORT_PROGRESS, facts, None, job.locale)
        await runtime.poster.submit(Posting(Tell(notice), job.wallet_id))
