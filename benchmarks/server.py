"""`allot serve` on a free port of the loopback, as anybody would run it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.children import Child, running
from benchmarks.rounds import BenchmarkError

GRAPH = "/graphql"
START_S_MAX = 30.0
_POLL_S = 0.05
_SERVE = ("-c", "from app.cli import main; main()", "serve")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    port: int
    process: Child

    def rss_kib(self) -> int:
        """Read how much memory it has in RAM, in KiB (Linux only; 0 elsewhere)."""
        status = Path(f"/proc/{self.process.pid}/status")
        for line in status.read_text(encoding="ascii").splitlines() if status.exists() else ():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0


@asynccontextmanager
async def serving(bench: Bench, dsn: str) -> AsyncIterator[Server]:
    """Run the server over a database while the block lasts."""
    port = free_port()
    environment = {
        "DATABASE_URL": dsn,
        "ALLOT_DATA_DIR": str(bench.folder / "server"),
        "ALLOT_HOST": "127.0.0.1",
        "ALLOT_PORT": str(port),
        "ALLOT_LOG_LEVEL": "warning",
        "ALLOT_ENVIRONMENT": "sandbox",  # without demo data
        "ALLOT_RATE_LIMITS": "off",  # one person makes all requests
    }
    async with running(_SERVE, bench.folder / "server.log", environment, speaks=False) as process:
        await answering(process, port, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        yield Server(port, process)


@asynccontextmanager
async def serving_ceiling(bench: Bench, answers: dict[str, str]) -> AsyncIterator[Server]:
    """Run a server that answers constant bytes, by path."""
    port = free_port()
    async with running(("-m", "benchmarks.http_ceiling", str(port)), bench.folder / "ceiling.log") as process:
        await process.tell(answers)
        path = next(iter(answers))
        request = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        await answering(process, port, request)
        yield Server(port, process)


def free_port() -> int:
    """Find a port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def answering(process: Child, port: int, request: str) -> None:
    """Wait until a server answers a request with 200.

    Raises:
        BenchmarkError: it ended, or did not answer in time; with the end of its log.
    """
    status = b""
    try:
        async with asyncio.timeout(START_S_MAX):
            while not status.startswith(b"HTTP/1.1 200 "):
                if process.ended:
                    raise BenchmarkError(f"a server ended instead of serving{process.log_end()}")
                await asyncio.sleep(_POLL_S)
                status = await _first_line(port, request)
    except TimeoutError:
        said = f" (it says: {status.decode(errors='replace').strip()})" if status else ""
        message = f"a server did not answer within {START_S_MAX:g} s{said}{process.log_end()}"
        raise BenchmarkError(message) from None


async def _first_line(port: int, request: str) -> bytes:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return b""
    try:
        writer.write(request.encode())
        return await reader.readline()
    finally:
        writer.close()
