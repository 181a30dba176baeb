"""Reconciliation: replaying every entry gives exactly what is stored, for every wallet (F2)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.allowances import Allowance
from domain.balances import Balance
from domain.entries import Entry
from domain.grants import Grant
from domain.tasks import Task
from domain.wallets import WalletState, apply, balances, changed, next_due
from models.database import Connection
from models.ledger_load import load, peek
from services.runtime import Runtime

WALLETS_PER_STEP_MAX = 100
ENTRIES_PER_FETCH = 500

_ENTRY = msgspec.json.Decoder(Entry)
_BALANCES = msgspec.json.Decoder(tuple[Balance, ...])
_GRANTS = msgspec.json.Decoder(list[Grant])
_ALLOWANCES = msgspec.json.Decoder(list[Allowance])
_TASKS = msgspec.json.Decoder(list[Task])

_WALLETS = "SELECT id FROM wallets WHERE id > $1 ORDER BY id LIMIT $2"
_ENTRIES = """
SELECT number, kind, at, meter, amount, task_id, body FROM entries e WHERE e.wallet_id = $1 ORDER BY e.number
"""
_ROWS = """
SELECT w.next_due_at, w.balances::text,
    (SELECT json_agg(row_to_json(g)) FROM grants g WHERE g.wallet_id = w.id) AS grants,
    (SELECT json_agg(row_to_json(a)) FROM allowances a WHERE a.wallet_id = w.id) AS allowances,
    (SELECT json_agg(t.body) FROM tasks t WHERE t.wallet_id = w.id) AS tasks
FROM wallets w WHERE w.id = $1
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
            problem = replay.take(row)
            if problem:
                return Reconciled(wallet_id, replay.state.last_entry, (problem,))
        try:
            problems = await _compare(connection, wallet_id, replay, runtime.clock())
        except msgspec.ValidationError as error:
            problems = [f"what is stored cannot be read: {error}"]
        return Reconciled(wallet_id, replay.state.last_entry, tuple(problems))


class _Replay:
    """Everything that the entries so far make: the state, and every grant, allowance and task that ever was."""

    def __init__(self) -> None:
        self.state = WalletState()
        self.grants: dict[int, Grant] = {}
        self.allowances: dict[int, Allowance] = {}
        self.tasks: dict[UUID, Task] = {}

    def take(self, row: asyncpg.Record) -> str | None:
        """Apply the next entry; say what is wrong with it, if something is."""
        try:
            entry = _ENTRY.decode(row["body"])
            self.state = apply(self.state, entry)
        except (ValueError, KeyError) as error:
            return f"entry {row['number']} cannot be applied: {error!r}"
        facts = (entry.number, entry.kind, entry.at, entry.meter, entry.amount, entry.task_id)
        if facts != (row["number"], row["kind"], row["at"], row["meter"], row["amount"], row["task_id"]):
            return f"entry {row['number']} has columns that its body does not agree with"
        if entry.grant:
            self.grants[entry.grant.number] = entry.grant
        for change in entry.changes:
            self.grants[change.grant] = changed(self.grants[change.grant], change)
        if entry.allowance:
            self.allowances[entry.allowance.number] = entry.allowance
        if entry.task:
            self.tasks[entry.task.id] = entry.task
        if entry.balances != balances(self.state):
            return f"entry {entry.number} records other balances than its replay gives"
        return None


async def _compare(connection: Connection, wallet_id: UUID, replay: _Replay, now: datetime) -> list[str]:
    (peeked,) = await peek(connection, [wallet_id])
    loaded = await load(connection, [peeked], [], [], keys_since=now)
    row = await connection.fetchrow(_ROWS, wallet_id)
    stored, state = loaded.wallets[wallet_id].state, replay.state
    if row is None:
        raise TypeError("the wallet was there in the same snapshot")
    if not state.last_entry:  # a wallet is true from its opening on, which no entry records
        state = replace(state, last_at=stored.last_at)
    problems = []
    if stored != state:
        problems.append(f"the stored state differs from the replay: {stored} is not {state}")
    if row["next_due_at"] != next_due(state):
        problems.append(f"the wallet's next due instant, {row['next_due_at']}, is not the replay's, {next_due(state)}")
    if _BALANCES.decode(row["balances"]) != balances(state):
        problems.append("the wallet's balances differ from the replay")
    if {grant.number: grant for grant in _GRANTS.decode(row["grants"] or "[]")} != replay.grants:
        problems.append("the grants differ from the replay")
    if {each.number: each for each in _ALLOWANCES.decode(row["allowances"] or "[]")} != replay.allowances:
        problems.append("the allowances differ from the replay")
    if {task.id: task for task in _TASKS.decode(row["tasks"] or "[]")} != replay.tasks:
        problems.append("the tasks differ from the replay")
    return problems
