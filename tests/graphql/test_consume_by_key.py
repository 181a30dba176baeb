"""`consume` and `startTask` by API key: a gateway passes on what a program showed it (C3, F4)."""

from datetime import timedelta

import pytest

from domain.authorization import READ, WRITE
from domain.ids import public_id
from domain.persons import PersonStatus
from domain.principals import Caller, Principal
from services.credentials import issue_service_key, issue_session
from services.runtime import Runtime
from tests.factories.api_keys import Coder, make_coder
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_service, make_service_account
from tests.factories.persons import set_status
from tests.graphql.conftest import NOBODYS, Answer, Graph
from tests.graphql.keys import CONSUME, KEYS, consume, created, revoke, start_task

pytestmark = pytest.mark.anyio


@pytest.fixture
async def coder(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


def refusal(answer: Answer, verb: str = "consume") -> tuple[str, list[str], str]:
    assert answer.errors == []
    payload = answer.data[verb]
    assert (payload["entry"], payload["replayed"]) == (None, False)
    (told,) = payload["errors"]
    return told["code"], told["field"], told["message"]


async def test_c3_usage_is_charged_to_the_keys_owner_and_the_receipt_names_the_key(
    graph: Graph, coder: Coder, service: Principal
) -> None:
    key, secret = await created(graph, coder)
    answer = await consume(graph, service, secret)
    entry = answer.data["consume"]["entry"]
    assert answer.data["consume"]["errors"] == []
    assert entry["id"].startswith(public_id("ent", coder.wallet.id))
    assert entry["receipt"] == {"credentialId": key["id"].replace("key_", "crd_"), "client": "kimi-cli", "charged": "1"}
    again = await consume(graph, service, secret)
    assert again.data["consume"] == answer.data["consume"] | {"replayed": True}
    (shown,) = (await graph.ask(KEYS, coder.principal)).data["viewer"]["apiKeys"]
    assert (shown["lastUsedAt"], shown["lastClient"]) == ("2026-01-15T12:00:00Z", "kimi-cli")


async def test_c3_a_task_is_started_by_key(graph: Graph, coder: Coder, service: Principal) -> None:
    _, secret = await created(graph, coder)
    payload = (await start_task(graph, service, secret)).data["startTask"]
    assert (payload["errors"], payload["task"]["status"]) == ([], "RUNNING")


async def test_c3_whatever_is_the_matter_with_a_key_the_same_is_told(
    graph: Graph, runtime: Runtime, coder: Coder, service: Principal, clock: TestClock
) -> None:
    _, living = await created(graph, coder, "1")
    gone, revoked = await created(graph, coder, "2")
    _, expired = await created(graph, coder, "3", expiresInDays=1)
    await revoke(graph, coder.principal, gone["id"])
    session = await issue_session(runtime, coder.wallet.person_id, "session", A_DAY * 9)
    service_key = await issue_service_key(runtime, await make_service_account(runtime), "key", frozenset({WRITE}))
    inactive = await make_coder(runtime)
    _, sleeping = await created(graph, inactive)
    await set_status(inactive.wallet.person_id, PersonStatus.SUSPENDED)
    clock.now = NOW + timedelta(days=1)
    typo = living[:-1] + ("0" if living[-1] != "0" else "1")
    before = await graph.content()
    told = set()
    for text in (typo, "", "ak_", "é" * 500, living.upper(), revoked, expired, sleeping, session.token):
        code, field, message = refusal(await consume(graph, service, text))
        told.add((code, tuple(field), message))
    code, field, message = refusal(await start_task(graph, service, service_key.token), "startTask")
    told.add((code, tuple(field), message))
    assert len(told) == 1
    assert (code, field) == ("KEY_INVALID", ["apiKey"])
    assert await graph.content() == before
    assert (await consume(graph, service, living)).data["consume"]["entry"]


async def test_c4_a_restricted_key_says_why(graph: Graph, runtime: Runtime, coder: Coder, service: Principal) -> None:
    _, secret = await created(graph, coder)
    await runtime.database.pool.execute(
        "UPDATE credentials SET restricted_at = $1, restricted_because = 'Three violations.' WHERE kind = 'API_KEY'",
        NOW,
    )
    code, field, message = refusal(await consume(graph, service, secret))
    assert (code, field) == ("KEY_RESTRICTED", ["apiKey"])
    assert "Three violations." in message


async def test_c4_an_unapproved_client_is_refused_and_nothing_is_charged(
    graph: Graph, runtime: Runtime, coder: Coder, service: Principal
) -> None:
    _, secret = await created(graph, coder)
    entries = "SELECT last_entry FROM wallets WHERE id = $1"
    before = await runtime.database.pool.fetchval(entries, coder.wallet.id)
    code, _, _ = refusal(await consume(graph, service, secret, client="no-such-agent"))
    assert code == "CLIENT_NOT_APPROVED"
    assert await runtime.database.pool.fetchval(entries, coder.wallet.id) == before


async def test_c3_a_key_for_other_products_is_refused(graph: Graph, coder: Coder, service: Principal) -> None:
    _, secret = await created(graph, coder, scopes=["chat-message"])
    assert refusal(await consume(graph, service, secret))[:2] == ("KEY_OUT_OF_SCOPE", ["apiKey"])


@pytest.mark.parametrize(
    ("who", "field"),
    [
        ({}, "walletId"),
        ({"walletId": None, "apiKey": None}, "walletId"),
        ({"walletId": public_id("wal", NOBODYS), "apiKey": "ak_"}, "apiKey"),
        ({"walletId": "", "apiKey": ""}, "apiKey"),
    ],
)
async def test_g5_exactly_one_says_who_pays(
    graph: Graph, service: Principal, who: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await consume(graph, service, None, **who)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


async def test_g5_bad_input_is_told_before_the_key_is_looked_at(graph: Graph, service: Principal) -> None:
    answer = await consume(graph, service, "ak_", quantity="0")
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "quantity"])


@pytest.mark.parametrize("address", ["", "home", "1.2.3", "a" * 500])
async def test_g5_an_address_that_is_none_is_named(graph: Graph, service: Principal, address: str) -> None:
    answer = await consume(graph, service, "ak_", clientAddress=address)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "clientAddress"])


async def test_g1_only_services_that_may_write_pass_keys_on(
    graph: Graph, runtime: Runtime, coder: Coder, operator: Principal
) -> None:
    _, secret = await created(graph, coder)
    guest = Principal(Caller.GUEST, coder.wallet.person_id)
    reader = await make_service(runtime, frozenset({READ}))
    before = await graph.content()
    for caller in (coder.principal, guest, reader, operator):
        answer = await consume(graph, caller, secret, product="chat-message")
        assert answer.code == "FORBIDDEN"
        assert secret not in str(answer)
    assert await graph.content() == before


async def test_g1_a_key_as_bearer_is_told_where_it_belongs(graph: Graph, coder: Coder) -> None:
    _, secret = await created(graph, coder)
    answer = await graph.ask_with(f"Bearer {secret}", CONSUME, input={})
    assert answer.code == "FORBIDDEN"
    assert "gateway passes it on" in str(answer.errors)
    assert secret not in str(answer)
