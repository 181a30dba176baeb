"""The authorization table against the graph: every field × every kind of caller (G1)."""

from collections.abc import Mapping
from uuid import uuid4

import pytest
import strawberry
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from domain.authorization import GUARDED, REACHED, READ, WRITE, Access
from domain.principals import ANONYMOUS, Caller, Principal
from models.operators import Operator
from resolvers import authorization as checks
from resolvers.authorization import check_table, fields_of
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.credentials import make_service
from tests.graphql.conftest import Graph, Owner
from tests.graphql.reports import report, started

SCOPES = (frozenset[str](), frozenset({READ}), frozenset({WRITE}), frozenset({READ, WRITE}))
DENIED = {"UNAUTHENTICATED", "FORBIDDEN"}

USAGE = '{ walletId: "%(wallet)s", product: "chat-message", %(amount)s: "1", surface: WEB, idempotencyKey: "%(key)s" }'
CHANGE = '{ personId: "%(person)s", reason: "a test", idempotencyKey: "%(key)s" }'
BOTH = '{ en: "Words", zhHans: "文字" }'
TERMS = f'{{ title: {BOTH}, body: {BOTH}, material: true, reason: "a test", idempotencyKey: "%(key)s" }}'
NEWS = f'{{ kind: INFORMATION, text: {BOTH}, reason: "a test", idempotencyKey: "%(key)s" }}'
OPERATIONS: Mapping[str, str] = {
    "Query.products": "{ products { id } }",
    "Query.plans": "{ plans { id } }",
    "Query.plan": '{ plan(id: "plus", version: 1) { id } }',
    "Query.creditPacks": "{ creditPacks { id } }",
    "Query.viewer": "{ viewer { caller } }",
    "Query.node": '{ node(id: "%(wallet)s") { id } }',
    "Query.terms": "{ terms { current { version } } }",
    "Query.banners": "{ banners { id } }",
    "Query.approvedClients": "{ approvedClients { version } }",
    "Query.dryRunClientList": (
        '{ dryRunClientList(clients: [{ clientId: "kimi-cli", name: "Kimi CLI" }], days: 1) { requests } }'
    ),
    "Query.invitation": '{ invitation(token: "ali_") { expiresAt } }',
    "Query.explainEntry": '{ explainEntry(id: "%(entry)s") { text } }',
    "Query.explainRefusal": '{ explainRefusal(id: "ref_") { text } }',
    "Query.organization": '{ organization(id: "org_") { name } }',
    "Query.order": '{ order(id: "ord_") { id } }',
    "Query.orderByReference": '{ orderByReference(reference: "ALT-0000-0000") { id } }',
    "Query.quoteOrganization": "{ quoteOrganization(seats: 5) { errors { code } } }",
    "Query.quoteSeats": '{ quoteSeats(organizationId: "org_", seats: 1) { errors { code } } }',
    "Query.quoteRenewal": '{ quoteRenewal(organizationId: "org_", seats: 5) { errors { code } } }',
    "Mutation.consume": f"mutation {{ consume(input: {USAGE}) {{ errors {{ code }} }} }}",
    "Mutation.startTask": f"mutation {{ startTask(input: {USAGE}) {{ errors {{ code }} }} }}",
    "Mutation.completeTask": (
        'mutation { completeTask(input: { taskId: "%(task)s", quantity: "1", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.failTask": (
        'mutation { failTask(input: { taskId: "%(task)s", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.cancelTask": (
        'mutation { cancelTask(input: { taskId: "%(task)s", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.extendTask": (
        'mutation { extendTask(input: { taskId: "%(task)s", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.signOut": 'mutation { signOut(input: { idempotencyKey: "%(key)s" }) { errors { code } } }',
    "Mutation.revokeSession": (
        'mutation { revokeSession(input: { sessionId: "ses_", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.revokeAllSessions": (
        'mutation { revokeAllSessions(input: { idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.createSocketTicket": (
        'mutation { createSocketTicket(input: { idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.suspendPerson": f"mutation {{ suspendPerson(input: {CHANGE}) {{ errors {{ code }} }} }}",
    "Mutation.reinstatePerson": f"mutation {{ reinstatePerson(input: {CHANGE}) {{ errors {{ code }} }} }}",
    "Mutation.terminatePerson": f"mutation {{ terminatePerson(input: {CHANGE}) {{ errors {{ code }} }} }}",
    "Mutation.createReferralCode": (
        'mutation { createReferralCode(input: { idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.reverseReferral": (
        'mutation { reverseReferral(input: { referralId: "rfl_", reason: "a test", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.markNoticesRead": (
        'mutation { markNoticesRead(input: { all: true, idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.publishTerms": f"mutation {{ publishTerms(input: {TERMS}) {{ errors {{ code }} }} }}",
    "Mutation.announceChange": f"mutation {{ announceChange(input: {NEWS}) {{ errors {{ code }} }} }}",
    "Mutation.publishClientList": (
        'mutation { publishClientList(input: { clients: [{ clientId: "kimi-cli", name: "Kimi CLI" }], '
        'reason: "a test", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.liftRestriction": (
        'mutation { liftRestriction(input: { apiKeyId: "key_", reason: "a test", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.restrictApiKey": (
        'mutation { restrictApiKey(input: { apiKeyId: "key_", reason: "a test", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.requestExport": 'mutation { requestExport(input: { idempotencyKey: "%(key)s" }) { errors { code } } }',
    "Mutation.requestDeletion": (
        'mutation { requestDeletion(input: { idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.cancelDeletion": 'mutation { cancelDeletion(input: { idempotencyKey: "%(key)s" }) { errors { code } } }',
    "Mutation.cancelOrder": (
        'mutation { cancelOrder(input: { orderId: "ord_", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.confirmTransfer": (
        'mutation { confirmTransfer(input: { orderId: "ord_", amountMinor: 1, currency: "USD", reason: "a test", '
        'idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.orderOrganization": (
        'mutation { orderOrganization(input: { name: "Labs", seats: 5, paymentMethod: CHECKOUT, '
        'idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.orderCredits": """mutation { orderCredits(input: {
        packId: "small", paymentMethod: CHECKOUT, idempotencyKey: "%(key)s"
    }) { errors { code } } }""",
    "Mutation.adjustCredits": """mutation { adjustCredits(input: {
        personId: "%(person)s", amount: "1", reason: "r", idempotencyKey: "%(key)s"
    }) { errors { code } } }""",
    "Mutation.orderSeats": (
        'mutation { orderSeats(input: { organizationId: "org_", seats: 1, paymentMethod: CHECKOUT, '
        'idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.orderRenewal": (
        'mutation { orderRenewal(input: { organizationId: "org_", seats: 5, paymentMethod: CHECKOUT, '
        'idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.setAutomaticRenewal": (
        'mutation { setAutomaticRenewal(input: { organizationId: "org_", enabled: true, idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.renameOrganization": (
        'mutation { renameOrganization(input: { organizationId: "org_", name: "Labs", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.createApiKey": (
        'mutation { createApiKey(input: { name: "Laptop", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.revokeApiKey": (
        'mutation { revokeApiKey(input: { keyId: "key_", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.createInvitation": (
        'mutation { createInvitation(input: { organizationId: "org_", days: 7, idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.revokeInvitation": (
        'mutation { revokeInvitation(input: { invitationId: "inv_", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.acceptInvitation": (
        'mutation { acceptInvitation(input: { token: "ali_", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.removeMember": (
        'mutation { removeMember(input: { organizationId: "org_", memberId: "mem_", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.leaveOrganization": (
        'mutation { leaveOrganization(input: { organizationId: "org_", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.handOverAdministration": (
        'mutation { handOverAdministration(input: { organizationId: "org_", toPersonId: "%(person)s", '
        'reason: "a test", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.startGuestSession": (
        'mutation { startGuestSession(input: { idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.updateProfile": (
        'mutation { updateProfile(input: { displayName: "Ada", idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Mutation.switchWorkspace": (
        'mutation { switchWorkspace(input: { workspaceId: "%(workspace)s", idempotencyKey: "%(key)s" }) '
        "{ errors { code } } }"
    ),
    "Mutation.updateWorkspaceSettings": (
        'mutation { updateWorkspaceSettings(input: { workspaceId: "%(workspace)s", remove: ["theme"], '
        'idempotencyKey: "%(key)s" }) { errors { code } } }'
    ),
    "Subscription.organizationOverview": 'subscription { organizationOverview(organizationId: "org_") { at } }',
    "Subscription.usageFeed": 'subscription { usageFeed(workspaceId: "%(workspace)s") { __typename } }',
}


def test_every_guarded_field_is_tried_here() -> None:
    assert set(OPERATIONS) == set(GUARDED)


def test_every_field_has_a_row_and_every_row_a_field(schema: strawberry.Schema) -> None:
    check_table(schema)


@pytest.mark.parametrize("caller", list(Caller))
@pytest.mark.parametrize("field", sorted(GUARDED))
@pytest.mark.anyio
async def test_g1_callers_may_do_what_the_table_says(
    graph: Graph, ada: Owner, service: Principal, *, field: str, caller: Caller
) -> None:
    row = GUARDED[field]
    task = await started(graph, service, ada)
    if caller is Caller.OPERATOR:  # what they publish names them
        await Operator.create(id=ada.wallet.person_id, name="Ada", created_at=NOW)
    for principal in callers(caller, ada, service):
        names = {
            "wallet": ada.wallet_id,
            "person": ada.person_id,
            "workspace": ada.workspace_id,
            "entry": ada.entry_id(1),
            "task": task,
            "key": str(uuid4()),
            "amount": "estimate" if field == "Mutation.startTask" else "quantity",
        }
        before = await graph.content()
        code = await ask(graph, field, OPERATIONS[field] % names, principal)
        access = row.access(caller)
        allowed = access in (Access.OPEN, Access.OWN) or (access is Access.SCOPED and row.scope in principal.scopes)
        expected = None if allowed else "UNAUTHENTICATED" if caller is Caller.ANONYMOUS else "FORBIDDEN"
        assert code == expected, f"{field} as {principal}"
        if not allowed:
            assert await graph.content() == before


def callers(caller: Caller, ada: Owner, service: Principal) -> list[Principal]:
    """Principals of a kind: a service with each set of scopes, whatever else Ada herself."""
    match caller:
        case Caller.ANONYMOUS:
            return [ANONYMOUS]
        case Caller.SERVICE:
            return [Principal(caller, service.subject, service.credential, scopes) for scopes in SCOPES]
        case _:
            return [Principal(caller, ada.wallet.person_id, ada.principal.credential)]


async def ask(graph: Graph, field: str, document: str, caller: Principal) -> str | None:
    """Ask, and tell the code with which it was denied."""
    if field.startswith("Subscription."):
        async with graph.following(document, caller) as feed:
            message = await feed.socket.get()
        if message["type"] == "next":
            return None
        code: str = message["payload"][0]["extensions"]["code"]
        return code if code in DENIED else None  # who is let in may find nothing there
    answer = await graph.ask(document, caller)
    if not answer.errors:
        return None
    assert answer.code in DENIED, answer
    return answer.code


def test_g1_whatever_is_reached_is_reached_through_a_guarded_field_alone(schema: strawberry.Schema) -> None:
    core: GraphQLSchema = schema._schema
    roots = core.query_type, core.mutation_type, core.subscription_type
    pending: list[GraphQLNamedType] = [
        get_named_type(field.type) for root in roots if root for field in root.fields.values()
    ]
    seen = set[str]()
    while pending:
        type_ = pending.pop()
        if type_.name in seen:
            continue
        seen.add(type_.name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            pending += [get_named_type(field.type) for field in type_.fields.values()]
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            pending += list(core.get_possible_types(type_))
    assert set(REACHED) == {name for name in seen if name in fields_of(schema)}


@pytest.mark.anyio
async def test_b11_what_is_reached_is_only_ones_own(graph: Graph, ada: Owner, stranger: Owner) -> None:
    """A walk over all that Ada can reach shows nothing of anybody else."""
    everything = """
    { viewer { person { id displayName } workspaces { id name quotas { remaining } credits { remaining } wallet {
        id lastEntry workspace { id } person { id } runningTasks { id } balance { asOfEntry }
        entries { nodes { id cursor recordedAt receipt { product } task { id } grant { number } } }
    } } } }
    """
    answer = await graph.ask(everything, ada.principal)
    assert answer.errors == []
    shown = str(answer.data)
    assert ada.wallet_id in shown
    for foreign in (stranger.wallet_id, stranger.workspace_id, stranger.person_id, stranger.wallet_id[4:]):
        assert foreign not in shown


@pytest.mark.anyio
async def test_b11_a_narrowed_service_touches_nothing_elsewhere(
    graph: Graph, runtime: Runtime, service: Principal, ada: Owner, stranger: Owner
) -> None:
    task = await started(graph, service, stranger)
    narrowed = await make_service(runtime, workspace_id=ada.wallet.workspace_id)
    before = await graph.content()
    answer = await report(graph, narrowed, "cancelTask", task)
    assert answer.data["cancelTask"]["errors"][0]["code"] == "NOT_FOUND"
    assert await graph.content() == before


@pytest.mark.parametrize(
    ("guarded", "reached", "told"),
    [
        ({"Query.viewer"}, {}, "Query.viewer has no row"),
        (set(), {"Meter": frozenset({"name"})}, "Meter.name has no row"),
    ],
)
def test_a_field_without_a_row_fails_the_build(
    schema: strawberry.Schema,
    monkeypatch: pytest.MonkeyPatch,
    guarded: set[str],
    reached: dict[str, frozenset[str]],
    told: str,
) -> None:
    rows = {row: access for row, access in GUARDED.items() if row not in guarded}
    types = {type_: fields - reached.get(type_, frozenset()) for type_, fields in REACHED.items()}
    monkeypatch.setattr(checks, "GUARDED", rows)
    monkeypatch.setattr(checks, "REACHED", types)
    with pytest.raises(ValueError, match=told):
        check_table(schema)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"Meter": REACHED["Meter"] | {"colour"}}, "the row Meter.colour has no field"),
        ({"Query": frozenset({"viewer"})}, "Query.viewer is a root, so it must be guarded"),
    ],
)
def test_a_row_without_a_field_fails_the_build(
    schema: strawberry.Schema, monkeypatch: pytest.MonkeyPatch, more: dict[str, frozenset[str]], told: str
) -> None:
    monkeypatch.setattr(checks, "REACHED", {**REACHED, **more})
    with pytest.raises(ValueError, match=told):
        check_table(schema)
