"""What the tests of the embedded PostgreSQL look at: its values, its process, its sockets."""

import asyncio
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

StartUser = Callable[[Path], "subprocess.Popen[str]"]


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def run_sql(dsn: str, *statements: str) -> object:
    """Run the statements; the last one's single value."""

    async def run() -> object:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            value: object = await connection.fetchval(statements[-1])
            return value
        finally:
            await connection.close()

    return asyncio.run(run())


def postmaster_pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().split("\n")[0])


def runs(cluster: Path) -> bool:
    return (cluster / "postmaster.pid").exists()


def listening_tcp_sockets(pid: int) -> list[str]:
    """The process's TCP sockets as the kernel lists them; nothing where it does not tell."""
    if not Path("/proc/net/tcp").exists():
        return []
    with suppress(PermissionError):
        owned = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
        lines = [line for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
        return [line for line in lines if f"socket:[{line.split()[9]}]" in owned]
    return []


def wait_until_closed(dsn: str) -> None:
    path = dsn.partition("host=")[2].partition("&")[0] + "/.s.PGSQL.5432"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) != 0:
                return
    pytest.fail("the server goes on")
