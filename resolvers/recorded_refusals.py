"""Views of recorded refusals, and their pages."""

from domain.authorization import permit
from domain.persons import Locale
from resolvers import ids
from resolvers.operation import Operation
from resolvers.pages import cursor_of, page_info, window_of
from resolvers.platforms import refuse_elsewhere
from resolvers.refusals import refusal_view
from schema.pages import PageAsked
from schema.recorded_refusals import RecordedRefusal, RefusalConnection, RefusalEdge, RefusalExplanation
from schema.wallets import Wallet
from services import explanations
from services.refusal_reads import RefusalRow, refusal, refusals_of, refusals_page

LIST = "this wallet's refusals"


def recorded_view(operation: Operation, row: RefusalRow) -> RecordedRefusal:
    """Show a refusal that was recorded."""
    return RecordedRefusal(
        id=ids.write(ids.REFUSAL, row.id),
        at=row.at,
        as_of_entry=row.last_entry,
        refusal=refusal_view(operation.catalog, row.refusal),
    )


async def find_refusal(operation: Operation, id_: str) -> RecordedRefusal | None:
    """Find a refusal by its id."""
    uuid = ids.read(ids.REFUSAL, id_)
    row = await refusal(operation.runtime, operation.principal, uuid) if uuid else None
    return recorded_view(operation, row) if row else None


async def refusals_in(operation: Operation, wallet: Wallet, asked: PageAsked) -> RefusalConnection:
    """Find a page of a wallet's refusals.

    Raises:
        InvalidInput: names the argument.
    """
    of = refusals_of(wallet.uuid)
    window = window_of(of, asked, LIST)
    page = await refusals_page(operation.runtime, operation.principal, wallet.uuid, window)
    edges = [RefusalEdge(cursor=cursor_of(of, row.place), node=recorded_view(operation, row)) for row in page.rows]
    return RefusalConnection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info(page, edges))


async def explain(operation: Operation, id_: str, locale: Locale | None) -> RefusalExplanation | None:
    """Tell a refusal in words.

    Raises:
        PlatformNotSupported: its wallet does not work where the caller is (B13).
    """
    permit(operation.principal, "Query.explainRefusal")
    uuid = ids.read(ids.REFUSAL, id_)
    found = await explanations.explain_refusal(operation.runtime, operation.principal, uuid, locale) if uuid else None
    if found is None:
        await refuse_elsewhere(operation, id_)
        return None
    return RefusalExplanation(refusal=recorded_view(operation, found[0]), text=found[1])
