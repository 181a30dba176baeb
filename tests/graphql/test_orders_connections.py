"""Connections of orders and invitations: an organization's, and one's own; newest first, as of now (B3, B4, D8)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.invitation_reads import invitations_page
from services.invitations import revoke_invitation
from services.keyset import Window
from services.runtime import Runtime
from services.seat_purchases import order_seats
from tests.factories.buying import CHECKOUT, buy_organisation, buy_seats, make_buyer
from tests.factories.clock import TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, add_member, invite
from tests.factories.statements import recorded
from tests.graphql.conftest import Answer, Graph, Json
from tests.graphql.laboratories import make_laboratory

pytestmark = pytest.mark.anyio

ORDER = "id kind status seats organizationId total { minor currency } lines { quantity } payments { verdict }"
ARGUMENTS = "first: $first, after: $after, last: $last, before: $before, status: $status"
VARIABLES = "$first: Int, $after: Cursor, $last: Int, $before: Cursor"
PARTS = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
ORDERS = f"""
query ($id: ID!, {VARIABLES}, $status: OrderStatus) {{
    organization(id: $id) {{ orders({ARGUMENTS}) {{ nodes {{ {ORDER} }} {PARTS} }} }}
}}
"""
OWN = f"""
query ({VARIABLES}, $status: OrderStatus) {{ viewer {{ orders({ARGUMENTS}) {{ nodes {{ {ORDER} }} {PARTS} }} }} }}
"""
INVITATIONS = f"""
query ($id: ID!, {VARIABLES}, $status: InvitationStatus) {{
    organization(id: $id) {{ invitations({ARGUMENTS}) {{
        nodes {{ id status email uses usesMax expiresAt createdBy {{ displayName }} usedBy {{ usedAt }} }} {PARTS}
    }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Bought:
    """An organisation that was bought by Ada, with more seats since: three orders, the last one unpaid."""

    ref: OrganisationRef
    ada: Principal

    @property
    def id(self) -> str:
        return public_id("org", self.ref.id)


@pytest.fixture
async def lab(runtime: Runtime, clock: TestClock) -> Bought:
    ada = await make_buyer(runtime)
    ref = await buy_organisation(runtime, ada)
    clock.advance(timedelta(hours=1))
    await buy_seats(runtime, ada, ref.id, 2)
    clock.advance(timedelta(hours=1))
    done = await order_seats(runtime, ada, ref.id, 3, method=CHECKOUT, key="later")
    assert done.result.order_id
    return Bought(ref, ada)


async def orders(graph: Graph, lab: Bought, **arguments: object) -> Json:
    answer = await graph.ask(ORDERS, lab.ada, id=lab.id, **arguments)
    assert answer.errors == []
    return answer.data["organization"]["orders"]


async def test_d8_orders_are_shown_the_newest_first(graph: Graph, lab: Bought) -> None:
    nodes = (await orders(graph, lab))["nodes"]
    assert [(node["kind"], node["status"], node["seats"]) for node in nodes] == [
        ("SEATS", "PENDING", 3),
        ("SEATS", "PAID", 2),
        ("ORGANIZATION", "PAID", 5),
    ]
    assert {node["organizationId"] for node in nodes} == {lab.id}
    assert nodes[2]["total"] == {"minor": 5 * 36_000, "currency": "USD"}
    assert [payment["verdict"] for payment in nodes[2]["payments"]] == ["APPLIED"]


async def test_d8_one_that_was_not_paid_in_time_is_expired_without_any_worker(
    graph: Graph, clock: TestClock, lab: Bought
) -> None:
    counts = {}
    for days in (0, 2):
        clock.advance(timedelta(days=days))
        for status in ("PENDING", "PAID", "EXPIRED", "FAILED"):
            nodes = (await orders(graph, lab, status=status))["nodes"]
            assert {node["status"] for node in nodes} <= {status}
            counts[days, status] = len(nodes)
    assert counts == {
        (0, "PENDING"): 1, (0, "PAID"): 2, (0, "EXPIRED"): 0, (0, "FAILED"): 0,
        (2, "PENDING"): 0, (2, "PAID"): 2, (2, "EXPIRED"): 1, (2, "FAILED"): 0,
    }  # fmt: skip


async def test_pages_of_orders_go_both_ways(graph: Graph, lab: Bought) -> None:
    whole = [node["id"] for node in (await orders(graph, lab))["nodes"]]
    first = await orders(graph, lab, first=1)
    assert [edge["node"]["id"] for edge in first["edges"]] == whole[:1]
    rest = await orders(graph, lab, first=5, after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["id"] for edge in rest["edges"]] == whole[1:]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)
    last = await orders(graph, lab, last=1)
    assert [edge["node"]["id"] for edge in last["edges"]] == whole[2:]
    before = await orders(graph, lab, before=last["pageInfo"]["startCursor"])
    assert [edge["node"]["id"] for edge in before["edges"]] == whole[:2]


async def test_d8_ones_own_orders_are_those_one_has_placed(graph: Graph, runtime: Runtime, lab: Bought) -> None:
    own = (await graph.ask(OWN, lab.ada)).data["viewer"]["orders"]
    assert [node["id"] for node in own["nodes"]] == [node["id"] for node in (await orders(graph, lab))["nodes"]]
    bo = await make_user(runtime, (await add_member(runtime, lab.ref)).person_id)
    other = await make_laboratory(runtime, name="Others")
    for caller in (bo, other.admin):
        assert (await graph.ask(OWN, caller)).data["viewer"]["orders"]["nodes"] == []


async def test_b11_cursors_of_one_list_mean_nothing_in_another(graph: Graph, lab: Bought) -> None:
    in_organization = (await orders(graph, lab))["pageInfo"]["startCursor"]
    own = (await graph.ask(OWN, lab.ada)).data["viewer"]["orders"]["pageInfo"]["startCursor"]
    told: list[Answer] = [await graph.ask(OWN, lab.ada, after=after) for after in (in_organization, "nonsense", "")]
    told += [await graph.ask(ORDERS, lab.ada, id=lab.id, after=after) for after in (own, "nonsense")]
    assert {answer.code for answer in told} == {"BAD_USER_INPUT"}
    assert told[0].errors == told[1].errors == told[2].errors
    assert told[3].errors == told[4].errors
    invitations = await graph.ask(INVITATIONS, lab.ada, id=lab.id, after=in_organization)
    assert (invitations.code, invitations.field) == ("BAD_USER_INPUT", ["after"])


async def test_g1_who_is_no_person_has_no_orders(graph: Graph, service: Principal, operator: Principal) -> None:
    for caller in (service, operator):
        async with recorded(graph.runtime.database.pool) as statements:
            answer = await graph.ask_once(OWN, caller)
        assert (answer.errors, answer.data["viewer"]["orders"]["nodes"], statements) == ([], [], [])
    assert (await graph.ask(OWN, ANONYMOUS)).code == "UNAUTHENTICATED"


async def test_b4_invitations_by_status_the_newest_first(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Bought
) -> None:
    for days, uses_max in ((2, None), (7, 3), (7, None)):
        await invite(runtime, lab.ref, days=days, uses_max=uses_max)
        clock.advance(timedelta(seconds=1))
    newest = (await invitations_page(runtime, lab.ref.id, Window(1))).rows[0]
    await revoke_invitation(runtime, lab.ada, newest.id, "revoke")
    shown = []
    for days in (0, 3):
        clock.advance(timedelta(days=days))
        for status in ("OPEN", "EXPIRED", "REVOKED", "USED_UP", None):
            answer = await graph.ask(INVITATIONS, lab.ada, id=lab.id, status=status)
            assert answer.errors == []
            nodes = answer.data["organization"]["invitations"]["nodes"]
            assert {each["createdBy"]["displayName"] for each in nodes} <= {"Ada"}
            shown.append([(each["status"], each["usesMax"]) for each in nodes])
    two, seven, revoked = ("OPEN", None), ("OPEN", 3), ("REVOKED", None)
    assert shown[:5] == [[seven, two], [], [revoked], [], [revoked, seven, two]]
    gone = ("EXPIRED", None)
    assert shown[5:] == [[seven], [gone], [revoked], [], [revoked, seven, gone]]


async def test_statements_do_not_grow_with_orders_and_invitations(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Bought
) -> None:
    counts = []
    for more in (0, 15):
        for number in range(more):
            clock.advance(timedelta(seconds=1))
            await invite(runtime, lab.ref)
            done = await order_seats(runtime, lab.ada, lab.ref.id, 1, method=CHECKOUT, key=f"more {number}")
            assert done.result.refused is None
        await graph.ask_once("{ viewer { caller } }", lab.ada)  # the terms in force are read once in a while
        for query in (ORDERS, OWN, INVITATIONS):
            async with recorded(runtime.database.pool) as statements:
                answer = await graph.ask_once(query, lab.ada, **({} if query is OWN else {"id": lab.id}))
            assert answer.errors == []
            counts.append(len(statements))
    assert counts == [2, 1, 2, 2, 1, 3]  # who used invitations is asked once there are some
