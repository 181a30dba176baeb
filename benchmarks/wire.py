"""An HTTP client that costs next to nothing: keep-alive connections with one request at a time, answers by length."""

import asyncio
import re
from collections.abc import Callable
from typing import cast

from benchmarks.rounds import BenchmarkError

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE)
_SHOWN_CHARACTERS_MAX = 500

Answered = Callable[[bytes], None]
"""Takes the body of an answer with status 200."""


class Wire(asyncio.Protocol):
    """One connection. `failed` is called with what went wrong, whatever it was."""

    def __init__(self, failed: Callable[[BenchmarkError], None]) -> None:
        self._failed = failed
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""
        self._answered: Answered | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what requests are written to."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are not instances of asyncio's

    def send(self, request: bytes, answered: Answered) -> None:
        """Send a request; `answered` gets the answer, and may send the next one."""
        if self._transport is None or self._answered is not None:
            raise BenchmarkError("a connection is not free for a request")
        self._answered = answered
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer, and hand the answer over when it is whole."""
        received = self._received = self._received + data
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(received, 0, end + 2)
        if length is None or not received.startswith(b"HTTP/1.1 200 "):
            shown = received.decode(errors="replace")[:_SHOWN_CHARACTERS_MAX]
            self._failed(BenchmarkError(f"an answer is not what it should be: {shown}"))
            return
        if len(received) < end + 4 + int(length[1]):
            return
        answered, self._answered, self._received = self._answered, None, b""
        if answered is not None:
            answered(received[end + 4 :])

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell, if an answer was due."""
        self._transport = None
        if self._answered is not None:
            self._failed(BenchmarkError("the server closed a connection in the middle of a request"))

    def close(self) -> None:
        """Close the connection."""
        self._answered = None
        if self._transport is not None:
            self._transport.close()


async def open_wires(port: int, count: int, failed: Callable[[BenchmarkError], None]) -> list[Wire]:
    """Open connections to a server on this machine."""
    loop = asyncio.get_running_loop()
    return [(await loop.create_connection(lambda: Wire(failed), "127.0.0.1", port))[1] for _ in range(count)]
