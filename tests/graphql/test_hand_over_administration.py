"""`handOverAdministration`: for operators, on record, and told to both (B3, G3)."""

import pytest

from domain.ids import public_id
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Principal
from domain.workspaces import MemberRole
from feed.topics import access_topic
from models.workspaces import Member
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, make_organisation
from tests.factories.persons import set_status
from tests.factories.workspaces import leave
from tests.graphql.conftest import Answer, Graph, bad_ids

pytestmark = pytest.mark.anyio

HAND_OVER = """
mutation ($input: HandOverAdministrationInput!) { handOverAdministration(input: $input) {
    organizationId replayed errors { code message field }
} }
"""
ADMIN, MEMBER = MemberRole.ADMIN, MemberRole.MEMBER


@pytest.fixture
async def ref(runtime: Runtime) -> OrganisationRef:
    return await make_organisation(runtime, members=2)


async def hand_over(graph: Graph, caller: Principal, ref: OrganisationRef, /, **given: object) -> Answer:
    """To the first member, unless it is said."""
    asked = {
        "organizationId": public_id("org", ref.id),
        "toPersonId": public_id("per", ref.members[0].person_id),
        "reason": "ticket 7",
        "idempotencyKey": "key",
    }
    return await graph.ask(HAND_OVER, caller, input=asked | given)


async def roles(ref: OrganisationRef) -> list[MemberRole]:
    """Of the administrator that it began with, and of its members."""
    people = [ref.admin_id, *(wallet.person_id for wallet in ref.members)]
    return [(await Member.get(workspace_id=ref.workspace_id, person_id=person)).role for person in people]


async def test_b3_g3_the_role_goes_from_one_to_another(
    graph: Graph, runtime: Runtime, operator: Principal, ref: OrganisationRef
) -> None:
    giver, receiver = ref.admin_id, ref.members[0].person_id
    with runtime.broker.listen(access_topic(giver)) as first, runtime.broker.listen(access_topic(receiver)) as second:
        answer = await hand_over(graph, operator, ref, fromPersonId=public_id("per", giver))
        assert first.take()
        assert second.take()
    done = {"organizationId": public_id("org", ref.id), "replayed": False, "errors": []}
    assert answer.data == {"handOverAdministration": done}
    assert await roles(ref) == [MEMBER, ADMIN, MEMBER]
    rows = await runtime.database.pool.fetch(
        """SELECT m.person_id, a.actor, a.verb, a.before ->> 'role' AS was, a.after ->> 'role' AS became, a.reason
        FROM audit_entries a JOIN members m ON m.id = a.target ORDER BY became"""
    )
    verb = "handOverAdministration"
    assert [tuple(row) for row in rows] == [
        (receiver, operator.subject, verb, "MEMBER", "ADMIN", "ticket 7"),
        (giver, operator.subject, verb, "ADMIN", "MEMBER", "ticket 7"),
    ]
    notices = await runtime.database.pool.fetch(
        "SELECT person_id, kind, facts ->> 'role' AS role FROM notices ORDER BY role"
    )
    kind = "ADMINISTRATION_HANDED_OVER"
    assert [tuple(row) for row in notices] == [(receiver, kind, "ADMIN"), (giver, kind, "MEMBER")]
    before = await graph.content()
    again = await hand_over(graph, operator, ref, fromPersonId=public_id("per", giver))
    assert again.data == {"handOverAdministration": done | {"replayed": True}}
    assert await graph.content() == before


async def test_b3_without_one_who_gives_it_up_there_is_one_more(
    graph: Graph, runtime: Runtime, operator: Principal, ref: OrganisationRef
) -> None:
    assert (await hand_over(graph, operator, ref)).data["handOverAdministration"]["errors"] == []
    assert await roles(ref) == [ADMIN, ADMIN, MEMBER]
    again = await hand_over(graph, operator, ref, idempotencyKey="another")
    assert again.data["handOverAdministration"]["errors"] == []
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM audit_entries") == 1, "nothing changed again"
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices") == 1
    taken = await hand_over(
        graph, operator, ref, fromPersonId=public_id("per", ref.admin_id), idempotencyKey="the other goes"
    )
    assert taken.data["handOverAdministration"]["errors"] == []
    assert await roles(ref) == [MEMBER, ADMIN, MEMBER]


