"""What all reports about an existing task have in common: keys, refusals, mistakes, rights."""

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from tests.factories.credentials import make_service
from tests.graphql.conftest import NOBODYS, Graph, Owner, bad_ids
from tests.graphql.reports import done, refused, report, started

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize(
        ("verb", "given"),
        [("completeTask", {"quantity": "1"}), ("failTask", {}), ("cancelTask", {}), ("extendTask", {})],
        ids=["completeTask", "failTask", "cancelTask", "extendTask"],
    ),
]
Given = dict[str, object]


async def test_f5_asked_again_nothing_happens_again(
    graph: Graph, service: Principal, ada: Owner, verb: str, given: Given
) -> None:
    task = await started(graph, service, ada)
    first = done(await report(graph, service, verb, task, **given))
    before = await graph.content()
    assert done(await report(graph, service, verb, task, **given)) == first | {"replayed": True}
    assert await graph.content() == before


async def test_f5_the_key_of_something_else_is_refused(
    graph: Graph, service: Principal, ada: Owner, verb: str, given: Given
) -> None:
    task = await started(graph, service, ada)
    before = await graph.content()
    told = refused(await report(graph, service, verb, task, **given, idempotencyKey="start"))
    assert (told["code"], told["field"]) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert await graph.content() == before


async def test_f4_a_task_resolves_at_most_once(
    graph: Graph, service: Principal, ada: Owner, verb: str, given: Given
) -> None:
    task = await started(graph, service, ada)
    done(await report(graph, service, "cancelTask", task, idempotencyKey="first"))
    told = refused(await report(graph, service, verb, task, **given))
    assert (told["code"], told["field"]) == ("TASK_ALREADY_RESOLVED", ["taskId"])
    last = await graph.runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", ada.wallet.id)
    assert last == 3


async def test_b11_unknown_foreign_and_malformed_tasks_are_the_same(
    graph: Graph, runtime: Runtime, service: Principal, ada: Owner, stranger: Owner, *, verb: str, given: Given
) -> None:
    task = await started(graph, service, ada)
    elsewhere = await make_service(runtime, workspace_id=stranger.wallet.workspace_id)
    before = await graph.content()
    told = [refused(await report(graph, elsewhere, verb, task, **given))]
    told += [refused(await report(graph, service, verb, id_, **given)) for id_ in (ada.wallet_id, *bad_ids("tsk"))]
    assert (told[0]["code"], told[0]["field"]) == ("NOT_FOUND", ["taskId"])
    assert all(each == told[0] for each in told)
    assert await graph.content() == before


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
async def test_a_bad_key_is_named_and_changes_nothing(
    graph: Graph, service: Principal, ada: Owner, *, verb: str, given: Given, key: str
) -> None:
    task = await started(graph, service, ada)
    before = await graph.content()
    answer = await report(graph, service, verb, task, **given, idempotencyKey=key)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", "idempotencyKey"])
    assert await graph.content() == before


async def test_g1_only_services_that_may_write_report(
    graph: Graph, runtime: Runtime, service: Principal, ada: Owner, *, verb: str, given: Given
) -> None:
    task = await started(graph, service, ada)
    reader = await make_service(runtime, frozenset({"usage:read"}))
    before = await graph.content()
    for id_ in (task, public_id("tsk", NOBODYS), "nonsense"):
        assert (await report(graph, ada.principal, verb, id_, **given)).code == "FORBIDDEN"
        assert (await report(graph, reader, verb, id_, **given)).code == "FORBIDDEN"
        assert (await report(graph, ANONYMOUS, verb, id_, **given)).code == "UNAUTHENTICATED"
    assert await graph.content() == before
