"""`restrictApiKey`, `liftRestriction` and `Viewer.violations`: keys of unapproved programs (C4, F5, G1, G3)."""

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from domain.usage import Surface
from services.api_keys import KeyFound
from services.clients import check_client
from services.runtime import Runtime
from tests.factories.api_keys import Coder, MadeKey, make_api_key, make_coder
from tests.graphql.conftest import Graph, Json, bad_ids

pytestmark = pytest.mark.anyio

VERBS = ("restrictApiKey", "liftRestriction")
VIOLATIONS = "{ viewer { violations { at client why product surface keyId keyHint liftedAt } } }"


@pytest.fixture
async def coder(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


@pytest.fixture
async def key(runtime: Runtime, coder: Coder) -> MadeKey:
    return await make_api_key(runtime, coder)


def document(verb: str) -> str:
    return f"""mutation ($input: {verb[0].upper()}{verb[1:]}Input!) {{ {verb}(input: $input) {{
        restriction {{ apiKeyId restrictedAt because }} replayed errors {{ code message field }} }} }}"""


async def change(graph: Graph, caller: Principal, verb: str, key_id: str, **given: object) -> Json:
    asked = {"apiKeyId": key_id, "reason": "resold", "idempotencyKey": verb, **given}
    answer = await graph.ask(document(verb), caller, input=asked)
    assert answer.errors == []
    return answer.data[verb]


async def test_c4_a_key_is_restricted_and_freed(graph: Graph, operator: Principal, key: MadeKey) -> None:
    id_ = public_id("key", key.id)
    restricted = {
        "restriction": {"apiKeyId": id_, "restrictedAt": "2026-01-15T12:00:00Z", "because": "resold"},
        "replayed": False,
        "errors": [],
    }
    free = {**restricted, "restriction": {"apiKeyId": id_, "restrictedAt": None, "because": None}}
    assert await change(graph, operator, "restrictApiKey", id_) == restricted
    assert await change(graph, operator, "liftRestriction", id_) == free
    assert await change(graph, operator, "restrictApiKey", id_) == {**restricted, "replayed": True}  # F5: the original
    again = await change(graph, operator, "liftRestriction", id_, idempotencyKey="2")
    assert (again["restriction"], [error["code"] for error in again["errors"]]) == (None, ["KEY_NOT_RESTRICTED"])


async def test_b11_unknown_and_malformed_keys_are_the_same(graph: Graph, operator: Principal, coder: Coder) -> None:
    for verb in VERBS:
        for number, id_ in enumerate((public_id("wal", coder.wallet.id), *bad_ids("key"))):
            told = await change(graph, operator, verb, id_, idempotencyKey=f"{verb}{number}")
            refusal = {"code": "NOT_FOUND", "message": "There is no such API key.", "field": ["apiKeyId"]}
            assert told == {"restriction": None, "replayed": False, "errors": [refusal]}


@pytest.mark.parametrize("verb", VERBS)
async def test_g1_they_are_for_operators(
    graph: Graph, service: Principal, coder: Coder, key: MadeKey, verb: str
) -> None:
    before = await graph.content()
    asked = {"apiKeyId": public_id("key", key.id), "reason": "me", "idempotencyKey": "k"}
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (coder.principal, "FORBIDDEN"), (service, "FORBIDDEN")):
        assert (await graph.ask(document(verb), caller, input=asked)).code == code
    assert await graph.content() == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("given", [{"reason": " "}, {"reason": "x" * 501}, {"idempotencyKey": ""}])
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, operator: Principal, key: MadeKey, *, verb: str, given: dict[str, str]
) -> None:
    before = await graph.content()
    asked = {"apiKeyId": public_id("key", key.id), "reason": "resold", "idempotencyKey": "k", **given}
    answer = await graph.ask(document(verb), operator, input=asked)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", *given])
    assert await graph.content() == before


async def test_c4_b11_people_see_the_violations_of_their_own_keys(
    graph: Graph, runtime: Runtime, operator: Principal, coder: Coder, key: MadeKey
) -> None:
    found = KeyFound(key.id, coder.wallet.person_id, coder.wallet.workspace_id, coder.wallet.id)
    await check_client(
        runtime, found, client="Kimi CLl", proof=None, product="coding-request", surface=Surface.CLI, caller=None
    )
    shown = {
        "at": "2026-01-15T12:00:00Z",
        "client": "Kimi CLl",
        "why": "UNKNOWN",
        "product": "coding-request",
        "surface": "CLI",
        "keyId": public_id("key", key.id),
        "keyHint": f"ak_…{key.text[-4:]}",
        "liftedAt": None,
    }
    assert (await graph.ask(VIOLATIONS, coder.principal)).data == {"viewer": {"violations": [shown]}}
    for caller in ((await make_coder(runtime)).principal, operator):
        assert (await graph.ask(VIOLATIONS, caller)).data == {"viewer": {"violations": []}}
