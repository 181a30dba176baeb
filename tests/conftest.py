"""Shared by all tests: one PostgreSQL per worker, a database per test made from a migrated template (DESIGN.md §7)."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest

from app.embedded_postgres import EmbeddedPostgres
from migrations.upgrade import upgrade
from models.database import Connection, Database, open_database

TEMPLATE = "allotment_template"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def template_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """DSN of a migrated, empty database that tests copy and never touch."""
    if given := os.environ.get("ALLOT_TEST_DSN"):
        yield asyncio.run(_make_template(given))
        return
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as dsn:
        yield asyncio.run(_make_template(dsn))


@pytest.fixture
async def dsn(template_dsn: str) -> AsyncIterator[str]:
    """DSN of this test's own database."""
    name, server = f"test_{uuid4().hex[:12]}", _with_database(template_dsn, "postgres")
    connection = await asyncpg.connect(server)
    try:
        template = _database(template_dsn)
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        yield _with_database(template_dsn, name)
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


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


async def _make_template(dsn: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"{TEMPLATE}_{worker}"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    template = _with_database(dsn, name)
    await upgrade(template)
    return template


def _database(dsn: str) -> str:
    return dsn.partition("?")[0].rpartition("/")[2]


def _with_database(dsn: str, name: str) -> str:
    base, mark, options = dsn.partition("?")
    return f"{base.rpartition('/')[0]}/{name}{mark}{options}"
