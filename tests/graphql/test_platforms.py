"""Where enterprise workspaces work, and what their members are told elsewhere (B13); what others are not told (B11)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import httpx2
import pytest
import strawberry

from app.principal import principal_of
from domain.ids import public_id
from domain.principals import Principal
from domain.usage import Surface
from execution import GraphQLEndpoint
from feed.cursor import encode
from resolvers.context import Context
from services.credentials import issue_session
from services.runtime import Runtime
from tests.execution.sockets import RawSocket
from tests.factories.credentials import A_DAY, make_user
from tests.factories.organisations import invite, make_account, make_organisation
from tests.factories.statements import recorded
from tests.factories.usage import hold
from tests.factories.wallets import WalletRef, carry_out, make_colleague
from tests.factories.workspaces import leave
from tests.graphql.conftest import Graph, Json, Owner, bad_ids, client_of

pytestmark = pytest.mark.anyio

ELSEWHERE = (Surface.MOBILE, Surface.DESKTOP, Surface.API, Surface.CLI)
NODE = """query ($id: ID!) { node(id: $id) {
    id ... on Workspace { name wallet { id } } ... on Wallet { lastEntry entries { nodes { id } } }
} }"""
EXPLAIN = "query ($id: ID!) { explainEntry(id: $id) { text } }"
FOLLOW = "subscription ($id: ID!, $after: Cursor) { usageFeed(workspaceId: $id, after: $after) { __typename } }"
LISTED = "{ viewer { workspaces { id kind } } }"
SWITCH = """mutation ($input: SwitchWorkspaceInput!) { switchWorkspace(input: $input) {
    workspace { id kind } replayed errors { code message field details { name value } }
} }"""
SETTINGS = """mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) {
    workspace { id } errors { code message field details { name value } }
} }"""
PROFILE = """mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) {
    person { id } errors { code message field details { name value } }
} }"""


@dataclass(frozen=True)
class Office:
    """Somebody's place in an organisation, and how the graph calls their things there."""

    wallet: WalletRef
    task: str

    @property
    def workspace_id(self) -> str:
        return public_id("wsp", self.wallet.workspace_id)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Everything there that has an id."""
        wallet = public_id("wal", self.wallet.id)
        return self.workspace_id, wallet, self.task, self.entry_id

    @property
    def entry_id(self) -> str:
        return public_id("ent", self.wallet.id) + "_1"


async def make_office(runtime: Runtime, wallet: WalletRef) -> Office:
    command = hold(1)
    await carry_out(runtime, wallet.id, command)
    return Office(wallet, public_id("tsk", command.task_id))


@pytest.fixture
async def office(runtime: Runtime, ada: Owner) -> Office:
    """Ada's, where she holds a task."""
    return await make_office(runtime, await make_colleague(runtime, person_id=ada.wallet.person_id, credits_=7))


@pytest.fixture
async def others(runtime: Runtime, office: Office) -> Sequence[str]:
    """Ids of what is not Ada's: of another organisation, of a colleague, of one that she has left, and of nothing."""
    elsewhere = await make_office(runtime, await make_colleague(runtime, credits_=7))
    colleague = await make_office(runtime, await make_colleague(runtime, office.wallet.workspace_id, credits_=7))
    left = await make_office(runtime, await make_colleague(runtime, person_id=office.wallet.person_id, credits_=7))
    await leave(left.wallet.workspace_id, left.wallet.person_id, runtime.clock())
    nothing = [id_ for noun in ("wsp", "wal", "tsk", "ent") for id_ in bad_ids(noun)]
    return *elsewhere.nodes, *colleague.nodes[1:], *left.nodes, *nothing


def on(caller: Principal, surface: Surface | None) -> Principal:
    return replace(caller, surface=surface)


async def refusal(graph: Graph, document: str, caller: Principal, **given: object) -> Json:
    """The only refusal in an answer."""
    answer = await graph.ask(document, caller, input=given)
    (payload,) = answer.data.values()
    (told,) = payload["errors"]
    return told


