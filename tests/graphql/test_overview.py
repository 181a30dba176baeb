"""`organizationOverview`: an organisation live, for its administrators, whatever changes it (F9)."""

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, get_named_type

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from domain.usage import Surface
from domain.workspaces import MemberRole
from feed.topics import access_topic, workspace_topic
from resolvers.context import Context
from resolvers.overviews import overview_view
from services.overview_reads import MembersAsked
from services.overviews import follow_overview
from services.posting import Posting
from services.runtime import Runtime
from services.seat_purchases import order_seats
from tests.factories.buying import CHECKOUT
from tests.factories.organisations import add_member, fill, invite
from tests.factories.statements import recorded
from tests.factories.usage import spend
from tests.graphql.conftest import Following, Graph, Json, Owner, bad_ids, client_of
from tests.graphql.laboratories import Laboratory, make_laboratory

pytestmark = pytest.mark.anyio

COUNTS = "{ total unallocated allocated pendingRelease assignable at }"
FOLLOW = f"""
subscription ($id: ID!, $first: Int! = 50, $after: Cursor) {{
    organizationOverview(organizationId: $id, membersFirst: $first, membersAfter: $after) {{
        at organizationId seatCounts {COUNTS} subscription {{ status unitPrice {{ minor }} }}
        usage {{ meter {{ id }} pool granted used held remaining lapsed unit }}
        members {{
            nodes {{
                id role person {{ displayName }} seat {{ number status holder {{ id }} }}
                quotas {{ used held remaining source }} credits {{ remaining }} benefits {{ suspended }}
            }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        }}
        orders {{ id status seats }} invitations {{ id status uses }}
    }}
}}
"""


@pytest.fixture
async def lab(runtime: Runtime) -> Laboratory:
    return await make_laboratory(runtime)


async def until(feed: Following, there: Callable[[Json], object]) -> Json:
    """The first event in which something is so; the newest state is always delivered."""
    for _ in range(20):
        event = await feed.next()
        if there(event):
            return event
    raise AssertionError("it never came")


async def test_f9_an_administrator_sees_everything_of_one_instant(graph: Graph, lab: Laboratory) -> None:
    async with graph.following(FOLLOW, lab.admin, id=lab.id) as feed:
        event = await feed.next()
    assert (event["at"], event["organizationId"]) == ("2026-01-15T12:00:00Z", lab.id)
    assert event["seatCounts"] == {
        "total": 6,
        "unallocated": 2,
        "allocated": 4,
        "pendingRelease": 0,
        "assignable": 2,
        "at": "2026-01-15T12:00:00Z",
    }
    assert event["subscription"] == {"status": "ACTIVE", "unitPrice": {"minor": 36_000}}
    assert event["usage"][0] == {
        "meter": {"id": "chat_credit"},
        "pool": "MAIN",
        "granted": "8000",
        "used": "0",
        "held": "0",
        "remaining": "8000",
        "lapsed": "0",
        "unit": "credit",
    }
    nodes = event["members"]["nodes"]
    assert sorted(node["person"]["displayName"] for node in nodes) == ["Ada", "Member 1", "Member 2", "Member 3"]
    assert all(node["seat"]["holder"] == {"id": node["id"]} for node in nodes)
    assert {quota["source"] for node in nodes for quota in node["quotas"]} == {"plan:business@1", None}
    assert (event["orders"], event["invitations"]) == ([], [])


