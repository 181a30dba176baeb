"""What following costs: statements shared, objects shared, memory bounded, no connection held; and slow readers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from feed.broker import Broker
from feed.broker_memory import MemoryBackend
from feed.events import FeedEntry, ResyncReason, ResyncRequired, Snapshot
from feed.stream import ENTRIES_PER_STATEMENT_MAX, WALLETS_PER_STATEMENT_MAX, Feed
from feed.tail import ENTRIES_KEPT_PER_FOLLOWER
from feed.topics import wallet_topic
from models.database import Connection
from tests.factories.ledger import make_funded_wallet, post_commands
from tests.factories.usage import spend
from tests.feed.reading import NEVER_S, SOON_S, Reader, number_of, yes

pytestmark = pytest.mark.anyio


class Counter:
    """Counts the statements of a pool, without the driver's own: a connection learning types, or being cleaned."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    async def watch(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        connection.add_query_logger(self._count)

    def _count(self, query: LoggedQuery) -> None:
        if not any(sign in query.query for sign in ("pg_advisory_unlock_all", "typeinfo", "jit")):
            self.statements.append(query.query)

    def take(self) -> int:
        count = len(self.statements)
        self.statements.clear()
        return count


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
async def pool(dsn: str, counter: Counter) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    settings = {"timezone": "UTC"}
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, init=counter.watch, server_settings=settings) as pool:
        yield pool


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    async with Broker(MemoryBackend()) as broker:
        yield broker


@pytest.fixture
async def feed(pool: "asyncpg.Pool[asyncpg.Record]", broker: Broker) -> AsyncIterator[Feed]:
    feed = Feed(pool, broker, poll_s=NEVER_S)
    yield feed
    await feed.stop()


async def test_f8_100_followers_and_one_entry_are_one_statement(
    connection: Connection, feed: Feed, broker: Broker, counter: Counter
) -> None:
    wallet = await make_funded_wallet(connection)
    readers = [Reader(feed.follow(wallet, None, allowed=yes)) for _ in range(100)]
    for reader in readers:
        await reader.until(1)
    assert counter.take() == 1
    assert len({id(reader.events[0]) for reader in readers}) == 1
    for count in (2, 3, 4):
        await post_commands(connection, wallet, spend())
        await broker.wake([wallet_topic(wallet)])
        for reader in readers:
            await reader.until(count)
        assert counter.take() == 1
        assert len({id(reader.events[-1]) for reader in readers}) == 1
        (tail,) = feed._tails.values()
        assert len(tail._ring) == 1  # what everybody has is let go
    first = readers[0].events[-1]
    assert isinstance(first, FeedEntry)
    first.shared["bytes of a document"] = b"{}"
    assert readers[99].events[-1] is first
    for reader in readers:
        await reader.close()


async def test_f8_a_flood_is_read_once_for_all(
    connection: Connection, feed: Feed, broker: Broker, counter: Counter
) -> None:
    wallet = await make_funded_wallet(connection)
    readers = [Reader(feed.follow(wallet, None, allowed=yes)) for _ in range(100)]
    for reader in readers:
        await reader.until(1)
    counter.take()
    await post_commands(connection, wallet, *[spend()] * 1_000)
    await broker.wake([wallet_topic(wallet)])
    for reader in readers:
        await reader.until(1_001)
        assert reader.numbers == list(range(1, 1_002))
    assert counter.take() == 5  # pages of 200
    for reader in readers:
        await reader.close()


async def test_f8_many_wallets_woken_together_share_statements(
    connection: Connection, feed: Feed, broker: Broker, counter: Counter
) -> None:
    """A batch of commands, or a GAP: reads come together, not one by one for each wallet."""
    wallets = [await make_funded_wallet(connection) for _ in range(2 * WALLETS_PER_STATEMENT_MAX)]
    readers = [Reader(feed.follow(wallet, None, allowed=yes)) for wallet in wallets]
    for reader in readers:
        await reader.until(1)
    assert counter.take() <= 3
    for wallet in wallets:
        await post_commands(connection, wallet, spend())
    await broker.wake([wallet_topic(wallet) for wallet in wallets])
    for wallet, reader in zip(wallets, readers, strict=True):
        _, entry = await reader.until(2)
        assert isinstance(entry, FeedEntry)
        assert (entry.wallet_id, entry.number) == (wallet, 2)
    assert counter.take() <= 3
    assert feed.wallets_followed == len(wallets)
    for reader in readers:
        await reader.close()
    assert feed.wallets_followed == 0


