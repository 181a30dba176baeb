"""One real server for all tests over HTTP, its demo data, and callers of every kind."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest

from app.runtime import open_runtime, system_clock
from app.settings import BrokerKind
from domain.authorization import READ, WRITE
from services.credentials import issue_service_key, issue_session, revoke
from services.demo import ADA, ADA_PERSONAL, CHAT_SERVICE
from tests.faults.serving import Server, allot, own_database
from tests.http.calling import Client, Json

LEDGER = ("wallets", "entries", "grants", "allowances", "tasks", "idempotency_keys")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Credentials that the demo has not: ended ones, and a key for Ada's workspace alone."""

    expired: str
    revoked: str
    narrow: str


@pytest.fixture(scope="session")
def server_dsn(template_dsn: str) -> Iterator[str]:
    with own_database(template_dsn) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def server(server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server"), DATABASE_URL=server_dsn) as started:
        yield started
    assert "Traceback" not in started.output, started.output
    assert "fault" not in started.output


@pytest.fixture(scope="session")
def demo(server: Server) -> Json:
    """What `allot demo --json` prints."""
    printed = allot("demo", "--json", **server.settings)
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


@pytest.fixture(scope="session")
def tokens(server_dsn: str, demo: Json) -> Tokens:  # noqa: ARG001 - the demo's people must be there
    async def make() -> Tokens:
        yesterday = timedelta(days=1)
        async with open_runtime(server_dsn, BrokerKind.MEMORY, clock=lambda: system_clock() - yesterday) as runtime:
            expired = await issue_session(runtime, ADA, "expired", timedelta(hours=1))
        async with open_runtime(server_dsn, BrokerKind.MEMORY) as runtime:
            revoked = await issue_session(runtime, ADA, "revoked", timedelta(hours=1))
            await revoke(runtime, revoked.id)
            scopes = frozenset({READ, WRITE})
            narrow = await issue_service_key(runtime, CHAT_SERVICE, "narrow", scopes, ADA_PERSONAL)
        return Tokens(expired.token, revoked.token, narrow.token)

    return asyncio.run(make())


@pytest.fixture
async def ada(server: Server, demo: Json) -> AsyncIterator[Client]:
    async with server.client(demo["people"][0]["token"]) as client:
        yield client


@pytest.fixture
async def bo(server: Server, demo: Json) -> AsyncIterator[Client]:
    async with server.client(demo["people"][1]["token"]) as client:
        yield client


@pytest.fixture
async def service(server: Server, demo: Json) -> AsyncIterator[Client]:
    """The chat back end, which may read and report everywhere."""
    async with server.client(demo["service"]["token"]) as client:
        yield client


@pytest.fixture
async def narrow(server: Server, tokens: Tokens) -> AsyncIterator[Client]:
    """A back end that knows Ada's workspace alone."""
    async with server.client(tokens.narrow) as client:
        yield client


@pytest.fixture
async def nobody(server: Server) -> AsyncIterator[Client]:
    async with server.client(None) as client:
        yield client


@pytest.fixture
async def unchanged(server_dsn: str, tokens: Tokens) -> AsyncIterator[None]:  # noqa: ARG001 - made before we look
    """What the test does leaves the ledger as it is."""
    connection = await asyncpg.connect(server_dsn)
    try:
        before = await _ledger(connection)
        yield
        assert await _ledger(connection) == before
    finally:
        await connection.close()


async def _ledger(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    texts = {table: f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table} t" for table in LEDGER}
    return {table: str(await connection.fetchval(text)) for table, text in texts.items()}
