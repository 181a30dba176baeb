"""`Organization.seats`: who holds what, what happened to it, and counts that add up (B6, B7, B8)."""

from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import Principal
from services.leaving import remove_member
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import fill, make_organisation, put_member
from tests.factories.statements import recorded
from tests.graphql.conftest import Graph, Json, Owner, bad_ids
from tests.graphql.laboratories import Laboratory, make_laboratory

pytestmark = pytest.mark.anyio

SEAT = """
id number status since releaseAt startsAt endsAt holder { id leftAt person { displayName email } seat { number } }
changes { at kind why orderId person { displayName } actor { displayName } }
"""
PAGE = f"""
query ($id: ID!, $first: Int, $after: Cursor, $last: Int, $before: Cursor, $status: SeatStatus) {{
    organization(id: $id) {{
        seatCounts {{ total unallocated allocated pendingRelease assignable }}
        seats(first: $first, after: $after, last: $last, before: $before, status: $status) {{
            edges {{ cursor node {{ number }} }} nodes {{ {SEAT} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        }}
    }}
}}
"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ __typename id ... on Seat {{ {SEAT} }} }} }}"


@pytest.fixture
async def lab(runtime: Runtime) -> Laboratory:
    return await make_laboratory(runtime)


async def page(graph: Graph, caller: Principal, id_: str, **arguments: object) -> Json:
    answer = await graph.ask(PAGE, caller, id=id_, **arguments)
    assert answer.errors == []
    return answer.data["organization"]


async def remove(runtime: Runtime, lab: Laboratory, number: int) -> None:
    """Remove one of the members, as Ada."""
    sql = "SELECT id FROM members WHERE workspace_id = $1 AND person_id = $2"
    left = lab.ref.members[number].person_id
    member_id = await runtime.database.pool.fetchval(sql, lab.ref.workspace_id, left)
    done = await remove_member(runtime, lab.admin, lab.ref.id, member_id, reason="a test", key=f"remove {number}")
    assert done.result.refused is None


async def test_b6_seats_are_shown_by_number_with_their_holders(graph: Graph, lab: Laboratory) -> None:
    shown = await page(graph, lab.admin, lab.id)
    seats = shown["seats"]["nodes"]
    assert [(seat["number"], seat["status"]) for seat in seats] == [
        *((number, "ALLOCATED") for number in (1, 2, 3, 4)),
        (5, "UNALLOCATED"),
        (6, "UNALLOCATED"),
    ]
    assert [seat["holder"] and seat["holder"]["person"]["displayName"] for seat in seats] == [
        "Ada", "Member 1", "Member 2", "Member 3", None, None,
    ]  # fmt: skip
    assert {seat["holder"]["seat"]["number"] == seat["number"] for seat in seats[:4]} == {True}
    assert (seats[0]["since"], seats[0]["releaseAt"], seats[0]["endsAt"]) == ("2026-01-15T12:00:00Z", None, None)
    assert (seats[5]["since"], seats[5]["startsAt"]) == (None, "2026-01-15T12:00:00Z")
    assert [change["kind"] for change in seats[1]["changes"]] == ["ASSIGNED", "ADDED"]
    assert [change["why"] for change in seats[1]["changes"]] == ["Joined", "Bought"]


async def test_b7_a_seat_that_is_pending_says_until_when_and_whose(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Laboratory
) -> None:
    await remove(runtime, lab, 0)
    shown = await page(graph, lab.admin, lab.id, status="PENDING_RELEASE")
    assert shown["seatCounts"] == {
        "total": 6, "unallocated": 2, "allocated": 3, "pendingRelease": 1, "assignable": 2,
    }  # fmt: skip
    (seat,) = shown["seats"]["nodes"]
    assert (seat["number"], seat["releaseAt"]) == (2, "2026-02-15T12:00:00Z")
    assert seat["holder"]["person"] == {"displayName": "Member 1", "email": None}
    assert seat["holder"]["leftAt"] == "2026-01-15T12:00:00Z"
    assert [(change["kind"], change["why"]) for change in seat["changes"]] == [
        ("VACATED", "Removed by Ada"),
        ("ASSIGNED", "Joined"),
        ("ADDED", "Bought"),
    ]
    assert seat["changes"][0]["actor"] == {"displayName": "Ada"}
    clock.advance(timedelta(days=31) - timedelta(microseconds=1))
    assert len((await page(graph, lab.admin, lab.id, status="PENDING_RELEASE"))["seats"]["nodes"]) == 1
    clock.advance(timedelta(microseconds=1))
    after = await page(graph, lab.admin, lab.id)
    assert after["seatCounts"] == {
        "total": 6, "unallocated": 3, "allocated": 3, "pendingRelease": 0, "assignable": 3,
    }  # fmt: skip
    assert after["seats"]["nodes"][1] | {"id": 0, "changes": 0} == {
        "id": 0,
        "number": 2,
        "status": "UNALLOCATED",
        "since": None,
        "releaseAt": None,
        "startsAt": "2026-01-15T12:00:00Z",
        "endsAt": None,
        "holder": None,
        "changes": 0,
    }


async def test_b8_who_comes_back_within_the_period_has_the_same_seat(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Laboratory
) -> None:
    await remove(runtime, lab, 1)
    clock.advance(timedelta(days=3))
    await put_member(runtime, lab.ref.id, lab.ref.members[1].person_id)
    seat = (await page(graph, lab.admin, lab.id))["seats"]["nodes"][2]
    assert (seat["status"], seat["since"], seat["holder"]["leftAt"]) == ("ALLOCATED", "2026-01-15T12:00:00Z", None)
    assert seat["changes"][0]["kind"] == "REASSIGNED"
    assert seat["changes"][0]["why"] == "Came back within the period"


async def test_b6_seats_of_the_next_term_and_retired_ones_do_not_exist(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Laboratory
) -> None:
    update = "UPDATE seats SET {} WHERE organisation_id = $1 AND number = $2"
    day = clock.now + timedelta(days=1)
    await runtime.database.pool.execute(update.format("ends_at = $3"), lab.ref.id, 6, day)
    await runtime.database.pool.execute(update.format("starts_at = $3"), lab.ref.id, 5, day)
    for days, numbers, assignable in ((0, [1, 2, 3, 4, 6], 0), (1, [1, 2, 3, 4, 5], 1)):
        clock.advance(timedelta(days=days))
        shown = await page(graph, lab.admin, lab.id)
        assert [seat["number"] for seat in shown["seats"]["nodes"]] == numbers
        assert (shown["seatCounts"]["total"], shown["seatCounts"]["assignable"]) == (5, assignable)


async def test_pages_go_both_ways(graph: Graph, lab: Laboratory) -> None:
    first = (await page(graph, lab.admin, lab.id, first=2))["seats"]
    assert [edge["node"]["number"] for edge in first["edges"]] == [1, 2]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    rest = (await page(graph, lab.admin, lab.id, after=first["pageInfo"]["endCursor"]))["seats"]
    assert [edge["node"]["number"] for edge in rest["edges"]] == [3, 4, 5, 6]
    last = (await page(graph, lab.admin, lab.id, last=3))["seats"]
    assert [edge["node"]["number"] for edge in last["edges"]] == [4, 5, 6]
    before = (await page(graph, lab.admin, lab.id, before=last["pageInfo"]["startCursor"]))["seats"]
    assert [edge["node"]["number"] for edge in before["edges"]] == [1, 2, 3]


@pytest.mark.parametrize("arguments", [{"first": 0}, {"after": "x"}, {"before": "DGVVIAzoNQgt"}])
async def test_bad_pages_are_refused_by_name(graph: Graph, lab: Laboratory, arguments: dict[str, object]) -> None:
    answer = await graph.ask(PAGE, lab.admin, id=lab.id, **arguments)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", list(arguments))


async def test_b11_a_cursor_of_another_organization_is_as_bad_as_nonsense(graph: Graph, lab: Laboratory) -> None:
    other = await make_laboratory(graph.runtime, name="Others")
    cursor = (await page(graph, other.admin, other.id))["seats"]["pageInfo"]["startCursor"]
    told = [await graph.ask(PAGE, lab.admin, id=lab.id, after=after) for after in (cursor, "nonsense")]
    assert told[0] == told[1]
    assert told[0].code == "BAD_USER_INPUT"


async def test_b11_nodes_of_seats_are_for_their_administrators(
    graph: Graph, lab: Laboratory, ada: Owner, service: Principal, operator: Principal
) -> None:
    other = await make_laboratory(graph.runtime, name="Others")
    for seat in (await page(graph, lab.admin, lab.id))["seats"]["nodes"]:
        answer = await graph.ask(NODE, lab.admin, id=seat["id"])
        assert (answer.errors, answer.data["node"]) == ([], {"__typename": "Seat", **seat})
        for caller in (lab.member, other.admin, ada.principal, service, operator):
            assert (await graph.ask(NODE, caller, id=seat["id"])).data == {"node": None}
    for id_ in bad_ids("sea"):
        assert (await graph.ask(NODE, lab.admin, id=id_)).data == {"node": None}


@pytest.mark.parametrize("members", [0, 99])
async def test_statements_do_not_grow_with_seats(graph: Graph, runtime: Runtime, members: int) -> None:
    ref = await make_organisation(runtime, seats=members + 5)
    await fill(runtime, ref, members, benefits=False)
    admin = await make_user(runtime, ref.admin_id)
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(PAGE, admin, id=public_id("org", ref.id), first=100)
    assert answer.errors == []
    assert len(statements) == 4, statements  # the organization, the counts, the page, what happened