@pytest.mark.parametrize("surface", ELSEWHERE)
async def test_b13_a_member_is_told_why_and_where_to_go_on(
    graph: Graph, ada: Owner, office: Office, surface: Surface
) -> None:
    caller = on(ada.principal, surface)
    told = {
        "code": "PLATFORM_NOT_SUPPORTED",
        "workspaceId": ada.workspace_id,
        "surfaces": ["WEB"],
    }
    for id_ in office.nodes:
        answer = await graph.ask(NODE, caller, id=id_)
        assert (answer.data, answer.errors[0]["extensions"]) == ({"node": None}, told), id_
    answer = await graph.ask(EXPLAIN, caller, id=office.entry_id)
    assert (answer.data, answer.errors[0]["extensions"]) == ({"explainEntry": None}, told)
    async with graph.following(FOLLOW, caller, id=office.workspace_id) as feed:
        assert (await feed.error())["extensions"] == told
    assert (await graph.ask(LISTED, caller)).data["viewer"]["workspaces"] == [
        {"id": ada.workspace_id, "kind": "PERSONAL"}
    ]
    for id_ in (ada.workspace_id, ada.wallet_id, ada.entry_id(1)):
        assert (await graph.ask(NODE, caller, id=id_)).data["node"]["id"] == id_
    async with graph.following(FOLLOW, caller, id=ada.workspace_id) as feed:
        assert (await feed.next())["__typename"] == "UsageSnapshot"


@pytest.mark.parametrize("surface", [None, Surface.WEB])
async def test_b13_from_the_web_everything_works(
    graph: Graph, ada: Owner, office: Office, surface: Surface | None
) -> None:
    caller = on(ada.principal, surface)
    for id_ in office.nodes:
        assert (await graph.ask(NODE, caller, id=id_)).data["node"]["id"] == id_
    assert len((await graph.ask(LISTED, caller)).data["viewer"]["workspaces"]) == 2
    async with graph.following(FOLLOW, caller, id=office.workspace_id) as feed:
        assert (await feed.next())["__typename"] == "UsageSnapshot"


@pytest.mark.parametrize("surface", ELSEWHERE)
async def test_b13_switching_gives_the_personal_workspace_in_its_stead(
    graph: Graph, ada: Owner, office: Office, surface: Surface
) -> None:
    given = {"workspaceId": office.workspace_id, "idempotencyKey": "k"}
    for _ in range(2):
        answer = await graph.ask(SWITCH, on(ada.principal, surface), input=given)
        assert answer.data["switchWorkspace"] == {
            "workspace": {"id": ada.workspace_id, "kind": "PERSONAL"},
            "replayed": False,
            "errors": [
                {
                    "code": "PLATFORM_NOT_SUPPORTED",
                    "message": "This workspace works from WEB only; go on in your personal workspace.",
                    "field": ["workspaceId"],
                    "details": [
                        {"name": "surfaces", "value": "WEB"},
                        {"name": "workspaceId", "value": ada.workspace_id},
                    ],
                }
            ],
        }
    begins = await graph.ask("{ viewer { person { defaultWorkspaceId } } }", ada.principal)
    assert begins.data["viewer"]["person"] == {"defaultWorkspaceId": None}


async def test_b13_every_verb_about_it_says_the_same(graph: Graph, ada: Owner, office: Office) -> None:
    caller, id_ = on(ada.principal, Surface.MOBILE), office.workspace_id
    setting = [{"name": "a", "value": "b"}]
    told = await refusal(graph, SETTINGS, caller, workspaceId=id_, set=setting, idempotencyKey="s")
    assert told["code"] == "PLATFORM_NOT_SUPPORTED"
    begun = await refusal(graph, PROFILE, caller, defaultWorkspaceId=id_, idempotencyKey="p")
    assert begun == told | {"field": ["defaultWorkspaceId"]}


@pytest.mark.parametrize("surface", [None, Surface.MOBILE])
async def test_b11_b13_nobody_else_is_told_that_there_is_such_a_workspace(
    graph: Graph, ada: Owner, others: Sequence[str], surface: Surface | None
) -> None:
    caller, setting = on(ada.principal, surface), [{"name": "a", "value": "b"}]
    seen: dict[str, set[str]] = {}
    for number, id_ in enumerate(others):
        for name, document, given in (
            ("node", NODE, {"id": id_}),
            ("explain", EXPLAIN, {"id": id_}),
            ("switch", SWITCH, {"input": {"workspaceId": id_, "idempotencyKey": f"w{number}"}}),
            ("set", SETTINGS, {"input": {"workspaceId": id_, "set": setting, "idempotencyKey": f"s{number}"}}),
            ("begin", PROFILE, {"input": {"defaultWorkspaceId": id_, "idempotencyKey": f"p{number}"}}),
        ):
            answer = await graph.ask(document, caller, **given)
            seen.setdefault(name, set()).add(json.dumps([answer.status, answer.data, answer.errors]))
        async with graph.following(FOLLOW, caller, id=id_) as feed:
            seen.setdefault("follow", set()).add(json.dumps(await feed.error()))
    assert {name: len(answers) for name, answers in seen.items()} == dict.fromkeys(seen, 1)
    assert "PLATFORM" not in str(seen)


