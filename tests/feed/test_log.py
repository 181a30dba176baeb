"""Reading the feed from the database: pages, single entries, snapshots, many wallets at once."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.commands import CompleteTask
from domain.entries import EntryKind
from domain.wallets import BEGINNING
from feed.cursor import NUMBER_MAX
from feed.events import FeedEntry
from feed.log import (
    PAGE_ENTRIES_MAX,
    Newer,
    read_newer,
    snapshot,
    snapshots,
)
from models.database import Connection, Database
from tests.factories.ledger import make_empty_wallet, make_funded_wallet, post_commands
from tests.factories.usage import hold, spend
from tests.factories.wallets import credits_grant

pytestmark = pytest.mark.anyio


def numbers(entries: tuple[FeedEntry, ...]) -> list[int]:
    return [one.number for one in entries]


async def read_after(connection: Connection, wallet: UUID, after: int, limit: int) -> tuple[FeedEntry, ...]:
    return (await read_newer(connection, [(wallet, after)], limit))[wallet, after].entries


@pytest.fixture
async def wallet(connection: Connection) -> UUID:
    """Ten entries: a grant and nine messages, and a neighbour that must not show."""
    neighbour = await make_funded_wallet(connection)
    wallet = await make_empty_wallet(connection)
    await post_commands(connection, wallet, credits_grant(100), *[spend()] * 9)
    await post_commands(connection, neighbour, *[spend()] * 3)
    return wallet


async def test_f8_entries_come_back_as_they_were_written(connection: Connection, wallet: UUID) -> None:
    written = await post_commands(connection, wallet, spend(2), hold())
    read = await read_after(connection, wallet, 10, 5)
    assert [one.entry for one in read] == list(written)
    workspace = await connection.fetchval("SELECT workspace_id FROM wallets WHERE id = $1", wallet)
    assert {(one.wallet_id, one.workspace_id, one.caller) for one in read} == {(wallet, workspace, None)}
    assert read[0].recorded_at.utcoffset() == timedelta(0)


async def test_f8_pages_after_a_number_are_bounded(connection: Connection, wallet: UUID) -> None:
    assert numbers(await read_after(connection, wallet, 0, 4)) == [1, 2, 3, 4]
    assert numbers(await read_after(connection, wallet, 8, 4)) == [9, 10]
    assert await read_after(connection, wallet, 10, 4) == ()


@pytest.mark.parametrize("limit", [0, -1, PAGE_ENTRIES_MAX + 1])
async def test_f8_a_page_has_a_bound(connection: Connection, limit: int) -> None:
    with pytest.raises(ValueError, match="a page has"):
        await read_newer(connection, [(uuid4(), 0)], limit)


async def test_f8_a_snapshot_is_what_its_entry_left(connection: Connection, wallet: UUID) -> None:
    first, second = uuid4(), uuid4()
    await post_commands(connection, wallet, hold(task_id=first), hold(task_id=second))
    last = (await post_commands(connection, wallet, CompleteTask(first, 1_000)))[-1]
    seen = await snapshot(connection, wallet)
    assert seen is not None
    assert (seen.wallet_id, seen.number, seen.at, seen.balances) == (wallet, last.number, last.at, last.balances)
    assert [task.id for task in seen.tasks] == [second]
    assert last.kind is EntryKind.SETTLE


async def test_f8_a_wallet_without_entries_has_a_snapshot(connection: Connection) -> None:
    seen = await snapshot(connection, await make_empty_wallet(connection))
    assert seen is not None
    assert (seen.number, seen.at, seen.balances, seen.tasks) == (0, BEGINNING, (), ())
    assert await snapshot(connection, uuid4()) is None


async def test_f8_many_snapshots_are_one_statement(connection: Connection, wallet: UUID) -> None:
    empty = await make_empty_wallet(connection)
    found = await snapshots(connection, [wallet, empty, uuid4()])
    assert {id_: one.number for id_, one in found.items()} == {wallet: 10, empty: 0}


async def test_f8_what_follows_many_places(connection: Connection, wallet: UUID) -> None:
    empty, unknown = await make_empty_wallet(connection), uuid4()
    places = [(wallet, 0), (wallet, 8), (wallet, 10), (wallet, 99), (empty, 0), (unknown, 0)]
    found = await read_newer(connection, places, 3)
    assert {place: (newer.last_entry, numbers(newer.entries)) for place, newer in found.items()} == {
        (wallet, 0): (10, [1, 2, 3]),
        (wallet, 8): (10, [9, 10]),
        (wallet, 10): (10, []),
        (wallet, 99): (10, []),
        (empty, 0): (0, []),
    }
    assert found[wallet, 8].entries == await read_after(connection, wallet, 8, 3)
    assert await read_newer(connection, [(wallet, NUMBER_MAX)], 3) == {(wallet, NUMBER_MAX): Newer(10, ())}
    assert await read_newer(connection, [], 3) == {}


async def test_f8_a_snapshot_never_mixes_two_instants(connection: Connection, database: Database, dsn: str) -> None:
    """Tasks held and balances move together, however the reads fall between the commits."""
    wallet = await make_funded_wallet(connection)

    async def write() -> None:
        writer = await asyncpg.connect(dsn)
        try:
            for _ in range(15):
                task = uuid4()
                await post_commands(writer, wallet, hold(task_id=task))
                await post_commands(writer, wallet, CompleteTask(task, 1_000))
        finally:
            await writer.close()

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(write())
        while not writing.done():
            async with database.pool.acquire() as reading:
                seen = await snapshot(reading, wallet)
                assert seen is not None
                (entry,) = await read_after(reading, wallet, seen.number - 1, 1)
            assert seen.balances == entry.entry.balances
            assert sum(task.held for task in seen.tasks) == sum(balance.held for balance in seen.balances)
