"""The authorization table (G1): every field of the graph × every kind of caller. Checks and tests read it.

`Access.OWN`: only things of the caller's own wallets and workspaces exist. `Access.SCOPED`: the credential needs
the row's scope, and sees at most the workspace that it is narrowed to. A field of a type that is reached only
through a guarded field carries no check of its own: its row is in `REACHED`, by type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Forbidden, Unauthenticated
from domain.principals import Caller, Principal

READ = "usage:read"
WRITE = "usage:write"


class Access(StrEnum):
    """What a kind of caller may do with a field."""

    OPEN = "OPEN"
    OWN = "OWN"
    SCOPED = "SCOPED"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Row:
    """One field's row: access by kind of caller, and the scope that SCOPED means."""

    anonymous: Access
    guest: Access
    user: Access
    service: Access
    operator: Access
    scope: str | None = None

    def access(self, caller: Caller) -> Access:
        """Look up one cell."""
        match caller:
            case Caller.ANONYMOUS:
                return self.anonymous
            case Caller.GUEST:
                return self.guest
            case Caller.USER:
                return self.user
            case Caller.SERVICE:
                return self.service
            case Caller.OPERATOR:
                return self.operator


_OPEN = Row(Access.OPEN, Access.OPEN, Access.OPEN, Access.OPEN, Access.OPEN)
_KNOWN = Row(Access.NONE, Access.OWN, Access.OWN, Access.OPEN, Access.OPEN)
_READS = Row(Access.NONE, Access.OWN, Access.OWN, Access.SCOPED, Access.NONE, READ)
_OWN = Row(Access.NONE, Access.OWN, Access.OWN, Access.NONE, Access.NONE)
_REPORTS = Row(Access.NONE, Access.NONE, Access.NONE, Access.SCOPED, Access.NONE, WRITE)

GUARDED: Mapping[str, Row] = {
    "Query.products": _OPEN,
    "Query.viewer": _KNOWN,
    "Query.node": _READS,
    "Query.explainEntry": _READS,
    "Mutation.consume": _REPORTS,
    "Mutation.startTask": _REPORTS,
    "Mutation.completeTask": _REPORTS,
    "Mutation.failTask": _REPORTS,
    "Mutation.cancelTask": _REPORTS,
    "Mutation.extendTask": _REPORTS,
    "Subscription.usageFeed": _OWN,
}
"""The fields at which access is decided: the roots."""


def permit(principal: Principal, field: str) -> None:
    """Let a caller pass, or say what is missing.

    Raises:
        Unauthenticated: nobody in particular calls, and that is not enough here.
        Forbidden: this caller may not do this.
        KeyError: the field has no row.
    """
    row = GUARDED[field]
    access = row.access(principal.caller)
    if access is Access.NONE:
        if principal.caller is Caller.ANONYMOUS:
            raise Unauthenticated("This needs a credential: send an Authorization header with a bearer token.")
        raise Forbidden(f"{field} is not for callers of kind {principal.caller}.")
    if access is Access.SCOPED and row.scope not in principal.scopes:
        raise Forbidden(f"{field} needs a credential with the scope {row.scope}.")
