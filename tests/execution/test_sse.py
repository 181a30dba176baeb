import asyncio
import json
from typing import Any

import pytest
from starlette.types import ASGIApp

from execution import Limits
from tests.execution import zoo
from tests.execution.conftest import Ask, Make

pytestmark = pytest.mark.anyio


async def settle(turns: int = 30) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


class RawStream:
    """An SSE response as the server's end sees it."""

    def __init__(self, app: ASGIApp, query: str, accept: bytes = b"text/event-stream") -> None:
        self._app: Any = app
        self._body = json.dumps({"query": query}).encode()
        headers = [(b"accept", accept), (b"content-type", b"application/json")]
        self._scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
        self._gone = asyncio.Event()
        self.readable = asyncio.Event()
        self.readable.set()
        self._asked = False
        self.sent: list[dict[str, Any]] = []
        self.task: asyncio.Task[None] | None = None

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        await self.readable.wait()
        self.sent.append(message)

    def start(self) -> None:
        self.task = asyncio.ensure_future(self._app(self._scope, self._receive, self._send))

    async def finish(self, *, gone: bool = False) -> None:
        if gone:
            self._gone.set()
        assert self.task is not None
        async with asyncio.timeout(5):
            await self.task

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


COUNTED = (
    b'event: next\ndata: {"data":{"count":{"number":0}}}\n\n'
    b'event: next\ndata: {"data":{"count":{"number":1}}}\n\n'
    b"event: complete\ndata:\n\n"
)


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json, text/event-stream"])
async def test_a_subscription_is_a_stream_of_events_with_lf(ask: Ask, accept: str) -> None:
    response = await ask("subscription { count(to: 2) { number } }", accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.content == COUNTED
    assert b"\r" not in response.content


async def test_a_query_may_be_a_stream_of_one(ask: Ask) -> None:
    response = await ask("{ nothing }", accept="text/event-stream")
    assert response.content == b'event: next\ndata: {"data":{"nothing":null}}\n\nevent: complete\ndata:\n\n'


async def test_what_does_not_run_is_an_ordinary_answer(ask: Ask) -> None:
    for query, code in (
        ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription ($n: Int!) { count(to: $n) { number } }", "BAD_USER_INPUT"),
    ):
        response = await ask(query, accept="application/graphql-response+json, text/event-stream")
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == code


async def test_g5_a_source_that_fails_is_told_and_completed(ask: Ask) -> None:
    response = await ask("subscription { refused }", accept="text/event-stream")
    (event, complete, _) = response.text.split("\n\n")
    (error,) = json.loads(event.removeprefix("event: next\ndata: "))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert complete == "event: complete\ndata:"


async def test_the_generator_is_closed_when_the_client_leaves(endpoint: ASGIApp) -> None:
    closed = zoo.CHANNEL.closed
    stream = RawStream(endpoint, "subscription { ticks { ... on Gap { after } } }")
    stream.start()
    await settle()
    zoo.CHANNEL.publish(zoo.Gap(after=1))
    await settle()
    assert stream.body == b'event: next\ndata: {"data":{"ticks":{"after":1}}}\n\n'
    await stream.finish(gone=True)
    assert (zoo.CHANNEL.closed, zoo.CHANNEL.queues) == (closed + 1, [])


async def test_the_generator_is_closed_when_the_server_stops(endpoint: ASGIApp) -> None:
    stream = RawStream(endpoint, "subscription { ticks { ... on Gap { after } } }")
    stream.start()
    await settle()
    assert stream.task is not None
    stream.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stream.task
    assert zoo.CHANNEL.queues == []


async def test_comments_keep_an_idle_stream_open(make: Make) -> None:
    stream = RawStream(make(limits=Limits(heartbeat_s=0.001)), "subscription { ticks { __typename } }")
    stream.start()
    async with asyncio.timeout(5):
        while stream.body.count(b":\n\n") < 3:  # noqa: ASYNC110 - the server's bytes have no event
            await asyncio.sleep(0.001)
    await stream.finish(gone=True)
    assert zoo.CHANNEL.queues == []


async def test_f8_a_client_that_does_not_read_is_cut_off(make: Make) -> None:
    endpoint = make(limits=Limits(send_timeout_s=0.01))
    stream = RawStream(endpoint, "subscription { ticks { ... on Gap { after } } }")
    stream.start()
    await settle()
    stream.readable.clear()
    for number in range(100):
        zoo.CHANNEL.publish(zoo.Gap(after=number))
    await settle()
    assert zoo.CHANNEL.queues[0].qsize() == 99
    await stream.finish()
    assert zoo.CHANNEL.queues == []
