"""Lock wallets and load what they consist of: two statements, whatever the number of commands (DESIGN.md §3).

Lock order: wallets by id, always, before anything else of the ledger. READ COMMITTED is enough, and `load` must
be a statement after `lock`: only so does it see what the lock was waited for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.allowances import Allowance
from domain.balances import Totals
from domain.benefits import Benefits, SuspensionReason
from domain.entries import Entry
from domain.grants import Grant
from domain.refusals import Refusal
from domain.tasks import Task
from domain.wallets import WalletState
from models.database import Connection

Key = tuple[UUID, str]
"""A caller and the idempotency key that it chose."""


@dataclass(frozen=True, slots=True)
class LockedWallet:
    """A wallet under lock, with where it belongs and its checkpoint."""

    id: UUID
    workspace_id: UUID
    person_id: UUID
    state: WalletState
    guest: bool = False
    """Its owner has not registered."""
    enterprise: bool = False
    """It lies in an organisation's workspace."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """An idempotency key that was used before, with the original result (F5)."""

    input_hash: bytes
    wallet_id: UUID
    entry: Entry | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that a batch needs to decide."""

    wallets: Mapping[UUID, LockedWallet]
    wallet_of_task: Mapping[UUID, UUID]
    keys: Mapping[Key, KnownKey]


_SELECT = """
SELECT id, workspace_id, person_id, last_entry, last_at, grants_made, allowances_made, spent, periods, benefits_until,
    suspended, concurrency_max, guest, enterprise
FROM wallets
WHERE id IN (SELECT unnest($1::uuid[]) UNION SELECT wallet_id FROM tasks WHERE id = ANY ($2::uuid[]))
ORDER BY id
"""
_LOCK = f"{_SELECT} FOR UPDATE"

_LOAD = """
SELECT
    (SELECT json_agg(json_build_array(wallet_id, row_to_json(g)))
        FROM grants g WHERE wallet_id = ANY ($1::uuid[]) AND NOT closed),
    (SELECT json_agg(json_build_array(wallet_id, row_to_json(a)))
        FROM allowances a WHERE wallet_id = ANY ($1::uuid[]) AND ends_at IS NULL),
    (SELECT json_agg(json_build_array(wallet_id, body))
        FROM tasks WHERE wallet_id = ANY ($1::uuid[]) AND status = 'RUNNING'),
    (SELECT json_agg(json_build_array(id, wallet_id)) FROM tasks WHERE id = ANY ($2::uuid[])),
    (SELECT json_agg(json_build_array(k.caller, k.key, encode(k.input_hash, 'base64'), k.wallet_id, e.body, k.refusal))
        FROM unnest($3::uuid[], $4::text[]) AS asked (caller, key)
        CROSS JOIN LATERAL (
            SELECT * FROM idempotency_keys u
            WHERE u.caller = asked.caller AND u.key = asked.key AND u.created_at > $5
            LIMIT 1  -- one by the primary key; LIMIT keeps it from becoming a join whose plan a young table gets wrong
        ) k
        LEFT JOIN entries e ON e.wallet_id = k.wallet_id AND e.number = k.entry)
"""

_SPENT = msgspec.json.Decoder(dict[str, Totals])
_PERIODS = msgspec.json.Decoder(dict[str, datetime])
_GRANTS = msgspec.json.Decoder(list[tuple[UUID, Grant]])
_ALLOWANCES = msgspec.json.Decoder(list[tuple[UUID, Allowance]])
_TASKS = msgspec.json.Decoder(list[tuple[UUID, Task]])
_TASK_WALLETS = msgspec.json.Decoder(list[tuple[UUID, UUID]])
_KEYS = msgspec.json.Decoder(list[tuple[UUID, str, bytes, UUID, Entry | None, Refusal | None]])


async def lock(connection: Connection, wallets: Collection[UUID], tasks: Collection[UUID]) -> tuple[LockedWallet, ...]:
    """Lock wallets, and those of the given tasks, in the order of their ids. Ids without a row are left out.

    The states that come back have no grants, allowances and tasks yet: `load` adds them.
    """
    return _wallets(await connection.fetch(_LOCK, list(wallets), list(tasks)))


async def peek(connection: Connection, wallets: Collection[UUID]) -> tuple[LockedWallet, ...]:
    """Read wallets as `lock` does, without locking: for a transaction that reads one snapshot."""
    return _wallets(await connection.fetch(_SELECT, list(wallets), []))


def _wallets(rows: Iterable[asyncpg.Record]) -> tuple[LockedWallet, ...]:
    return tuple(
        LockedWallet(
            row["id"],
            row["workspace_id"],
            row["person_id"],
            WalletState(
                last_entry=row["last_entry"],
                last_at=row["last_at"],
                grants_made=row["grants_made"],
                allowances_made=row["allowances_made"],
                spent=_SPENT.decode(row["spent"]),
                periods=_PERIODS.decode(row["periods"]),
                benefits=benefits_of(row),
            ),
            row["guest"],
            row["enterprise"],
        )
        for row in rows
    )


def benefits_of(row: asyncpg.Record) -> Benefits:
    """Read the benefits from a row of wallets."""
    suspended = None if row["suspended"] is None else SuspensionReason(row["suspended"])
    return Benefits(row["benefits_until"], suspended, row["concurrency_max"])


async def load(
    connection: Connection,
    locked: Sequence[LockedWallet],
    tasks: Collection[UUID],
    keys: Collection[Key],
    *,
    keys_since: datetime,
) -> Loaded:
    """Load what locked wallets consist of, whose the tasks are, and the idempotency keys younger than `keys_since`."""
    ids = [wallet.id for wallet in locked]
    callers, names = [caller for caller, _ in keys], [name for _, name in keys]
    row = await connection.fetchrow(_LOAD, ids, list(tasks), callers, names, keys_since)
    if row is None:
        raise TypeError("a SELECT without FROM has one row")
    grants: dict[UUID, dict[int, Grant]] = {id_: {} for id_ in ids}
    allowances: dict[UUID, dict[int, Allowance]] = {id_: {} for id_ in ids}
    running: dict[UUID, dict[UUID, Task]] = {id_: {} for id_ in ids}
    for id_, grant in _GRANTS.decode(row[0] or b"[]"):
        grants[id_][grant.number] = grant
    for id_, allowance in _ALLOWANCES.decode(row[1] or b"[]"):
        allowances[id_][allowance.number] = allowance
    for id_, task in _TASKS.decode(row[2] or b"[]"):
        running[id_][task.id] = task
    wallets = {
        wallet.id: LockedWallet(
            wallet.id,
            wallet.workspace_id,
            wallet.person_id,
            WalletState(
                wallet.state.last_entry,
                wallet.state.last_at,
                wallet.state.grants_made,
                wallet.state.allowances_made,
                grants[wallet.id],
                allowances[wallet.id],
                running[wallet.id],
                wallet.state.spent,
                wallet.state.periods,
                wallet.state.benefits,
            ),
            wallet.guest,
            wallet.enterprise,
        )
        for wallet in locked
    }
    known = {
        (caller, name): KnownKey(input_hash, wallet_id, entry, refusal)
        for caller, name, input_hash, wallet_id, entry, refusal in _KEYS.decode(row[4] or b"[]")
    }
    return Loaded(wallets, dict(_TASK_WALLETS.decode(row[3] or b"[]")), known)
