"""`leaveOrganization`: for members, over the real transport; a refusal changes nothing (B3, B7, B11)."""

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from models.workspaces import Member
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.organisations import make_organisation
from tests.graphql.conftest import Answer, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

LEAVE = """
mutation ($input: LeaveOrganizationInput!) { leaveOrganization(input: $input) {
    organizationId replayed errors { code message field }
} }
"""
WORKSPACES = "{ viewer { workspaces { kind } } }"
NOTHING = {
    "organizationId": None,
    "replayed": False,
    "errors": [{"code": "NOT_FOUND", "message": "There is no such organization.", "field": ["organizationId"]}],
}


async def leave(graph: Graph, caller: Principal, organisation: str, key: str = "key") -> Answer:
    return await graph.ask(LEAVE, caller, input={"organizationId": organisation, "idempotencyKey": key})


async def test_b7_a_member_leaves_and_is_in_no_workspace_of_it_any_more(graph: Graph, runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    bo, id_ = await make_user(runtime, ref.members[0].person_id), public_id("org", ref.id)
    assert len((await graph.ask(WORKSPACES, bo)).data["viewer"]["workspaces"]) == 2
    done = {"organizationId": id_, "replayed": False, "errors": []}
    assert (await leave(graph, bo, id_)).data == {"leaveOrganization": done}
    assert (await graph.ask(WORKSPACES, bo)).data == {"viewer": {"workspaces": [{"kind": "PERSONAL"}]}}
    before = await graph.content()
    assert (await leave(graph, bo, id_)).data == {"leaveOrganization": done | {"replayed": True}}
    assert await graph.content() == before
    assert (await leave(graph, bo, id_, "again")).data == {"leaveOrganization": NOTHING}


async def test_b11_strangers_find_nothing(graph: Graph, runtime: Runtime, stranger: Owner) -> None:
    ref = await make_organisation(runtime, members=1)
    for number, id_ in enumerate((public_id("org", ref.id), *bad_ids("org"))):
        answer = await leave(graph, stranger.principal, id_, f"{number}")
        assert answer.data == {"leaveOrganization": NOTHING}
    assert await Member.filter(left_at__not_isnull=True).count() == 0


@pytest.mark.parametrize("members", [0, 1])
async def test_b3_the_only_administrator_stays(graph: Graph, runtime: Runtime, members: int) -> None:
    ref = await make_organisation(runtime, members=members)
    admin = await make_user(runtime, ref.admin_id)
    before = await graph.content()
    payload = (await leave(graph, admin, public_id("org", ref.id))).data["leaveOrganization"]
    (error,) = payload["errors"]
    assert (payload["organizationId"], error["code"], error["field"]) == (
        None,
        "SOLE_ADMINISTRATOR",
        ["organizationId"],
    )
    assert await graph.content() | {"verb_results": ()} == before | {"verb_results": ()}


async def test_g1_it_is_for_registered_people(
    graph: Graph, runtime: Runtime, service: Principal, operator: Principal
) -> None:
    id_ = public_id("org", (await make_organisation(runtime, members=1)).id)
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (operator, "FORBIDDEN")):
        for organisation in (id_, "nonsense"):
            assert (await leave(graph, caller, organisation)).code == code
    assert await graph.content() == before


async def test_mistakes_are_named_and_change_nothing(graph: Graph, runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    bo = await make_user(runtime, ref.members[0].person_id)
    before = await graph.content()
    answer = await leave(graph, bo, public_id("org", ref.id), "")
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", "idempotencyKey"])
    assert await graph.content() == before
