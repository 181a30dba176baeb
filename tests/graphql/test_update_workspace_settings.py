"""`updateWorkspaceSettings`, and a workspace's settings wherever it is shown (B11, B12)."""

from uuid import uuid4

import pytest

from domain.ids import public_id
from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.statements import recorded
from tests.factories.wallets import make_colleague
from tests.graphql.conftest import Answer, Graph, Json, Owner, bad_ids

pytestmark = pytest.mark.anyio

UPDATE = """
mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) {
    workspace { id settings { name value } } replayed errors { code message field details { name value } }
} }
"""
SETTINGS = "{ viewer { workspaces { id settings { name value } } } }"


async def update(graph: Graph, caller: Principal, workspace: str, key: str | None = None, /, **given: object) -> Answer:
    asked = {"workspaceId": workspace, "idempotencyKey": key or str(uuid4())} | given
    return await graph.ask(UPDATE, caller, input=asked)


def values(**given: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in given.items()]


async def settings(graph: Graph, caller: Principal) -> dict[str, Json]:
    answer = await graph.ask(SETTINGS, caller)
    assert answer.errors == []
    return {each["id"]: each["settings"] for each in answer.data["viewer"]["workspaces"]}


async def test_b12_the_answer_has_the_workspace_with_all_its_settings(graph: Graph, ada: Owner) -> None:
    await update(graph, ada.principal, ada.workspace_id, set=values(theme="dark", width="3"))
    answer = await update(graph, ada.principal, ada.workspace_id, set=values(a="🦉"), remove=["width"])
    kept = [{"name": "a", "value": "🦉"}, {"name": "theme", "value": "dark"}]
    assert answer.data["updateWorkspaceSettings"] == {
        "workspace": {"id": ada.workspace_id, "settings": kept},
        "replayed": False,
        "errors": [],
    }
    assert await settings(graph, ada.principal) == {ada.workspace_id: kept}


async def test_b12_settings_read_before_in_the_same_operation_are_read_anew(graph: Graph, ada: Owner) -> None:
    one = f'workspaceId: "{ada.workspace_id}", idempotencyKey'
    document = f"""mutation {{
        a: updateWorkspaceSettings(input: {{ set: [{{ name: "n", value: "1" }}], {one}: "a" }})
            {{ workspace {{ settings {{ value }} }} }}
        b: updateWorkspaceSettings(input: {{ set: [{{ name: "n", value: "2" }}], {one}: "b" }})
            {{ workspace {{ settings {{ value }} }} }}
    }}"""
    answer = await graph.ask(document, ada.principal)
    assert [answer.data[name]["workspace"]["settings"][0]["value"] for name in "ab"] == ["1", "2"]


async def test_b11_nothing_shows_in_another_workspace_or_to_another_member(
    graph: Graph, runtime: Runtime, ada: Owner
) -> None:
    office = await make_colleague(runtime, person_id=ada.wallet.person_id)
    colleague = await make_user(runtime, (await make_colleague(runtime, office.workspace_id)).person_id)
    work = public_id("wsp", office.workspace_id)
    await update(graph, ada.principal, work, set=values(theme="dark"))
    assert await settings(graph, ada.principal) == {ada.workspace_id: [], work: values(theme="dark")}
    assert await settings(graph, colleague) == {work: []}


async def test_f5_a_change_happens_once(graph: Graph, ada: Owner) -> None:
    first = await update(graph, ada.principal, ada.workspace_id, "k", set=values(a="1"))
    before = await graph.content()
    again = await update(graph, ada.principal, ada.workspace_id, "k", set=values(a="1"))
    payload = first.data["updateWorkspaceSettings"]
    assert again.data["updateWorkspaceSettings"] == payload | {"replayed": True}
    other = await update(graph, ada.principal, ada.workspace_id, "k", set=values(a="2"))
    (refusal,) = other.data["updateWorkspaceSettings"]["errors"]
    assert refusal["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await graph.content() == before


async def test_b12_more_than_50_are_refused(graph: Graph, ada: Owner) -> None:
    many = values(**{f"n{n}": "" for n in range(50)})
    await update(graph, ada.principal, ada.workspace_id, set=many)
    answer = await update(graph, ada.principal, ada.workspace_id, set=values(a="1"))
    payload = answer.data["updateWorkspaceSettings"]
    (refusal,) = payload["errors"]
    assert (payload["workspace"], refusal["code"], refusal["field"]) == (None, "TOO_MANY_SETTINGS", ["set"])
    assert refusal["details"] == [{"name": "max", "value": "50"}]
    assert len((await settings(graph, ada.principal))[ada.workspace_id]) == 50


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("set", {}),
        ("set", {"set": values(Upper="x")}),
        ("set", {"set": values(**{"": "x"})}),
        ("set", {"set": values(a="x" * 1_001)}),
        ("set", {"set": [*values(a="1"), *values(a="2")]}),
        ("set", {"set": values(**{f"n{n}": "" for n in range(51)})}),
        ("remove", {"remove": ["no spaces"]}),
        ("remove", {"remove": [f"n{n}" for n in range(51)]}),
        ("remove", {"set": values(a="1"), "remove": ["a"]}),
        ("idempotencyKey", {"set": values(a="1"), "idempotencyKey": ""}),
    ],
)
async def test_g5_bad_input_names_the_field_and_changes_nothing(
    graph: Graph, ada: Owner, field: str, given: dict[str, object]
) -> None:
    before = await graph.content()
    answer = await update(graph, ada.principal, ada.workspace_id, **given)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


@pytest.mark.parametrize("given", [{"set": values(a="nul\0")}, {"remove": ["a\0"]}, {"set": [{"name": "a"}]}])
async def test_g5_what_cannot_be_kept_is_refused(graph: Graph, ada: Owner, given: dict[str, object]) -> None:
    before = await graph.content()
    assert (await update(graph, ada.principal, ada.workspace_id, **given)).code == "BAD_USER_INPUT"
    assert await graph.content() == before


async def test_b11_workspaces_that_are_none_and_somebody_elses_look_alike(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    organisation = await make_colleague(runtime)
    expected = (await update(graph, ada.principal, stranger.workspace_id, set=values(a="1"))).data
    (refusal,) = expected["updateWorkspaceSettings"]["errors"]
    assert (refusal["code"], refusal["message"]) == ("NOT_FOUND", "There is no such workspace.")
    for id_ in (public_id("wsp", organisation.workspace_id), *bad_ids("wsp")):
        assert (await update(graph, ada.principal, id_, set=values(a="1"))).data == expected


async def test_statements_do_not_grow_with_workspaces(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    counts = []
    for more in (0, 4, 20):
        for _ in range(more):
            await make_colleague(runtime, person_id=ada.wallet.person_id)
        async with recorded(runtime.database.pool) as statements:
            answer = await graph.ask_once(SETTINGS, ada.principal)
        counts.append((len(answer.data["viewer"]["workspaces"]), len(statements)))
    assert counts == [(1, 2), (5, 2), (25, 2)]
    given = {"workspaceId": ada.workspace_id, "idempotencyKey": "k", "set": values(a="1")}
    async with recorded(runtime.database.pool) as statements:
        await graph.ask_once(UPDATE, ada.principal, input=given)
    assert len(statements) == 6 + 2
