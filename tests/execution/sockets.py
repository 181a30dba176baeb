"""A raw ASGI socket: what a server would pass, byte for byte."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self


class RawSocket:
    """The client's end. `reading` False makes every send wait for ever, as a client does that does not read."""

    def __init__(
        self,
        app: Any,
        *,
        subprotocols: tuple[str, ...] = ("graphql-transport-ws",),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._app = app
        self._scope = {
            "type": "websocket",
            "path": "/",
            "query_string": b"",
            "subprotocols": list(subprotocols),
            "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        }
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._readable = asyncio.Event()
        self._readable.set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.ensure_future(self._app(self._scope, self._incoming.get, self._send))
        self._incoming.put_nowait({"type": "websocket.connect"})
        self.accepted = await self.message()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._readable.set()
        self.hang_up()
        async with asyncio.timeout(5):
            await self._task

    async def _send(self, message: dict[str, Any]) -> None:
        await self._readable.wait()
        self._outgoing.put_nowait(message)

    def stop_reading(self) -> None:
        self._readable.clear()

    def read_again(self) -> None:
        self._readable.set()

    def hang_up(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1006})

    def put(self, message: object) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    def put_raw(self, **message: Any) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", **message})

    async def message(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self._outgoing.get()

    async def get(self) -> Any:
        message = await self.message()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closed(self) -> tuple[int, str]:
        message = await self.message()
        assert message["type"] == "websocket.close", message
        async with asyncio.timeout(5):
            await asyncio.shield(self._task)
        return message["code"], message["reason"]

    async def finished(self) -> None:
        async with asyncio.timeout(5):
            await asyncio.shield(self._task)

    async def initialise(self, payload: object = None) -> None:
        self.put({"type": "connection_init", "payload": payload})
        assert await self.get() == {"type": "connection_ack"}

    def subscribe(self, name: str, query: str, **variables: object) -> None:
        self.put({"type": "subscribe", "id": name, "payload": {"query": query, "variables": variables}})

    @property
    def waiting(self) -> int:
        return self._outgoing.qsize()
