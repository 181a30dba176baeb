"""Reconciliation: replaying every entry gives exactly what is stored, for every wallet (F2)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from domain.entries import Entry
from domain.grants import Grant
from domain.tasks import Task
from domain.wallets import WalletState, apply, balances, changed
from models.database import Connection
from models.ledger_load import load, peek
from services.runtime import Runtime

WALLETS_PER_STEP_MAX = 100
ENTRIES_PER_FETCH = 500

_ENTRY = msgspec.json.Decoder(Entry)
_GRANTS = msgspec.json.Decoder(list[Grant])
_TASKS = msgspec.json.Decoder(list[Task])

_WALLETS = "SELECT id, balances::text FROM wallets WHERE id > $1 ORDER BY id LIMIT $2"
_ENTRIES = "SELECT body FROM entries WHERE wallet_id = $1 ORDER BY number"
_ROWS = """
SELECT (SELECT json_agg(row_to_json(g)) FROM grants g WHERE g.wallet_id = $1),
    (SELECT json_agg(t.body) FROM tasks t WHERE t.wallet_id = $1)
"""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the check of one wallet found: `problems` is empty where everything agrees."""

    wallet_id: UUID
    entries: int
    problems: tuple[str, ...]


async def count_wallets(runtime: Runtime) -> int:
    """Count wallets, for a progress bar."""
    count: int = await runtime.database.pool.fetchval("SELECT count(*) FROM wallets")
    return count


async def reconcile(runtime: Runtime) -> AsyncIterator[Reconciled]:
    """Check wallet after wallet, in the order of their ids, while the system goes on working."""
    last = UUID(int=0)
    while wallets := await runtime.database.pool.fetch(_WALLETS, last, WALLETS_PER_STEP_MAX):
        for wallet in wallets:
            last = wallet["id"]
            yield await reconcile_wallet(runtime, last)


async def reconcile_wallet(runtime: Runtime, wallet_id: UUID) -> Reconciled:
    """Replay one wallet within one snapshot of the database, in bounded memory per entry."""
    async with (
        runtime.database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        replay = _Replay()
        async for row in connection.cursor(_ENTRIES, wallet_id, prefetch=ENTRIES_PER_FETCH):
            problem = replay.take(_ENTRY.decode(row["body"]))
            if problem:
                return Reconciled(wallet_id, replay.state.last_entry, (problem,))
        problems = await _compare(connection, wallet_id, replay, runtime.clock())
        return Reconciled(wallet_id, replay.state.last_entry, tuple(problems))


class _Replay:
    """Everything that the entries so far make: the state, and every grant and task that ever was."""

    def __init__(self) -> None:
        self.state = WalletState()
        self.grants: dict[int, Grant] = {}
        self.tasks: dict[UUID, Task] = {}

    def take(self, entry: Entry) -> str | None:
        """Apply the next entry; say what is wrong with it, if something is."""
        try:
            self.state = apply(self.state, entry)
        except (ValueError, KeyError) as error:
            return f"entry {entry.number} cannot be applied: {error}"
        if entry.grant:
            self.grants[entry.grant.number] = entry.grant
        for change in entry.changes:
            self.grants[change.grant] = changed(self.grants[change.grant], change)
        if entry.task:
            self.tasks[entry.task.id] = entry.task
        if entry.balances != balances(self.state):
            return f"entry {entry.number} records other balances than its replay gives"
        return None


async def _compare(connection: Connection, wallet_id: UUID, replay: _Replay, now: datetime) -> list[str]:
    (peeked,) = await peek(connection, [wallet_id])
    loaded = await load(connection, [peeked], [], [], keys_since=now)
    row = await connection.fetchrow(_ROWS, wallet_id)
    figures = await connection.fetchval("SELECT balances::text FROM wallets WHERE id = $1", wallet_id)
    stored = loaded.wallets[wallet_id].state
    problems = []
    if replay.state.last_entry and stored != replay.state:
        problems.append(f"the stored state differs from the replay: {stored} is not {replay.state}")
    if msgspec.json.decode(figures) != msgspec.to_builtins(balances(replay.state)):
        problems.append("the wallet's balances differ from the replay")
    if row and {grant.number: grant for grant in _GRANTS.decode(row[0] or "[]")} != replay.grants:
        problems.append("the grants differ from the replay")
    if row and {task.id: task for task in _TASKS.decode(row[1] or "[]")} != replay.tasks:
        problems.append("the tasks differ from the replay")
    return problems
