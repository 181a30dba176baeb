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
from domain.workspaces import MemberRole

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
_ORDERS = Row(Access.NONE, Access.NONE, Access.OWN, Access.NONE, Access.OPEN)
_STRANGERS = Row(Access.OPEN, Access.NONE, Access.NONE, Access.NONE, Access.NONE)
_SENDS = Row(Access.NONE, Access.OWN, Access.NONE, Access.SCOPED, Access.NONE, WRITE)
_REPORTS = Row(Access.NONE, Access.NONE, Access.NONE, Access.SCOPED, Access.NONE, WRITE)
_OPERATES = Row(Access.NONE, Access.NONE, Access.NONE, Access.NONE, Access.OPEN)

GUARDED: Mapping[str, Row] = {
    "Query.products": _OPEN,
    "Query.plans": _OPEN,
    "Query.plan": _OPEN,
    "Query.creditPacks": _OPEN,
    "Query.viewer": _KNOWN,
    "Query.node": _NODES,
    "Query.explainEntry": _READS,
    "Query.explainRefusal": _READS,
    "Query.terms": _OPEN,
    "Query.banners": _OPEN,
    "Query.approvedClients": _OPEN,
    "Query.dryRunClientList": _OPERATES,
    "Query.organization": _OWN,
    "Query.invitation": _OPEN,
    "Query.order": _ORDERS,
    "Query.quoteOrganization": _OPEN,
    "Query.quoteSeats": _REGISTERED,
    "Query.quoteRenewal": _REGISTERED,
    "Query.orderByReference": _OPERATES,
    "Mutation.consume": _SENDS,
    "Mutation.startTask": _REPORTS,
    "Mutation.completeTask": _REPORTS,
    "Mutation.failTask": _REPORTS,
    "Mutation.cancelTask": _REPORTS,
    "Mutation.extendTask": _REPORTS,
    "Mutation.startGuestSession": _STRANGERS,
    "Mutation.updateProfile": _REGISTERED,
    "Mutation.switchWorkspace": _OWN,
    "Mutation.updateWorkspaceSettings": _REGISTERED,
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
    "Mutation.cancelOrder": _REGISTERED,
    "Mutation.orderOrganization": _REGISTERED,
    "Mutation.orderSeats": _REGISTERED,
    "Mutation.orderRenewal": _REGISTERED,
    "Mutation.orderCredits": _REGISTERED,
    "Mutation.adjustCredits": _OPERATES,
    "Mutation.setAutomaticRenewal": _REGISTERED,
    "Mutation.renameOrganization": _REGISTERED,
    "Mutation.confirmTransfer": _OPERATES,
    "Mutation.createApiKey": _REGISTERED,
    "Mutation.revokeApiKey": _REGISTERED,
    "Mutation.createInvitation": _REGISTERED,
    "Mutation.revokeInvitation": _REGISTERED,
    "Mutation.acceptInvitation": _REGISTERED,
    "Mutation.removeMember": _REGISTERED,
    "Mutation.leaveOrganization": _REGISTERED,
    "Mutation.handOverAdministration": _OPERATES,
    "Mutation.createReferralCode": _REGISTERED,
    "Mutation.reverseReferral": _OPERATES,
    "Mutation.markNoticesRead": _OWN,
    "Mutation.publishTerms": _OPERATES,
    "Mutation.announceChange": _OPERATES,
    "Mutation.publishClientList": _OPERATES,
    "Mutation.liftRestriction": _OPERATES,
    "Mutation.restrictApiKey": _OPERATES,
    "Subscription.usageFeed": _OWN,
    "Subscription.organizationOverview": _OWN,
}
"""The fields at which access is decided: the roots."""

_TASK_PAYLOAD = "task entry balance replayed errors"