async def test_b11_cursors_of_another_workspace_are_as_bad_as_nonsense(
    graph: Graph, runtime: Runtime, ada: Owner, office: Office
) -> None:
    """Even one's own, of the other workspace: a cursor is of one wallet."""
    theirs = await make_office(runtime, await make_colleague(runtime, credits_=7))
    page = """query ($id: ID!, $after: Cursor) { node(id: $id) { ... on Wallet {
        entries(first: 5, after: $after) { nodes { id } }
    } } }"""
    for place, wallet in ((office.workspace_id, office.nodes[1]), (ada.workspace_id, ada.wallet_id)):
        told, followed = set(), set()
        strangers = ada.wallet if place == office.workspace_id else office.wallet
        for after in (encode(theirs.wallet.id, 1), encode(strangers.id, 1), "nonsense"):
            answer = await graph.ask(page, ada.principal, id=wallet, after=after)
            told.add(json.dumps([answer.data, answer.errors]))
            async with graph.following(FOLLOW, ada.principal, id=place, after=after) as feed:
                followed.add(json.dumps(await feed.error()))
        assert (len(told), len(followed)) == (1, 1)
        assert "BAD_USER_INPUT" in str(told)


async def test_b13_an_organization_is_where_its_workspace_is(graph: Graph, runtime: Runtime) -> None:
    """What an administrator is shown of it there, they are told of elsewhere; a member, no more than on the web."""
    ref = await make_organisation(runtime, members=1)
    pool = runtime.database.pool
    owned = [public_id("org", ref.id)]
    administered = [
        public_id(
            noun, await pool.fetchval(f"SELECT id FROM {table} WHERE workspace_id = $1 LIMIT 1", ref.workspace_id)
        )
        for noun, table in (("mem", "members"), ("sea", "seats"))
    ]
    admin, member = [await make_user(runtime, person) for person in (ref.admin_id, ref.members[0].person_id)]
    for caller, shown in ((admin, [*owned, *administered]), (member, owned)):
        for id_ in (*owned, *administered):
            seen = await graph.ask(NODE, caller, id=id_)
            told = await graph.ask(NODE, on(caller, Surface.MOBILE), id=id_)
            assert (seen.data["node"] is not None) == bool(told.errors) == (id_ in shown), id_
            assert told.data == {"node": None}


VERBS = {
    "createInvitation": "organizationId: $org, days: 2",
    "revokeInvitation": "invitationId: $invitation",
    "removeMember": "organizationId: $org, memberId: $member",
    "leaveOrganization": "organizationId: $org",
    "orderSeats": "organizationId: $org, seats: 1, paymentMethod: CHECKOUT",
    "orderRenewal": "organizationId: $org, seats: 5, paymentMethod: CHECKOUT",
    "setAutomaticRenewal": "organizationId: $org, enabled: false",
    "renameOrganization": 'organizationId: $org, name: "Another"',
}


@pytest.mark.parametrize("verb", VERBS)
async def test_b13_organizations_are_administered_from_the_web(graph: Graph, runtime: Runtime, verb: str) -> None:
    """An administrator is told where to go on, whoever is no member what they are always told; nothing changes."""
    ref = await make_organisation(runtime, members=1)
    await invite(runtime, ref)
    pool = runtime.database.pool
    ids = {"org": public_id("org", ref.id)}
    for name, noun, sql in (
        ("invitation", "inv", "SELECT id FROM invitations"),
        ("member", "mem", "SELECT id FROM members WHERE role = 'MEMBER'"),
    ):
        ids[name] = public_id(noun, await pool.fetchval(sql))
    used = {name: id_ for name, id_ in ids.items() if f"${name}" in VERBS[verb]}
    declared = ", ".join(f"${name}: ID!" for name in used)
    query = f"""mutation ({declared}) {{ {verb}(input: {{{VERBS[verb]}, idempotencyKey: "k"}}) {{
        errors {{ code details {{ name }} }} }} }}"""
    admin = await make_user(runtime, ref.admin_id)
    stranger = await make_user(runtime, (await make_account(runtime)).person_id)
    before = await graph.content()
    told = await graph.ask(query, on(admin, Surface.MOBILE), **used)
    (error,) = told.data[verb]["errors"]
    assert error["code"] == "PLATFORM_NOT_SUPPORTED"
    assert [detail["name"] for detail in error["details"]] == ["surfaces", "workspaceId"]
    elsewhere, web = [
        (await graph.ask(query, caller, **used)).data for caller in (on(stranger, Surface.MOBILE), stranger)
    ]
    assert elsewhere == web
    assert elsewhere[verb]["errors"][0]["code"] == "NOT_FOUND"
    after = await graph.content()
    assert {table for table in after if after[table] != before[table]} <= {"verb_results", "terms_acceptances"}