async def test_f9_whatever_changes_is_shown(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    async with graph.following(FOLLOW, lab.admin, id=lab.id) as feed:
        await feed.next()
        await runtime.poster.submit(Posting(spend(30), lab.ref.members[0].id))
        event = await until(feed, lambda event: event["usage"][0]["used"] == "30")
        shown = {node["person"]["displayName"]: node["quotas"][0] for node in event["members"]["nodes"]}
        assert (shown["Member 1"]["used"], shown["Member 2"]["used"]) == ("30", "0")
        await invite(runtime, lab.ref)
        assert len((await until(feed, lambda event: event["invitations"]))["invitations"]) == 1
        done = await order_seats(runtime, lab.admin, lab.ref.id, 2, method=CHECKOUT, key="more")
        assert done.result.refused is None
        await runtime.broker.wake([workspace_topic(lab.ref.workspace_id)])
        assert (await until(feed, lambda event: event["orders"]))["orders"][0]["seats"] == 2
        await add_member(runtime, lab.ref, "Zed")
        await runtime.broker.wake([workspace_topic(lab.ref.workspace_id)])
        event = await until(feed, lambda event: event["seatCounts"]["allocated"] == 5)
        assert len(event["members"]["nodes"]) == 5


async def test_f9_pages_of_members_are_followed(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    async with graph.following(FOLLOW, lab.admin, id=lab.id, first=3) as feed:
        first = (await feed.next())["members"]
        assert (len(first["nodes"]), first["pageInfo"]["hasNextPage"]) == (3, True)
        after = first["pageInfo"]["endCursor"]
        async with graph.following(FOLLOW, lab.admin, id=lab.id, first=200, after=after) as rest:
            second = (await rest.next())["members"]
            assert (len(second["nodes"]), second["pageInfo"]["hasNextPage"]) == (1, False)
            assert runtime.feed.overviews.watched == 1
    query = "query ($id: ID!, $after: Cursor) { organization(id: $id) { members(after: $after) { nodes { id } } } }"
    same = (await graph.ask(query, lab.admin, id=lab.id, after=after)).data["organization"]["members"]["nodes"]
    assert [node["id"] for node in second["nodes"]] == [node["id"] for node in same]


async def test_b11_who_is_no_member_is_told_what_unknown_ids_are_told(
    graph: Graph, runtime: Runtime, lab: Laboratory, ada: Owner
) -> None:
    other = await make_laboratory(runtime, name="Others")
    told = []
    for caller in (other.admin, ada.principal):
        for id_ in (lab.id, public_id("org", uuid4()), lab.workspace_id, *bad_ids("org")):
            async with graph.following(FOLLOW, caller, id=id_) as feed:
                told.append(await feed.error())
    assert told[0]["extensions"] == {"code": "NOT_FOUND", "field": ["organizationId"]}
    assert all(each == told[0] for each in told)


async def test_g1_it_is_for_administrators(
    graph: Graph, service: Principal, operator: Principal, lab: Laboratory
) -> None:
    mobile = replace(lab.admin, surface=Surface.MOBILE)
    for caller, code in (
        (lab.member, "FORBIDDEN"),
        (service, "FORBIDDEN"),
        (operator, "FORBIDDEN"),
        (ANONYMOUS, "UNAUTHENTICATED"),
        (mobile, "PLATFORM_NOT_SUPPORTED"),
    ):
        async with graph.following(FOLLOW, caller, id=lab.id) as feed:
            assert (await feed.error())["extensions"]["code"] == code


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": 0}, "membersFirst"),
        ({"first": 201}, "membersFirst"),
        ({"first": -(2**31)}, "membersFirst"),
        ({"after": "nonsense"}, "membersAfter"),
        ({"after": ""}, "membersAfter"),
    ],
)
async def test_bad_arguments_are_named(graph: Graph, lab: Laboratory, arguments: dict[str, object], field: str) -> None:
    async with graph.following(FOLLOW, lab.admin, id=lab.id, **arguments) as feed:
        assert (await feed.error())["extensions"] == {"code": "BAD_USER_INPUT", "field": [field]}


async def test_b11_a_cursor_of_another_organization_is_as_bad_as_nonsense(graph: Graph, lab: Laboratory) -> None:
    other = await make_laboratory(graph.runtime, name="Others")
    async with graph.following(FOLLOW, other.admin, id=other.id) as feed:
        foreign = (await feed.next())["members"]["pageInfo"]["startCursor"]
    told = []
    for after in (foreign, "nonsense"):
        async with graph.following(FOLLOW, lab.admin, id=lab.id, after=after) as feed:
            told.append(await feed.error())
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("role = 'MEMBER'", "FORBIDDEN"),
        ("left_at = joined_at", "MEMBERSHIP_ENDED"),
    ],
)
async def test_b7_it_closes_with_role_and_membership(
    graph: Graph, runtime: Runtime, lab: Laboratory, change: str, code: str
) -> None:
    async with graph.following(FOLLOW, lab.admin, id=lab.id) as feed:
        await feed.next()
        sql = f"UPDATE members SET {change} WHERE workspace_id = $1 AND role = $2"
        await runtime.database.pool.execute(sql, lab.ref.workspace_id, MemberRole.ADMIN)
        await runtime.broker.wake([access_topic(lab.ref.admin_id)])
        assert (await feed.error())["extensions"]["code"] == code


