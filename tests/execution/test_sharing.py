import asyncio
import json
from typing import Any

import pytest

from execution import Limits, Shareable
from tests.execution import zoo
from tests.execution.conftest import Make
from tests.execution.sockets import RawSocket

pytestmark = pytest.mark.anyio
SYNC = "subscription { ticks { ... on Tick { number seen } } }"
ASYNC = "subscription { ticks { ... on Tick { number keeper { number } } } }"


async def settle() -> None:
    for _ in range(60):
        await asyncio.sleep(0)


async def open_all(sockets: list[RawSocket], queries: list[str], users: list[str]) -> None:
    for socket, query, user in zip(sockets, queries, users, strict=True):
        await socket.initialise({"authorization": user})
        socket.subscribe("s", query)
    await settle()


async def payloads(make: Make, queries: list[str], users: list[str], event: Any, **options: Any) -> list[Any]:
    endpoint = make(**options)
    sockets = [RawSocket(endpoint) for _ in queries]
    for socket in sockets:
        await socket.__aenter__()
    try:
        await open_all(sockets, queries, users)
        zoo.CHANNEL.publish(event)
        return [(await socket.get())["payload"] for socket in sockets]
    finally:
        for socket in sockets:
            await socket.__aexit__()


def count(contexts: list[zoo.Context], entry: str) -> int:
    return sum(context.log.count(entry) for context in contexts)


@pytest.mark.parametrize(("query", "entry"), [(SYNC, "seen 7"), (ASYNC, "keeper 7")])
@pytest.mark.parametrize("compiled", [True, False])
async def test_an_event_is_executed_once_for_all_who_ask_the_same(
    make: Make, contexts: list[zoo.Context], query: str, entry: str, compiled: bool
) -> None:
    event = zoo.tick(7)
    assert isinstance(event, Shareable)
    answers = await payloads(make, [query] * 5, ["ada"] * 5, event, share=lambda user: user, compiled=compiled)
    assert count(contexts, entry) == 1
    assert len({json.dumps(answer) for answer in answers}) == 1
    assert answers[0]["data"]["ticks"]["number"] == 7
    assert len(event.shared) == 1


async def test_other_rights_documents_and_variables_are_not_shared(make: Make, contexts: list[zoo.Context]) -> None:
    event = zoo.tick(7)
    queries = [SYNC, SYNC, SYNC + " ", 'subscription { ticks(topic: "b") { ... on Tick { number seen } } }']
    await payloads(make, queries, ["ada", "bob", "ada", "ada"], event, share=lambda user: user)
    assert count(contexts, "seen 7") == 4


async def test_contexts_without_a_share_key_are_never_shared(make: Make, contexts: list[zoo.Context]) -> None:
    event = zoo.tick(7)
    await payloads(make, [SYNC] * 3, ["ada"] * 3, event)
    assert count(contexts, "seen 7") == 3
    assert isinstance(event, Shareable)
    assert event.shared == {}


async def test_what_an_event_keeps_is_bounded(make: Make, contexts: list[zoo.Context]) -> None:
    event = zoo.tick(7)
    limits = Limits(shared_payloads_per_event_max=1, uses_before_compiling=0)
    users = ["ada", "bob", "eve", "bob"]
    answers = await payloads(make, [ASYNC] * 4, users, event, share=lambda user: user, limits=limits)
    assert len(answers) == 4
    assert isinstance(event, Shareable)
    assert len(event.shared) == 1
    assert count(contexts, "keeper 7") == 4


async def test_g5_a_fault_in_a_shared_event_is_logged_once(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    query = "subscription { ticks { ... on Tick { number unlucky } } }"
    answers = await payloads(make, [query] * 3, ["ada"] * 3, zoo.tick(2), share=lambda user: user)
    assert len({answer["errors"][0]["extensions"]["id"] for answer in answers}) == 1
    assert len(caplog.records) == 1
