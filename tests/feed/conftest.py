import asyncio
import os
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.embedded_postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


async def run_sql(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def broker_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL to notify through. Nothing is written to it, so the tests of one worker share it.

    On a server that is given, each worker has a database of its own: notifications do not leave a database.
    """
    given = os.environ.get("ALLOT_TEST_DSN")
    if given:
        name = f"broker_{uuid.uuid4().hex}"
        asyncio.run(run_sql(given, f'CREATE DATABASE "{name}"'))
        parts = urlsplit(given)
        yield f"postgresql://{parts.netloc}/{name}?{parts.query}"
        asyncio.run(run_sql(given, f'DROP DATABASE "{name}" WITH (FORCE)'))
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "data", durable=False)
    try:
        yield server.start()
    finally:
        server.stop()
