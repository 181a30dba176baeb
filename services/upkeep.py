"""Upkeep: what makes due things timely, and forgets what need not be kept (F10, F5, F7).

Correctness never depends on it: whoever reads or charges a wallet writes first what is due. Several may run at
once; what one has written the others find done.
"""

import asyncio
from datetime import datetime, timedelta

from domain.commands import Advance
from services.posting import Posting
from services.runtime import Runtime

WALLETS_PER_ROUND_MAX = 256
ROWS_FORGOTTEN_PER_ROUND_MAX = 1_000
POLL_S = 1.0
FORGET_EVERY = timedelta(minutes=10)

_DUE = "SELECT id FROM wallets WHERE next_due_at <= $1 ORDER BY next_due_at LIMIT $2"
_NEXT_DUE = "SELECT min(next_due_at) FROM wallets WHERE next_due_at IS NOT NULL"
_FORGET_KEYS = """
DELETE FROM idempotency_keys WHERE (caller, key) IN (
    SELECT caller, key FROM idempotency_keys WHERE created_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
_FORGET_REFUSALS = """
DELETE FROM refusals WHERE id IN (SELECT id FROM refusals WHERE at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
"""


async def write_due(runtime: Runtime) -> int:
    """Write what is due in up to 256 wallets, and return in how many: call again while it is not 0."""
    rows = await runtime.database.pool.fetch(_DUE, runtime.clock(), WALLETS_PER_ROUND_MAX)
    await asyncio.gather(*(runtime.poster.submit(Posting(Advance(), row["id"])) for row in rows))
    return len(rows)


async def forget(runtime: Runtime) -> int:
    """Delete idempotency keys and refusals that are past their retention, up to 1 000 of each; return how many."""
    now, policies = runtime.clock(), runtime.catalog.policies
    total = 0
    for statement, days in (
        (_FORGET_KEYS, policies.idempotency_retention_days),
        (_FORGET_REFUSALS, policies.refusal_retention_days),
    ):
        tag = await runtime.database.pool.execute(statement, now - timedelta(days=days), ROWS_FORGOTTEN_PER_ROUND_MAX)
        total += int(tag.rpartition(" ")[2])
    return total


async def seconds_to_next_due(runtime: Runtime) -> float:
    """Tell how long nothing falls due, at most a second: a wallet may get an earlier due instant meanwhile."""
    due: datetime | None = await runtime.database.pool.fetchval(_NEXT_DUE)
    if due is None:
        return POLL_S
    return min(POLL_S, max(0.0, (due - runtime.clock()).total_seconds()))
