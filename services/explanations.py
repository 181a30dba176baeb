"""Explaining an entry in words (F7)."""

from uuid import UUID

import msgspec

from domain.authorization import permit
from domain.explanations import explain
from domain.grants import Grant
from domain.principals import Principal
from domain.wording import Words
from services.history import EntryRow, entry
from services.runtime import Runtime

_GRANTS = "SELECT row_to_json(g) FROM grants g WHERE g.wallet_id = $1 AND g.number = ANY ($2::int[])"
_GRANT = msgspec.json.Decoder(Grant)


async def explain_entry(
    runtime: Runtime, principal: Principal, wallet_id: UUID, number: int
) -> tuple[EntryRow, str] | None:
    """Tell in plain English what an entry did and why; None: there is no such entry for this caller."""
    permit(principal, "Query.explainEntry")
    row = await entry(runtime, principal, wallet_id, number)
    if row is None:
        return None
    told = row.entry
    numbers = {change.grant for change in told.changes}
    numbers |= {draw.grant for draw in told.task.draws} if told.task else set()
    rows = await runtime.database.pool.fetch(_GRANTS, wallet_id, list(numbers)) if numbers else []
    grants = {grant.number: grant for grant in (_GRANT.decode(record[0]) for record in rows)}
    return row, explain(told, Words(runtime.catalog.meters, runtime.catalog.products), grants)
