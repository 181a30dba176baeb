"""The context: everything that the types of this room ask for, in one protocol."""

from typing import Protocol

from schema import (
    balances,
    entries,
    invitations,
    members,
    mutations,
    organisations,
    roots,
    seats,
    terms,
    viewer,
    wallets,
    workspaces,
)


class Asked(
    balances.Asked,
    entries.Asked,
    invitations.Asked,
    members.Asked,
    mutations.Asked,
    organisations.Asked,
    roots.Asked,
    seats.Asked,
    terms.Asked,
    viewer.Asked,
    wallets.Asked,
    workspaces.Asked,
    Protocol,
):
    """What the context of every operation answers."""