async def test_b13_a_service_is_not_on_a_surface(graph: Graph, service: Principal, office: Office) -> None:
    for id_ in office.nodes:
        assert (await graph.ask(NODE, on(service, Surface.MOBILE), id=id_)).data["node"]["id"] == id_


async def test_b13_who_has_no_personal_workspace_is_told_of_none(graph: Graph, runtime: Runtime) -> None:
    office = await make_office(runtime, await make_colleague(runtime, credits_=7))
    caller = on(await make_user(runtime, office.wallet.person_id), Surface.CLI)
    answer = await graph.ask(NODE, caller, id=office.workspace_id)
    assert answer.errors[0]["extensions"]["workspaceId"] is None
    told = await graph.ask(SWITCH, caller, input={"workspaceId": office.workspace_id, "idempotencyKey": "k"})
    assert told.data["switchWorkspace"]["workspace"] is None


async def test_b13_contexts_of_other_surfaces_do_not_share(runtime: Runtime, ada: Owner) -> None:
    def key(surface: Surface | None) -> object:
        return Context(runtime, on(ada.principal, surface)).share_key

    assert key(None) == key(Surface.WEB)
    assert key(Surface.MOBILE) == key(Surface.CLI) != key(Surface.WEB)


async def test_b13_the_rule_costs_nothing_from_the_web_and_one_statement_elsewhere(
    graph: Graph, runtime: Runtime, ada: Owner, office: Office
) -> None:
    wallets = [public_id("wal", office.wallet.id), *bad_ids("wal")[:1], ada.wallet_id]
    document = "{ " + " ".join(f'n{n}: node(id: "{id_}") {{ id }}' for n, id_ in enumerate(wallets)) + " }"
    counts = []
    for surface in (Surface.WEB, Surface.MOBILE):
        async with recorded(runtime.database.pool) as statements:
            answer = await graph.ask_once(document, on(ada.principal, surface))
        counts.append((len(statements), len(answer.errors)))
    assert counts == [(1, 0), (2, 1)]


@pytest.fixture
def endpoint(runtime: Runtime, schema: strawberry.Schema) -> GraphQLEndpoint[Principal]:
    """The endpoint with the application's own reading of credentials."""
    return GraphQLEndpoint(
        schema,
        authenticate=lambda credentials: principal_of(runtime, credentials),
        new_context=lambda principal: Context(runtime, principal),
    )


async def test_b13_the_surface_is_declared_by_header_and_by_connection_init(
    endpoint: GraphQLEndpoint[Principal], runtime: Runtime, ada: Owner, office: Office
) -> None:
    session = await issue_session(runtime, ada.wallet.person_id, "Firefox", A_DAY)
    bearer = f"Bearer {session.token}"
    async with client_of(endpoint) as client:
        for surface, seen in (("WEB", 2), ("", 2), ("MOBILE", 1)):
            answer = await _ask(client, {"authorization": bearer, "Allotment-Surface": surface})
            assert (answer.status_code, len(answer.json()["data"]["viewer"]["workspaces"])) == (200, seen)
        for surface in ("TV", "mobile"):
            answer = await _ask(client, {"authorization": bearer, "allotment-surface": surface})
            (error,) = answer.json()["errors"]
            assert (answer.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
            assert repr(surface) in error["message"]
    for name in ("surface", "Surface", "Allotment-Surface"):
        async with RawSocket(endpoint) as socket:
            await socket.initialise({"authorization": bearer, name: "DESKTOP"})
            socket.subscribe("f", FOLLOW, id=office.workspace_id)
            (error,) = (await socket.get())["payload"]
            assert error["extensions"]["code"] == "PLATFORM_NOT_SUPPORTED"
        async with RawSocket(endpoint) as socket:
            socket.put({"type": "connection_init", "payload": {"authorization": bearer, name: "TV"}})
            code, reason = await socket.closed()
            assert (code, "'TV'" in reason) == (4400, True)


async def _ask(client: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.Response:
    return await client.post("/", json={"query": LISTED}, headers=headers)
