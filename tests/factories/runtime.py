"""Runtimes: what verbs work with, under a clock that the test owns."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from catalog import FOLDER
from domain.catalog import Catalog
from feed.broker import Broker
from feed.broker_memory import MemoryBackend
from feed.stream import Feed
from models.database import Database
from services.catalog import load_catalog, read_folder
from services.poster import COMMANDS_PER_BATCH_MAX, Poster
from services.posting import Clock
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.payments import fake_providers

SHIPPED = read_folder(FOLDER)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def catalog(database: Database) -> Catalog:
    """The shipped catalog, loaded as version 1 of each of its documents."""
    async with database.pool.acquire() as connection:
        return await load_catalog(connection, SHIPPED, NOW)


@pytest.fixture
async def runtime(database: Database, catalog: Catalog, clock: TestClock) -> AsyncIterator[Runtime]:
    async with open_runtime(database, catalog, clock) as opened:
        yield opened


@asynccontextmanager
async def open_runtime(
    database: Database, catalog: Catalog, clock: Clock, *, batch_max: int = COMMANDS_PER_BATCH_MAX
) -> AsyncIterator[Runtime]:
    """Put a runtime together as the application does, with a broker of its own."""
    async with Broker(MemoryBackend()) as broker:
        poster = Poster(database, clock, broker.wake, batch_max=batch_max)
        feed = Feed(database.pool, broker)
        runtime = Runtime(database, poster, broker, feed, catalog, clock, fake_providers())
        await runtime.terms.read(database, clock())
        try:
            yield runtime
        finally:
            await feed.stop()
            await poster.stop()


@asynccontextmanager
async def open_process(
    dsn: str, catalog: Catalog, clock: Clock, *, batch_max: int = COMMANDS_PER_BATCH_MAX
) -> AsyncIterator[Runtime]:
    """A runtime with connections of its own, which shares nothing with others but the database: as a process does."""
    settings = {"timezone": "UTC", "jit": "off"}
    async with (
        asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=settings) as pool,
        open_runtime(Database(pool), catalog, clock, batch_max=batch_max) as opened,
    ):
        yield opened
