"""`extendTask`: a task that still runs gets its whole time again (F4)."""

from datetime import timedelta

import pytest

from domain.principals import Principal
from tests.factories.clock import TestClock
from tests.graphql.conftest import Graph, Owner
from tests.graphql.reports import done, refused, report, started

pytestmark = pytest.mark.anyio


async def test_f4_the_hold_lasts_from_now(graph: Graph, service: Principal, ada: Owner, clock: TestClock) -> None:
    task = await started(graph, service, ada)
    clock.advance(timedelta(hours=23))
    payload = done(await report(graph, service, "extendTask", task))
    assert (payload["task"]["status"], payload["task"]["expiresAt"]) == ("RUNNING", "2026-01-17T11:00:00Z")
    assert (payload["entry"]["kind"], payload["entry"]["amount"]) == ("EXTEND", "0")
    assert payload["balance"]["credits"] == [{"remaining": "3", "held": "2", "used": "0"}]


async def test_f4_too_late_it_has_timed_out(graph: Graph, service: Principal, ada: Owner, clock: TestClock) -> None:
    task = await started(graph, service, ada)
    clock.advance(timedelta(hours=24))
    assert refused(await report(graph, service, "extendTask", task))["code"] == "TASK_ALREADY_RESOLVED"
    query = "query ($id: ID!) { node(id: $id) { ... on Task { status resolvedAt } } }"
    answer = await graph.ask(query, ada.principal, id=task)
    assert answer.data["node"] == {"status": "TIMED_OUT", "resolvedAt": "2026-01-16T12:00:00Z"}
