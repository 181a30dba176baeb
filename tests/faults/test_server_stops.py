"""Starting and stopping the whole process: Ctrl-C, SIGTERM, a port that is taken, a second start (issue's §2)."""

import json
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from tests.faults.postgres_probe import runs
from tests.faults.serving import HOST, Server, allot
from tests.http.calling import ADAS, ANSWER_S_MAX, FEED, Client

pytestmark = pytest.mark.anyio

STOP_S_MAX = 4.5
"""Below the 5 s that the server would give to whoever does not leave."""


@asynccontextmanager
async def streaming(client: Client) -> AsyncIterator[AsyncIterator[str]]:
    """Follow Ada's wallet over SSE; the lines of the stream, behind its snapshot."""
    body = {"query": FEED, "variables": {"workspace": ADAS}}
    headers = {**client.login, "Accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=ANSWER_S_MAX) as http,
        http.stream("POST", client.url, json=body, headers=headers) as response,
    ):
        assert response.status_code == 200
        lines = response.aiter_lines()
        assert await anext(lines) == "event: next"
        assert "UsageSnapshot" in await anext(lines)
        yield lines


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
async def test_a_signal_stops_server_and_postgresql_though_feeds_are_open(
    used: Path, number: signal.Signals, status: int
) -> None:
    with Server(used) as server:
        async with server.client(server.ada_token) as ada, ada.follow() as feed, streaming(ada) as lines:
            await feed.next()
            began = time.monotonic()
            assert await anyio.to_thread.run_sync(server.stop, number) == status, server.output
            assert time.monotonic() - began < STOP_S_MAX, server.output
            with pytest.raises(ConnectionClosed) as closed:
                await feed.next()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012  # "service restart": clients come back by themselves
            rest = [line async for line in lines]
    assert not runs(used / "postgres")
    assert "event: complete" in rest
    (told,) = [json.loads(line.removeprefix("data: ")) for line in rest if line.startswith("data: {")]
    assert told["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert "Traceback" not in server.output
    assert "ERROR" not in server.output


def test_a_taken_port_is_said_and_nothing_is_left_running(used: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        failed = allot("serve", ALLOT_DATA_DIR=str(used), ALLOT_PORT=str(port))
    assert failed.returncode == 1
    assert failed.stdout == ""
    told = f"ALLOT_HOST, ALLOT_PORT: cannot listen on {HOST} port {port}: Address already in use"
    assert failed.stderr.splitlines() == ["the settings cannot be used:", f"  {told}"]
    assert not runs(used / "postgres")


def test_a_second_start_is_quick_and_the_demo_keeps_its_tokens(used: Path) -> None:
    with Server(used) as first:
        tokens = first.ada_token, first.service_token
    with Server(used) as second:
        assert (second.ada_token, second.service_token) == tokens
        if Path("/proc").exists():
            assert second.cpu_s() < 3  # what a start may take; the wall time depends on what else the machine does
    assert second.started_s < 10
