"""Reading a ledger: entries page by page, one entry, the balance at any instant or entry (F7, F12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.allowances import Allowance
from domain.balances import Balance
from domain.entries import Entry, EntryKind
from domain.errors import InvalidInput
from domain.history import balances_at
from domain.principals import Principal
from services.reads import by_number, visible_to, wallet_is_visible, wallets
from services.runtime import Runtime

_ENTRY = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, where it stands, and all allowances that its wallet ever had, by number."""

    wallet_id: UUID
    workspace_id: UUID
    entry: Entry
    recorded_at: datetime
    allowances: Mapping[int, Allowance]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of entries in the order that was asked for; `has_more` in that direction."""

    entries: tuple[EntryRow, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """Figures as they stood `at` an instant, after entry `number` (0: before the first)."""

    number: int
    at: datetime
    balances: tuple[Balance, ...]
    allowances: Mapping[int, Allowance]


_COLUMNS = f"""
SELECT e.wallet_id, e.workspace_id, e.body, e.recorded_at,
    (SELECT json_agg(row_to_json(a)) FROM allowances a WHERE a.wallet_id = $1) AS allowances
FROM entries e JOIN wallets w ON w.id = e.wallet_id
WHERE e.wallet_id = $1 AND {wallet_is_visible("w", 2, 3)}
"""  # noqa: S608  (constant text)

_ONE = f"{_COLUMNS} AND e.number = $4"
_LAST_AT = f"{_COLUMNS} AND e.at <= $4 ORDER BY e.at DESC, e.number DESC LIMIT 1"
_PAGE = f"""{_COLUMNS}
    AND ($4::bigint IS NULL OR e.number > $4) AND ($5::bigint IS NULL OR e.number < $5)
    AND ($6::text[] IS NULL OR e.kind = ANY ($6::text[]))
ORDER BY e.number {{direction}} LIMIT $7
"""


async def entry(runtime: Runtime, principal: Principal, wallet_id: UUID, number: int) -> EntryRow | None:
    """Load one entry; None: there is none for this caller."""
    row = await runtime.database.pool.fetchrow(_ONE, wallet_id, *visible_to(principal), number)
    return _entry_row(row) if row else None


async def entries_page(
    runtime: Runtime,
    principal: Principal,
    wallet_id: UUID,
    *,
    after: int | None,
    before: int | None,
    limit: int,
    newest_first: bool,
    kinds: frozenset[EntryKind] = frozenset(),
) -> EntryPage:
    """Load up to `limit` entries with `after` < number < `before`; no `kinds`: of every kind."""
    sql = _PAGE.format(direction="DESC" if newest_first else "ASC")
    wanted = [kind.value for kind in kinds] or None
    rows = await runtime.database.pool.fetch(sql, wallet_id, *visible_to(principal), after, before, wanted, limit + 1)
    return EntryPage(tuple(_entry_row(row) for row in rows[:limit]), has_more=len(rows) > limit)


async def balance_at(
    runtime: Runtime,
    principal: Principal,
    wallet_id: UUID,
    *,
    instant: datetime | None = None,
    number: int | None = None,
) -> BalanceRow | None:
    """Tell a wallet's figures after an entry, at an instant that is not in the future, or now (F12).

    None: there is no such wallet or entry for this caller.

    Raises:
        InvalidInput: both were given, or an instant in the future.
    """
    if instant is not None and number is not None:
        raise InvalidInput(("entry",), "must not be given together with at")
    now = runtime.clock()
    if instant is not None and instant > now:
        raise InvalidInput(("at",), "must not lie in the future")
    current = (await wallets(runtime, principal, [wallet_id])).get(wallet_id)
    if current is None:
        return None
    if number is not None:
        found = await entry(runtime, principal, wallet_id, number)
        return BalanceRow(number, found.entry.at, found.entry.balances, found.allowances) if found else None
    if instant is None or instant >= current.at:
        return BalanceRow(current.last_entry, instant or now, current.balances, current.allowances)
    row = await runtime.database.pool.fetchrow(_LAST_AT, wallet_id, *visible_to(principal), instant)
    if row is None:
        return BalanceRow(0, instant, (), {})
    last = _entry_row(row)
    figures = balances_at(last.entry.balances, last.allowances.values(), instant)
    return BalanceRow(last.entry.number, instant, figures, last.allowances)


def _entry_row(row: asyncpg.Record) -> EntryRow:
    return EntryRow(
        row["wallet_id"],
        row["workspace_id"],
        _ENTRY.decode(row["body"]),
        row["recorded_at"],
        by_number(row["allowances"]),
    )
