"""`Organization.members`: every member's seat and usage, page by page, in constant statements (B3, F2, F9)."""

from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import add_member, fill, make_account, make_organisation, put_member
from tests.factories.statements import recorded
from tests.factories.usage import hold, spend
from tests.factories.wallets import carry_out
from tests.graphql.conftest import Graph, Json, Owner, bad_ids
from tests.graphql.laboratories import Laboratory, make_laboratory

pytestmark = pytest.mark.anyio

MEMBER = """
id role joinedAt leftAt person { id displayName email status locale createdAt }
seat { number status holder { id } }
quotas { meter { id } granted used held remaining lapsed resetsAt source cycle { count unit } }
credits { meter { id } remaining } benefits { until suspended }
"""
PAGE = f"""
query ($id: ID!, $first: Int, $after: Cursor, $last: Int, $before: Cursor, $role: MemberRole) {{
    organization(id: $id) {{ members(first: $first, after: $after, last: $last, before: $before, role: $role) {{
        edges {{ cursor node {{ id }} }} nodes {{ {MEMBER} }}
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
    }} }}
}}
"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ __typename id ... on OrganizationMember {{ {MEMBER} }} }} }}"


@pytest.fixture
async def lab(runtime: Runtime) -> Laboratory:
    return await make_laboratory(runtime)


async def page(graph: Graph, caller: Principal, id_: str, **arguments: object) -> Json:
    answer = await graph.ask(PAGE, caller, id=id_, **arguments)
    assert answer.errors == []
    return answer.data["organization"]["members"]


def by_name(nodes: Json) -> dict[str, Json]:
    return {node["person"]["displayName"]: node for node in nodes}


async def test_b3_administrators_see_every_members_usage(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    bo = lab.ref.members[0]
    await carry_out(runtime, bo.id, spend(30), hold(20))
    nodes = by_name((await page(graph, lab.admin, lab.id))["nodes"])
    assert {name: (node["role"], node["seat"]["number"]) for name, node in nodes.items()} == {
        "Ada": ("ADMIN", 1),
        "Member 1": ("MEMBER", 2),
        "Member 2": ("MEMBER", 3),
        "Member 3": ("MEMBER", 4),
    }
    shown = nodes["Member 1"]
    credits_, _, running = shown["quotas"]
    assert credits_ == {
        "meter": {"id": "chat_credit"},
        "granted": "2000",
        "used": "30",
        "held": "20",
        "remaining": "1950",
        "lapsed": "0",
        "resetsAt": "2026-02-15T12:00:00Z",
        "source": "plan:business@1",
        "cycle": {"count": 1, "unit": "MONTHS"},
    }
    assert (running["meter"]["id"], running["held"], running["remaining"]) == ("running_task", "1", "29")
    assert shown["benefits"] == {"until": "2027-01-15T12:00:00Z", "suspended": None}
    assert shown["seat"] == {"number": 2, "status": "ALLOCATED", "holder": {"id": shown["id"]}}
    assert shown["person"]["id"] == public_id("per", bo.person_id)
    assert (shown["joinedAt"], shown["leftAt"]) == ("2026-01-15T12:00:00Z", None)


async def test_b3_of_a_member_their_name_and_address_are_shown_and_nothing_else(
    graph: Graph, runtime: Runtime, lab: Laboratory
) -> None:
    person = (await make_account(runtime, "Cy", email="cy@example.org")).person_id
    await put_member(runtime, lab.ref.id, person)
    shown = by_name((await page(graph, lab.admin, lab.id))["nodes"])["Cy"]["person"]
    assert shown == {
        "id": public_id("per", person),
        "displayName": "Cy",
        "email": "cy@example.org",
        "status": None,
        "locale": None,
        "createdAt": None,
    }


async def test_f2_figures_are_true_though_no_worker_has_run(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Laboratory
) -> None:
    await carry_out(runtime, lab.ref.members[0].id, spend(30))
    clock.advance(timedelta(days=31))
    for answer in (await graph.ask(PAGE, lab.admin, id=lab.id), await graph.ask(PAGE, lab.admin, id=lab.id)):
        quotas = [node["quotas"][0] for node in answer.data["organization"]["members"]["nodes"]]
        assert {(quota["used"], quota["remaining"], quota["resetsAt"]) for quota in quotas} == {
            ("0", "2000", "2026-03-15T12:00:00Z")
        }


async def test_b10_expiry_shows_in_every_members_benefits(graph: Graph, clock: TestClock, lab: Laboratory) -> None:
    clock.advance(timedelta(days=365))
    nodes = (await page(graph, lab.admin, lab.id))["nodes"]
    assert {node["benefits"]["suspended"] for node in nodes} == {"SUBSCRIPTION_EXPIRED"}
    given = [quota for node in nodes for quota in node["quotas"] if quota["meter"]["id"] != "running_task"]
    assert {quota["remaining"] for quota in given} == {"0"}
    assert {node["seat"]["status"] for node in nodes} == {"ALLOCATED"}


async def test_pages_go_both_ways_and_lose_nobody(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    await fill(runtime, lab.ref, 2)
    whole = [node["id"] for node in (await page(graph, lab.admin, lab.id))["nodes"]]
    assert len(set(whole)) == 6
    for size in (1, 2, 4, 6):
        for forward in (True, False):
            seen: list[str] = []
            cursor = None
            while True:
                arguments = {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
                found = await page(graph, lab.admin, lab.id, **arguments)
                ids = [edge["node"]["id"] for edge in found["edges"]]
                seen = seen + ids if forward else ids + seen
                info = found["pageInfo"]
                assert info["hasPreviousPage" if forward else "hasNextPage"] is (cursor is not None)
                cursor = info["endCursor" if forward else "startCursor"]
                if not info["hasNextPage" if forward else "hasPreviousPage"]:
                    break
            assert seen == whole


async def test_members_by_role(graph: Graph, lab: Laboratory) -> None:
    for role, names in (("ADMIN", ["Ada"]), ("MEMBER", ["Member 1", "Member 2", "Member 3"]), ("OWNER", [])):
        nodes = (await page(graph, lab.admin, lab.id, role=role))["nodes"]
        assert sorted(by_name(nodes)) == names


async def test_b11_bad_pages_are_refused_by_name(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    other = await make_laboratory(runtime, name="Others")
    foreign = (await page(graph, other.admin, other.id))["pageInfo"]["startCursor"]
    seats = f'{{ organization(id: "{lab.id}") {{ seats {{ pageInfo {{ startCursor }} }} }} }}'
    of_seats = (await graph.ask(seats, lab.admin)).data["organization"]["seats"]["pageInfo"]["startCursor"]
    told = []
    for arguments, field in (
        ({"first": 0}, "first"),
        ({"first": 101}, "first"),
        ({"last": -1}, "last"),
        ({"first": 1, "last": 1}, "last"),
        ({"before": ""}, "before"),
        ({"after": "nonsense"}, "after"),
        ({"after": foreign}, "after"),
        ({"after": of_seats}, "after"),
    ):
        answer = await graph.ask(PAGE, lab.admin, id=lab.id, **arguments)
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", [field])
        told.append(answer.errors[0]["message"])
    assert len(set(told[-3:])) == 1


@pytest.mark.parametrize("members", [0, 99])
async def test_a_page_is_three_statements_whatever_its_size(graph: Graph, runtime: Runtime, members: int) -> None:
    ref = await make_organisation(runtime, seats=members + 5)
    await fill(runtime, ref, members)
    admin = await make_user(runtime, ref.admin_id)
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(PAGE, admin, id=public_id("org", ref.id), first=100)
    assert answer.errors == []
    assert len(answer.data["organization"]["members"]["nodes"]) == members + 1
    assert len(statements) <= 3, statements


async def test_a_page_of_ten_thousand_is_three_statements(graph: Graph, runtime: Runtime) -> None:
    ref = await make_organisation(runtime, seats=10_001)
    await fill(runtime, ref, 10_000, benefits=False)
    admin, id_ = await make_user(runtime, ref.admin_id), public_id("org", ref.id)
    after = None
    for _ in range(3):
        async with recorded(runtime.database.pool) as statements:
            answer = await graph.ask_once(PAGE, admin, id=id_, first=100, after=after)
        assert answer.errors == []
        assert len(statements) <= 3, statements
        found = answer.data["organization"]["members"]
        assert (len(found["nodes"]), found["pageInfo"]["hasNextPage"]) == (100, True)
        after = found["pageInfo"]["endCursor"]


async def test_b11_nodes_of_members_are_for_their_administrators(
    graph: Graph, lab: Laboratory, ada: Owner, service: Principal, operator: Principal
) -> None:
    other = await make_laboratory(graph.runtime, name="Others")
    (own, bo) = (await page(graph, lab.admin, lab.id))["nodes"][:2]
    for shown in (own, bo):
        answer = await graph.ask(NODE, lab.admin, id=shown["id"])
        assert answer.errors == []
        assert answer.data["node"] == {"__typename": "OrganizationMember", **shown}
    for caller in (lab.member, other.admin, ada.principal, service, operator):
        assert (await graph.ask(NODE, caller, id=bo["id"])).data == {"node": None}
    for id_ in bad_ids("mem"):
        assert (await graph.ask(NODE, lab.admin, id=id_)).data == {"node": None}


async def test_a_member_without_a_seat_and_one_more_with_one(graph: Graph, runtime: Runtime) -> None:
    ref = await make_organisation(runtime, admin_takes_seat=False)
    await add_member(runtime, ref)
    admin = await make_user(runtime, ref.admin_id)
    nodes = by_name((await page(graph, admin, public_id("org", ref.id)))["nodes"])
    assert (nodes["Ada"]["seat"], nodes["Bo"]["seat"]["number"]) == (None, 1)
    assert nodes["Ada"]["quotas"] == nodes["Ada"]["credits"] == []