async def test_f8_sockets_that_come_back_together_share_the_page(
    connection: Connection, feed: Feed, counter: Counter
) -> None:
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, *[spend()] * 20)
    readers = [Reader(feed.follow(wallet, 5, allowed=yes)) for _ in range(100)]
    for reader in readers:
        await reader.until(16)
        assert reader.numbers == list(range(6, 22))
    assert counter.take() == 1
    late = Reader(feed.follow(wallet, 12, allowed=yes))  # from the ring, which has it
    await late.until(9)
    assert counter.take() == 0
    for reader in [*readers, late]:
        await reader.close()


async def test_f8_a_slow_reader_gets_everything_and_costs_little(
    connection: Connection, pool: "asyncpg.Pool[asyncpg.Record]", broker: Broker
) -> None:
    feed = Feed(pool, broker, poll_s=NEVER_S, page_entries_max=50, ring_entries_max=256)
    wallet = await make_funded_wallet(connection)
    async with aclosing(feed.follow(wallet, None, allowed=yes)) as slow:
        await anext(slow)
        quick = Reader(feed.follow(wallet, None, allowed=yes))
        for number in range(101, 1_001, 100):
            await post_commands(connection, wallet, *[spend()] * 100)
            await broker.wake([wallet_topic(wallet)])
            await quick.until_number(number)
            (tail,) = feed._tails.values()
            assert len(tail._ring) <= 2 * ENTRIES_KEPT_PER_FOLLOWER + 50
        async with asyncio.timeout(SOON_S):
            numbers = [number_of(await anext(slow)) for _ in range(900)]
        assert numbers == list(range(2, 902))
        await quick.close()
    await feed.stop()


async def test_f8_falling_too_far_behind_needs_a_resync(
    connection: Connection, pool: "asyncpg.Pool[asyncpg.Record]", broker: Broker
) -> None:
    feed = Feed(pool, broker, poll_s=NEVER_S, replay_entries_max=10)
    wallet = await make_funded_wallet(connection)
    async with aclosing(feed.follow(wallet, None, allowed=yes)) as slow, asyncio.timeout(SOON_S):
        await anext(slow)
        quick = Reader(feed.follow(wallet, None, allowed=yes))
        for number in range(9, 25, 8):
            await post_commands(connection, wallet, *[spend()] * 8)
            await broker.wake([wallet_topic(wallet)])
            await quick.until_number(number)
        resync = await anext(slow)
        assert isinstance(resync, ResyncRequired)
        assert (resync.reason, resync.snapshot.number) == (ResyncReason.TOO_FAR_BEHIND, 17)
        await post_commands(connection, wallet, *[spend()] * 30)  # more at once than anybody is told
        await broker.wake([wallet_topic(wallet)])
        for event in (await anext(slow), (await quick.until_number(47))[-1]):
            assert isinstance(event, ResyncRequired)
            assert event.snapshot.number == 47
        await quick.close()
    await feed.stop()


async def test_f8_no_connection_is_held_by_those_who_wait_or_dawdle(
    connection: Connection, dsn: str, broker: Broker
) -> None:
    """One connection in the pool, and more readers than that in every state."""
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, *[spend()] * 30)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool, AsyncExitStack() as stack:
        feed = Feed(pool, broker, poll_s=NEVER_S, page_entries_max=3, ring_entries_max=3)
        waiting = Reader(feed.follow(wallet, 31, allowed=yes))
        for after in (None, 0, 10, 20, 99):
            dawdling = await stack.enter_async_context(aclosing(feed.follow(wallet, after, allowed=yes)))
            async with asyncio.timeout(SOON_S):
                first = await anext(dawdling)
            assert isinstance(first, FeedEntry | Snapshot | ResyncRequired)
            async with asyncio.timeout(SOON_S), pool.acquire() as free:
                assert await free.fetchval("SELECT 1") == 1
        await waiting.close()
        await stack.aclose()
        await feed.stop()


async def test_f8_a_statement_reads_a_bounded_number_of_entries(feed: Feed) -> None:
    assert ENTRIES_PER_STATEMENT_MAX // WALLETS_PER_STATEMENT_MAX >= 1
    with pytest.raises(ValueError, match="fits into the ring"):
        Feed(feed._newer._pool, feed._broker, page_entries_max=300, ring_entries_max=256)
