"""The feed read from the database: entries by number, and snapshots. One statement each; nothing is written here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import msgspec

from domain.balances import Balance
from domain.entries import Entry
from domain.tasks import Task
from feed.cursor import NUMBER_MAX
from feed.events import FeedEntry, Snapshot
from models.database import Connection
from models.ledger_load import benefits_of

PAGE_ENTRIES_MAX = 1_000

Place = tuple[UUID, int]
"""A wallet and the number of the last entry that the reader has."""


@dataclass(frozen=True, slots=True)
class Newer:
    """What follows a place: the number of the wallet's last entry, and the next entries, oldest first.

    Both are of one instant. `last_entry` below the place: the ledger does not have what the reader has seen.
    """

    last_entry: int
    entries: tuple[FeedEntry, ...]


# Numbers have no gap, so a page is a range of numbers, and is read as such: no plan, however wrong the statistics
# of a young table are, reads more rows than the page has.
_COLUMNS = "e.wallet_id, e.workspace_id, e.recorded_at, e.caller, e.body"

_NEWER = f"""
SELECT asked.wallet_id AS of_wallet, asked.after, w.last_entry, {_COLUMNS}
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS asked (wallet_id, after, up_to)
JOIN wallets w ON w.id = asked.wallet_id
LEFT JOIN LATERAL (
    SELECT * FROM entries
    WHERE wallet_id = asked.wallet_id AND number > asked.after AND number <= asked.up_to LIMIT $4
) e ON w.last_entry > asked.after
ORDER BY of_wallet, after, e.number
"""  # noqa: S608  (only constants)

_SNAPSHOTS = """
SELECT w.id, w.workspace_id, w.last_entry, w.last_at, w.balances, w.benefits_until, w.suspended, w.concurrency_max,
    (SELECT json_agg(t.body ORDER BY t.started_at, t.id) FROM tasks t
        WHERE t.wallet_id = w.id AND t.status = 'RUNNING') AS tasks
FROM wallets w
WHERE w.id = ANY ($1::uuid[])
"""

_ENTRY = msgspec.json.Decoder(Entry)
_BALANCES = msgspec.json.Decoder(tuple[Balance, ...])
_TASKS = msgspec.json.Decoder(tuple[Task, ...])


async def snapshot(connection: Connection, wallet_id: UUID) -> Snapshot | None:
    """Read a wallet as its last entry left it; None: there is no such wallet."""
    return (await snapshots(connection, [wallet_id])).get(wallet_id)


async def snapshots(connection: Connection, wallets: Collection[UUID]) -> Mapping[UUID, Snapshot]:
    """Read wallets as their last entries left them, all at one instant. Ids without a wallet are left out."""
    rows = await connection.fetch(_SNAPSHOTS, wallets)
    return {row["id"]: _snapshot(row) for row in rows}


async def read_newer(connection: Connection, places: Sequence[Place], limit: int) -> Mapping[Place, Newer]:
    """Read what follows each place, at most `limit` entries (1 to `PAGE_ENTRIES_MAX`) for each, all at one instant.

    Places in wallets that do not exist are left out.

    Raises:
        ValueError: the limit is out of its bounds.
    """
    wallets, afters = [wallet for wallet, _ in places], [after for _, after in places]
    up_to = [_up_to(after, limit) for after in afters]
    rows = await connection.fetch(_NEWER, wallets, afters, up_to, limit)
    last_entries: dict[Place, int] = {}
    entries: dict[Place, list[FeedEntry]] = {}
    for row in rows:
        place = (row["of_wallet"], row["after"])
        last_entries[place] = row["last_entry"]
        found = entries.setdefault(place, [])
        if row["body"] is not None:
            found.append(_feed_entry(row))
    return {place: Newer(last_entry, tuple(entries[place])) for place, last_entry in last_entries.items()}


def _checked(limit: int) -> int:
    if not 1 <= limit <= PAGE_ENTRIES_MAX:
        raise ValueError(f"a page has 1 to {PAGE_ENTRIES_MAX} entries, not {limit}")
    return limit


def _up_to(after: int, limit: int) -> int:
    """Return the last number of a page that has its full length."""
    return min(after + _checked(limit), NUMBER_MAX)


def _feed_entry(row: asyncpg.Record) -> FeedEntry:
    return FeedEntry(
        row["wallet_id"], row["workspace_id"], _ENTRY.decode(row["body"]), row["recorded_at"], row["caller"]
    )


def _snapshot(row: asyncpg.Record) -> Snapshot:
    return Snapshot(
        row["id"],
        row["workspace_id"],
        row["last_entry"],
        row["last_at"],
        _BALANCES.decode(row["balances"]),
        _TASKS.decode(row["tasks"] or b"[]"),
        benefits_of(row),
    )
