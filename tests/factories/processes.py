"""Runtimes that share nothing but the database, and hear of each other by its notifications: as processes do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from domain.catalog import Catalog
from feed.broker import Broker
from feed.broker_postgres import PostgresBackend
from feed.stream import Feed
from models.database import Database
from services.poster import Poster
from services.posting import Clock
from services.runtime import Runtime


@asynccontextmanager
async def open_listening_process(dsn: str, catalog: Catalog, clock: Clock) -> AsyncIterator[Runtime]:
    """A runtime with a pool and a broker of its own, over PostgreSQL."""
    settings = {"timezone": "UTC", "jit": "off"}
    async with (
        asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=settings) as pool,
        Broker(PostgresBackend(dsn)) as broker,
    ):

        async def wake(_topics: object) -> None:
            """Nobody follows wallets here."""

        database = Database(pool)
        poster, feed = Poster(database, clock, wake), Feed(pool, broker)
        try:
            yield Runtime(database, poster, broker, feed, catalog, clock)
        finally:
            await feed.stop()
            await poster.stop()
