"""Sockets that follow feeds and note how old each entry is when it arrives."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from time import time

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.graph import FEED
from benchmarks.population import Home, session_token
from benchmarks.rounds import BenchmarkError
from benchmarks.server import GRAPH, Server
from services.runtime import Runtime

ARRIVE_S_MAX = 10.0


class Ears:
    """What all followers heard: the age of each entry on arrival, in milliseconds."""

    def __init__(self) -> None:
        self._ages_ms: list[float] = []
        self._heard = asyncio.Event()

    def hear(self, message: str | bytes) -> None:
        """Take a message of a feed."""
        now_s = time()
        event = orjson.loads(message)["payload"]["data"]["usageFeed"]
        recorded_at = datetime.fromisoformat(event["entry"]["recordedAt"])
        self._ages_ms.append((now_s - recorded_at.timestamp()) * 1_000)
        self._heard.set()

    async def ages_ms(self, count: int) -> list[float]:
        """Wait until so many entries have arrived since the last call, and give their ages.

        Raises:
            BenchmarkError: fewer arrived within `ARRIVE_S_MAX` seconds, or more.
        """
        try:
            async with asyncio.timeout(ARRIVE_S_MAX):
                while len(self._ages_ms) < count:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            raise BenchmarkError(f"{count} entries were written, {len(self._ages_ms)} arrived") from None
        ages_ms, self._ages_ms = self._ages_ms, []
        if len(ages_ms) > count:
            raise BenchmarkError(f"{count} entries were written, and {len(ages_ms)} arrived")
        return ages_ms


@asynccontextmanager
async def following(runtime: Runtime, server: Server, homes: Sequence[Home]) -> AsyncIterator[Ears]:
    """Follow each wallet with a socket of its own."""
    ears = Ears()
    async with AsyncExitStack() as stack:
        readers = await stack.enter_async_context(_readers())
        for home in homes:
            url = f"ws://127.0.0.1:{server.port}{GRAPH}"
            protocols = [Subprotocol("graphql-transport-ws")]
            socket = await stack.enter_async_context(connect(url, subprotocols=protocols, compression=None))
            await _subscribe(socket, await session_token(runtime, home.person_id), home.workspace)
            readers.append(asyncio.create_task(_listen(socket, ears)))
        yield ears


@asynccontextmanager
async def _readers() -> AsyncIterator[list[asyncio.Task[None]]]:
    readers: list[asyncio.Task[None]] = []
    try:
        yield readers
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def _subscribe(socket: ClientConnection, token: str, workspace: str) -> None:
    payload = {"Authorization": f"Bearer {token}"}
    await socket.send(orjson.dumps({"type": "connection_init", "payload": payload}).decode())
    await socket.recv()
    operation = {"query": FEED, "variables": {"workspace": workspace}}
    await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": operation}).decode())
    first = orjson.loads(await socket.recv())
    if first["type"] != "next" or "errors" in first["payload"]:
        raise BenchmarkError(f"a feed could not be followed: {first}")


async def _listen(socket: ClientConnection, ears: Ears) -> None:
    async for message in socket:
        ears.hear(message)