async def test_a_server_that_stops_says_so(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    async with graph.following(FOLLOW, lab.admin, id=lab.id) as feed:
        await feed.next()
        await runtime.feed.stop()
        assert (await feed.error())["extensions"]["code"] == "UNAVAILABLE"


async def test_a_persons_pages_share_one_reading_one_view_and_one_encoding(
    graph: Graph, runtime: Runtime, lab: Laboratory
) -> None:
    asked = MembersAsked(50)
    feeds = [await follow_overview(runtime, lab.admin, lab.ref.id, asked) for _ in range(2)]
    operations = [Context(runtime, lab.admin) for _ in feeds]
    views = [overview_view(operation, await anext(feed)) for operation, feed in zip(operations, feeds, strict=True)]
    assert views[0] is views[1]
    assert operations[0].share_key == operations[1].share_key
    async with graph.following(FOLLOW, lab.admin, id=lab.id) as first:
        await first.next()
        known = len(views[0].shared)
        async with (
            recorded(runtime.database.pool) as statements,
            graph.following(FOLLOW, lab.admin, id=lab.id) as second,
        ):
            await second.next()
    assert len(views[0].shared) == known > 1
    assert not [statement for statement in statements if statement.startswith("BEGIN")]
    for feed in feeds:
        await feed.aclose()


@pytest.mark.parametrize("members", [1, 250])
async def test_f9_opening_it_is_a_constant_number_of_statements(graph: Graph, runtime: Runtime, members: int) -> None:
    lab = await make_laboratory(runtime, seats=members + 5, members=1)
    await fill(runtime, lab.ref, members - 1)
    async with (
        recorded(runtime.database.pool) as statements,
        graph.following(FOLLOW, lab.admin, id=lab.id, first=200) as feed,
    ):
        event = await feed.next()
    assert len(event["members"]["nodes"]) == min(200, members + 1)
    assert event["usage"][0]["granted"] == str(2_000 * (members + 1))
    assert len(statements) == 11, statements  # may they, do they still (two), and eight for all that is shown


async def test_g6_the_size_of_the_page_counts(graph: Graph, lab: Laboratory) -> None:
    figures = " ".join(f"q{n}: quotas {{ used held remaining lapsed granted }}" for n in range(20))
    document = FOLLOW.replace("role person", f"role {figures} person")
    for first, code in ((1, None), (200, "QUERY_TOO_COMPLEX")):
        async with graph.following(document, lab.admin, id=lab.id, first=first) as feed:
            if code:
                assert (await feed.error())["extensions"]["code"] == code
            else:
                assert len((await feed.next())["members"]["nodes"]) == first


def test_an_event_leads_to_nothing_that_a_loader_would_keep(schema: strawberry.Schema) -> None:
    core: GraphQLSchema = schema._schema
    pending, seen = ["OrganizationOverview"], set[str]()
    while pending:
        name = pending.pop()
        type_ = core.type_map[name]
        if name not in seen and isinstance(type_, GraphQLObjectType):
            pending.extend(get_named_type(field.type).name for field in type_.fields.values())
        seen.add(name)
    assert not seen & {"Viewer", "Wallet", "Workspace", "Organization", "ServiceAccount", "EntryConnection"}


async def test_f9_it_can_be_followed_by_server_sent_events(graph: Graph, lab: Laboratory) -> None:
    async with client_of(graph.endpoint) as client:
        response = await client.post(
            "/",
            content=json.dumps({"query": FOLLOW, "variables": {"id": "nonsense"}}),
            headers={
                "content-type": "application/json",
                "accept": "text/event-stream",
                "authorization": graph.header(lab.admin),
            },
        )
    assert "NOT_FOUND" in response.text
