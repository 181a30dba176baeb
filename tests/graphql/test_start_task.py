"""`startTask`: the price of an estimate is set aside (F4)."""

import asyncio
from datetime import timedelta

import pytest

from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.credentials import make_service
from tests.graphql.conftest import Graph, Json, Owner, bad_ids, make_owner
from tests.graphql.reports import done, refused, start, started

pytestmark = pytest.mark.anyio


FIGURES = "meter { id } pool used held remaining unit resetsAt"
START = f"""
mutation ($input: StartTaskInput!) {{ startTask(input: $input) {{
    task {{ id }} errors {{ code requested limits {{ limit {FIGURES} }} }}
}} }}
"""
QUOTAS = f"""
query ($id: ID!) {{ node(id: $id) {{ ... on Wallet {{
    quotas {{ granted lapsed cycle {{ unit }} source {FIGURES} }}
}} }} }}
"""


async def limited(graph: Graph, service: Principal, owner: Owner, *, estimate: str) -> Json:
    """Start a task, and be refused with all limits."""
    asked = {"walletId": owner.wallet_id, "product": "chat-message", "estimate": estimate, "surface": "WEB"}
    answer = await graph.ask(START, service, input=asked | {"idempotencyKey": f"estimate {estimate}"})
    (told,) = answer.data["startTask"]["errors"]
    assert isinstance(told, dict)
    return told


async def test_f4_a_task_holds_the_price_of_its_estimate(graph: Graph, service: Principal, ada: Owner) -> None:
    payload = done(await start(graph, service, ada))
    assert payload["task"] | {"id": ""} == {
        "id": "",
        "status": "RUNNING",
        "held": "2",
        "unit": "credit",
        "estimate": "2",
        "product": "chat-message",
        "startedAt": "2026-01-15T12:00:00Z",
        "expiresAt": "2026-01-16T12:00:00Z",
        "resolvedAt": None,
    }
    assert payload["entry"]["kind"] == "HOLD"
    assert payload["entry"]["task"] == {"id": payload["task"]["id"], "status": "RUNNING"}
    assert payload["balance"] == {"asOfEntry": 2, "credits": [{"remaining": "3", "held": "2", "used": "0"}]}


async def test_f4_running_tasks_are_seen_in_the_wallet(
    graph: Graph, service: Principal, ada: Owner, clock: TestClock
) -> None:
    ids = []
    for number in range(2):
        ids.append(await started(graph, service, ada, idempotencyKey=str(number)))
        clock.advance(timedelta(seconds=1))
    query = "query ($id: ID!) { node(id: $id) { ... on Wallet { runningTasks { id status } } } }"
    answer = await graph.ask(query, ada.principal, id=ada.wallet_id)
    assert [task["id"] for task in answer.data["node"]["runningTasks"]] == ids


async def test_f5_asked_again_it_is_the_same_task(graph: Graph, service: Principal, ada: Owner) -> None:
    first = done(await start(graph, service, ada))
    before = await graph.content()
    assert done(await start(graph, service, ada)) == first | {"replayed": True}
    assert refused(await start(graph, service, ada, estimate="1"))["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await graph.content() == before


async def test_f3_twenty_holds_at_once_never_overdraw(graph: Graph, runtime: Runtime, service: Principal) -> None:
    owner = await make_owner(runtime, credits_=500)
    answers = await asyncio.gather(
        *(start(graph, service, owner, estimate="75", idempotencyKey=str(number)) for number in range(20))
    )
    payloads = [answer.data["startTask"] for answer in answers]
    assert sum(payload["task"] is not None for payload in payloads) == 6
    assert {error["code"] for payload in payloads for error in payload["errors"]} == {"INSUFFICIENT_CREDITS"}


async def test_a_hold_beyond_the_credits_is_refused(graph: Graph, service: Principal, ada: Owner) -> None:
    told = refused(await start(graph, service, ada, estimate="6"))
    assert (told["code"], told["requested"]) == ("INSUFFICIENT_CREDITS", "6")
    assert told["limits"] == [{"remaining": "5", "unit": "credit"}]


async def test_what_the_wallet_has_nothing_of_is_refused(graph: Graph, service: Principal, ada: Owner) -> None:
    assert refused(await start(graph, service, ada, product="work-task"))["code"] == "NOT_ENTITLED"


async def test_more_running_tasks_than_the_policy_allows_are_refused(
    graph: Graph, runtime: Runtime, service: Principal
) -> None:
    owner = await make_owner(runtime, credits_=500)
    for number in range(runtime.catalog.policies.running_tasks_per_wallet_max):
        await started(graph, service, owner, estimate="1", idempotencyKey=str(number))
    assert refused(await start(graph, service, owner, estimate="1"))["code"] == "TOO_MANY_RUNNING_TASKS"


async def test_c5_more_running_tasks_than_the_plan_allows_are_refused_as_the_quotas_show(
    graph: Graph, runtime: Runtime, service: Principal
) -> None:
    owner = await make_owner(runtime, plan="free")
    for number in range(3):
        await started(graph, service, owner, estimate="1", idempotencyKey=str(number))
    told = await limited(graph, service, owner, estimate="31")
    assert (told["code"], told["requested"]) == ("QUOTA_EXHAUSTED", "31")
    assert [limit["pool"] for limit in told["limits"]] == ["MAIN", "CONCURRENCY"]
    told = await limited(graph, service, owner, estimate="1")
    assert (told["code"], told["requested"]) == ("CONCURRENCY_LIMIT_REACHED", "1")
    limit = {
        "meter": {"id": "running_task"},
        "pool": "CONCURRENCY",
        "used": "0",
        "held": "3",
        "remaining": "0",
        "unit": "task",
        "resetsAt": "2026-01-16T12:00:00Z",
    }
    assert told["limits"] == [limit | {"limit": "3"}]
    quotas = (await graph.ask(QUOTAS, owner.principal, id=owner.wallet_id)).data["node"]["quotas"]
    assert limit | {"granted": "3", "lapsed": "0", "cycle": None, "source": None} in quotas


async def test_b11_unknown_foreign_and_malformed_wallets_are_the_same(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    narrowed = await make_service(runtime, workspace_id=ada.wallet.workspace_id)
    before = await graph.content()
    told = [refused(await start(graph, narrowed, ada, walletId=id_)) for id_ in (stranger.wallet_id, *bad_ids("wal"))]
    assert (told[0]["code"], told[0]["field"]) == ("NOT_FOUND", ["walletId"])
    assert all(each == told[0] for each in told)
    assert await graph.content() == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"estimate": "0"}, "estimate"),
        ({"estimate": "-5"}, "estimate"),
        ({"estimate": "0.5"}, "estimate"),
        ({"estimate": "101"}, "estimate"),
        ({"product": "nothing"}, "product"),
        ({"client": "x" * 101}, "client"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"idempotencyKey": "x" * 256}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, service: Principal, ada: Owner, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await start(graph, service, ada, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


async def test_g1_only_services_that_may_write_start_tasks(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    reader = await make_service(runtime, frozenset({"usage:read"}))
    before = await graph.content()
    assert (await start(graph, ada.principal, ada)).code == "FORBIDDEN"
    assert (await start(graph, reader, ada)).code == "FORBIDDEN"
    assert (await start(graph, ANONYMOUS, ada)).code == "UNAUTHENTICATED"
    assert await graph.content() == before
