"""`approvedClients` and `publishClientList`: the list, for everybody; its next version, by operators (C4, F5, G1)."""

import pytest

from domain.principals import ANONYMOUS, Principal
from tests.graphql.conftest import Graph, Json, Owner

pytestmark = pytest.mark.anyio

APPROVED = "{ approvedClients { version publishedAt clients { clientId name proof } } }"
PUBLISH = """
mutation ($input: PublishClientListInput!) { publishClientList(input: $input) {
    clientList { version publishedAt clients { clientId name proof } } secrets { clientId secret }
    replayed errors { code message field }
} }
"""
KIMI = {"clientId": "kimi-cli", "name": "Kimi CLI"}
CLINE = {"clientId": "cline", "name": "Cline", "proof": "SIGNATURE"}
LIST = {"clients": [KIMI, CLINE], "reason": "Cline asked", "idempotencyKey": "k"}


async def publish(graph: Graph, caller: Principal, **changes: object) -> Json:
    answer = await graph.ask(PUBLISH, caller, input={**LIST, **changes})
    assert answer.errors == []
    return answer.data["publishClientList"]


async def test_c4_everybody_may_read_the_list(graph: Graph, operator: Principal, ada: Owner) -> None:
    for caller in (ANONYMOUS, ada.principal, operator):
        shown = (await graph.ask(APPROVED, caller)).data["approvedClients"]
        assert (shown["version"], shown["publishedAt"]) == (0, None)
        assert [each["name"] for each in shown["clients"]] == ["Kimi CLI", "Claude Code", "Roo Code"]


async def test_c4_a_published_list_is_in_force_at_once(graph: Graph, operator: Principal) -> None:
    first = await publish(graph, operator)
    assert first["clientList"] == {
        "version": 1,
        "publishedAt": "2026-01-15T12:00:00Z",
        "clients": [{**KIMI, "proof": "NONE"}, CLINE],
    }
    assert [each["clientId"] for each in first["secrets"]] == ["cline"]
    assert first["secrets"][0]["secret"].startswith("acs_")
    assert (await graph.ask(APPROVED)).data["approvedClients"] == first["clientList"]
    before = await graph.content()
    assert await publish(graph, operator) == {**first, "secrets": [], "replayed": True}
    reused = await publish(graph, operator, clients=[KIMI])
    assert (reused["clientList"], reused["secrets"]) == (None, [])
    assert [error["code"] for error in reused["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await graph.content() == before
    renewed = await publish(graph, operator, clients=[{**CLINE, "renewSecret": True}], idempotencyKey="2")
    assert renewed["secrets"] != first["secrets"]
    assert (await graph.ask(APPROVED)).data["approvedClients"]["version"] == 2


async def test_g1_it_is_for_operators(graph: Graph, service: Principal, ada: Owner) -> None:
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (ada.principal, "FORBIDDEN"), (service, "FORBIDDEN")):
        assert (await graph.ask(PUBLISH, caller, input=LIST)).code == code
    assert await graph.content() == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"clients": []}, "clients"),
        ({"clients": [KIMI, KIMI]}, "clients"),
        ({"clients": [{**KIMI, "name": ""}]}, "clients"),
        ({"clients": [{**KIMI, "clientId": "Kimi CLI"}]}, "clients"),
        ({"clients": [{**KIMI, "renewSecret": True}]}, "clients"),
        ({"clients": [{"clientId": f"c{n}", "name": f"C {n}"} for n in range(101)]}, "clients"),
        ({"reason": ""}, "reason"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_c4_mistakes_are_named_and_change_nothing(
    graph: Graph, operator: Principal, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await graph.ask(PUBLISH, operator, input={**LIST, **given})
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before
