"""Following a wallet: snapshot, replay, resume, resync; each entry once and in order, under concurrent writers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID, uuid4

import asyncpg
import pytest

from feed.broker import Broker
from feed.broker_memory import MemoryBackend
from feed.cursor import NUMBER_MAX
from feed.events import FeedEntry, ResyncReason, ResyncRequired, Snapshot, UnknownWallet
from feed.stream import Feed
from feed.topics import wallet_topic
from models.database import Connection, Database
from services.poster import Poster
from services.posting import Posted, Posting
from tests.factories.ledger import Ticking, make_empty_wallet, make_funded_wallet, post_commands
from tests.factories.usage import hold, spend
from tests.feed.reading import NEVER_S, SOON_S, Reader, number_of, yes

pytestmark = pytest.mark.anyio

WRITERS = 50
FOLLOWERS = 20
ENTRIES_EACH = 4


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    async with Broker(MemoryBackend()) as broker:
        yield broker


@pytest.fixture
async def poster(database: Database, broker: Broker) -> AsyncIterator[Poster]:
    """Posts and wakes, as the application does."""
    poster = Poster(database, Ticking(), broker.wake)
    yield poster
    await poster.stop()


@pytest.fixture
async def feed(database: Database, broker: Broker) -> AsyncIterator[Feed]:
    """Never polls: what arrives was woken for."""
    feed = Feed(database.pool, broker, poll_s=NEVER_S)
    yield feed
    await feed.stop()


async def restore(connection: Connection, wallet: UUID, last_entry: int) -> None:
    """Do to a wallet what restoring an older backup does."""
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
        await connection.execute("DELETE FROM entries WHERE wallet_id = $1 AND number > $2", wallet, last_entry)
        await connection.execute("UPDATE wallets SET last_entry = $2 WHERE id = $1", wallet, last_entry)


async def test_f8_first_a_snapshot_then_every_entry(connection: Connection, feed: Feed, poster: Poster) -> None:
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, hold(), spend())
    reader = Reader(feed.follow(wallet, None, allowed=yes))
    (snapshot,) = await reader.until(1)
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.number, len(snapshot.tasks)) == (3, 1)
    posted = await poster.submit(Posting(spend(), wallet))
    assert isinstance(posted, Posted)
    _, entry = await reader.until(2)
    assert isinstance(entry, FeedEntry)
    assert entry.entry == posted.entry
    assert entry.entry.balances != snapshot.balances
    await reader.close()


async def test_f8_an_empty_wallet_is_followed_from_its_first_entry(connection: Connection, feed: Feed) -> None:
    wallet = await make_empty_wallet(connection)
    fresh, resumed = Reader(feed.follow(wallet, None, allowed=yes)), Reader(feed.follow(wallet, 0, allowed=yes))
    (snapshot,) = await fresh.until(1)
    assert number_of(snapshot) == 0
    for reader in (fresh, resumed):
        await reader.close()


async def test_f8_resume_after_any_number(connection: Connection, database: Database, broker: Broker) -> None:
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, *[spend()] * 11)
    feed = Feed(database.pool, broker, poll_s=NEVER_S, page_entries_max=3, ring_entries_max=4)
    readers = [Reader(feed.follow(wallet, after, allowed=yes)) for after in range(13)]
    for after, reader in enumerate(readers[:12]):
        await reader.until(12 - after)
    await post_commands(connection, wallet, spend())
    await broker.wake([wallet_topic(wallet)])
    for after, reader in enumerate(readers):
        await reader.until(13 - after)
        assert reader.numbers == list(range(after + 1, 14))
        await reader.close()
    await feed.stop()


async def test_f8_a_socket_that_comes_back_misses_nothing(connection: Connection, feed: Feed, poster: Poster) -> None:
    """Disconnect after every event, resume with its number: the same history as somebody who stayed."""
    wallet = await make_funded_wallet(connection)
    stayed = Reader(feed.follow(wallet, 0, allowed=yes))
    seen: list[int] = []
    for _ in range(8):
        await poster.submit(Posting(spend(), wallet))
        async with aclosing(feed.follow(wallet, len(seen), allowed=yes)) as events:
            async with asyncio.timeout(SOON_S):
                seen.append(number_of(await anext(events)))
    await stayed.until_number(9)
    assert seen == list(range(1, 9))
    assert stayed.numbers == list(range(1, 10))
    await stayed.close()


async def test_f8_exactly_once_and_in_order_under_50_writers(
    connection: Connection, dsn: str, feed: Feed, broker: Broker
) -> None:
    wallet = await make_funded_wallet(connection)
    ready = asyncio.Barrier(WRITERS)

    async def write() -> None:
        writer = await asyncpg.connect(dsn)
        try:
            await ready.wait()
            for _ in range(ENTRIES_EACH):
                await post_commands(writer, wallet, spend())
                await broker.wake([wallet_topic(wallet)])
        finally:
            await writer.close()

    last = 1 + WRITERS * ENTRIES_EACH
    early = [Reader(feed.follow(wallet, 1, allowed=yes)) for _ in range(FOLLOWERS // 2)]
    async with asyncio.TaskGroup() as group:
        for _ in range(WRITERS):
            group.create_task(write())
        await early[0].until(last // 4)
        late = [Reader(feed.follow(wallet, None, allowed=yes)) for _ in range(FOLLOWERS // 2)]
    for reader in early:
        await reader.until_number(last)
        assert reader.numbers == list(range(2, last + 1))
    for reader in late:
        await reader.until_number(last)
        assert reader.numbers == list(range(reader.numbers[0], last + 1))
        assert isinstance(reader.events[0], Snapshot)
    for reader in early + late:
        await reader.close()


async def test_f8_entries_add_up_from_the_snapshot_on(connection: Connection, feed: Feed, poster: Poster) -> None:
    """While others write, whoever comes in gets a snapshot that the next entry follows on."""
    wallet = await make_funded_wallet(connection)

    async def write() -> None:
        for _ in range(40):
            await poster.submit(Posting(spend(), wallet))

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        while not writing.done():
            async with aclosing(feed.follow(wallet, None, allowed=yes)) as events, asyncio.timeout(SOON_S):
                snapshot = await anext(events)
                assert isinstance(snapshot, Snapshot)
                if snapshot.number < 41:
                    entry = await anext(events)
                    assert isinstance(entry, FeedEntry)
                    assert entry.number == snapshot.number + 1
                    assert entry.entry.balances[0].used == snapshot.balances[0].used + 1_000


async def test_f8_a_cursor_of_the_future_needs_a_resync(connection: Connection, feed: Feed, poster: Poster) -> None:
    wallet = await make_funded_wallet(connection)
    for after in (2, NUMBER_MAX):
        reader = Reader(feed.follow(wallet, after, allowed=yes))
        (resync,) = await reader.until(1)
        assert isinstance(resync, ResyncRequired)
        assert resync.reason is ResyncReason.CURSOR_AHEAD
        posted = await poster.submit(Posting(spend(), wallet))
        assert isinstance(posted, Posted)
        assert posted.entry is not None
        await reader.until(2)
        assert reader.numbers == [posted.entry.number - 1, posted.entry.number]
        await reader.close()


async def test_f8_too_far_back_needs_a_resync(connection: Connection, database: Database, broker: Broker) -> None:
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, *[spend()] * 10)
    feed = Feed(database.pool, broker, poll_s=NEVER_S, replay_entries_max=5)
    near, far = Reader(feed.follow(wallet, 6, allowed=yes)), Reader(feed.follow(wallet, 5, allowed=yes))
    await near.until(5)
    (resync,) = await far.until(1)
    assert isinstance(resync, ResyncRequired)
    assert (resync.reason, resync.snapshot.number) == (ResyncReason.TOO_FAR_BEHIND, 11)
    await post_commands(connection, wallet, spend())
    await broker.wake([wallet_topic(wallet)])
    await near.until(6)
    await far.until(2)
    assert (near.numbers, far.numbers) == ([7, 8, 9, 10, 11, 12], [11, 12])
    for reader in (near, far):
        await reader.close()
    await feed.stop()


async def test_f8_a_restored_database_is_noticed_while_connected(
    connection: Connection, feed: Feed, broker: Broker
) -> None:
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, *[spend()] * 5)
    reader = Reader(feed.follow(wallet, 0, allowed=yes))
    await reader.until_number(6)
    await restore(connection, wallet, 3)
    await broker.wake([wallet_topic(wallet)])
    resync = (await reader.until(7))[-1]
    assert isinstance(resync, ResyncRequired)
    assert (resync.reason, resync.snapshot.number) == (ResyncReason.CURSOR_AHEAD, 3)
    await reader.close()


@pytest.mark.parametrize("after", [None, 1, 6])
async def test_f8_who_comes_after_a_restore_warns_the_others(
    connection: Connection, database: Database, broker: Broker, after: int | None
) -> None:
    feed = Feed(database.pool, broker, poll_s=NEVER_S, page_entries_max=2, ring_entries_max=2)
    wallet = await make_funded_wallet(connection)
    await post_commands(connection, wallet, *[spend()] * 6)
    reader = Reader(feed.follow(wallet, None, allowed=yes))
    await reader.until_number(7)
    await restore(connection, wallet, 3)
    other = Reader(feed.follow(wallet, after, allowed=yes))
    await other.until_number(3)
    resync = (await reader.until(2))[-1]
    assert isinstance(resync, ResyncRequired)
    assert (resync.reason, resync.snapshot.number) == (ResyncReason.CURSOR_AHEAD, 3)
    for one in (reader, other):
        await one.close()
    await feed.stop()


async def test_b11_an_unknown_wallet_has_no_feed(feed: Feed) -> None:
    for after in (None, 0, 7):
        assert isinstance(await Reader(feed.follow(uuid4(), after, allowed=yes)).end(), UnknownWallet)
    assert feed.wallets_followed == 0


@pytest.mark.parametrize("after", [-1, NUMBER_MAX + 1])
async def test_f8_a_number_that_no_entry_has_is_refused(feed: Feed, after: int) -> None:
    assert isinstance(await Reader(feed.follow(UUID(int=1), after, allowed=yes)).end(), ValueError)
