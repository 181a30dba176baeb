"""`revokeApiKey`: one's own keys, for good (C3)."""

from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from tests.factories.api_keys import Coder, make_coder
from tests.factories.clock import TestClock
from tests.graphql.conftest import Graph, bad_ids
from tests.graphql.keys import KEYS, NODE, consume, created, revoke

pytestmark = pytest.mark.anyio


@pytest.fixture
async def coder(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


async def test_c3_a_key_is_revoked_once_and_for_good(
    graph: Graph, coder: Coder, clock: TestClock, service: Principal
) -> None:
    key, secret = await created(graph, coder)
    clock.advance(timedelta(days=1))
    revoked = key | {"revokedAt": "2026-01-16T12:00:00Z"}
    payload = (await revoke(graph, coder.principal, key["id"])).data["revokeApiKey"]
    assert payload == {"apiKey": revoked, "replayed": False, "errors": []}
    told = (await consume(graph, service, secret)).data["consume"]["errors"]
    assert [error["code"] for error in told] == ["KEY_INVALID"]
    clock.advance(timedelta(days=1))
    assert (await revoke(graph, coder.principal, key["id"])).data["revokeApiKey"] == payload | {"replayed": True}
    assert (await revoke(graph, coder.principal, key["id"], "r2")).data["revokeApiKey"] == payload
    assert (await graph.ask(KEYS, coder.principal)).data == {"viewer": {"apiKeys": [revoked]}}
    clock.advance(timedelta(days=30))
    assert (await graph.ask(NODE, coder.principal, id=key["id"])).data == {"node": revoked}


async def test_b11_other_keys_do_not_exist(graph: Graph, runtime: Runtime, coder: Coder) -> None:
    key, _ = await created(graph, coder)
    other = await make_coder(runtime)
    session = other.principal.credential
    assert session
    told = []
    for number, id_ in enumerate((key["id"], public_id("key", session), *bad_ids("key"))):
        payload = (await revoke(graph, other.principal, id_, f"r{number}")).data["revokeApiKey"]
        assert [(error["code"], error["field"]) for error in payload["errors"]] == [("NOT_FOUND", ["keyId"])]
        told.append(payload)
    assert all(each == told[0] for each in told)
    assert (await graph.ask(NODE, coder.principal, id=key["id"])).data == {"node": key}


async def test_g5_bad_input_changes_nothing(graph: Graph, coder: Coder) -> None:
    key, _ = await created(graph, coder)
    before = await graph.content()
    answer = await revoke(graph, coder.principal, key["id"], "")
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "idempotencyKey"])
    assert await graph.content() == before


async def test_g1_only_registered_people_revoke_keys(
    graph: Graph, coder: Coder, service: Principal, operator: Principal
) -> None:
    key, _ = await created(graph, coder)
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (operator, "FORBIDDEN")):
        assert (await revoke(graph, caller, key["id"])).code == code
