"""`createApiKey`: for members with the coding benefit, in the personal workspace, shown once (C3)."""

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from tests.factories.api_keys import Coder, make_coder
from tests.factories.wallets import make_colleague
from tests.graphql.conftest import Graph, bad_ids
from tests.graphql.keys import KEYS, NODE, create, created, workspace_id

pytestmark = pytest.mark.anyio


@pytest.fixture
async def coder(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


async def test_c3_a_key_is_made_and_shown_once(graph: Graph, coder: Coder) -> None:
    given = {"expiresInDays": 30, "scopes": ["coding-request"], "workspaceId": workspace_id(coder)}
    payload = (await create(graph, coder.principal, **given)).data["createApiKey"]
    secret, key = payload["secret"], payload["apiKey"]
    assert (payload["replayed"], payload["errors"]) == (False, [])
    assert (secret[:3], len(secret)) == ("ak_", 49)
    assert key["id"].startswith("key_")
    assert key == {
        "id": key["id"],
        "name": "Laptop",
        "hint": f"ak_…{secret[-4:]}",
        "scopes": ["coding-request"],
        "createdAt": "2026-01-15T12:00:00Z",
        "expiresAt": "2026-02-14T12:00:00Z",
        "lastUsedAt": None,
        "lastClient": None,
        "restrictedAt": None,
        "restrictedBecause": None,
        "revokedAt": None,
    }
    before = await graph.content()
    again = (await create(graph, coder.principal, **given)).data["createApiKey"]
    assert again == payload | {"secret": None, "replayed": True}
    assert secret[3:-4] not in str(before)
    assert await graph.content() == before


async def test_c3_the_owner_alone_sees_it(graph: Graph, runtime: Runtime, coder: Coder, operator: Principal) -> None:
    key, _ = await created(graph, coder)
    other = await make_coder(runtime)
    assert (await graph.ask(KEYS, coder.principal)).data == {"viewer": {"apiKeys": [key]}}
    assert (await graph.ask(NODE, coder.principal, id=key["id"])).data == {"node": key}
    for caller in (other.principal, operator):
        assert (await graph.ask(KEYS, caller)).data == {"viewer": {"apiKeys": []}}
        assert (await graph.ask(NODE, caller, id=key["id"])).data == {"node": None}
    for id_ in bad_ids("key"):
        assert (await graph.ask(NODE, coder.principal, id=id_)).data == {"node": None}


async def test_c3_without_the_benefit_it_is_refused(graph: Graph, runtime: Runtime) -> None:
    poor = await make_coder(runtime, plan=None)
    payload = (await create(graph, poor.principal)).data["createApiKey"]
    assert (payload["apiKey"], payload["secret"]) == (None, None)
    assert [error["code"] for error in payload["errors"]] == ["NOT_ENTITLED"]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM credentials WHERE kind = 'API_KEY'") == 0


async def test_c3_in_an_enterprise_workspace_it_is_for_personal_use_only(
    graph: Graph, runtime: Runtime, coder: Coder
) -> None:
    shared = await make_colleague(runtime, person_id=coder.wallet.person_id)
    asked = {"workspaceId": public_id("wsp", shared.workspace_id)}
    (refusal,) = (await create(graph, coder.principal, **asked)).data["createApiKey"]["errors"]
    assert (refusal["code"], refusal["field"]) == ("PERSONAL_USE_ONLY", ["workspaceId"])
    assert "usage-based API" in refusal["message"]
    assert refusal["details"] == [
        {"name": "alternative", "value": "USAGE_BASED_API"},
        {"name": "workspaceId", "value": workspace_id(coder)},
    ]


async def test_b11_unknown_foreign_and_malformed_workspaces_are_the_same(
    graph: Graph, runtime: Runtime, coder: Coder
) -> None:
    foreign = await make_colleague(runtime)
    told = []
    for number, id_ in enumerate((public_id("wsp", foreign.workspace_id), *bad_ids("wsp"))):
        payload = (await create(graph, coder.principal, f"k{number}", workspaceId=id_)).data["createApiKey"]
        assert [error["code"] for error in payload["errors"]] == ["NOT_FOUND"]
        told.append(payload)
    assert all(each == told[0] for each in told)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " "),
        ("name", "a" * 101),
        ("name", "a\u0000"),
        ("name", None),
        ("expiresInDays", 0),
        ("expiresInDays", 367),
        ("expiresInDays", 1.5),
        ("scopes", None),
        ("scopes", [""]),
        ("scopes", ["no-such-product"]),
        ("idempotencyKey", ""),
        ("secret", "ak_mine"),
    ],
)
async def test_g5_bad_input_names_the_field_and_changes_nothing(
    graph: Graph, coder: Coder, field: str, value: object
) -> None:
    before = await graph.content()
    answer = await create(graph, coder.principal, **{field: value})
    assert answer.code == "BAD_USER_INPUT"
    assert field in str(answer.errors)
    assert await graph.content() == before


async def test_g1_only_registered_people_make_keys(graph: Graph, service: Principal, operator: Principal) -> None:
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (operator, "FORBIDDEN")):
        assert (await create(graph, caller)).code == code
