"""Processes of our own: they speak in lines of JSON, and end with the block that started them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.rounds import BenchmarkError

END_S_MAX = 15.0
LINE_BYTES_MAX = 2**24
_LOG_LINES_SHOWN = 15

T = TypeVar("T")


class Child:
    """A running process."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.returncode is not None

    async def tell(self, message: object) -> None:
        """Write a line to its standard input."""
        if self._process.stdin is not None:
            self._process.stdin.write(msgspec.json.encode(message) + b"\n")
            await self._process.stdin.drain()

    async def hear(self, kind: type[T], seconds_max: float) -> T:
        """Read a line from its standard output.

        Raises:
            BenchmarkError: it ended, or said nothing in time; with the end of its log.
        """
        if self._process.stdout is None:
            raise BenchmarkError("this process does not speak")
        try:
            async with asyncio.timeout(seconds_max):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise BenchmarkError(f"a client did not answer within {seconds_max:g} s{self.log_end()}") from None
        if not line:
            raise BenchmarkError(f"a client ended too soon{self.log_end()}")
        return msgspec.json.decode(line, type=kind)

    def log_end(self) -> str:
        """Give the last lines that it wrote to its log, as the end of a message."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines() if self._log.exists() else []
        return "".join(f"\n  {line}" for line in lines[-_LOG_LINES_SHOWN:])

    async def end(self) -> None:
        """Ask it to end, by its process id; kill it if it does not."""
        if self.ended:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(END_S_MAX):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def running(
    arguments: tuple[str, ...], log: Path, environment: Mapping[str, str] | None = None, *, speaks: bool = True
) -> AsyncIterator[Child]:
    """Run a Python program while the block lasts. What it writes goes to the log, unless it `speaks` to us."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if speaks else errors,
            stderr=errors,
            env={**os.environ, **(environment or {})},
            limit=LINE_BYTES_MAX,
        )
    child = Child(process, log)
    try:
        yield child
    finally:
        await child.end()