REACHED: Mapping[str, frozenset[str]] = {
    type_: frozenset(fields.split())
    for type_, fields in {
        "AccountLine": "name value",
        "ApiKey": (
            "id name hint scopes createdAt expiresAt lastUsedAt lastClient restrictedAt restrictedBecause revokedAt"
        ),
        "CreateApiKeyPayload": "apiKey secret replayed errors",
        "RevokeApiKeyPayload": "apiKey replayed errors",
        "Allowance": "number meter pool amount unit cycle source opensOnUse endsAt",
        "Balance": "asOfEntry at quotas credits",
        "CancelOrderPayload": "order replayed errors",
        "Benefits": "until suspended",
        "CancelDeletionPayload": "deletion replayed errors",
        "AnnounceChangePayload": "banner replayed errors",
        "ApprovedClient": "clientId name proof",
        "ApprovedClientList": "version publishedAt clients",
        "ClientListDryRun": "since until requests persons refused allowed",
        "ClientSecret": "clientId secret",
        "ClientUse": "client verdict requests persons",
        "ClientViolation": "at client why product surface keyId keyHint liftedAt",
        "KeyRestriction": "apiKeyId restrictedAt because",
        "LiftRestrictionPayload": "restriction replayed errors",
        "PublishClientListPayload": "clientList secrets replayed errors",
        "RestrictApiKeyPayload": "restriction replayed errors",
        "Banner": "id kind text effectiveAt startsAt endsAt",
        "CancelTaskPayload": _TASK_PAYLOAD,
        "CompleteTaskPayload": _TASK_PAYLOAD,
        "ConfirmTransferPayload": "order replayed errors",
        "ConsumePayload": "entry balance replayed errors",
        "CreateSocketTicketPayload": "ticket expiresAt replayed errors",
        "AdjustCreditsPayload": "personId changed replayed errors",
        "CreditPack": "id version name meter amount unit prices",
        "CreditsExpiry": "at amount",
        "CreditsOfKind": "meter kind remaining held unit nextExpiry",
        "CreditBalance": "meter granted used held remaining lapsed unit asOfEntry",
        "Cycle": "unit count zone anchor",
        "Deletion": "requestedAt dueAt",
        "Draw": "grantNumber amount",
        "Entry": (
            "id number kind at meter amount unit cursor task grant allowance changes receipt benefits balance "
            "recordedAt"
        ),
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
        "HandOverAdministrationPayload": "organizationId replayed errors",
        "AcceptInvitationPayload": "workspace replayed errors",
        "CreateInvitationPayload": "invitation token replayed errors",
        "Invitation": "id organizationId status createdBy createdAt expiresAt revokedAt email uses usesMax usedBy",
        "InvitationConnection": "edges nodes pageInfo",
        "InvitationEdge": "cursor node",
        "InvitationPreview": "organizationName expiresAt",
        "InvitationUse": "person usedAt",
        "RevokeInvitationPayload": "invitation replayed errors",
        "LeaveOrganizationPayload": "organizationId replayed errors",
        "LocalizedText": "en zhHans",
        "MarkNoticesReadPayload": "unreadNotices replayed errors",
        "Meter": "id name unit",
        "MeterUsage": "meter pool granted used held remaining lapsed unit",
        "Money": "minor currency",
        "Node": "id",
        "Notice": "id kind title text facts createdAt readAt",
        "NoticeConnection": "edges nodes pageInfo",
        "NoticeEdge": "cursor node",
        "NoticeFact": "name value",
        "NoticeReceived": "cursor notice",
        "Order": (
            "id kind status method reference buyerId organizationId organizationName seats lines total createdAt "
            "expiresAt paidAt closedAt instructions payments receipt"
        ),
        "OrderLine": "kind quantity unit amount startsAt endsAt days daysInTerm",
        "OrderCreditsPayload": "order replayed errors",
        "OrderOrganizationPayload": "order replayed errors",
        "OrderParty": "name address taxId organizationName",
        "OrderPayment": "verdict amount occurredAt receivedAt",
        "OrderReceipt": "number issuedAt paidAt seller buyer lines total path",
        "OrderRenewalPayload": "order replayed errors",
        "OrderSeatsPayload": "order replayed errors",
        "OrderConnection": "edges nodes pageInfo",
        "OrderEdge": "cursor node",
        "Organization": (
            "id name workspaceId createdAt viewerRole subscription workspace seatCounts members seats invitations "
            "orders usage"
        ),
        "OrganizationMember": "id person role joinedAt leftAt seat quotas credits benefits",
        "OrganizationMemberConnection": "edges nodes pageInfo",
        "OrganizationMemberEdge": "cursor node",
        "OrganizationOverview": "at organizationId subscription seatCounts usage members orders invitations",
        "OrganizationSubscription": (
            "plan status interval currency unitPrice startsAt endsAt terms autoRenews benefitsUntil "
            "periodStart periodEnd"
        ),
        "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
        "PaymentInstructions": "checkoutUrl account reference",
        "Person": "id displayName email status statusReason statusUntil locale timeZone defaultWorkspaceId createdAt",
        "Plan": "id version name audience prices allowances requestsPerMinute concurrencyMax",
        "PlanAllowance": "meter pool amount unit cycle opensOnUse",
        "PlanCycle": "unit count zone",
        "PlanPrice": "interval amount",
        "PlanVersion": "id version name",
        "PriceRule": "id version meter perUnit",
        "Product": "id name step quantityMax price",
        "PublishTermsPayload": "terms banner replayed errors",
        "Quote": "lines total",
        "QuotePayload": "quote errors",
        "Quota": "meter pool granted used held remaining lapsed unit periodStart resetsAt asOfEntry cycle source",
        "RateLimit": "limit remaining resetsAt",
        "Receipt": (
            "product quantity surface client credentialId excludedFromTraining priceRule price charged waived draws"
        ),
        "CreateReferralCodePayload": "code replayed errors",
        "Referral": "id at state creditsGiven creditsTakenBack reversedAt",
        "ReverseReferralPayload": "referralId creditsTakenBack replayed errors",
        "RecordedRefusal": "id at asOfEntry refusal",
        "RefusalConnection": "edges nodes pageInfo",
        "RefusalEdge": "cursor node",
        "RefusalExplanation": "refusal text",
        "UsageReport": "rows",
        "UsageRow": (
            "start meter product surface client credentialId apiKeyId taskId personId quantity charged unit charges"
        ),
        "Refusal": "code message field limits requested earliestAt details",
        "RefusalDetail": "name value",
        "RemoveMemberPayload": "memberId personId seatReleasesAt replayed errors",
        "ReinstatePersonPayload": "person replayed errors",
        "RenameOrganizationPayload": "organization replayed errors",
        "RequestDeletionPayload": "deletion replayed errors",
        "RequestExportPayload": "export replayed errors",
        "ResyncRequired": "cursor reason snapshot",
        "RevokeAllSessionsPayload": "revoked replayed errors",
        "RevokeSessionPayload": "sessionId replayed errors",
        "Seat": "id number status since releaseAt startsAt endsAt holder changes",
        "SeatChange": "at kind person actor orderId why",
        "SeatConnection": "edges nodes pageInfo",
        "SeatCounts": "total unallocated allocated pendingRelease assignable at",
        "SeatEdge": "cursor node",
        "ServiceAccount": "id name",
        "SetAutomaticRenewalPayload": "organization replayed errors",
        "Session": "id label current createdAt lastSeenAt expiresAt endsAt",
        "SignOutPayload": "replayed errors",
        "StartGuestSessionPayload": "session replayed errors",
        "StartTaskPayload": _TASK_PAYLOAD,
        "SwitchWorkspacePayload": "workspace replayed errors",
        "SubscriptionTerm": "number startsAt endsAt unitPrice",
        "SuspendPersonPayload": "person replayed errors",
        "Task": "id status product surface client estimate held meter unit startedAt expiresAt resolvedAt",
        "TerminatePersonPayload": "person replayed errors",
        "UpdateWorkspaceSettingsPayload": "workspace replayed errors",
        "UpdateProfilePayload": "person replayed errors",
        "Terms": "current upcoming history",
        "TermsAcceptance": "terms acceptedAt",
        "TermsVersion": "version title material publishedAt effectiveAt body",
        "UsageChange": "cursor entry",
        "UsageSnapshot": "cursor at balance benefits runningTasks",
        "Viewer": (
            "caller scopes person service workspaces sessions exports deletion violations notices unreadNotices "
            "acceptedTerms rateLimit orders referralCode referrals apiKeys"
        ),
        "Wallet": (
            "id lastEntry quotas credits creditsByKind benefits plan workspace person runningTasks entries balance "
            "usage refusals"
        ),
        "Workspace": (
            "id kind name role createdAt wallet quotas credits settings surfaces excludedFromTraining organization"
        ),
        "WorkspaceSetting": "name value",
    }.items()
}
"""The fields that are reached only through a guarded one, by type: whoever gets the object gets its fields."""


