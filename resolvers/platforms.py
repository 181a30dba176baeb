"""What is told of things that do not exist on the caller's surface alone (B13)."""

from typing import Final
from uuid import UUID

from resolvers import ids
from resolvers.operation import Operation
from services.platforms import enterprise_works

_PLACES: Final = frozenset(
    {ids.WORKSPACE, ids.WALLET, ids.TASK, ids.ORGANISATION, ids.MEMBER, ids.SEAT, ids.INVITATION, ids.REFUSAL}
)
"""Nouns that are in a workspace, and of which people are shown their own; entries are told by their wallets."""


async def refuse_elsewhere(operation: Operation, id_: str) -> None:
    """Say why nothing was found by an id, if it is because of where the caller is. From the web it costs nothing.

    Raises:
        PlatformNotSupported: it is a workspace of the caller's, or in one, that does not work on their surface.
    """
    if enterprise_works(operation.runtime, operation.principal):
        return
    uuid = _place(id_)
    if uuid is not None:
        await operation.loaders.elsewhere.load(uuid)


def _place(id_: str) -> UUID | None:
    noun = id_.partition("_")[0]
    if noun == ids.ENTRY:
        entry = ids.read_entry(id_)
        return entry[0] if entry else None
    return ids.read(noun, id_) if noun in _PLACES else None
