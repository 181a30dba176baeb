"""`createInvitation` and `revokeInvitation`: for administrators of the organization alone (B3, B4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from domain.usage import Surface
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.organisations import OrganisationRef, add_member, make_organisation, user
from tests.graphql.conftest import NOBODYS, Answer, Graph, Json, Owner, bad_ids

pytestmark = pytest.mark.anyio

FIELDS = """
    id organizationId status createdBy { displayName } createdAt expiresAt revokedAt email uses usesMax
    usedBy { usedAt person { id } }
"""
CREATE = f"""
mutation ($input: CreateInvitationInput!) {{ createInvitation(input: $input) {{
    invitation {{ {FIELDS} }} token replayed errors {{ code field message details {{ name value }} }}
}} }}
"""
REVOKE = f"""
mutation ($input: RevokeInvitationInput!) {{ revokeInvitation(input: $input) {{
    invitation {{ {FIELDS} }} replayed errors {{ code field }}
}} }}
"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Invitation {{ {FIELDS} }} }} }}"


@pytest.fixture
async def labs(runtime: Runtime) -> OrganisationRef:
    return await make_organisation(runtime)


async def create(graph: Graph, ref: OrganisationRef, caller: Principal, key: str = "k", /, **given: object) -> Answer:
    asked = {"organizationId": public_id("org", ref.id), "days": 7, "idempotencyKey": key} | given
    return await graph.ask(CREATE, caller, input=asked)


async def revoke(graph: Graph, id_: str, caller: Principal, key: str = "r") -> Json:
    answer = await graph.ask(REVOKE, caller, input={"invitationId": id_, "idempotencyKey": key})
    return answer.data["revokeInvitation"]


async def test_b4_an_administrator_makes_a_link_that_is_shown_once(graph: Graph, labs: OrganisationRef) -> None:
    admin = user(labs.admin_id)
    payload = (await create(graph, labs, admin, usesMax=3, email="Bo@example.org")).data["createInvitation"]
    token, invitation = payload["token"], payload["invitation"]
    assert (payload["replayed"], payload["errors"]) == (False, [])
    assert token.startswith("ali_")
    assert invitation["id"].startswith("inv_")
    assert invitation == {
        "id": invitation["id"],
        "organizationId": public_id("org", labs.id),
        "status": "OPEN",
        "createdBy": {"displayName": "Ada"},
        "createdAt": "2026-01-15T12:00:00Z",
        "expiresAt": "2026-01-22T12:00:00Z",
        "revokedAt": None,
        "email": "bo@example.org",
        "uses": 0,
        "usesMax": 3,
        "usedBy": [],
    }
    again = (await create(graph, labs, admin, usesMax=3, email="Bo@example.org")).data["createInvitation"]
    assert again == payload | {"token": None, "replayed": True}
    assert token not in str(await graph.content())


async def test_b4_a_link_is_revoked_once_and_for_good(graph: Graph, labs: OrganisationRef, clock: TestClock) -> None:
    admin = user(labs.admin_id)
    invitation = (await create(graph, labs, admin)).data["createInvitation"]["invitation"]
    clock.advance(timedelta(days=1))
    revoked = invitation | {"status": "REVOKED", "revokedAt": "2026-01-16T12:00:00Z"}
    assert await revoke(graph, invitation["id"], admin) == {"invitation": revoked, "replayed": False, "errors": []}
    clock.advance(timedelta(days=1))
    assert await revoke(graph, invitation["id"], admin) == {"invitation": revoked, "replayed": True, "errors": []}
    assert await revoke(graph, invitation["id"], admin, "r2") == {
        "invitation": revoked,
        "replayed": False,
        "errors": [],
    }
    assert (await graph.ask(NODE, admin, id=invitation["id"])).data == {"node": revoked}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", 3),
        ("days", 0),
        ("days", -1),
        ("days", 10**9),
        ("days", "2"),
        ("usesMax", 0),
        ("usesMax", -1),
        ("usesMax", 10**9),
        ("email", "nobody"),
        ("email", ""),
        ("idempotencyKey", ""),
        ("token", "ali_mine"),
    ],
)
async def test_g5_bad_input_names_the_field_and_changes_nothing(
    graph: Graph, labs: OrganisationRef, field: str, value: object
) -> None:
    before = await graph.content()
    answer = await create(graph, labs, user(labs.admin_id), **{field: value})
    assert answer.code == "BAD_USER_INPUT"
    assert field in str(answer.errors)
    if answer.data is not None:
        assert answer.field == ["input", field]
    assert await graph.content() == before


