"""Rollups: charges summed up by hour behind a mark in each wallet's ledger, so that long ranges are read fast (F12).

Nothing depends on them: whoever asks adds the entries after the mark, so an answer is exact wherever the mark stands.
Sums and mark move in one transaction under the mark's lock. Several workers may run at once; what one sums up the
others skip. Wallets are never locked, and charges wait for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.runtime import Runtime

WALLETS_SEEN_PER_ROUND_MAX = 2_000
"""How many wallets are looked at in a round, in the order of their ids: a walk that goes on where it stood."""
WALLETS_PER_ROUND_MAX = 256
ENTRIES_PER_ROUND_MAX = 5_000
BEHIND_MIN = 32
"""How many entries make it worth while: fewer are read as fast as the sums would be."""
BEGINNING = UUID(int=0)
"""Before every wallet: where a walk starts."""

# the last of a full round is there in any case: from it the walk goes on
_BEHIND = """
SELECT s.id, s.workspace_id, s.number, s.last_entry - coalesce(m.through, 0) AS behind
FROM (
    SELECT id, workspace_id, last_entry, row_number() OVER (ORDER BY id) AS number
    FROM wallets WHERE id > $1 ORDER BY id LIMIT $2
) s LEFT JOIN usage_marks m ON m.wallet_id = s.id
WHERE s.last_entry - coalesce(m.through, 0) >= $3 OR s.number = $2
ORDER BY s.id
"""
_MARK = """
INSERT INTO usage_marks (wallet_id, workspace_id, through)
SELECT id, workspace_id, 0 FROM unnest($1::uuid[], $2::uuid[]) AS given (id, workspace_id)
WHERE NOT EXISTS (SELECT FROM usage_marks WHERE wallet_id = id) ORDER BY id
ON CONFLICT (wallet_id) DO NOTHING
"""
_LOCK = """
SELECT wallet_id, workspace_id, through FROM usage_marks WHERE wallet_id = ANY ($1::uuid[])
ORDER BY wallet_id FOR NO KEY UPDATE SKIP LOCKED
"""
_SUM = """
WITH fresh AS MATERIALIZED (
    SELECT m.wallet_id, m.workspace_id, e.number, e.kind, e.at, e.meter, e.amount, e.usage
    FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS m (wallet_id, workspace_id, through)
    CROSS JOIN LATERAL (
        SELECT number, kind, at, meter, amount, body -> 'receipt' -> 'usage' AS usage FROM entries
        WHERE wallet_id = m.wallet_id AND number > m.through ORDER BY number LIMIT $4
    ) e
), summed AS (
    INSERT INTO usage_hours AS known (id, wallet_id, workspace_id, hour, meter, product, surface, client, credential,
        quantity, charged, charges)
    SELECT gen_random_uuid(), wallet_id, workspace_id, date_trunc('hour', at, 'UTC'), meter, usage ->> 'product',
        usage ->> 'surface', coalesce(usage ->> 'client', ''), coalesce(usage ->> 'credential', ''),
        sum((usage ->> 'quantity')::bigint), sum(amount), count(*)
    FROM fresh WHERE kind IN ('CONSUME', 'SETTLE') GROUP BY 2, 3, 4, 5, 6, 7, 8, 9
    ON CONFLICT (wallet_id, hour, meter, product, surface, client, credential) DO UPDATE SET
        quantity = known.quantity + excluded.quantity, charged = known.charged + excluded.charged,
        charges = known.charges + excluded.charges
), moved AS (
    UPDATE usage_marks m SET through = l.number
    FROM (SELECT wallet_id, max(number) AS number FROM fresh GROUP BY wallet_id) l WHERE m.wallet_id = l.wallet_id
)
SELECT count(*) FROM fresh
"""


@dataclass(frozen=True, slots=True)
class Rolled:
    """What a round did: how many entries are behind marks now that were not; where to go on, None: all were seen."""

    entries: int
    place: UUID | None


async def roll_up(runtime: Runtime, place: UUID = BEGINNING, *, behind_min: int = BEHIND_MIN) -> Rolled:
    """Sum up charges of wallets behind `place`: 2 000 looked at, 256 wallets and 5 000 entries at most.

    Args:
        runtime: what to work with.
        place: where the round before ended.
        behind_min: how many entries after its mark a wallet must have, at least 1.
    """
    rows = await runtime.database.pool.fetch(_BEHIND, place, WALLETS_SEEN_PER_ROUND_MAX, behind_min)
    behind = [row for row in rows if row["behind"] >= behind_min]
    chosen = _affordable(behind)
    entries = await _sum_up(runtime, chosen) if chosen else 0
    if chosen and chosen[-1]["behind"] > ENTRIES_PER_ROUND_MAX:  # it is alone then, and there is more of it
        return Rolled(entries, place)
    if len(chosen) < len(behind):
        return Rolled(entries, chosen[-1]["id"])
    goes_on = bool(rows) and rows[-1]["number"] == WALLETS_SEEN_PER_ROUND_MAX
    return Rolled(entries, rows[-1]["id"] if goes_on else None)


async def _sum_up(runtime: Runtime, rows: Sequence[asyncpg.Record]) -> int:
    wallets = [row["id"] for row in rows]
    # by itself: the reference to a wallet waits for its charges once, and keeps no mark locked meanwhile
    await runtime.database.pool.execute(_MARK, wallets, [row["workspace_id"] for row in rows])
    async with runtime.database.transaction() as connection:
        marks = await connection.fetch(_LOCK, wallets)
        columns = [[mark[name] for mark in marks] for name in ("wallet_id", "workspace_id", "through")]
        entries: int = await connection.fetchval(_SUM, *columns, ENTRIES_PER_ROUND_MAX)
    return entries


def _affordable(behind: Sequence[asyncpg.Record]) -> Sequence[asyncpg.Record]:
    """Take the first wallets whose entries a round can sum up: at least one, if there is any."""
    budget = ENTRIES_PER_ROUND_MAX
    for number, row in enumerate(behind[:WALLETS_PER_ROUND_MAX]):
        budget -= row["behind"]
        if budget < 0:
            return behind[: max(1, number)]
    return behind[:WALLETS_PER_ROUND_MAX]
