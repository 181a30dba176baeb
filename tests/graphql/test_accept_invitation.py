"""`acceptInvitation`: one joins, and goes to the workspace at once (B4, B5, B8, B9)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Caller, Principal
from domain.usage import Surface
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import OrganisationRef, invite, make_account, make_organisation, user
from tests.graphql.conftest import Graph, Json, Owner

pytestmark = pytest.mark.anyio

ACCEPT = """
mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
    workspace {
        id name kind role wallet { id }
        quotas { meter { id } granted used remaining periodStart resetsAt } credits { granted }
    }
    replayed errors { code field message details { name value } }
} }
"""
INVALID = {"code": "INVITATION_INVALID", "field": ["token"], "details": []}


@pytest.fixture
async def labs(runtime: Runtime) -> OrganisationRef:
    return await make_organisation(runtime)


async def accept(graph: Graph, token: str, caller: Principal, key: str = "k") -> Json:
    answer = await graph.ask(ACCEPT, caller, input={"token": token, "idempotencyKey": key})
    return answer.data["acceptInvitation"]


async def refused(graph: Graph, token: str, caller: Principal, key: str = "k") -> Json:
    before = await graph.content()
    payload = await accept(graph, token, caller, key)
    assert (payload["workspace"], payload["replayed"]) == (None, False)
    after = await graph.content()
    assert after | {"verb_results": ()} == before | {"verb_results": ()}
    (error,) = payload["errors"]
    error.pop("message")
    return error


async def test_b5_b9_who_joins_sees_the_workspace_its_role_and_the_whole_quota(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, ada: Owner, clock: TestClock
) -> None:
    clock.advance(timedelta(days=3))
    token = await invite(runtime, labs)
    payload = await accept(graph, token, ada.principal)
    assert (payload["replayed"], payload["errors"]) == (False, [])
    workspace = payload["workspace"]
    assert workspace["wallet"]["id"].startswith("wal_")
    assert workspace | {"wallet": None} == {
        "id": public_id("wsp", labs.workspace_id),
        "name": "Example Labs",
        "kind": "ENTERPRISE",
        "role": "MEMBER",
        "wallet": None,
        "quotas": [
            {
                "meter": {"id": meter},
                "granted": granted,
                "used": "0",
                "remaining": granted,
                "periodStart": start,
                "resetsAt": end,
            }
            for meter, granted, start, end in (
                ("chat_credit", "2000", "2026-01-15T12:00:00Z", "2026-02-15T12:00:00Z"),
                ("work_token", "5000000", "2026-01-15T12:00:00Z", "2026-02-15T12:00:00Z"),
                ("running_task", "30", None, None),
            )
        ],
        "credits": [],
    }
    assert await accept(graph, token, ada.principal) == payload | {"replayed": True}
    before = await graph.content()
    assert await accept(graph, token, ada.principal, "again") == payload
    assert (await graph.content()) | {"verb_results": ()} == before | {"verb_results": ()}


async def test_b5_what_was_looked_for_before_in_the_same_operation_is_there(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, ada: Owner
) -> None:
    token = await invite(runtime, labs)
    document = f"""mutation {{
        a: acceptInvitation(input: {{ token: "ali_no", idempotencyKey: "a" }}) {{ workspace {{ id }} }}
        b: acceptInvitation(input: {{ token: "{token}", idempotencyKey: "b" }}) {{ workspace {{ role }} }}
    }}"""
    answer = await graph.ask(document, ada.principal)
    assert answer.data == {"a": {"workspace": None}, "b": {"workspace": {"role": "MEMBER"}}}


async def test_b13_who_joins_on_a_phone_is_a_member_and_works_on_the_web(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, ada: Owner
) -> None:
    token = await invite(runtime, labs)
    mobile = replace(ada.principal, surface=Surface.MOBILE)
    assert await accept(graph, token, mobile) == {"workspace": None, "replayed": False, "errors": []}
    payload = await accept(graph, token, ada.principal)
    assert (payload["workspace"]["role"], payload["replayed"]) == ("MEMBER", True)


async def test_b4_links_that_do_not_hold_are_refused_alike(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, ada: Owner, clock: TestClock
) -> None:
    bo = user((await make_account(runtime, "Bo", email="bo@example.org")).person_id)
    used_up, foreign = await invite(runtime, labs, uses_max=1), await invite(runtime, labs, email="di@example.org")
    expired = await invite(runtime, labs, days=2)
    await accept(graph, used_up, ada.principal)
    clock.now = NOW + timedelta(days=2)
    for number, token in enumerate((used_up, foreign, expired, "", "ali_no", "ali_" + "A" * 43, "x" * 10_000)):
        assert await refused(graph, token, bo, f"k{number}") == INVALID


async def test_b5_without_a_seat_and_beyond_ten_organizations_one_is_refused(
    graph: Graph, runtime: Runtime, ada: Owner
) -> None:
    small = await make_organisation(runtime, seats=2)
    token = await invite(runtime, small)
    await accept(graph, token, ada.principal)
    bo = user((await make_account(runtime, "Bo")).person_id)
    assert await refused(graph, token, bo) == {"code": "NO_SEAT_AVAILABLE", "field": [], "details": []}
    for number in range(9):
        await accept(graph, await invite(runtime, await make_organisation(runtime)), ada.principal, f"k{number}")
    eleventh = await invite(runtime, await make_organisation(runtime))
    assert await refused(graph, eleventh, ada.principal, "last") == {
        "code": "TOO_MANY_ORGANIZATIONS",
        "field": [],
        "details": [{"name": "limit", "value": "10"}],
    }


async def test_f5_a_key_that_was_used_for_another_link_is_refused(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, ada: Owner
) -> None:
    await accept(graph, await invite(runtime, labs), ada.principal)
    other = await invite(runtime, labs)
    assert (await refused(graph, other, ada.principal))["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("key", ["", "a\0b", "x" * 256])
async def test_g5_a_bad_key_names_the_field_and_changes_nothing(
    graph: Graph, runtime: Runtime, labs: OrganisationRef, ada: Owner, key: str
) -> None:
    token = await invite(runtime, labs)
    before = await graph.content()
    answer = await graph.ask(ACCEPT, ada.principal, input={"token": token, "idempotencyKey": key})
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "idempotencyKey"])
    assert await graph.content() == before


async def test_g1_guests_services_operators_and_strangers_join_nothing(
    graph: Graph, labs: OrganisationRef, ada: Owner, service: Principal, operator: Principal
) -> None:
    asked = {"token": await invite(graph.runtime, labs), "idempotencyKey": "k"}
    before = await graph.content()
    assert (await graph.ask(ACCEPT, ANONYMOUS, input=asked)).code == "UNAUTHENTICATED"
    for caller in (Principal(Caller.GUEST, ada.principal.subject), service, operator):
        assert (await graph.ask(ACCEPT, caller, input=asked)).code == "FORBIDDEN"
    assert await graph.content() == before
