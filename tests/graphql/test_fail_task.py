"""`failTask`: a failed task's hold is free again, and nothing is charged (F4)."""

import pytest

from domain.principals import Principal
from tests.graphql.conftest import Graph, Owner
from tests.graphql.reports import done, report, started

pytestmark = pytest.mark.anyio


async def test_f4_the_hold_is_set_free(graph: Graph, service: Principal, ada: Owner) -> None:
    task = await started(graph, service, ada)
    payload = done(await report(graph, service, "failTask", task))
    assert (payload["task"]["id"], payload["task"]["status"]) == (task, "FAILED")
    assert payload["task"]["resolvedAt"] == "2026-01-15T12:00:00Z"
    entry = payload["entry"]
    assert (entry["number"], entry["kind"], entry["amount"], entry["receipt"]) == (3, "RELEASE", "2", None)
    assert payload["balance"]["credits"] == [{"remaining": "5", "held": "0", "used": "0"}]
