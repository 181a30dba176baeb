"""Server-sent events: the distinct connections mode of the graphql-sse protocol.

Lines end with LF (urql cannot read CRLF). Comments keep idle connections open.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from graphql import GraphQLError
from starlette.types import Receive, Send

from execution.answer import Answer
from execution.errors import Refused, fault
from execution.limits import Limits
from execution.sending import ClientGone, SlowConsumer, send_bounded

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]
_COMPLETE = b"event: complete\ndata:\n\n"
_HEARTBEAT = b":\n\n"


class EventStream:
    """One SSE response. The client's departure cancels it and closes its events."""

    def __init__(
        self, receive: Receive, send: Send, limits: Limits, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        self._receive = receive
        self._send = send
        self._limits = limits
        self._headers = [*_HEADERS, *headers]
        self._one_at_a_time = asyncio.Lock()

    async def serve(self, events: AsyncGenerator[bytes]) -> None:
        """Send every event, then `complete`. Returns when that is done or the client is gone."""
        writing = asyncio.ensure_future(self._write(events))
        others = [asyncio.ensure_future(self._until_gone()), asyncio.ensure_future(self._beat())]
        try:
            await asyncio.wait([writing, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, *others):
                task.cancel()
            for outcome in await asyncio.gather(writing, *others, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, ClientGone | SlowConsumer):
                    raise outcome

    async def _write(self, events: AsyncGenerator[bytes]) -> None:
        async with aclosing(events):
            await self._message({"type": "http.response.start", "status": 200, "headers": self._headers})
            try:
                async for payload in events:
                    await self._body(b"event: next\ndata: " + payload + b"\n\n")
            except Refused as refused:
                await self._failure(refused.errors)
            except (ClientGone, SlowConsumer):
                raise
            except Exception as problem:  # noqa: BLE001 - masked and logged with an id (rule G5)
                await self._failure([fault(problem)])
            await self._body(_COMPLETE, more=False)

    async def _failure(self, errors: Sequence[GraphQLError]) -> None:
        await self._body(b"event: next\ndata: " + Answer(errors=errors, executed=False).body() + b"\n\n")

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._limits.heartbeat_s)
            await self._body(_HEARTBEAT)

    async def _body(self, body: bytes, *, more: bool = True) -> None:
        await self._message({"type": "http.response.body", "body": body, "more_body": more})

    async def _message(self, message: dict[str, object]) -> None:
        async with self._one_at_a_time:
            await send_bounded(self._send, message, self._limits.send_timeout_s)


async def single(answer: bytes) -> AsyncGenerator[bytes]:
    """The answer to a query for a client that takes nothing but event streams."""
    yield answer
