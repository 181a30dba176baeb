"""Write a batch: entries and every row that they leave changed, in one statement (DESIGN.md §3).

Foreign keys are checked at the statement's end, so the order of its parts does not matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from domain.entries import Entry
from domain.pages import Page
from domain.refusals import Refusal
from domain.wallets import next_due
from models.database import Connection
from models.ledger_load import Key, LockedWallet


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """A new entry and the caller that it is due to; None: it fell due by itself."""

    entry: Entry
    caller: UUID | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A result to keep under an idempotency key."""

    key: Key
    input_hash: bytes
    wallet_id: UUID
    entry: int | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class NewRefusal:
    """A refusal to keep."""

    id: UUID
    wallet: LockedWallet
    caller: UUID | None
    last_entry: int
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch leaves behind for one wallet."""

    wallet: LockedWallet
    page: Page
    entries: Sequence[WrittenEntry]


class KeyTaken(Exception):  # noqa: N818  (an event of a race, which the poster answers by trying again)
    """Another transaction used one of the idempotency keys at the same time."""


_WRITE = """
WITH allowance_rows AS (
    INSERT INTO allowances (wallet_id, number, workspace_id, meter, pool, amount, cycle, anchor, source, ends_at,
        opens_on_use, granted_until)
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::jsonb[],
        $8::timestamptz[], $9::text[], $10::timestamptz[], $11::bool[], $12::timestamptz[])
    ON CONFLICT (wallet_id, number) DO UPDATE SET amount = excluded.amount, source = excluded.source,
        ends_at = excluded.ends_at, granted_until = excluded.granted_until
), grant_rows AS (
    INSERT INTO grants (wallet_id, number, workspace_id, meter, pool, kind, starts_at, ends_at, granted, used, held,
        remaining, lapsed, allowance, period_start, source, ended, closed)
    SELECT * FROM unnest($13::uuid[], $14::int[], $15::uuid[], $16::text[], $17::text[], $18::text[],
        $19::timestamptz[], $20::timestamptz[], $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[],
        $25::bigint[], $26::int[], $27::timestamptz[], $28::text[], $29::bool[], $30::bool[])
    ON CONFLICT (wallet_id, number) DO UPDATE SET used = excluded.used, held = excluded.held,
        remaining = excluded.remaining, lapsed = excluded.lapsed, ended = excluded.ended, closed = excluded.closed
), task_rows AS (
    INSERT INTO tasks (id, wallet_id, workspace_id, status, meter, held, started_at, expires_at, resolved_at, body)
    SELECT * FROM unnest($31::uuid[], $32::uuid[], $33::uuid[], $34::text[], $35::text[], $36::bigint[],
        $37::timestamptz[], $38::timestamptz[], $39::timestamptz[], $40::jsonb[])
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires_at = excluded.expires_at,
        resolved_at = excluded.resolved_at, body = excluded.body
), entry_rows AS (
    INSERT INTO entries (wallet_id, number, workspace_id, kind, at, meter, amount, task_id, caller, body, recorded_at)
    SELECT *, $79::timestamptz FROM unnest($41::uuid[], $42::bigint[], $43::uuid[], $44::text[], $45::timestamptz[],
        $46::text[], $47::bigint[], $48::uuid[], $49::uuid[], $50::jsonb[])
), key_rows AS (
    INSERT INTO idempotency_keys AS known (caller, key, input_hash, wallet_id, entry, refusal, created_at)
    SELECT * FROM unnest($51::uuid[], $52::text[], $53::bytea[], $54::uuid[], $55::bigint[], $56::jsonb[],
        $57::timestamptz[])
    ON CONFLICT (caller, key) DO UPDATE SET input_hash = excluded.input_hash, wallet_id = excluded.wallet_id,
        entry = excluded.entry, refusal = excluded.refusal, created_at = excluded.created_at
        WHERE known.created_at <= $58
    RETURNING 1
), refusal_rows AS (
    INSERT INTO refusals (id, wallet_id, workspace_id, at, code, caller, last_entry, body)
    SELECT * FROM unnest($59::uuid[], $60::uuid[], $61::uuid[], $62::timestamptz[], $63::text[], $64::uuid[],
        $65::bigint[], $66::jsonb[])
), wallet_rows AS (
    UPDATE wallets w SET last_entry = u.last_entry, last_at = u.last_at, next_due_at = u.next_due_at,
        grants_made = u.grants_made, allowances_made = u.allowances_made, spent = u.spent, periods = u.periods,
        balances = u.balances, benefits_until = u.benefits_until, suspended = u.suspended,
        concurrency_max = u.concurrency_max
    FROM unnest($67::uuid[], $68::bigint[], $69::timestamptz[], $70::timestamptz[], $71::int[], $72::int[],
        $73::jsonb[], $74::jsonb[], $75::jsonb[], $76::timestamptz[], $77::text[], $78::int[])
        AS u (id, last_entry, last_at, next_due_at, grants_made, allowances_made, spent, periods, balances,
            benefits_until, suspended, concurrency_max)
    WHERE w.id = u.id
)
SELECT count(*) FROM key_rows
"""


_encoder = msgspec.json.Encoder()


def _json(value: object) -> str:
    return _encoder.encode(value).decode()


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> Iterable[Sequence[object]]:
    return zip(*rows, strict=True) if rows else ((),) * width


async def write(
    connection: Connection,
    written: Sequence[Written],
    keys: Sequence[NewKey],
    refusals: Sequence[NewRefusal],
    *,
    now: datetime,
    keys_since: datetime,
) -> None:
    """Write a batch. Keys as old as `keys_since` are forgotten and may be used again.

    Raises:
        KeyTaken: one of the keys was used meanwhile; nothing may be committed.
    """
    arguments: list[object] = []
    for width, rows in (
        (12, [row for item in written for row in _allowances(item)]),
        (18, [row for item in written for row in _grants(item)]),
        (10, [row for item in written for row in _tasks(item)]),
        (10, [row for item in written for row in _entries(item)]),
        # in one order, as wallets are locked: else two batches with the same keys could wait for each other
        (7, [_key(key, now) for key in sorted(keys, key=lambda new: new.key)]),
    ):
        arguments.extend(_columns(rows, width))
    arguments.append(keys_since)
    arguments.extend(_columns([_refusal(refusal, now) for refusal in refusals], 8))
    arguments.extend(_columns([_wallet(item) for item in written if item.entries], 12))
    arguments.append(now)
    if await connection.fetchval(_WRITE, *arguments) != len(keys):
        raise KeyTaken


def _allowances(item: Written) -> Iterable[tuple[object, ...]]:
    for row in item.page.allowances.values():
        yield (
            item.wallet.id,
            row.number,
            item.wallet.workspace_id,
            row.meter,
            row.pool,
            row.amount,
            _json(row.cycle),
            row.anchor,
            row.source,
            row.ends_at,
            row.opens_on_use,
            row.granted_until,
        )


def _grants(item: Written) -> Iterable[tuple[object, ...]]:
    for row in item.page.grants.values():
        yield (
            item.wallet.id,
            row.number,
            item.wallet.workspace_id,
            row.meter,
            row.pool,
            row.kind,
            row.starts_at,
            row.ends_at,
            row.granted,
            row.used,
            row.held,
            row.remaining,
            row.lapsed,
            row.allowance,
            row.period_start,
            row.source,
            row.ended,
            row.closed,
        )


def _tasks(item: Written) -> Iterable[tuple[object, ...]]:
    for row in item.page.tasks.values():
        yield (
            row.id,
            item.wallet.id,
            item.wallet.workspace_id,
            row.status,
            row.rule.meter,
            row.held,
            row.started_at,
            row.expires_at,
            row.resolved_at,
            _json(row),
        )


def _entries(item: Written) -> Iterable[tuple[object, ...]]:
    for row in item.entries:
        entry = row.entry
        yield (
            item.wallet.id,
            entry.number,
            item.wallet.workspace_id,
            entry.kind,
            entry.at,
            entry.meter,
            entry.amount,
            entry.task_id,
            row.caller,
            _json(entry),
        )


def _key(row: NewKey, now: datetime) -> tuple[object, ...]:
    caller, name = row.key
    refusal = None if row.refusal is None else _json(row.refusal)
    return caller, name, row.input_hash, row.wallet_id, row.entry, refusal, now


def _refusal(row: NewRefusal, now: datetime) -> tuple[object, ...]:
    wallet, refusal = row.wallet, row.refusal
    return row.id, wallet.id, wallet.workspace_id, now, refusal.code, row.caller, row.last_entry, _json(refusal)


def _wallet(item: Written) -> tuple[object, ...]:
    state = item.page.state
    return (
        item.wallet.id,
        state.last_entry,
        state.last_at,
        next_due(state),
        state.grants_made,
        state.allowances_made,
        _json(state.spent),
        _json(state.periods),
        _json(item.entries[-1].entry.balances),
        state.benefits.until,
        state.benefits.suspended,
        state.benefits.concurrency_max,
    )
