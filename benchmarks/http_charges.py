"""Charges by HTTP, one at a time wherever the caller wants one, over a few keep-alive connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.graph import CONSUME_DONE, consume_request, idempotency_key
from benchmarks.population import Home
from benchmarks.rounds import BenchmarkError
from benchmarks.server import GRAPH, Server
from benchmarks.wire import Wire, open_wires

CONNECTIONS = 64


class HttpCharges:
    """Charges one chat message at a time, and counts them."""

    def __init__(self, token: str) -> None:
        self._parts = consume_request(GRAPH, token)
        self._free: asyncio.Queue[Wire] = asyncio.Queue()
        self._due: set[asyncio.Future[bytes]] = set()
        self.accepted = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, server: Server, token: str) -> "AsyncIterator[HttpCharges]":
        """Open the connections while the block lasts."""
        http = cls(token)
        wires = await open_wires(server.port, CONNECTIONS, http._fail)
        for wire in wires:
            http._free.put_nowait(wire)
        try:
            yield http
        finally:
            for wire in wires:
                wire.close()

    async def charge(self, home: Home) -> None:
        """Charge a wallet, on the next connection that is free.

        Raises:
            BenchmarkError: the charge was not carried out.
        """
        wire = await self._free.get()
        before, between, after = self._parts
        self.accepted += 1
        key = idempotency_key("feed-", self.accepted)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._due.add(answer)
        wire.send(f"{before}{home.wallet}{between}{key}{after}".encode(), answer.set_result)
        body = await answer
        self._due.discard(answer)
        self._free.put_nowait(wire)
        if CONSUME_DONE.encode() not in body:
            raise BenchmarkError(f"a charge was not carried out: {body.decode()[:500]}")

    def _fail(self, error: BenchmarkError) -> None:
        for answer in self._due:
            if not answer.done():
                answer.set_exception(error)