async def test_b3_b11_members_are_refused_and_to_strangers_it_does_not_exist(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, stranger: Owner
) -> None:
    member = user((await add_member(runtime, labs)).person_id)
    id_ = (await create(graph, labs, user(labs.admin_id))).data["createInvitation"]["invitation"]["id"]
    before = await graph.content()
    nothing = {"invitation": None, "token": None, "replayed": False}
    (refused,) = (await create(graph, labs, member)).data["createInvitation"]["errors"]
    assert (refused["code"], refused["field"]) == ("NOT_ADMINISTRATOR", ["organizationId"])
    unknown = (await create(graph, labs, stranger.principal, organizationId=public_id("org", NOBODYS))).data
    assert unknown["createInvitation"]["errors"][0]["code"] == "NOT_FOUND"
    assert unknown["createInvitation"] == nothing | {"errors": unknown["createInvitation"]["errors"]}
    assert (await create(graph, labs, stranger.principal, "theirs")).data == unknown
    for caller in (member, stranger.principal):
        assert await revoke(graph, id_, caller) == {
            "invitation": None,
            "replayed": False,
            "errors": [{"code": "NOT_FOUND", "field": ["invitationId"]}],
        }
        assert (await graph.ask(NODE, caller, id=id_)).data == {"node": None}
    after = await graph.content()
    assert after | {"verb_results": ()} == before | {"verb_results": ()}


@pytest.mark.parametrize("id_", bad_ids("org"))
async def test_b11_organizations_that_are_none_are_answered_alike(
    graph: Graph, labs: OrganisationRef, id_: str
) -> None:
    (refused,) = (await create(graph, labs, user(labs.admin_id), organizationId=id_)).data["createInvitation"]["errors"]
    assert (refused["code"], refused["field"]) == ("NOT_FOUND", ["organizationId"])


@pytest.mark.parametrize("id_", bad_ids("inv"))
async def test_b11_invitations_that_are_none_are_answered_alike(graph: Graph, labs: OrganisationRef, id_: str) -> None:
    payload = await revoke(graph, id_, user(labs.admin_id))
    assert payload["errors"] == [{"code": "NOT_FOUND", "field": ["invitationId"]}]
    assert (await graph.ask(NODE, user(labs.admin_id), id=id_)).data == {"node": None}


async def test_b4_without_a_free_seat_no_link_is_made(graph: Graph, runtime: Runtime) -> None:
    full = await make_organisation(runtime, seats=1)
    (refused,) = (await create(graph, full, user(full.admin_id))).data["createInvitation"]["errors"]
    assert refused["code"] == "NO_SEAT_AVAILABLE"


async def test_b13_an_invitation_is_not_there_on_a_phone(graph: Graph, labs: OrganisationRef, stranger: Owner) -> None:
    admin = user(labs.admin_id)
    id_ = (await create(graph, labs, admin)).data["createInvitation"]["invitation"]["id"]
    mobile = replace(admin, surface=Surface.MOBILE)
    assert (await graph.ask(NODE, mobile, id=id_)).code == "PLATFORM_NOT_SUPPORTED"
    elsewhere = replace(stranger.principal, surface=Surface.MOBILE)
    assert (await graph.ask(NODE, elsewhere, id=id_)).data == {"node": None}


async def test_g1_others_than_registered_people_make_none(
    graph: Graph, labs: OrganisationRef, service: Principal, operator: Principal
) -> None:
    before = await graph.content()
    assert (await create(graph, labs, ANONYMOUS)).code == "UNAUTHENTICATED"
    for caller in (service, operator):
        assert (await create(graph, labs, caller)).code == "FORBIDDEN"
    assert await graph.content() == before
