"""What may go wrong around a feed: lost wake-ups, killed connections, access ended, readers gone, servers stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

import asyncpg
import pytest

from domain.commands import EndAllowance, StartAllowance
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from feed.broker import Broker
from feed.broker_memory import MemoryBackend
from feed.broker_postgres import PostgresBackend
from feed.events import AccessEnded, FeedClosed, ReadFailed
from feed.stream import Feed
from feed.topics import access_topic, wallet_topic
from models.database import Connection, Database
from tests.factories.ledger import T0, make_funded_wallet, post_commands
from tests.factories.usage import spend
from tests.factories.wallets import CREDIT
from tests.feed.reading import NEVER_S, SOON_S, Reader, yes

pytestmark = pytest.mark.anyio

SOMEBODY = UUID(int=7)
STEPS = (*range(50), *range(50, 1_000, 50))
"""Turns of the event loop: from none to more than a feed takes to reach its wait."""
KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()
"""


class Deaf(MemoryBackend):
    """Drops every message."""

    async def publish(self, channel: str, message: str) -> None:
        pass


class Access:
    """Answers as it is told, and remembers how often it was asked."""

    def __init__(self) -> None:
        self.answer = True
        self.asked = 0
        self._news = asyncio.Event()

    async def __call__(self) -> bool:
        self.asked += 1
        self._news.set()
        return self.answer

    async def until_asked(self, times: int) -> None:
        async with asyncio.timeout(SOON_S):
            while self.asked < times:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    async with Broker(MemoryBackend()) as broker:
        yield broker


@pytest.fixture
async def feed(database: Database, broker: Broker) -> AsyncIterator[Feed]:
    feed = Feed(database.pool, broker, poll_s=NEVER_S)
    yield feed
    await feed.stop()


@pytest.fixture
async def wallet(connection: Connection) -> UUID:
    return await make_funded_wallet(connection)


async def only_these_tasks(before: "set[asyncio.Task[object]]") -> None:
    """Wait until no other task is left: each ends by itself."""
    async with asyncio.timeout(SOON_S):
        while left := asyncio.all_tasks() - before:
            await asyncio.wait(left)


async def test_f8_a_lost_wake_up_costs_latency_only(connection: Connection, database: Database, wallet: UUID) -> None:
    async with Broker(Deaf()) as here, Broker(Deaf()) as there:
        feed = Feed(database.pool, here, poll_s=0.01)
        readers = [Reader(feed.follow(wallet, after, allowed=yes)) for after in (None, 0)]
        for count in range(1, 5):
            for reader in readers:
                await reader.until_number(count)
            await post_commands(connection, wallet, spend())
            await there.wake([wallet_topic(wallet)])
        for reader in readers:
            await reader.until_number(5)
            assert reader.numbers == [1, 2, 3, 4, 5]
            await reader.close()
        await feed.stop()


async def test_f8_a_killed_listen_connection_loses_nothing(
    connection: Connection, database: Database, dsn: str, wallet: UUID
) -> None:
    async with Broker(PostgresBackend(dsn)) as here, Broker(PostgresBackend(dsn)) as there:
        feed = Feed(database.pool, here, poll_s=NEVER_S)
        reader = Reader(feed.follow(wallet, None, allowed=yes))
        await reader.until_number(1)
        for number in range(2, 5):
            await connection.execute(KILL, "allotment-broker")
            await post_commands(connection, wallet, spend())  # its wake-up may find nobody who listens
            await there.wake([wallet_topic(wallet)])
            await reader.until_number(number)
        assert reader.numbers == [1, 2, 3, 4]
        await reader.close()
        await feed.stop()


async def test_f8_killed_reading_connections_lose_nothing(
    connection: Connection, feed: Feed, broker: Broker, wallet: UUID
) -> None:
    reader = Reader(feed.follow(wallet, None, allowed=yes))
    await reader.until_number(1)
    for number in range(2, 5):
        await connection.execute(KILL, "allotment")
        await post_commands(connection, wallet, spend())
        await broker.wake([wallet_topic(wallet)])
        await reader.until_number(number)
    assert reader.numbers == [1, 2, 3, 4]
    await reader.close()


async def test_f8_a_database_that_is_away_is_said_at_the_start(broker: Broker, dsn: str, wallet: UUID) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        feed = Feed(pool, broker, poll_s=NEVER_S)
        await pool.close()
        for after in (None, 0):
            assert isinstance(await Reader(feed.follow(wallet, after, allowed=yes)).end(), ReadFailed)
        assert feed.wallets_followed == 0
        await feed.stop()


@pytest.mark.parametrize("after", [None, 0, 1, 99])
async def test_b7_access_is_checked_before_anything_is_told(feed: Feed, wallet: UUID, after: int | None) -> None:
    access = Access()
    access.answer = False
    reader = Reader(feed.follow(wallet, after, allowed=access))
    assert isinstance(await reader.end(), AccessEnded)
    assert reader.events == []


async def test_b7_access_ends_by_time(feed: Feed, wallet: UUID) -> None:
    access = Access()
    reader = Reader(feed.follow(wallet, None, allowed=access, recheck_s=0.005))
    await reader.until(1)
    await access.until_asked(4)
    access.answer = False
    assert isinstance(await reader.end(), AccessEnded)


