"""Shared by all tests: one PostgreSQL per worker, a database per test made from a migrated template (DESIGN.md §7)."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from app.embedded_postgres import EmbeddedPostgres
from models.database import Connection, Database, open_database
from tests.factories.databases import TestDatabases


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDatabases]:
    """This worker's databases, in a PostgreSQL of its own, or in the one that ALLOT_TEST_DSN names."""
    if given := os.environ.get("ALLOT_TEST_DSN"):
        yield _prepared(given)
        return
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield _prepared(server)


@pytest.fixture(scope="session")
def template_dsn(databases: TestDatabases) -> str:
    """DSN of a migrated, empty database that tests copy and never touch."""
    return databases.dsn_of(databases.template)


@pytest.fixture
async def dsn(databases: TestDatabases) -> AsyncIterator[str]:
    """DSN of this test's own database, migrated and empty."""
    name = await databases.take()
    yield databases.dsn_of(name)
    await databases.give_back(name)


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    async with open_database(dsn) as opened:
        yield opened


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[Connection]:
    """A plain connection with the session settings of the application."""
    opened = await asyncpg.connect(dsn, server_settings={"timezone": "UTC"})
    try:
        yield opened
    finally:
        await opened.close()


def _prepared(server: str) -> TestDatabases:
    databases = TestDatabases(server)
    asyncio.run(databases.prepare())
    return databases
