"""Views of entries, and their pages."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain import entries as domain
from domain.allowances import Allowance
from domain.authorization import permit
from domain.catalog import Catalog
from domain.errors import InvalidInput
from domain.persons import Locale
from feed import cursor
from resolvers import ids
from resolvers.allowances import allowance_view
from resolvers.balances import balance_view
from resolvers.benefits import benefits_view
from resolvers.grants import change_view, grant_view
from resolvers.loaders import EntriesAsked
from resolvers.meters import meter_view
from resolvers.operation import Operation
from resolvers.pages import limit_of
from resolvers.platforms import refuse_elsewhere
from resolvers.receipts import receipt_view
from resolvers.tasks import task_view
from schema.entries import Entry, EntryConnection, EntryEdge, EntryExplanation
from schema.pages import PageInfo
from schema.scalars import Amount, Cursor
from schema.wallets import PageAsked
from services import history
from services.explanations import explain_entry
from services.history import EntryRow, Place


def entry_view(
    catalog: Catalog,
    wallet_id: UUID,
    entry: domain.Entry,
    recorded_at: datetime | None = None,
    allowances: Mapping[int, Allowance] | None = None,
) -> Entry:
    """Show an entry. When it was recorded and the allowances behind its balances are looked up where not given."""
    meter, begun = meter_view(catalog, entry.meter), entry.allowance
    known = allowances or ({begun.number: begun} if begun else {})
    return Entry(
        id=ids.write_entry(wallet_id, entry.number),
        wallet_id=wallet_id,
        recorded=recorded_at,
        number=entry.number,
        kind=entry.kind,
        at=entry.at,
        meter=meter,
        amount=Amount(entry.amount),
        unit=meter.unit,
        cursor=Cursor(cursor.encode(wallet_id, entry.number)),
        task=task_view(catalog, entry.task) if entry.task else None,
        grant=grant_view(catalog, entry.grant) if entry.grant else None,
        allowance=allowance_view(catalog, begun) if begun else None,
        changes=[change_view(change) for change in entry.changes],
        receipt=receipt_view(catalog, entry.receipt) if entry.receipt else None,
        benefits=benefits_view(entry.benefits) if entry.benefits else None,
        balance=balance_view(catalog, wallet_id, entry.number, entry.at, entry.balances, allowances=known),
    )


def _row_view(catalog: Catalog, row: EntryRow) -> Entry:
    return entry_view(catalog, row.wallet_id, row.entry, row.recorded_at, row.allowances)


async def find_entry(operation: Operation, id_: str) -> Entry | None:
    """Find an entry by its id."""
    place = ids.read_entry(id_)
    row = await history.entry(operation.runtime, operation.principal, *place) if place else None
    return _row_view(operation.catalog, row) if row else None


async def explain(operation: Operation, id_: str, locale: Locale | None) -> EntryExplanation | None:
    """Tell an entry in words.

    Raises:
        PlatformNotSupported: its wallet does not work where the caller is (B13).
    """
    permit(operation.principal, "Query.explainEntry")
    place = ids.read_entry(id_)
    found = await explain_entry(operation.runtime, operation.principal, *place, locale) if place else None
    if found is None:
        await refuse_elsewhere(operation, id_)
    return EntryExplanation(entry=_row_view(operation.catalog, found[0]), text=found[1]) if found else None


async def recorded_at(operation: Operation, entry: Entry) -> datetime:
    """Find out when an entry was written that did not say so."""
    row = await history.entry(operation.runtime, operation.principal, entry.wallet_id, entry.number)
    if row is None:
        raise LookupError(f"entry {entry.number} of wallet {entry.wallet_id} is gone")
    return row.recorded_at


async def entries_page(operation: Operation, wallet_id: UUID, asked: PageAsked) -> EntryConnection:
    """Find a page of a wallet's entries.

    Raises:
        InvalidInput: names the argument.
    """
    size = limit_of(asked.first, asked.last)
    newest_first = asked.last is not None or (asked.first is None and asked.after is None)
    after, before = _place(wallet_id, "after", asked.after), _place(wallet_id, "before", asked.before)
    place = Place(wallet_id, after, before)
    page = await operation.loaders.entries(EntriesAsked(place, size, newest_first, asked.kinds))
    rows = reversed(page.entries) if newest_first else page.entries
    nodes = [_row_view(operation.catalog, row) for row in rows]
    return EntryConnection(
        edges=[EntryEdge(cursor=node.cursor, node=node) for node in nodes],
        nodes=nodes,
        page_info=PageInfo(
            # the far side of a cursor: numbers have no gaps, so at least the cursor's own entry is there
            has_next_page=before is not None if newest_first else page.has_more,
            has_previous_page=page.has_more if newest_first else bool(after),
            start_cursor=nodes[0].cursor if nodes else None,
            end_cursor=nodes[-1].cursor if nodes else None,
        ),
    )


def _place(wallet_id: UUID, argument: str, given: str | None) -> int | None:
    if given is None:
        return None
    try:
        return cursor.decode(wallet_id, given)
    except cursor.BadCursor:
        raise InvalidInput((argument,), "is not a cursor of this wallet") from None
