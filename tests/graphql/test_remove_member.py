"""`removeMember`: for administrators, over the real transport; a refusal changes nothing (B3, B7, B11)."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from models.workspaces import Member
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, make_organisation
from tests.graphql.conftest import Answer, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

SETTLEMENT = "2026-02-15T12:00:00Z"
REMOVE = """
mutation ($input: RemoveMemberInput!) { removeMember(input: $input) {
    memberId personId seatReleasesAt replayed errors { code message field }
} }
"""


@dataclass(frozen=True, slots=True)
class Staff:
    """An organisation, and those who ask: its administrator and a member, of whom there are two."""

    ref: OrganisationRef
    admin: Principal
    member: Principal

    @property
    def id(self) -> str:
        return public_id("org", self.ref.id)

    @property
    def other_id(self) -> UUID:
        return self.ref.members[1].person_id


@pytest.fixture
async def staff(runtime: Runtime) -> Staff:
    ref = await make_organisation(runtime, members=2)
    return Staff(ref, await make_user(runtime, ref.admin_id), await make_user(runtime, ref.members[0].person_id))


async def remove(graph: Graph, caller: Principal, organisation: str, member: str, /, **given: object) -> Answer:
    asked = {"organizationId": organisation, "memberId": member, "idempotencyKey": "key"} | given
    return await graph.ask(REMOVE, caller, input=asked)


async def member_id(ref: OrganisationRef, person_id: UUID) -> str:
    return public_id("mem", (await Member.get(workspace_id=ref.workspace_id, person_id=person_id)).id)


async def test_b7_a_member_is_removed_and_asked_again_it_is_the_original_result(graph: Graph, staff: Staff) -> None:
    id_ = await member_id(staff.ref, staff.other_id)
    done = {
        "memberId": id_,
        "personId": public_id("per", staff.other_id),
        "seatReleasesAt": SETTLEMENT,
        "replayed": False,
        "errors": [],
    }
    asked = {"reason": "the project is over"}
    assert (await remove(graph, staff.admin, staff.id, id_, **asked)).data == {"removeMember": done}
    before = await graph.content()
    again = await remove(graph, staff.admin, staff.id, id_, **asked)
    assert again.data == {"removeMember": done | {"replayed": True}}
    assert await graph.content() == before


async def test_b11_who_is_no_member_of_it_finds_nothing(
    graph: Graph, runtime: Runtime, staff: Staff, stranger: Owner
) -> None:
    elsewhere = await make_organisation(runtime)
    admin_elsewhere = await make_user(runtime, elsewhere.admin_id)
    id_ = await member_id(staff.ref, staff.other_id)
    told = [
        (await remove(graph, who, organisation, id_, idempotencyKey=f"{number}")).data["removeMember"]
        for who in (stranger.principal, admin_elsewhere)
        for number, organisation in enumerate((staff.id, *bad_ids("org")))
    ]
    refusal = {"code": "NOT_FOUND", "message": "There is no such organization.", "field": ["organizationId"]}
    nothing = {"memberId": None, "personId": None, "seatReleasesAt": None, "replayed": False, "errors": [refusal]}
    assert all(each == nothing for each in told)
    assert await Member.filter(left_at__not_isnull=True).count() == 0


async def test_b11_to_administrators_all_who_are_no_members_look_alike(
    graph: Graph, runtime: Runtime, staff: Staff
) -> None:
    elsewhere = await make_organisation(runtime)
    foreign = await member_id(elsewhere, elsewhere.admin_id)
    gone = await member_id(staff.ref, staff.other_id)
    await remove(graph, staff.admin, staff.id, gone, idempotencyKey="first")
    refusal = {"code": "NOT_FOUND", "message": "There is no such member.", "field": ["memberId"]}
    for number, id_ in enumerate((foreign, gone, *bad_ids("mem"))):
        answer = await remove(graph, staff.admin, staff.id, id_, idempotencyKey=f"{number}")
        assert answer.data["removeMember"]["errors"] == [refusal]
    assert await Member.filter(left_at__not_isnull=True).count() == 1


@pytest.mark.parametrize(
    ("who", "whom", "code", "field"),
    [
        ("member", "other", "NOT_ADMINISTRATOR", ["organizationId"]),
        ("member", "member", "NOT_ADMINISTRATOR", ["organizationId"]),
        ("admin", "admin", "CANNOT_REMOVE_YOURSELF", ["memberId"]),
    ],
)
async def test_b3_b7_refusals_are_data_and_change_nothing(
    graph: Graph, staff: Staff, *, who: str, whom: str, code: str, field: list[str]
) -> None:
    callers = {"admin": staff.admin, "member": staff.member}
    ids = {
        "admin": staff.ref.admin_id,
        "member": staff.ref.members[0].person_id,
        "other": staff.other_id,
    }
    before = await graph.content()
    answer = await remove(graph, callers[who], staff.id, await member_id(staff.ref, ids[whom]))
    (error,) = answer.data["removeMember"]["errors"]
    assert (error["code"], error["field"]) == (code, field)
    after = await graph.content()
    assert after | {"verb_results": ()} == before | {"verb_results": ()}


async def test_g1_it_is_for_registered_people(
    graph: Graph, staff: Staff, service: Principal, operator: Principal
) -> None:
    id_ = await member_id(staff.ref, staff.other_id)
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (operator, "FORBIDDEN")):
        for organisation in (staff.id, "nonsense"):
            assert (await remove(graph, caller, organisation, id_)).code == code
    assert await graph.content() == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, staff: Staff, *, given: dict[str, object], field: str
) -> None:
    id_ = await member_id(staff.ref, staff.other_id)
    before = await graph.content()
    answer = await remove(graph, staff.admin, staff.id, id_, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before
