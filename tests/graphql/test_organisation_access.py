"""Every field about an organisation × everybody: what each role may do, and that others find nothing (B3, B11, G1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from domain.authorization import ROLES
from domain.ids import public_id
from domain.principals import ANONYMOUS, Caller, Principal
from domain.workspaces import MemberRole
from services.leaving import leave_organisation
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.organisations import add_member, invite
from tests.factories.tables import Content
from tests.graphql.conftest import Graph, Owner, client_of
from tests.graphql.laboratories import Laboratory, make_laboratory

pytestmark = pytest.mark.anyio

ERRORS = "{ errors { code message field details { name value } } }"
OF_ORGANIZATION = "query ($id: ID!) { organization(id: $id) { %s } }"
OF_CONNECTION = OF_ORGANIZATION % "%s { nodes { id } }"
DOCUMENTS: Mapping[str, str] = {
    "Mutation.orderSeats": f"""mutation ($id: ID!, $key: String!) {{ orderSeats(
        input: {{ organizationId: $id, seats: 1, paymentMethod: CHECKOUT, idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.orderRenewal": f"""mutation ($id: ID!, $key: String!) {{ orderRenewal(
        input: {{ organizationId: $id, seats: 6, paymentMethod: CHECKOUT, idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.setAutomaticRenewal": f"""mutation ($id: ID!, $key: String!) {{ setAutomaticRenewal(
        input: {{ organizationId: $id, enabled: false, idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.renameOrganization": f"""mutation ($id: ID!, $key: String!) {{ renameOrganization(
        input: {{ organizationId: $id, name: "Labs", idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.createInvitation": f"""mutation ($id: ID!, $key: String!) {{ createInvitation(
        input: {{ organizationId: $id, days: 7, idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.revokeInvitation": f"""mutation ($invitation: ID!, $key: String!) {{ revokeInvitation(
        input: {{ invitationId: $invitation, idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.removeMember": f"""mutation ($id: ID!, $member: ID!, $key: String!) {{ removeMember(
        input: {{ organizationId: $id, memberId: $member, idempotencyKey: $key }}) {ERRORS} }}""",
    "Mutation.leaveOrganization": f"""mutation ($id: ID!, $key: String!) {{ leaveOrganization(
        input: {{ organizationId: $id, idempotencyKey: $key }}) {ERRORS} }}""",
    "Query.organization": OF_ORGANIZATION % "name",
    "Query.quoteSeats": f"query ($id: ID!) {{ quoteSeats(organizationId: $id, seats: 1) {ERRORS} }}",
    "Query.quoteRenewal": f"query ($id: ID!) {{ quoteRenewal(organizationId: $id, seats: 6) {ERRORS} }}",
    "Organization.seatCounts": OF_ORGANIZATION % "seatCounts { total }",
    "Organization.members": OF_CONNECTION % "members",
    "Organization.seats": OF_CONNECTION % "seats",
    "Organization.invitations": OF_CONNECTION % "invitations",
    "Organization.orders": OF_CONNECTION % "orders",
    "Organization.usage": OF_ORGANIZATION
    % """usage(from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", by: [DAY]) { rows { charged } }""",
    "Subscription.organizationOverview": "subscription ($id: ID!) { organizationOverview(organizationId: $id) { at } }",
}
NOT_LET_IN = {"FORBIDDEN", "UNAUTHENTICATED", "NOT_FOUND", "NOT_ADMINISTRATOR", "BAD_USER_INPUT"}
KEPT_ANYWAY = ("verb_results",)
"""Where a refusal is remembered under its idempotency key."""


@dataclass(frozen=True, slots=True)
class Target:
    """An organisation with a member who can be removed and a link that can be revoked; or ids of nothing."""

    organization: str
    member: str
    invitation: str

    def variables(self, document: str) -> dict[str, str]:
        given = {"id": self.organization, "member": self.member, "invitation": self.invitation, "key": str(uuid4())}
        return {name: value for name, value in given.items() if f"${name}:" in document}


NOTHING = Target(*(public_id(noun, UUID(int=7)) for noun in ("org", "mem", "inv")))


@pytest.fixture
async def lab(runtime: Runtime) -> Laboratory:
    return await make_laboratory(runtime, seats=9)


@pytest.fixture
async def target(runtime: Runtime, lab: Laboratory) -> Target:
    await invite(runtime, lab.ref)
    pool = runtime.database.pool
    invitation = await pool.fetchval("SELECT id FROM invitations")
    member = await pool.fetchval("SELECT id FROM members WHERE person_id = $1 AND workspace_id = $2",
        lab.ref.members[2].person_id, lab.ref.workspace_id)  # fmt: skip
    return Target(lab.id, public_id("mem", member), public_id("inv", invitation))


@pytest.fixture
async def outsiders(
    runtime: Runtime, lab: Laboratory, ada: Owner, service: Principal, operator: Principal
) -> dict[str, Principal]:
    """Everybody who is no member, each for a reason of their own."""
    left = await make_user(runtime, (await add_member(runtime, lab.ref, "Cy")).person_id)
    assert (await leave_organisation(runtime, left, lab.ref.id, "leave")).result.refused is None
    other = await make_laboratory(runtime, name="Others")
    return {
        "former member": left,
        "administrator of another": other.admin,
        "member of another": other.member,
        "person without any": ada.principal,
        "guest": Principal(Caller.GUEST, ada.wallet.person_id, ada.principal.credential),
        "service": service,
        "operator": operator,
        "nobody": ANONYMOUS,
    }


def test_every_row_is_tried_here() -> None:
    assert set(DOCUMENTS) == set(ROLES)


@pytest.mark.parametrize("field", sorted(ROLES))
async def test_b11_to_who_is_no_member_it_does_not_exist(
    graph: Graph, lab: Laboratory, target: Target, outsiders: dict[str, Principal], field: str
) -> None:
    before = await content(graph)
    for who, principal in outsiders.items():
        answer = await answered(graph, principal, field, target)
        assert answer == await answered(graph, principal, field, NOTHING), who
        assert lab.id.encode() not in answer
        assert b"Example Labs" not in answer
        if field.startswith("Organization.") or field == "Query.organization":
            expected = (
                {"FORBIDDEN"} if who in ("service", "operator") else {"UNAUTHENTICATED"} if who == "nobody" else set()
            )
            assert codes(answer) == expected, who
            assert json.loads(answer)["data"] in (None, {"organization": None})
        else:
            assert codes(answer) & NOT_LET_IN, who
    assert await content(graph) == before


@pytest.mark.parametrize("field", sorted(field for field, roles in ROLES.items() if MemberRole.MEMBER not in roles))
async def test_b3_what_is_for_administrators_is_refused_to_members(
    graph: Graph, lab: Laboratory, target: Target, field: str
) -> None:
    before = await content(graph)
    found = codes(await answered(graph, lab.member, field, target))
    match field.split("."):
        case ["Mutation", "revokeInvitation"]:
            assert found == {"NOT_FOUND"}  # to who is no administrator there are no links
        case ["Mutation", _] | ["Query", _]:
            assert found == {"NOT_ADMINISTRATOR"}
        case _:
            assert found == {"FORBIDDEN"}
    assert await content(graph) == before


@pytest.mark.parametrize("field", sorted(ROLES))
async def test_b3_whoever_has_the_role_is_let_in(graph: Graph, lab: Laboratory, target: Target, field: str) -> None:
    for role, principal in ((MemberRole.MEMBER, lab.member), (MemberRole.ADMIN, lab.admin)):
        if role in ROLES[field]:
            assert not codes(await answered(graph, principal, field, target)) & NOT_LET_IN, role


async def answered(graph: Graph, caller: Principal, field: str, target: Target) -> bytes:
    """What came back, byte for byte."""
    document = DOCUMENTS[field]
    variables = target.variables(document)
    if field.startswith("Subscription."):
        async with graph.following(document, caller, **variables) as feed:
            message = await feed.socket.message()
        return str(message["text"]).encode()
    async with client_of(graph.endpoint) as client:
        response = await client.post(
            "/",
            content=json.dumps({"query": document, "variables": variables}),
            headers={"content-type": "application/json", "authorization": graph.header(caller)},
        )
    return response.content


def codes(answer: bytes) -> set[str]:
    """The codes of all errors and refusals in an answer."""
    told = json.loads(answer)
    if told.get("type") == "error":
        return {error["extensions"]["code"] for error in told["payload"]}
    found = {error["extensions"]["code"] for error in told.get("errors", ())}
    for value in (told.get("data") or {}).values():
        found |= {error["code"] for error in (value or {}).get("errors", ())}
    return found


async def content(graph: Graph) -> Content:
    """Everything that is stored, but for what is kept of refusals."""
    return {table: rows for table, rows in (await graph.content()).items() if table not in KEPT_ANYWAY}
