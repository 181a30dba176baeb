"""A process with very many sockets that only counts what arrives: `python -m benchmarks.swarm`, a job a line."""

import asyncio
import sys
from time import time
from typing import cast

import msgspec
import uvloop

from benchmarks.graph import FEED
from benchmarks.rounds import BenchmarkError
from benchmarks.server import GRAPH

CONNECTING_AT_ONCE_MAX = 32
CONNECT_S_MAX = 15.0
_NEXT = b'"next"'
_STEPS = (b"101 Switching Protocols", b'"connection_ack"', _NEXT)
"""What must arrive before a socket is live: the upgrade, the acknowledgement, the snapshot."""
_SHOWN_BYTES_MAX = 500


class Follower(msgspec.Struct, frozen=True):
    """Who follows which workspace's feed."""

    token: str
    workspace: str


class Open(msgspec.Struct, frozen=True, tag=True):
    """Open a socket for each follower; answered with `Opened` when every one has its snapshot."""

    port: int
    followers: tuple[Follower, ...]


class Count(msgspec.Struct, frozen=True, tag=True):
    """Wait until so many messages have arrived since the sockets were opened or counted last."""

    messages: int
    seconds_max: float


class Opened(msgspec.Struct, frozen=True):
    """All sockets are live."""

    sockets: int


class Counted(msgspec.Struct, frozen=True):
    """How many messages arrived, and when the last one did, in seconds since 1970."""

    messages: int
    last_at_s: float


class _Tally:
    """What all sockets count into."""

    def __init__(self) -> None:
        self.messages = 0
        self.last_at_s = 0.0
        self.failure: BenchmarkError | None = None
        self.changed = asyncio.Event()

    def add(self, messages: int) -> None:
        self.messages += messages
        self.last_at_s = time()
        self.changed.set()

    def fail(self, message: str) -> None:
        self.failure = self.failure or BenchmarkError(message)
        self.changed.set()


class _Socket(asyncio.Protocol):
    """One socket. It reads no frames: messages of the server are told by the word that only they have in them."""

    def __init__(self, follower: Follower, tally: _Tally) -> None:
        self._follower = follower
        self._tally = tally
        self._step = 0
        self._held = b""
        self._transport: asyncio.WriteTransport | None = None
        self.live: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are not instances of asyncio's
        lines = (
            f"GET {GRAPH} HTTP/1.1",
            "Host: 127.0.0.1",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        )
        self._transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        data = self._held + data
        if self._step < len(_STEPS):
            self._held = self._open(data)
            return
        # a word that is cut in two by the network is found with the next part; a whole one is never kept
        self._held = data[1 - len(_NEXT) :]
        if messages := data.count(_NEXT):
            self._tally.add(messages)

    def _open(self, data: bytes) -> bytes:
        """Take the next step if it is due; give back what must be looked at again."""
        if _STEPS[self._step] not in data:
            return data
        self._step += 1
        if self._step == 1:
            self._write({"type": "connection_init", "payload": {"Authorization": f"Bearer {self._follower.token}"}})
        elif self._step == 2:
            variables = {"workspace": self._follower.workspace}
            self._write({"id": "1", "type": "subscribe", "payload": {"query": FEED, "variables": variables}})
        elif not self.live.done():
            self.live.set_result(None)
        return b""

    def connection_lost(self, _error: Exception | None) -> None:
        said = self._held[-_SHOWN_BYTES_MAX:].decode(errors="replace")
        self._tally.fail(f"the server closed a socket: {said}")
        if not self.live.done():
            self.live.set_exception(BenchmarkError(f"a socket could not be opened: {said}"))

    def _write(self, message: dict[str, object]) -> None:
        body = msgspec.json.encode(message)
        size = len(body)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        assert self._transport is not None
        self._transport.write(b"\x81" + length + b"\0\0\0\0" + body)  # a mask of zeros leaves the text as it is


class _Swarm:
    """All sockets of this process."""

    def __init__(self) -> None:
        self._tally = _Tally()

    async def open(self, job: Open) -> Opened:
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE_MAX)
        loop = asyncio.get_running_loop()

        async def open_one(follower: Follower) -> None:
            async with gate, asyncio.timeout(CONNECT_S_MAX):
                _, socket = await loop.create_connection(lambda: _Socket(follower, self._tally), "127.0.0.1", job.port)
                await socket.live

        await asyncio.gather(*(open_one(follower) for follower in job.followers))
        return Opened(len(job.followers))

    async def count(self, job: Count) -> Counted:
        tally = self._tally
        async with asyncio.timeout(job.seconds_max):
            while tally.messages < job.messages and tally.failure is None:
                tally.changed.clear()
                await tally.changed.wait()
        if tally.failure is not None:
            raise tally.failure
        counted = Counted(tally.messages, tally.last_at_s)
        tally.messages = 0
        return counted


async def main() -> None:
    """Carry out job after job until there are no more."""
    swarm, loop = _Swarm(), asyncio.get_running_loop()
    decoder = msgspec.json.Decoder(Open | Count)
    while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
        job = decoder.decode(line)
        answer = await swarm.open(job) if isinstance(job, Open) else await swarm.count(job)
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(main())
