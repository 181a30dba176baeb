"""`requestDeletion`, `cancelDeletion` and `viewer { deletion }`."""

from datetime import timedelta

import pytest

from domain.principals import ANONYMOUS, Caller, Principal
from domain.workspaces import MemberRole
from services.deletions import SIGN_IN_IS_FRESH
from services.due_deletions import carry_out_deletions
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.people_data import Known, make_known
from tests.factories.workspaces import join, make_enterprise_workspace
from tests.graphql.conftest import NOBODYS, Graph

pytestmark = pytest.mark.anyio

FIELDS = "replayed deletion { requestedAt dueAt } errors { code field message }"
ASK = f"mutation ($key: String!) {{ requestDeletion(input: {{ idempotencyKey: $key }}) {{ {FIELDS} }} }}"
BACK = f"mutation ($key: String!) {{ cancelDeletion(input: {{ idempotencyKey: $key }}) {{ {FIELDS} }} }}"
STATE = "{ viewer { deletion { requestedAt dueAt } } }"
DUE = {"requestedAt": "2026-01-15T12:00:00Z", "dueAt": "2026-01-22T12:00:00Z"}


@pytest.fixture
async def grace(runtime: Runtime) -> Known:
    return await make_known(runtime)


async def test_a5_a_deletion_is_asked_for_shown_and_called_back(graph: Graph, grace: Known) -> None:
    assert (await graph.ask(STATE, grace.principal)).data["viewer"]["deletion"] is None
    done = (await graph.ask(ASK, grace.principal, key="one")).data["requestDeletion"]
    assert done == {"replayed": False, "deletion": DUE, "errors": []}
    assert (await graph.ask(STATE, grace.principal)).data["viewer"]["deletion"] == DUE
    again = (await graph.ask(ASK, grace.principal, key="one")).data["requestDeletion"]
    assert again == {"replayed": True, "deletion": DUE, "errors": []}
    back = (await graph.ask(BACK, grace.principal, key="two")).data["cancelDeletion"]
    assert back == {"replayed": False, "deletion": DUE, "errors": []}
    assert (await graph.ask(STATE, grace.principal)).data["viewer"]["deletion"] is None
    nothing = (await graph.ask(BACK, grace.principal, key="three")).data["cancelDeletion"]
    assert (nothing["deletion"], nothing["errors"][0]["code"]) == (None, "NOT_FOUND")


async def test_a5_refusals_are_data_and_change_nothing(
    graph: Graph, runtime: Runtime, clock: TestClock, grace: Known
) -> None:
    workspace = await make_enterprise_workspace()
    other = await make_known(runtime, "-other", rich=False)
    await join(workspace, grace.person_id, MemberRole.ADMIN)
    await join(workspace, other.person_id)
    refused = (await graph.ask(ASK, grace.principal, key="one")).data["requestDeletion"]
    assert (refused["deletion"], refused["errors"][0]["code"]) == (None, "SOLE_ADMINISTRATOR")
    clock.now = NOW + SIGN_IN_IS_FRESH
    before = await graph.content()
    refused = (await graph.ask(ASK, grace.principal, key="two")).data["requestDeletion"]
    assert (refused["deletion"], refused["errors"][0]["code"]) == (None, "REAUTHENTICATION_REQUIRED")
    assert await graph.content() == before
    reused = (await graph.ask(BACK, grace.principal, key="one")).data["cancelDeletion"]
    assert reused["errors"][0] | {"message": ""} == {
        "code": "IDEMPOTENCY_KEY_REUSED",
        "field": ["idempotencyKey"],
        "message": "",
    }


@pytest.mark.parametrize("query", [ASK, BACK])
@pytest.mark.parametrize("caller", [ANONYMOUS, Principal(Caller.GUEST, NOBODYS), Principal(Caller.OPERATOR, NOBODYS)])
async def test_a5_who_is_not_registered_can_do_neither(graph: Graph, query: str, caller: Principal) -> None:
    before = await graph.content()
    assert (await graph.ask(query, caller, key="one")).code in {"UNAUTHENTICATED", "FORBIDDEN"}
    assert await graph.content() == before


async def test_a5_an_open_feed_ends_with_the_account(
    graph: Graph, runtime: Runtime, clock: TestClock, grace: Known
) -> None:
    await runtime.database.pool.execute(
        "UPDATE credentials SET expires_at = $1 WHERE kind = 'SESSION'", NOW + timedelta(days=30)
    )
    home = (await graph.ask("{ viewer { workspaces { id } } }", grace.principal)).data["viewer"]["workspaces"][0]["id"]
    await graph.ask(ASK, grace.principal, key="one")
    clock.advance(timedelta(days=7))
    feed = "subscription ($id: ID!) { usageFeed(workspaceId: $id) { __typename } }"
    async with graph.following(feed, grace.principal, id=home) as following:
        assert (await following.next())["__typename"] == "UsageSnapshot"
        assert await carry_out_deletions(runtime) == 1
        message = await following.socket.get()
        while message["type"] == "next":
            message = await following.socket.get()
    assert message["payload"][0]["extensions"]["code"] == "CREDENTIAL_ENDED"
