"""A client that does not read (F8): it is told so and closed, and costs the server no memory, nor its place."""

import socket
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from uuid import uuid4

import anyio
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.faults.serving import HOST, Server
from tests.http.calling import ADAS, Client, initialise, receive, subscribe

pytestmark = pytest.mark.anyio

STALLED = 6
CHARGES = 60
PATIENCE_S = 1
LOAD_S = 2 * PATIENCE_S + 1.5  # once for an event, once for the closing
GONE_S_MAX = 30
GROWTH_KIB_MAX = 16_000
IMPATIENT = f"""
import functools, socket, app.listening as listening, execution.endpoint as endpoint
endpoint.Limits = functools.partial(endpoint.Limits, send_timeout_s={PATIENCE_S})
listen = listening.listen
def listen_narrowly(host, port):
    sockets = listen(host, port)
    for each in sockets:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    return sockets
listening.listen = listen_narrowly
"""
CUTTING = "listening.UNREAD_S_MAX = 1"
ALIASES = "\n".join(f"{'a' * 900}{number}: number" for number in range(90))
BIG = f"""subscription Big($workspace: ID!) {{ usageFeed(workspaceId: $workspace) {{
    ... on UsageChange {{ entry {{ number {ALIASES} }} }} }} }}"""


async def stalled(client: Client, stack: AsyncExitStack) -> ClientConnection:
    """Follow with large answers, through a narrow pipe, and read nothing of it."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.connect((HOST, int(client.url.split(":")[2].split("/")[0])))
    narrow.setblocking(False)
    opened = await stack.enter_async_context(client.socket(sock=narrow, max_queue=1, close_timeout=0.1))
    await initialise(opened, client.login)
    await subscribe(opened, BIG, workspace=ADAS)
    assert (await receive(opened))["type"] == "next"  # the snapshot
    return opened


def open_sockets(server: Server) -> int:
    """How many sockets the server holds."""
    found = 0
    for each in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found += "socket:" in str(each.readlink())
    return found


async def load(server: Server, wallet: str) -> int:
    """Charge for longer than the server's patience, and more than the system's own buffers take; the last entry."""
    last = 0
    async with server.client(server.service_token) as service:
        for _ in range(CHARGES):
            last = int((await service.consume(wallet, uuid4().hex))["entry"]["number"])
            await anyio.sleep(LOAD_S / CHARGES)
    return last


async def test_f8_a_client_that_does_not_read_is_told_and_closed_and_costs_no_memory(used: Path) -> None:
    told: list[int] = []

    async def read_all(slow: ClientConnection) -> None:
        while True:
            message = await receive(slow)
            told.append(message["payload"]["data"]["usageFeed"]["entry"]["number"])

    with Server(used, before=IMPATIENT) as server:
        async with server.client(server.ada_token) as ada, ada.follow() as reader, AsyncExitStack() as stack:
            wallet = (await ada.wallet())["id"]
            await reader.next()
            slow = [await stalled(ada, stack) for _ in range(STALLED)]
            async with server.client(server.service_token) as service:
                await service.consume(wallet, uuid4().hex)  # what is made once is made
            memory_kib = server.memory_kib()
            last = await load(server, wallet)
            assert server.memory_kib() - memory_kib < GROWTH_KIB_MAX  # unread: 6 sockets, 60 entries, 80 kB each
            await reader.through(last)
            with pytest.raises(ConnectionClosed) as closed:
                await read_all(slow[0])
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4413, "SLOW_CONSUMER")
    assert told == list(range(told[0], told[0] + len(told)))
    assert told[-1] < last
    assert "Traceback" not in server.output


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel cuts what is unread on Linux alone")
async def test_a_client_that_never_reads_again_loses_its_place(used: Path) -> None:
    with Server(used, before=IMPATIENT + CUTTING) as server:
        async with server.client(server.ada_token) as ada, AsyncExitStack() as stack:
            wallet = (await ada.wallet())["id"]
            before = open_sockets(server)
            for _ in range(STALLED):
                await stalled(ada, stack)
            assert open_sockets(server) >= before + STALLED
            await load(server, wallet)
            with anyio.fail_after(GONE_S_MAX):
                while open_sockets(server) >= before + STALLED / 2:  # noqa: ASYNC110 (the database's come and go)
                    await anyio.sleep(0.1)
    assert "Traceback" not in server.output
