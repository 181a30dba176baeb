"""Finding anything by its id."""

from collections.abc import Awaitable, Callable, Mapping

from domain.authorization import permit
from domain.principals import Caller
from resolvers import ids
from resolvers.banners import find_banner
from resolvers.entries import find_entry
from resolvers.exports import find_export
from resolvers.notices import find_notice
from resolvers.operation import Operation
from resolvers.persons import find_person
from resolvers.sessions import find_session
from resolvers.tasks import find_task
from resolvers.viewer import find_service_account
from resolvers.wallets import find_wallet
from resolvers.workspaces import find_workspace
from schema.nodes import Node

_Find = Callable[[Operation, str], Awaitable[Node | None]]

_FIND: Mapping[str, _Find] = {
    ids.WORKSPACE: find_workspace,
    ids.WALLET: find_wallet,
    ids.PERSON: find_person,
    ids.SERVICE: find_service_account,
    ids.SESSION: find_session,
    ids.EXPORT: find_export,
    ids.TASK: find_task,
    ids.ENTRY: find_entry,
    ids.NOTICE: find_notice,
    ids.BANNER: find_banner,
}

_FOR_OPERATORS = frozenset({ids.PERSON, ids.BANNER})
"""What exists for operators: what is public, and people, but nothing that they have or did."""


async def node(operation: Operation, id_: str) -> Node | None:
    """Find anything by its id; None: there is no such thing for this caller."""
    permit(operation.principal, "Query.node")
    noun = id_.partition("_")[0]
    find = _FIND.get(noun)
    if operation.principal.caller is Caller.OPERATOR and noun not in _FOR_OPERATORS:
        return None
    return await find(operation, id_) if find else None
