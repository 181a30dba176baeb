"""`updateProfile`, and what a person sees of themselves that others do not."""

import pytest

from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.wallets import make_colleague
from tests.graphql.conftest import NOBODYS, Answer, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

FIELDS = "displayName email locale timeZone defaultWorkspaceId createdAt"
UPDATE = f"""
mutation ($input: UpdateProfileInput!) {{ updateProfile(input: $input) {{
    person {{ {FIELDS} }} replayed errors {{ code field }}
}} }}
"""
NOTHING = {"email": None, "locale": None, "timeZone": None, "defaultWorkspaceId": None, "createdAt": None}


async def update(graph: Graph, caller: Principal, key: str = "k", /, **given: object) -> Answer:
    return await graph.ask(UPDATE, caller, input={"idempotencyKey": key} | given)


async def test_a_person_sees_and_changes_themselves(graph: Graph, ada: Owner) -> None:
    answer = await graph.ask(f"{{ viewer {{ person {{ {FIELDS} }} }} }}", ada.principal)
    assert answer.data["viewer"]["person"] == {
        "displayName": "Ada",
        "email": None,
        "locale": "ENGLISH",
        "timeZone": "UTC",
        "defaultWorkspaceId": None,
        "createdAt": "2026-01-15T12:00:00Z",
    }
    changes = {
        "displayName": "Ada Lovelace",
        "locale": "SIMPLIFIED_CHINESE",
        "timeZone": "Asia/Shanghai",
        "defaultWorkspaceId": ada.workspace_id,
    }
    answer = await update(graph, ada.principal, **changes)
    payload = answer.data["updateProfile"]
    assert (payload["replayed"], payload["errors"]) == (False, [])
    assert payload["person"] == changes | {"email": None, "createdAt": "2026-01-15T12:00:00Z"}
    again = (await update(graph, ada.principal, **changes)).data["updateProfile"]
    assert again == payload | {"replayed": True}


async def test_a_person_read_before_in_the_same_operation_is_read_anew(graph: Graph, ada: Owner) -> None:
    document = """mutation {
        a: updateProfile(input: { displayName: "A", idempotencyKey: "a" }) { person { displayName } }
        b: updateProfile(input: { displayName: "B", idempotencyKey: "b" }) { person { displayName } }
    }"""
    answer = await graph.ask(document, ada.principal)
    assert answer.data == {"a": {"person": {"displayName": "A"}}, "b": {"person": {"displayName": "B"}}}


async def test_b11_a_service_sees_the_name_alone(graph: Graph, service: Principal, ada: Owner) -> None:
    answer = await graph.ask(f'{{ node(id: "{ada.person_id}") {{ ... on Person {{ {FIELDS} }} }} }}', service)
    assert answer.data == {"node": {"displayName": "Ada"} | NOTHING}


async def test_b11_a_colleague_is_not_seen(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    colleague = await make_colleague(runtime, person_id=ada.wallet.person_id)
    other = await make_colleague(runtime, colleague.workspace_id)
    answer = await graph.ask(
        f'{{ node(id: "{ada.person_id}") {{ id }} }}', Principal(ada.principal.caller, other.person_id)
    )
    assert answer.data == {"node": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("displayName", ""),
        ("displayName", " "),
        ("displayName", "x" * 101),
        ("displayName", "a\0b"),
        ("displayName", 7),
        ("timeZone", "Mars/Olympus"),
        ("timeZone", ""),
        ("timeZone", "a\0b"),
        ("locale", "zh-Hans"),
        ("locale", "tlh"),
        ("idempotencyKey", ""),
        ("email", "eve@example.org"),
    ],
)
async def test_g5_bad_input_names_the_field_and_changes_nothing(
    graph: Graph, ada: Owner, field: str, value: object
) -> None:
    before = await graph.content()
    answer = await update(graph, ada.principal, **{field: value})
    assert answer.code == "BAD_USER_INPUT"
    assert field in str(answer.errors)
    if answer.data is not None:
        assert answer.field == ["input", field]
    assert await graph.content() == before


@pytest.mark.parametrize("id_", bad_ids("wsp"))
async def test_b11_workspaces_that_are_none_and_somebody_elses_look_alike(
    graph: Graph, ada: Owner, stranger: Owner, id_: str
) -> None:
    expected = (await update(graph, ada.principal, "foreign", defaultWorkspaceId=stranger.workspace_id)).data
    assert expected["updateProfile"]["errors"] == [{"code": "NOT_FOUND", "field": ["defaultWorkspaceId"]}]
    assert (await update(graph, ada.principal, "bad", defaultWorkspaceId=id_)).data == expected
    assert str(NOBODYS) not in str(expected)
