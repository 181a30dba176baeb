"""Reading a ledger: entries page by page, one entry, the balance at any instant or entry (F7, F12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.allowances import Allowance
from domain.balances import Balance
from domain.entries import Entry, EntryKind
from domain.errors import InvalidInput
from domain.history import balances_at as past_balances
from domain.principals import Principal
from feed.cursor import NUMBER_MAX
from services.reads import allowances, visible_to, wallet_is_visible, wallets
from services.runtime import Runtime

_ENTRY = msgspec.json.Decoder(Entry)
_AMOUNTS = msgspec.json.Decoder(dict[int, int])


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry, where it stands, and all allowances that its wallet ever had, by number."""

    wallet_id: UUID
    workspace_id: UUID
    entry: Entry
    recorded_at: datetime
    allowances: Mapping[int, Allowance]


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a wallet's ledger: entries with `after` < number < `before`."""

    wallet_id: UUID
    after: int | None = None
    before: int | None = None


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


_COLUMNS = "e.wallet_id, e.workspace_id, e.body, e.recorded_at"
_VISIBLE = wallet_is_visible("w")

_ONE = f"""
SELECT {_COLUMNS} FROM entries e JOIN wallets w ON w.id = e.wallet_id
WHERE e.wallet_id = $1 AND e.number = $5 AND e.kind <> 'NOTICE' AND {_VISIBLE}
"""  # noqa: S608  (constant text)

_PAGES = f"""
SELECT {_COLUMNS}
FROM unnest($1::uuid[], $5::bigint[], $6::bigint[]) AS asked (wallet_id, after, before)
JOIN wallets w ON w.id = asked.wallet_id AND {_VISIBLE}
CROSS JOIN LATERAL (
    SELECT {_COLUMNS}, e.number FROM entries e
    WHERE e.wallet_id = w.id AND e.number > coalesce(asked.after, 0)
        AND e.number < coalesce(asked.before, {NUMBER_MAX}) AND e.kind <> 'NOTICE'
        AND ($7::text[] IS NULL OR e.kind = ANY ($7::text[]))
    ORDER BY e.number {{direction}} LIMIT $8
) e
ORDER BY e.wallet_id, e.number {{direction}}
"""  # noqa: S608  (constant text)

_AT_NUMBER = f"""
SELECT {_COLUMNS} FROM entries e JOIN wallets w ON w.id = e.wallet_id
WHERE e.wallet_id = ANY ($1::uuid[]) AND e.number = $5 AND {_VISIBLE}
"""  # noqa: S608  (constant text)

# what an allowance gave in periods that nobody saw is what the next one it granted says: it changes only afterwards
_LAST_AT = f"""
SELECT {_COLUMNS}, (
    SELECT json_object_agg(a.number, g.granted) FROM allowances a CROSS JOIN LATERAL (
        SELECT granted FROM grants
        WHERE wallet_id = a.wallet_id AND meter = a.meter AND pool = a.pool AND period_start > $5
            AND allowance = a.number
        ORDER BY period_start LIMIT 1
    ) g WHERE a.wallet_id = w.id
) AS amounts
FROM unnest($1::uuid[]) AS asked (wallet_id)
JOIN wallets w ON w.id = asked.wallet_id AND {_VISIBLE}
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM entries e WHERE e.wallet_id = w.id AND e.at <= $5 ORDER BY e.at DESC, e.number DESC LIMIT 1
) e
"""  # noqa: S608  (constant text)


async def entry(runtime: Runtime, principal: Principal, wallet_id: UUID, number: int) -> EntryRow | None:
    """Load one entry; None: there is none for this caller, or it is a notice, which only feeds show."""
    row = await runtime.database.pool.fetchrow(_ONE, wallet_id, *visible_to(runtime, principal), number)
    if row is None:
        return None
    return _entry_row(row, (await allowances(runtime, principal, [wallet_id])).get(wallet_id, {}))


async def entries_pages(
    runtime: Runtime,
    principal: Principal,
    places: Sequence[Place],
    *,
    limit: int,
    newest_first: bool,
    kinds: frozenset[EntryKind] = frozenset(),
) -> dict[Place, EntryPage]:
    """Load up to `limit` entries at each place, in two statements for all; no `kinds`: of every kind but NOTICE."""
    sql = _PAGES.format(direction="DESC" if newest_first else "ASC")
    wallet_ids = [place.wallet_id for place in places]
    rows = await runtime.database.pool.fetch(
        sql,
        wallet_ids,
        *visible_to(runtime, principal),
        [place.after for place in places],
        [place.before for place in places],
        [kind.value for kind in kinds] or None,
        limit + 1,
    )
    known = await allowances(runtime, principal, wallet_ids)
    pages: dict[Place, EntryPage] = {}
    for place in places:
        found = [row for row in rows if row["wallet_id"] == place.wallet_id]
        told = known.get(place.wallet_id, {})
        pages[place] = EntryPage(tuple(_entry_row(row, told) for row in found[:limit]), has_more=len(found) > limit)
    return pages


async def balances_at(
    runtime: Runtime,
    principal: Principal,
    wallet_ids: Collection[UUID],
    *,
    instant: datetime | None = None,
    number: int | None = None,
) -> dict[UUID, BalanceRow]:
    """Tell wallets' figures after an entry, or at an instant that is not in the future; in three statements (F12).

    What does not exist for the caller is left out.

    Raises:
        InvalidInput: both or neither were given, a number that no entry can have, or an instant in the future.
    """
    if (instant is None) == (number is None):
        raise InvalidInput(("entry",), "must not be given together with at")
    if number is not None and not 1 <= number <= NUMBER_MAX:
        raise InvalidInput(("entry",), "must be 1 or greater")
    if instant is not None and instant > runtime.clock():
        raise InvalidInput(("at",), "must not lie in the future")
    if instant is not None:
        await wallets(runtime, principal, wallet_ids)  # what is due by now is written first
    arguments = (list(wallet_ids), *visible_to(runtime, principal))
    rows = await runtime.database.pool.fetch(_AT_NUMBER if instant is None else _LAST_AT, *arguments, number or instant)
    known = await allowances(runtime, principal, wallet_ids)
    last = {row["wallet_id"]: _entry_row(row, known.get(row["wallet_id"], {})) for row in rows}
    if instant is None:
        return {
            id_: BalanceRow(row.entry.number, row.entry.at, row.entry.balances, row.allowances)
            for id_, row in last.items()
        }
    amounts = {row["wallet_id"]: _AMOUNTS.decode(row["amounts"] or "{}") for row in rows}
    told = {id_: _figures_at(row, amounts[id_], instant) for id_, row in last.items()}
    nothing_yet = BalanceRow(0, instant, (), {})
    return {id_: told.get(id_, nothing_yet) for id_ in await wallets(runtime, principal, wallet_ids)}


def _figures_at(row: EntryRow, amounts: Mapping[int, int], instant: datetime) -> BalanceRow:
    then = [replace(each, amount=amounts.get(each.number, each.amount)) for each in row.allowances.values()]
    figures = past_balances(row.entry.balances, then, instant)
    return BalanceRow(row.entry.number, instant, figures, row.allowances)


def _entry_row(row: asyncpg.Record, known: Mapping[int, Allowance]) -> EntryRow:
    return EntryRow(row["wallet_id"], row["workspace_id"], _ENTRY.decode(row["body"]), row["recorded_at"], known)