async def test_b7_access_ends_when_a_watched_topic_wakes(feed: Feed, broker: Broker, wallet: UUID) -> None:
    gone, stays = Access(), Access()
    watch = [access_topic(SOMEBODY), "another"]
    leaving = Reader(feed.follow(wallet, None, allowed=gone, watch=watch, recheck_s=NEVER_S))
    staying = Reader(feed.follow(wallet, None, allowed=stays, watch=watch, recheck_s=NEVER_S))
    for reader in (leaving, staying):
        await reader.until(1)
    gone.answer = False
    await broker.wake([access_topic(SOMEBODY)])
    assert isinstance(await leaving.end(), AccessEnded)
    await stays.until_asked(2)
    assert (gone.asked, stays.asked) == (2, 2)
    await staying.close()
    assert not broker._listeners


async def test_b7_nothing_is_told_after_access_ended_while_the_reader_dawdled(
    connection: Connection, feed: Feed, broker: Broker, wallet: UUID
) -> None:
    access = Access()
    await post_commands(connection, wallet, spend())
    async with aclosing(feed.follow(wallet, 0, allowed=access, watch=["access"], recheck_s=NEVER_S)) as events:
        await anext(events)
        access.answer = False
        await broker.wake(["access"])
        await asyncio.sleep(0)  # the watch's task tells it
        await asyncio.sleep(0)
        with pytest.raises(AccessEnded):
            await anext(events)


async def test_b7_the_end_of_a_membership_is_checked_before_it_is_told(
    connection: Connection, feed: Feed, broker: Broker, wallet: UUID
) -> None:
    start = StartAllowance(CREDIT, Pool.MAIN, 5_000, Cycle(CycleUnit.DAYS, 7), "test", anchor=T0)
    await post_commands(connection, wallet, start)
    gone, stays = Access(), Access()
    leaving = Reader(feed.follow(wallet, None, allowed=gone, recheck_s=NEVER_S))
    staying = Reader(feed.follow(wallet, None, allowed=stays, recheck_s=NEVER_S))
    for reader in (leaving, staying):
        await reader.until(1)
    gone.answer = False
    await post_commands(connection, wallet, EndAllowance(1))
    await broker.wake([wallet_topic(wallet)])
    assert isinstance(await leaving.end(), AccessEnded)
    assert leaving.numbers == [3]
    await staying.until(3)  # the rest revoked, the allowance ended
    assert stays.asked == 2  # one check for both
    replaying = Access()
    reader = Reader(feed.follow(wallet, 0, allowed=replaying, recheck_s=NEVER_S))
    await reader.until_number(5)
    assert replaying.asked == 1  # old news is no reason to ask again
    for one in (reader, staying):
        await one.close()


async def test_f8_what_the_check_raises_ends_the_feed(feed: Feed, wallet: UUID) -> None:
    async def broken() -> bool:
        raise ConnectionError("no answer")

    assert isinstance(await Reader(feed.follow(wallet, None, allowed=broken)).end(), ConnectionError)
    assert feed.wallets_followed == 0


@pytest.mark.parametrize("after", [None, 0])
async def test_f8_leaving_at_any_point_leaks_nothing(
    feed: Feed, broker: Broker, database: Database, wallet: UUID, after: int | None
) -> None:
    before = asyncio.all_tasks()
    for steps in STEPS:
        reader = Reader(feed.follow(wallet, after, allowed=yes, watch=["somebody"]))
        for _ in range(steps):
            await asyncio.sleep(0)
        await reader.close()
        assert feed.wallets_followed == 0
        assert not broker._listeners
    await only_these_tasks(before)
    assert database.pool.get_idle_size() == database.pool.get_size()


async def test_f8_closing_a_suspended_feed_leaks_nothing(feed: Feed, broker: Broker, wallet: UUID) -> None:
    before = asyncio.all_tasks()
    feeds = [feed.follow(wallet, after, allowed=yes, watch=["somebody"]) for after in (None, 0, 99)]
    for one in feeds:
        await anext(one)
    assert feed.wallets_followed == 1
    for one in feeds:
        await one.aclose()
    assert feed.wallets_followed == 0
    assert not broker._listeners
    await only_these_tasks(before)


async def test_f8_the_last_to_leave_takes_the_tail_down(
    connection: Connection, feed: Feed, broker: Broker, wallet: UUID
) -> None:
    first, second = (Reader(feed.follow(wallet, None, allowed=yes)) for _ in range(2))
    for reader in (first, second):
        await reader.until(1)
    await first.close()  # the one that brought it up
    await post_commands(connection, wallet, spend())
    await broker.wake([wallet_topic(wallet)])
    await second.until_number(2)
    await second.close()
    assert feed.wallets_followed == 0


async def test_f8_stopping_ends_every_feed(database: Database, broker: Broker, wallet: UUID) -> None:
    before = asyncio.all_tasks()
    for steps in STEPS:
        feed = Feed(database.pool, broker, poll_s=NEVER_S)
        readers = [Reader(feed.follow(wallet, after, allowed=yes, watch=["somebody"])) for after in (None, 0, 1)]
        for _ in range(steps):
            await asyncio.sleep(0)
        await feed.stop()
        for reader in readers:
            assert isinstance(await reader.end(), FeedClosed)
        await feed.stop()
        assert isinstance(await Reader(feed.follow(wallet, None, allowed=yes)).end(), FeedClosed)
    suspended = (feed := Feed(database.pool, broker)).follow(wallet, 0, allowed=yes)
    await anext(suspended)
    await feed.stop()
    with pytest.raises(FeedClosed):
        await anext(suspended)
    assert not broker._listeners
    await only_these_tasks(before)
    assert database.pool.get_idle_size() == database.pool.get_size()