async def test_b3_the_new_administrator_can_do_what_the_old_one_cannot_any_more(
    graph: Graph, runtime: Runtime, operator: Principal, ref: OrganisationRef
) -> None:
    old, new = await make_user(runtime, ref.admin_id), await make_user(runtime, ref.members[0].person_id)
    await hand_over(graph, operator, ref, fromPersonId=public_id("per", ref.admin_id))
    target = await Member.get(workspace_id=ref.workspace_id, person_id=ref.members[1].person_id)
    asked = {"organizationId": public_id("org", ref.id), "memberId": public_id("mem", target.id), "idempotencyKey": "r"}
    document = "mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { errors { code } } }"
    codes = [(await graph.ask(document, who, input=asked)).data["removeMember"]["errors"] for who in (old, new)]
    assert codes == [[{"code": "NOT_ADMINISTRATOR"}], []]


async def test_b3_it_goes_to_active_members_alone_and_from_administrators(
    graph: Graph, runtime: Runtime, operator: Principal, ref: OrganisationRef
) -> None:
    elsewhere = await make_organisation(runtime)
    await leave(ref.workspace_id, ref.members[1].person_id, runtime.clock())
    before = await graph.content()
    strangers = [public_id("per", id_) for id_ in (elsewhere.admin_id, ref.members[1].person_id)]
    for field in ("toPersonId", "fromPersonId"):
        for number, id_ in enumerate((*strangers, *bad_ids("per"))):
            answer = await hand_over(graph, operator, ref, **{field: id_}, idempotencyKey=f"{field}{number}")
            (error,) = answer.data["handOverAdministration"]["errors"]
            assert (error["code"], error["field"]) == ("NOT_FOUND", [field])
    member = public_id("per", ref.members[0].person_id)
    answer = await hand_over(
        graph, operator, ref, toPersonId=public_id("per", ref.admin_id), fromPersonId=member, idempotencyKey="no admin"
    )
    assert answer.data["handOverAdministration"]["errors"][0]["field"] == ["fromPersonId"]
    assert await graph.content() | {"verb_results": ()} == before | {"verb_results": ()}


@pytest.mark.parametrize(("status", "code"), [(PersonStatus.TERMINATED, "NOT_FOUND"), (PersonStatus.SUSPENDED, None)])
async def test_a4_who_is_terminated_gets_nothing_and_who_is_suspended_comes_back(
    graph: Graph, operator: Principal, ref: OrganisationRef, *, status: PersonStatus, code: str | None
) -> None:
    await set_status(ref.members[0].person_id, status)
    errors = (await hand_over(graph, operator, ref)).data["handOverAdministration"]["errors"]
    assert [error["code"] for error in errors] == ([code] if code else [])


async def test_b11_there_must_be_such_an_organisation(graph: Graph, operator: Principal, ref: OrganisationRef) -> None:
    for number, id_ in enumerate(bad_ids("org")):
        answer = await hand_over(graph, operator, ref, organizationId=id_, idempotencyKey=f"{number}")
        (error,) = answer.data["handOverAdministration"]["errors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["organizationId"])
    assert await roles(ref) == [ADMIN, MEMBER, MEMBER]


async def test_g1_it_is_for_operators(graph: Graph, runtime: Runtime, service: Principal, ref: OrganisationRef) -> None:
    admin = await make_user(runtime, ref.admin_id)
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (admin, "FORBIDDEN"), (service, "FORBIDDEN")):
        assert (await hand_over(graph, caller, ref)).code == code
    assert await graph.content() == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"fromPersonId": "the receiver"}, "fromPersonId"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, operator: Principal, ref: OrganisationRef, *, given: dict[str, object], field: str
) -> None:
    if given.get("fromPersonId"):
        given = {"fromPersonId": public_id("per", ref.members[0].person_id)}
    before = await graph.content()
    answer = await hand_over(graph, operator, ref, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before
