"""The context: everything that the types of this room ask for, in one protocol."""

from typing import Protocol

from schema import balances, entries, mutations, roots, terms, viewer, wallets, workspaces


class Asked(
    balances.Asked,
    entries.Asked,
    mutations.Asked,
    roots.Asked,
    terms.Asked,
    viewer.Asked,
    wallets.Asked,
    workspaces.Asked,
    Protocol,
):
    """What the context of every operation answers."""
