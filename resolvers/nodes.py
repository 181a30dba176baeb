"""Finding anything by its id."""

from collections.abc import Awaitable, Callable, Mapping

from domain.authorization import permit
from domain.principals import Caller
from resolvers import ids
from resolvers.api_keys import find_api_key
from resolvers.banners import find_banner
from resolvers.entries import find_entry
from resolvers.exports import find_export
from resolvers.invitations import find_invitation
from resolvers.members import find_member
from resolvers.notices import find_notice
from resolvers.operation import Operation
from resolvers.orders import find_order
from resolvers.organisations import find_organization
from resolvers.persons import find_person
from resolvers.platforms import refuse_elsewhere
from resolvers.recorded_refusals import find_refusal
from resolvers.seats import find_seat
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
    ids.ORDER: find_order,
    ids.ORGANISATION: find_organization,
    ids.INVITATION: find_invitation,
    ids.MEMBER: find_member,
    ids.SEAT: find_seat,
    ids.REFUSAL: find_refusal,
    ids.API_KEY: find_api_key,
}

_FOR_OPERATORS = frozenset({ids.PERSON, ids.BANNER, ids.ORDER})
"""What exists for operators: what is public, people, and the orders that they see to; nothing else that people have."""


async def node(operation: Operation, id_: str) -> Node | None:
    """Find anything by its id; None: there is no such thing for this caller.

    Raises:
        PlatformNotSupported: there is, but it does not work where they are (B13).
    """
    permit(operation.principal, "Query.node")
    noun = id_.partition("_")[0]
    find = _FIND.get(noun)
    if operation.principal.caller is Caller.OPERATOR and noun not in _FOR_OPERATORS:
        return None
    found = await find(operation, id_) if find else None
    if found is None:
        await refuse_elsewhere(operation, id_)
    return found
