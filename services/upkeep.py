"""Upkeep: what makes due things timely, and forgets what need not be kept (F10, F5, F7).

Correctness never depends on it: whoever reads or charges a wallet writes first what is due. Several may run at
once; what one has written the others find done.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from domain.commands import Advance
from domain.wallets import BEGINNING
from services.guests import erase_old_guests
from services.posting import Posting
from services.runtime import Runtime

WALLETS_PER_ROUND_MAX = 64
"""Few enough that a charge that comes in between waits for tens of milliseconds, not for hundreds."""
ROWS_FORGOTTEN_PER_ROUND_MAX = 1_000
POLL_S = 1.0
FORGET_EVERY = timedelta(minutes=10)

_log = logging.getLogger(__name__)

_DUE = """
SELECT id, next_due_at FROM wallets
WHERE next_due_at <= $1 AND (next_due_at, id) > ($2, $3) ORDER BY next_due_at, id LIMIT $4
"""
_NEXT_DUE = "SELECT min(next_due_at) FROM wallets WHERE next_due_at > $1"
_FORGET_KEYS = """
DELETE FROM idempotency_keys WHERE (caller, key) IN (
    SELECT caller, key FROM idempotency_keys WHERE created_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_FORGET_RESULTS = """
DELETE FROM verb_results WHERE (caller, key) IN (
    SELECT caller, key FROM verb_results WHERE created_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_FORGET_CODES = """
DELETE FROM one_time_codes WHERE code_hash IN (
    SELECT code_hash FROM one_time_codes WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_FORGET_VIOLATIONS = """
DELETE FROM violations WHERE id IN (SELECT id FROM violations WHERE at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_FORGET_REFUSALS = """
DELETE FROM refusals WHERE id IN (SELECT id FROM refusals WHERE at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""


async def write_due(runtime: Runtime) -> int:
    """Write what is due in every wallet, 64 at a time, the longest due first; return in how many.

    A wallet in which it fails is logged and left for the next time; it does not keep the others waiting.
    """
    now, written = runtime.clock(), 0
    place: tuple[datetime, UUID] = (BEGINNING, UUID(int=0))
    while rows := await runtime.database.pool.fetch(_DUE, now, *place, WALLETS_PER_ROUND_MAX):
        place = (rows[-1]["next_due_at"], rows[-1]["id"])
        postings = [Posting(Advance(), row["id"]) for row in rows]
        results = await asyncio.gather(*map(runtime.poster.submit, postings), return_exceptions=True)
        for posting, result in zip(postings, results, strict=True):
            if isinstance(result, BaseException):
                _log.error("what is due in wallet %s could not be written", posting.wallet_id, exc_info=result)
            else:
                written += 1
    return written


async def forget(runtime: Runtime) -> int:
    """Forget idempotency keys, results, codes, refusals and violations past their retention, and guests' data (A1).

    Up to 1 000 rows of each and 100 guests; returns how many it were, so call again while it is not 0.
    """
    now, policies = runtime.clock(), runtime.catalog.policies
    total = 0
    for statement, days in (
        (_FORGET_KEYS, policies.idempotency_retention_days),
        (_FORGET_RESULTS, policies.idempotency_retention_days),
        (_FORGET_REFUSALS, policies.refusal_retention_days),
        (_FORGET_VIOLATIONS, policies.refusal_retention_days),
        (_FORGET_CODES, 0),
    ):
        tag = await runtime.database.pool.execute(statement, now - timedelta(days=days), ROWS_FORGOTTEN_PER_ROUND_MAX)
        total += int(tag.rpartition(" ")[2])
    return total + await erase_old_guests(runtime)


async def seconds_to_next_due(runtime: Runtime, since: datetime) -> float:
    """Tell how long until something falls due, at most a second: a wallet may get an earlier due instant meanwhile.

    `since` is an instant before the last `write_due` began: what was due by then and still is, was left by it.
    """
    due: datetime | None = await runtime.database.pool.fetchval(_NEXT_DUE, since)
    return POLL_S if due is None else min(POLL_S, max(0.0, (due - runtime.clock()).total_seconds()))
