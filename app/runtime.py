"""Opening the runtime: database, broker, feed, poster, catalog, in the order in which they need each other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from broadcaster import BroadcastBackend

from app.settings import BrokerKind
from catalog import FOLDER
from feed.broker import Broker
from feed.broker_memory import MemoryBackend
from feed.broker_postgres import PostgresBackend
from feed.stream import Feed
from models.database import open_database
from services.catalog import load_catalog, read_folder
from services.keyed_hashes import KeyedHashes, hashes_of_this_process
from services.payment_providers import NOTHING_OFFERED, Offered
from services.poster import Poster
from services.posting import Clock
from services.runtime import Runtime


def system_clock() -> datetime:
    """Read the machine's clock: the only place that does."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_runtime(
    dsn: str,
    broker_kind: BrokerKind,
    *,
    clock: Clock = system_clock,
    offered: Offered = NOTHING_OFFERED,
    secrets: KeyedHashes | None = None,
) -> AsyncIterator[Runtime]:
    """Open everything that verbs work with, and close it in the reverse order: feeds, commands, broker, database.

    `secrets` are what clients' secrets are derived from (C4); None: of this runtime alone, which checks no requests.
    """
    async with open_database(dsn) as database, Broker(_backend(dsn, broker_kind)) as broker:
        async with database.pool.acquire() as connection:
            catalog = await load_catalog(connection, read_folder(FOLDER), clock())
        policies = catalog.policies
        poster = Poster(database, clock, broker.wake, keys_kept=timedelta(days=policies.idempotency_retention_days))
        feed = Feed(database.pool, broker, replay_entries_max=policies.feed_replay_entries_max)
        runtime = Runtime(
            database,
            poster,
            broker,
            feed,
            catalog,
            clock,
            offered.providers,
            offered.seller,
            secrets or hashes_of_this_process(),
        )
        await runtime.terms.read(database, clock())
        try:
            yield runtime
        finally:
            await feed.stop()
            await poster.stop()


def _backend(dsn: str, kind: BrokerKind) -> BroadcastBackend:
    return MemoryBackend() if kind is BrokerKind.MEMORY else PostgresBackend(dsn)
