"""`completeTask`: what was really used is charged, the rest is free again (F4)."""

import pytest

from domain.principals import Principal
from tests.graphql.conftest import Graph, Owner
from tests.graphql.reports import done, refused, report, started

pytestmark = pytest.mark.anyio

VERB = "completeTask"


@pytest.mark.parametrize(
    ("quantity", "charged", "waived", "remaining"), [("1", "1", "0", "4"), ("0", "0", "0", "5"), ("3", "3", "0", "2")]
)
async def test_f4_the_actual_is_settled(
    graph: Graph, service: Principal, ada: Owner, *, quantity: str, charged: str, waived: str, remaining: str
) -> None:
    task = await started(graph, service, ada)
    payload = done(await report(graph, service, VERB, task, quantity=quantity))
    assert payload["task"]["status"] == "COMPLETED"
    assert payload["task"]["resolvedAt"] == "2026-01-15T12:00:00Z"
    entry = payload["entry"]
    assert (entry["number"], entry["kind"], entry["amount"]) == (3, "SETTLE", charged)
    assert entry["receipt"] == {"quantity": quantity, "price": charged, "charged": charged, "waived": waived}
    assert payload["balance"]["credits"] == [{"remaining": remaining, "held": "0", "used": charged}]


async def test_f4_a_task_that_needs_more_than_there_is_finishes(graph: Graph, service: Principal, ada: Owner) -> None:
    task = await started(graph, service, ada)
    payload = done(await report(graph, service, VERB, task, quantity="9"))
    assert payload["entry"]["receipt"] == {"quantity": "9", "price": "9", "charged": "5", "waived": "4"}
    assert payload["balance"]["credits"] == [{"remaining": "0", "held": "0", "used": "5"}]


async def test_another_quantity_under_the_same_key_is_refused(graph: Graph, service: Principal, ada: Owner) -> None:
    task = await started(graph, service, ada)
    await report(graph, service, VERB, task, quantity="1")
    before = await graph.content()
    told = refused(await report(graph, service, VERB, task, quantity="2"))
    assert (told["code"], told["field"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert await graph.content() == before


@pytest.mark.parametrize("quantity", ["-1", "0.5", "101"])
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, service: Principal, ada: Owner, quantity: str
) -> None:
    task = await started(graph, service, ada)
    before = await graph.content()
    answer = await report(graph, service, VERB, task, quantity=quantity)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", "quantity"])
    assert await graph.content() == before
