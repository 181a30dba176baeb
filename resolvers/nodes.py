"""Finding anything by its id."""

from collections.abc import Awaitable, Callable, Mapping

from domain.authorization import permit
from resolvers import ids
from resolvers.entries import find_entry
from resolvers.operation import Operation
from resolvers.persons import find_person
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
    ids.TASK: find_task,
    ids.ENTRY: find_entry,
}


async def node(operation: Operation, id_: str) -> Node | None:
    """Find anything by its id; None: there is no such thing for this caller."""
    permit(operation.principal, "Query.node")
    find = _FIND.get(id_.partition("_")[0])
    return await find(operation, id_) if find else None
