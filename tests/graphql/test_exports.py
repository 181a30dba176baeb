"""`requestExport` and `viewer { exports }`: asked for, listed, found by id; one's own alone."""

import pytest

from domain.principals import ANONYMOUS, Caller, Principal
from services.export_building import build_next_export
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.people_data import Known, make_known
from tests.factories.statements import recorded
from tests.graphql.conftest import NOBODYS, Graph, bad_ids

pytestmark = pytest.mark.anyio

FIELDS = "id state progress size sha256 path requestedAt finishedAt expiresAt"
ASK = f"""mutation ($key: String!) {{ requestExport(input: {{ idempotencyKey: $key }}) {{
    replayed export {{ {FIELDS} }} errors {{ code field }} }} }}"""
LIST = f"{{ viewer {{ exports {{ {FIELDS} }} }} }}"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ __typename ... on Export {{ {FIELDS} }} }} }}"


@pytest.fixture
async def grace(runtime: Runtime) -> Known:
    return await make_known(runtime)


async def test_a5_an_export_is_queued_listed_and_found(graph: Graph, grace: Known) -> None:
    payload = (await graph.ask(ASK, grace.principal, key="one")).data["requestExport"]
    asked = payload["export"]
    assert asked["id"].startswith("exp_")
    assert (payload["replayed"], payload["errors"]) == (False, [])
    assert {**asked, "id": ""} == {
        "id": "",
        "state": "QUEUED",
        "progress": 0,
        "size": None,
        "sha256": None,
        "path": None,
        "requestedAt": "2026-01-15T12:00:00Z",
        "finishedAt": None,
        "expiresAt": None,
    }
    assert (await graph.ask(LIST, grace.principal)).data["viewer"]["exports"] == [asked]
    found = (await graph.ask(NODE, grace.principal, id=asked["id"])).data["node"]
    assert found == {"__typename": "Export", **asked}
    again = (await graph.ask(ASK, grace.principal, key="one")).data["requestExport"]
    assert again == {"replayed": True, "export": asked, "errors": []}


async def test_a5_one_that_is_ready_says_where_it_is(graph: Graph, runtime: Runtime, grace: Known) -> None:
    await graph.ask(ASK, grace.principal, key="one")
    assert await build_next_export(runtime)
    (ready,) = (await graph.ask(LIST, grace.principal)).data["viewer"]["exports"]
    assert (ready["state"], ready["progress"], ready["path"]) == ("READY", 100, f"/exports/{ready['id']}")
    assert int(ready["size"]) > 0
    assert len(ready["sha256"]) == 64
    assert ready["expiresAt"] == "2026-01-22T12:00:00Z"


async def test_b11_a_foreign_export_and_an_unknown_one_look_alike(
    graph: Graph, runtime: Runtime, grace: Known, service: Principal
) -> None:
    other = await make_known(runtime, "-other", rich=False)
    id_ = (await graph.ask(ASK, grace.principal, key="one")).data["requestExport"]["export"]["id"]
    operator = Principal(Caller.OPERATOR, NOBODYS)
    for caller in (other.principal, service, operator):
        assert (await graph.ask(NODE, caller, id=id_)).data == {"node": None}
        assert (await graph.ask(LIST, caller)).data["viewer"]["exports"] == []
    for bad in bad_ids("exp"):
        assert (await graph.ask(NODE, grace.principal, id=bad)).data == {"node": None}


@pytest.mark.parametrize("caller", [ANONYMOUS, Principal(Caller.GUEST, NOBODYS), Principal(Caller.OPERATOR, NOBODYS)])
async def test_a5_who_is_not_registered_cannot_ask(graph: Graph, caller: Principal) -> None:
    before = await graph.content()
    assert (await graph.ask(ASK, caller, key="one")).code in {"UNAUTHENTICATED", "FORBIDDEN"}
    assert await graph.content() == before


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
async def test_keys_that_are_none_name_their_field(graph: Graph, grace: Known, key: str) -> None:
    answer = await graph.ask(ASK, grace.principal, key=key)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "idempotencyKey"])


async def test_a5_progress_arrives_in_the_feed(graph: Graph, runtime: Runtime, grace: Known) -> None:
    await graph.ask(ASK, grace.principal, key="one")
    home = (await graph.ask("{ viewer { workspaces { id } } }", grace.principal)).data["viewer"]["workspaces"][0]["id"]
    feed = "subscription ($id: ID!) { usageFeed(workspaceId: $id) { __typename } }"
    async with graph.following(feed, grace.principal, id=home) as following:
        assert (await following.next())["__typename"] == "UsageSnapshot"
        assert await build_next_export(runtime)
        kinds = {(await following.next())["__typename"] for _ in range(2)}
    assert kinds == {"NoticeReceived"}


async def test_statements_of_the_list_do_not_grow(graph: Graph, runtime: Runtime, grace: Known) -> None:
    counts = []
    for more in (1, 15):
        await runtime.database.pool.execute(
            """INSERT INTO exports (id, person_id, state, progress, requested_at)
            SELECT gen_random_uuid(), $1, 'FAILED', 0, $3 FROM generate_series(1, $2)""",
            grace.person_id,
            more,
            NOW,
        )
        async with recorded(runtime.database.pool) as statements:
            assert (await graph.ask_once(LIST, grace.principal)).errors == []
        counts.append(len(statements))
    assert counts == [1, 1]
