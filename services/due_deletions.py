"""Carrying out deletions that are due (A5): the worker's part, safe with any number of workers."""

import logging
from datetime import timedelta
from uuid import UUID

import asyncpg

from domain.notices import NoticeKind
from domain.persons import PersonStatus
from domain.status import Standing
from feed.topics import wallet_topic
from services.deletions import is_sole_administrator, tell
from services.erasing import delete_held
from services.erasure import StillAtWork, erase_account
from services.runtime import Runtime

PUT_OFF = timedelta(days=1)
SWEPT_FOR = timedelta(hours=1)
"""How long after an erasure late writers are looked for: far longer than any transaction lasts."""
DELETIONS_PER_ROUND_MAX = 16
SWEPT_PER_ROUND_MAX = 1_000

_log = logging.getLogger(__name__)

_DUE = """
SELECT id, person_id FROM deletions WHERE due_at <= $1 AND called_back_at IS NULL AND done_at IS NULL
ORDER BY due_at, id LIMIT $2
"""
# NO KEY: whoever holds the lock of an organisation and writes a row that names the person must not wait for us, who
# wait for that lock
_LOCK_PERSON = "SELECT status, status_reason, status_until FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_LOCK = """
SELECT 1 FROM deletions WHERE id = $1 AND due_at <= $2 AND called_back_at IS NULL AND done_at IS NULL
FOR UPDATE SKIP LOCKED
"""
_PUT_OFF = "UPDATE deletions SET due_at = $2 WHERE id = $1"
_DONE = "UPDATE deletions SET done_at = $2 WHERE id = $1"
_LATELY = "SELECT person_id FROM deletions WHERE done_at > $1 ORDER BY done_at DESC LIMIT $2"


async def carry_out_deletions(runtime: Runtime) -> int:
    """Carry out, or put off, up to 16 deletions that are due, each in a transaction of its own; return how many."""
    rows = await runtime.database.pool.fetch(_DUE, runtime.clock(), DELETIONS_PER_ROUND_MAX)
    return sum([await _carry_out(runtime, row["id"], row["person_id"]) for row in rows])


async def sweep_erased(runtime: Runtime) -> None:
    """Erase again what hangs on persons erased within the last hour.

    Whoever was writing about them at that moment may have committed what the erasure could not see.
    """
    async with runtime.database.transaction() as connection:
        rows = await connection.fetch(_LATELY, runtime.clock() - SWEPT_FOR, SWEPT_PER_ROUND_MAX)
        await delete_held(connection, [row["person_id"] for row in rows])


async def _carry_out(runtime: Runtime, id_: UUID, person_id: UUID) -> bool:
    try:
        async with runtime.database.transaction() as connection:
            # the person first, as those who ask and call back do
            person = await connection.fetchrow(_LOCK_PERSON, person_id)
            now = runtime.clock()
            if person is None or not await connection.fetchval(_LOCK, id_, now):
                return False
            standing = Standing(PersonStatus(person["status"]), person["status_reason"], person["status_until"]).at(now)
            waits = standing.status is PersonStatus.SUSPENDED
            if waits or await is_sole_administrator(connection, person_id):
                await connection.execute(_PUT_OFF, id_, now + PUT_OFF)
                wallets = await tell(runtime, connection, person_id, NoticeKind.DELETION_PUT_OFF, now + PUT_OFF)
                topics = [*map(wallet_topic, wallets)]
            else:
                topics = await erase_account(connection, person_id, runtime.clock)
                await connection.execute(_DONE, id_, now)
    except StillAtWork:
        return False
    except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError):
        raise
    except Exception:  # noqa: BLE001  (one that cannot be carried out must not keep the others waiting)
        _log.exception("deletion %s could not be carried out, and is tried again", id_)
        return False
    await runtime.broker.wake(topics)
    return True