_ADMINISTRATORS = frozenset({MemberRole.ADMIN})
_MEMBERS = frozenset({MemberRole.ADMIN, MemberRole.MEMBER})

ROLES: Mapping[str, frozenset[MemberRole]] = {
    "Mutation.orderSeats": _ADMINISTRATORS,
    "Mutation.orderRenewal": _ADMINISTRATORS,
    "Mutation.setAutomaticRenewal": _ADMINISTRATORS,
    "Mutation.renameOrganization": _ADMINISTRATORS,
    "Mutation.createInvitation": _ADMINISTRATORS,
    "Mutation.revokeInvitation": _ADMINISTRATORS,
    "Mutation.removeMember": _ADMINISTRATORS,
    "Mutation.leaveOrganization": _MEMBERS,
    "Query.organization": _MEMBERS,
    "Query.quoteSeats": _ADMINISTRATORS,
    "Query.quoteRenewal": _ADMINISTRATORS,
    "Organization.seatCounts": _ADMINISTRATORS,
    "Organization.members": _ADMINISTRATORS,
    "Organization.seats": _ADMINISTRATORS,
    "Organization.invitations": _ADMINISTRATORS,
    "Organization.orders": _ADMINISTRATORS,
    "Organization.usage": _ADMINISTRATORS,
    "Subscription.organizationOverview": _ADMINISTRATORS,
}
"""Fields about an organisation: which of its members may use them (B3). To anybody else it does not exist (B11)."""


def permit_role(role: MemberRole | None, field: str) -> None:
    """Let a member of an organisation pass, by their role there.

    Raises:
        Forbidden: it is not for members of this role.
        KeyError: the field has no row.
    """
    if role not in ROLES[field]:
        raise Forbidden(f"{field} is for administrators of the organization.")


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
