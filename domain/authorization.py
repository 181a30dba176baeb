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
_NODES = Row(Access.NONE, Access.OWN, Access.OWN, Access.SCOPED, Access.OPEN, READ)
_OWN = Row(Access.NONE, Access.OWN, Access.OWN, Access.NONE, Access.NONE)
_REGISTERED = Row(Access.NONE, Access.NONE, Access.OWN, Access.NONE, Access.NONE)
_STRANGERS = Row(Access.OPEN, Access.NONE, Access.NONE, Access.NONE, Access.NONE)
_SENDS = Row(Access.NONE, Access.OWN, Access.NONE, Access.SCOPED, Access.NONE, WRITE)
_REPORTS = Row(Access.NONE, Access.NONE, Access.NONE, Access.SCOPED, Access.NONE, WRITE)
_OPERATES = Row(Access.NONE, Access.NONE, Access.NONE, Access.NONE, Access.OPEN)

GUARDED: Mapping[str, Row] = {
    "Query.products": _OPEN,
    "Query.viewer": _KNOWN,
    "Query.node": _NODES,
    "Query.explainEntry": _READS,
    "Query.terms": _OPEN,
    "Query.banners": _OPEN,
    "Mutation.consume": _SENDS,
    "Mutation.startTask": _REPORTS,
    "Mutation.completeTask": _REPORTS,
    "Mutation.failTask": _REPORTS,
    "Mutation.cancelTask": _REPORTS,
    "Mutation.extendTask": _REPORTS,
    "Mutation.startGuestSession": _STRANGERS,
    "Mutation.updateProfile": _REGISTERED,
    "Mutation.signOut": _OWN,
    "Mutation.revokeSession": _OWN,
    "Mutation.revokeAllSessions": _OWN,
    "Mutation.createSocketTicket": _OWN,
    "Mutation.suspendPerson": _OPERATES,
    "Mutation.reinstatePerson": _OPERATES,
    "Mutation.terminatePerson": _OPERATES,
    "Mutation.requestExport": _REGISTERED,
    "Mutation.requestDeletion": _REGISTERED,
    "Mutation.cancelDeletion": _REGISTERED,
    "Mutation.markNoticesRead": _OWN,
    "Mutation.publishTerms": _OPERATES,
    "Mutation.announceChange": _OPERATES,
    "Subscription.usageFeed": _OWN,
}
"""The fields at which access is decided: the roots."""

_TASK_PAYLOAD = "task entry balance replayed errors"

REACHED: Mapping[str, frozenset[str]] = {
    type_: frozenset(fields.split())
    for type_, fields in {
        "Allowance": "number meter pool amount unit cycle source opensOnUse endsAt",
        "Balance": "asOfEntry at quotas credits",
        "CancelDeletionPayload": "deletion replayed errors",
        "AnnounceChangePayload": "banner replayed errors",
        "Banner": "id kind text effectiveAt startsAt endsAt",
        "CancelTaskPayload": _TASK_PAYLOAD,
        "CompleteTaskPayload": _TASK_PAYLOAD,
        "ConsumePayload": "entry balance replayed errors",
        "CreateSocketTicketPayload": "ticket expiresAt replayed errors",
        "CreditBalance": "meter granted used held remaining lapsed unit asOfEntry",
        "Cycle": "unit count zone anchor",
        "Deletion": "requestedAt dueAt",
        "Draw": "grantNumber amount",
        "Entry": ("id number kind at meter amount unit cursor task grant allowance changes receipt balance recordedAt"),
        "EntryConnection": "edges nodes pageInfo",
        "EntryEdge": "cursor node",
        "EntryExplanation": "entry text",
        "Export": "id state progress size sha256 path requestedAt finishedAt expiresAt",
        "ExtendTaskPayload": _TASK_PAYLOAD,
        "FailTaskPayload": _TASK_PAYLOAD,
        "FeedNotice": "id kind title text facts createdAt",
        "Grant": "number kind meter pool granted unit source startsAt endsAt",
        "GrantChange": "grantNumber used held remaining lapsed ends",
        "GuestSession": "token expiresAt walletId workspaceId",
        "LimitState": "meter pool limit used held remaining unit resetsAt",
        "LocalizedText": "en zhHans",
        "MarkNoticesReadPayload": "unreadNotices replayed errors",
        "Meter": "id name unit",
        "Node": "id",
        "Notice": "id kind title text facts createdAt readAt",
        "NoticeConnection": "edges nodes pageInfo",
        "NoticeEdge": "cursor node",
        "NoticeFact": "name value",
        "NoticeReceived": "cursor notice",
        "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
        "Person": "id displayName email status statusReason statusUntil locale timeZone defaultWorkspaceId createdAt",
        "PriceRule": "id version meter perUnit",
        "Product": "id name step quantityMax price",
        "PublishTermsPayload": "terms banner replayed errors",
        "Quota": "meter pool granted used held remaining lapsed unit periodStart resetsAt asOfEntry cycle source",
        "Receipt": "product quantity surface client credentialId priceRule price charged waived draws",
        "Refusal": "code message field limits requested earliestAt",
        "ReinstatePersonPayload": "person replayed errors",
        "RequestDeletionPayload": "deletion replayed errors",
        "RequestExportPayload": "export replayed errors",
        "ResyncRequired": "cursor reason snapshot",
        "RevokeAllSessionsPayload": "revoked replayed errors",
        "RevokeSessionPayload": "sessionId replayed errors",
        "ServiceAccount": "id name",
        "Session": "id label current createdAt lastSeenAt expiresAt endsAt",
        "SignOutPayload": "replayed errors",
        "StartGuestSessionPayload": "session replayed errors",
        "StartTaskPayload": _TASK_PAYLOAD,
        "SuspendPersonPayload": "person replayed errors",
        "Task": "id status product surface client estimate held meter unit startedAt expiresAt resolvedAt",
        "TerminatePersonPayload": "person replayed errors",
        "UpdateProfilePayload": "person replayed errors",
        "Terms": "current upcoming history",
        "TermsAcceptance": "terms acceptedAt",
        "TermsVersion": "version title material publishedAt effectiveAt body",
        "UsageChange": "cursor entry",
        "UsageSnapshot": "cursor at balance runningTasks",
        "Viewer": (
            "caller scopes person service workspaces sessions exports deletion notices unreadNotices acceptedTerms"
        ),
        "Wallet": "id lastEntry quotas credits workspace person runningTasks entries balance",
        "Workspace": "id kind name role createdAt wallet quotas credits",
    }.items()
}
"""The fields that are reached only through a guarded one, by type: whoever gets the object gets its fields."""


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
