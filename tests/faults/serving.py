"""`allot serve` as anybody would run it, in a process of its own."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from uuid import uuid4

import asyncpg

from tests.http.calling import Client

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
START_S_MAX = 60
STOP_S_MAX = 30
READY = {"serve": "Application startup complete", "worker": "The worker runs."}


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def environment(**variables: str) -> dict[str, str]:
    """This process's environment, with the settings of ours and nobody else's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ALLOT_", "DATABASE_URL"))}
    return {**inherited, "ALLOT_HOST": HOST, "ALLOT_RATE_LIMITS": "off", **variables}


def allot(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end."""
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(**variables), capture_output=True, text=True, timeout=60, check=False
    )


@contextmanager
def own_database(template: str) -> Iterator[str]:
    """A database of one's own, made from the migrated template, for those who are no coroutines."""
    name = f"served_{uuid4().hex[:12]}"
    base, mark, options = template.partition("?")
    server, _, source = base.rpartition("/")

    async def run(statement: str) -> None:
        connection = await asyncpg.connect(f"{server}/postgres{mark}{options}")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy'))
    try:
        yield f"{server}/{name}{mark}{options}"
    finally:
        asyncio.run(run(f'DROP DATABASE "{name}" WITH (FORCE)'))


class Server:
    """A running `allot serve` or `worker`; `with Server(...)` starts it and stops it as Ctrl-C does, if it still runs.

    `before` is Python that runs first in its process: where a fault or a smaller bound is put in.
    """

    def __init__(
        self, data_dir: Path, *arguments: str, command: str = "serve", before: str = "", **variables: str
    ) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.settings = {**variables, "ALLOT_DATA_DIR": str(data_dir), "ALLOT_PORT": str(self.port)}
        self.lines: list[str] = []
        self._command = command
        self._changed = threading.Condition()
        self._ended = False
        self._began_s = time.monotonic()
        self.started_s = 0.0
        program = f"{before}\nfrom app.cli import main\nmain()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, command, *arguments],
            cwd=ROOT,
            env=environment(**self.settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        try:
            return self.ready()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self._close()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/graphql"

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    @property
    def ada_token(self) -> str:
        return self._printed(r"\bals_\S+")

    @property
    def service_token(self) -> str:
        return self._printed(r"\balk_\S+")

    def ready(self) -> Self:
        """Wait until it says that it works."""
        self.said(READY[self._command])
        self.started_s = time.monotonic() - self._began_s
        return self

    def said(self, text: str, *, times: int = 1) -> None:
        """Wait until its output has so many lines with this text."""

        def enough() -> bool:
            return self._ended or sum(text in line for line in self.lines) >= times

        with self._changed:
            self._changed.wait_for(enough, START_S_MAX)
        assert sum(text in line for line in self.lines) >= times, f"it never said {text!r}:\n{self.output}"

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it as Ctrl-C does, or by another signal; return its exit status."""
        self.process.send_signal(number)
        status = self.process.wait(STOP_S_MAX)
        self._close()
        return status

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait()
        self._close()

    def cpu_s(self) -> float:
        """The processor time that it took so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self) -> int:
        """Its resident memory; 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)

    def client(self, token: str | None) -> "Client":
        return Client(self.url, token)

    def _printed(self, pattern: str) -> str:
        found = re.search(pattern, self.output)
        assert found, self.output
        return found[0]

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _close(self) -> None:
        self._reader.join(STOP_S_MAX)
        if self.process.stdout is not None:
            self.process.stdout.close()
