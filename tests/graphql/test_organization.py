"""`organization`: for its members, as of now; nothing at all for anybody else (B3, B6, B10, B11, B13)."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.ids import public_id
from domain.principals import Principal
from domain.usage import Surface
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.organisations import make_organisation
from tests.factories.statements import recorded
from tests.graphql.conftest import Graph, Owner, bad_ids
from tests.graphql.laboratories import Laboratory, make_laboratory

pytestmark = pytest.mark.anyio

EVERYTHING = """
query ($id: ID!) { organization(id: $id) {
    id name workspaceId createdAt viewerRole
    workspace { id kind organization { id } }
    subscription {
        plan { id version name } status interval currency unitPrice { minor currency } startsAt endsAt
        terms { number startsAt endsAt unitPrice { minor } } autoRenews benefitsUntil periodStart periodEnd
    }
} }
"""
COUNTS = "{ total unallocated allocated pendingRelease assignable at }"


@pytest.fixture
async def lab(runtime: Runtime) -> Laboratory:
    return await make_laboratory(runtime)


async def test_b1_an_organization_shows_what_was_bought(graph: Graph, lab: Laboratory) -> None:
    answer = await graph.ask(EVERYTHING, lab.admin, id=lab.id)
    assert answer.errors == []
    shown = answer.data["organization"]
    assert shown == {
        "id": lab.id,
        "name": "Example Labs",
        "workspaceId": lab.workspace_id,
        "createdAt": "2026-01-15T12:00:00Z",
        "viewerRole": "ADMIN",
        "workspace": {"id": lab.workspace_id, "kind": "ENTERPRISE", "organization": {"id": lab.id}},
        "subscription": {
            "plan": {"id": "business", "version": 1, "name": "Business"},
            "status": "ACTIVE",
            "interval": "ANNUAL",
            "currency": "USD",
            "unitPrice": {"minor": 36000, "currency": "USD"},
            "startsAt": "2026-01-15T12:00:00Z",
            "endsAt": "2027-01-15T12:00:00Z",
            "terms": [
                {
                    "number": 1,
                    "startsAt": "2026-01-15T12:00:00Z",
                    "endsAt": "2027-01-15T12:00:00Z",
                    "unitPrice": {"minor": 36000},
                }
            ],
            "autoRenews": False,
            "benefitsUntil": "2027-01-15T12:00:00Z",
            "periodStart": "2026-01-15T12:00:00Z",
            "periodEnd": "2026-02-15T12:00:00Z",
        },
    }


async def test_b3_a_member_sees_no_prices_and_no_counts(graph: Graph, lab: Laboratory) -> None:
    shown = (await graph.ask(EVERYTHING, lab.member, id=lab.id)).data["organization"]
    assert shown["viewerRole"] == "MEMBER"
    assert (shown["subscription"]["status"], shown["subscription"]["unitPrice"]) == ("ACTIVE", None)
    assert [term["unitPrice"] for term in shown["subscription"]["terms"]] == [None]
    answer = await graph.ask(f'{{ organization(id: "{lab.id}") {{ seatCounts {COUNTS} }} }}', lab.member)
    assert answer.code == "FORBIDDEN"


@pytest.mark.parametrize(
    ("days", "grace_days", "shown"),
    [
        (0, 0, ("ACTIVE", "2026-02-15T12:00:00Z")),
        (31, 0, ("ACTIVE", "2026-03-15T12:00:00Z")),
        (364, 0, ("ACTIVE", "2027-01-15T12:00:00Z")),
        (365, 0, ("EXPIRED", "2027-02-15T12:00:00Z")),
        (365, 7, ("GRACE", "2027-02-15T12:00:00Z")),
        (372, 7, ("EXPIRED", "2027-02-15T12:00:00Z")),
    ],
)
async def test_b10_the_status_is_that_of_now(
    graph: Graph, clock: TestClock, lab: Laboratory, *, days: int, grace_days: int, shown: tuple[str, str]
) -> None:
    grace = timedelta(days=grace_days)
    await graph.runtime.database.pool.execute("UPDATE subscriptions SET benefits_until = benefits_until + $1", grace)
    clock.advance(timedelta(days=days))
    found = (await graph.ask(EVERYTHING, lab.admin, id=lab.id)).data["organization"]["subscription"]
    assert (found["status"], found["periodEnd"]) == shown


async def test_b10_a_renewal_in_advance_shows_both_terms(
    graph: Graph, runtime: Runtime, clock: TestClock, lab: Laboratory
) -> None:
    await runtime.database.pool.execute(
        """INSERT INTO subscription_terms (id, subscription_id, number, starts_at, ends_at, unit_price_minor)
        SELECT gen_random_uuid(), subscription_id, 2, ends_at, ends_at + interval '1 year', 40000
        FROM subscription_terms"""
    )
    for days, price, starts in ((0, 36_000, "2026-01-15T12:00:00Z"), (365, 40_000, "2027-01-15T12:00:00Z")):
        clock.advance(timedelta(days=days))
        shown = (await graph.ask(EVERYTHING, lab.admin, id=lab.id)).data["organization"]["subscription"]
        assert [term["number"] for term in shown["terms"]] == [1, 2]
        assert (shown["unitPrice"]["minor"], shown["startsAt"], shown["endsAt"]) == (
            price,
            starts,
            "2028-01-15T12:00:00Z",
        )


async def test_b6_counts_are_those_of_now(graph: Graph, lab: Laboratory) -> None:
    answer = await graph.ask(f'{{ organization(id: "{lab.id}") {{ seatCounts {COUNTS} }} }}', lab.admin)
    assert answer.data["organization"]["seatCounts"] == {
        "total": 6,
        "unallocated": 2,
        "allocated": 4,
        "pendingRelease": 0,
        "assignable": 2,
        "at": "2026-01-15T12:00:00Z",
    }


async def test_b11_unknown_foreign_and_malformed_organizations_are_the_same(
    graph: Graph, runtime: Runtime, lab: Laboratory, ada: Owner
) -> None:
    other = await make_laboratory(runtime, name="Others")
    for id_ in (public_id("org", uuid4()), lab.id, lab.workspace_id, *bad_ids("org")):
        for caller in (other.admin, other.member, ada.principal):
            answer = await graph.ask(EVERYTHING, caller, id=id_)
            assert (answer.data, answer.errors) == ({"organization": None}, [])


async def test_b13_where_it_does_not_work_its_members_are_told(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    other = await make_laboratory(runtime, name="Others")
    for surface in (Surface.MOBILE, Surface.DESKTOP):
        answer = await graph.ask(EVERYTHING, replace(lab.member, surface=surface), id=lab.id)
        assert answer.code == "PLATFORM_NOT_SUPPORTED"
        stranger = await graph.ask(EVERYTHING, replace(other.admin, surface=surface), id=lab.id)
        assert (stranger.data, stranger.errors) == ({"organization": None}, [])


async def test_a_personal_workspace_has_no_organization(graph: Graph, lab: Laboratory) -> None:
    query = "{ viewer { workspaces { kind organization { id viewerRole } } } }"
    workspaces = (await graph.ask(query, lab.member)).data["viewer"]["workspaces"]
    assert workspaces == [
        {"kind": "PERSONAL", "organization": None},
        {"kind": "ENTERPRISE", "organization": {"id": lab.id, "viewerRole": "MEMBER"}},
    ]


async def test_g1_a_service_sees_a_workspace_without_its_organization(
    graph: Graph, service: Principal, lab: Laboratory
) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Workspace { name organization { id } } } }"
    answer = await graph.ask(query, service, id=lab.workspace_id)
    assert answer.data == {"node": {"name": "Example Labs", "organization": None}}


async def test_its_node_is_the_same(graph: Graph, runtime: Runtime, lab: Laboratory) -> None:
    other = await make_organisation(runtime, name="Others")
    query = "query ($id: ID!) { node(id: $id) { id ... on Organization { name viewerRole } } }"
    answer = await graph.ask(query, lab.member, id=lab.id)
    assert answer.data["node"] == {"id": lab.id, "name": "Example Labs", "viewerRole": "MEMBER"}
    for id_ in (public_id("org", other.id), *bad_ids("org")):
        assert (await graph.ask(query, lab.member, id=id_)).data == {"node": None}


async def test_many_organizations_are_a_constant_number_of_statements(graph: Graph, runtime: Runtime) -> None:
    query = f"{{ viewer {{ workspaces {{ organization {{ name subscription {{ status }} seatCounts {COUNTS} }} }} }} }}"
    counts = []
    lab = await make_laboratory(runtime)
    for _ in range(2):
        async with recorded(runtime.database.pool) as statements:
            answer = await graph.ask_once(query, lab.admin)
        assert answer.errors == []
        counts.append(len(statements))
        for number in range(4):
            await make_organisation(runtime, admin=lab.ref.admin_id, name=f"Labs {number}")
    assert counts == [3, 3]
    assert len((await graph.ask(query, lab.admin)).data["viewer"]["workspaces"]) == 10
