"""Two servers on one data folder, and what happens to their PostgreSQL (F8): they wait and go on, without a gap."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import anyio
import asyncpg
import httpx2
import pytest

from app.embedded_postgres import EmbeddedPostgres
from tests.faults.postgres_probe import postmaster_pid, runs
from tests.faults.serving import Server
from tests.http.calling import CONSUME, Client, Following

pytestmark = pytest.mark.anyio

RECOVERY_S_MAX = 30
MASKED = {"INTERNAL", "UNAVAILABLE"}


@pytest.fixture(scope="module")
def servers(shelf: Path) -> Iterator[tuple[Server, Server]]:
    with Server(shelf) as first, Server(shelf) as second:
        assert first.ada_token == second.ada_token
        yield first, second
    assert not runs(shelf / "postgres")


@pytest.fixture
async def service(servers: tuple[Server, Server]) -> AsyncIterator[Client]:
    """The chat back end, at the first server."""
    async with servers[0].client(servers[0].service_token) as client:
        yield client


@pytest.fixture
async def wallet(servers: tuple[Server, Server]) -> str:
    async with servers[0].client(servers[0].ada_token) as ada:
        return str((await ada.wallet())["id"])


@pytest.fixture
async def feed(servers: tuple[Server, Server]) -> AsyncIterator[Following]:
    """Ada's feed, at the second server, behind its snapshot."""
    async with servers[1].client(servers[1].ada_token) as ada, ada.follow() as opened:
        await opened.next()
        yield opened


async def insist(client: Client, wallet: str, key: str) -> int:
    """Charge with one key until the server can; meanwhile it may say nothing but that it cannot."""
    given = {"walletId": wallet, "product": "chat-message", "quantity": "1", "surface": "WEB", "idempotencyKey": key}
    with anyio.fail_after(RECOVERY_S_MAX):
        while True:
            response = await client.post(CONSUME, input=given)
            answer = response.json()
            if "errors" not in answer:
                assert answer["data"]["consume"]["errors"] == []
                return int(answer["data"]["consume"]["entry"]["number"])
            for error in answer["errors"]:
                assert error["extensions"]["code"] in MASKED, answer
                assert "postgres" not in response.text.lower()
            await anyio.sleep(0.05)


async def charge_and_follow(service: Client, wallet: str, feed: Following) -> None:
    """Charge three times at the first server; each arrives at the second one, exactly once, without a gap."""
    for key in (uuid4().hex for _ in range(3)):
        number = await insist(service, wallet, key)
        assert await insist(service, wallet, key) == number
        await feed.through(number)


async def sql(servers: tuple[Server, Server], statement: str) -> list[int]:
    """Run a statement at the servers' PostgreSQL; its first column."""
    connection = await asyncpg.connect(
        f"postgresql://postgres@/allotment?host={servers[0].data_dir}/postgres&port=5432"
    )
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def healthy(server: Server, status: int) -> None:
    """Wait until its health check gives this status."""
    with anyio.fail_after(RECOVERY_S_MAX):
        async with httpx2.AsyncClient(trust_env=False, timeout=RECOVERY_S_MAX) as client:
            while (await client.get(server.url.replace("/graphql", "/health"))).status_code != status:  # noqa: ASYNC110 - asks
                await anyio.sleep(0.05)


async def test_f8_what_one_server_writes_arrives_in_the_feed_of_the_other(
    service: Client, wallet: str, feed: Following
) -> None:
    await charge_and_follow(service, wallet, feed)


async def test_f8_listening_connections_that_are_killed_cost_no_entry(
    servers: tuple[Server, Server], service: Client, wallet: str, feed: Following
) -> None:
    told = [sum("the broker listens" in line for line in server.lines) for server in servers]
    listening = await sql(servers, "SELECT pid FROM pg_stat_activity WHERE application_name = 'allotment-broker'")
    assert len(listening) >= 2
    await sql(servers, f"SELECT pg_terminate_backend(pid) FROM unnest(ARRAY{listening}) AS each (pid)")
    await charge_and_follow(service, wallet, feed)
    for server, times in zip(servers, told, strict=True):
        await anyio.to_thread.run_sync(lambda: server.said("the broker listens", times=times + 1))  # noqa: B023 - run at once
    await charge_and_follow(service, wallet, feed)


async def test_f8_servers_outlive_a_crash_inside_postgresql(
    servers: tuple[Server, Server], service: Client, wallet: str, feed: Following
) -> None:
    backends = "SELECT pid FROM pg_stat_activity WHERE application_name = 'allotment'"
    os.kill((await sql(servers, backends))[0], signal.SIGKILL)  # PostgreSQL ends all others and recovers
    await charge_and_follow(service, wallet, feed)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_f8_servers_wait_for_a_postgresql_that_is_started_again(
    servers: tuple[Server, Server], service: Client, wallet: str, feed: Following, how: signal.Signals
) -> None:
    before = await insist(service, wallet, f"before-{how}")
    data_dir = servers[0].data_dir
    os.kill(postmaster_pid(data_dir / "postgres"), how)
    await healthy(servers[0], 503)
    postgres = EmbeddedPostgres(data_dir)
    await anyio.to_thread.run_sync(postgres.start)
    try:
        await healthy(servers[0], 200)
        assert await insist(service, wallet, f"before-{how}") == before
        await charge_and_follow(service, wallet, feed)
    finally:
        await anyio.to_thread.run_sync(postgres.stop)
