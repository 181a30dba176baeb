"""The tail of a wallet alone: what it keeps, and what it does with reads that fail or come too late."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from domain.entries import Entry, EntryKind
from feed.broker import Broker
from feed.broker_memory import MemoryBackend
from feed.events import FeedEntry, ReadFailed
from feed.follower import Follower
from feed.log import Newer, Place
from feed.tail import Tail
from feed.topics import wallet_topic
from tests.factories.ledger import T0
from tests.feed.reading import NEVER_S, SOON_S, yes

pytestmark = pytest.mark.anyio

WALLET, WORKSPACE = UUID(int=1), UUID(int=2)


def entries(first: int, last: int) -> tuple[FeedEntry, ...]:
    return tuple(
        FeedEntry(WALLET, WORKSPACE, Entry(number, EntryKind.CONSUME, T0, "chat_credit", 1_000), T0, None)
        for number in range(first, last + 1)
    )


class Ledger:
    """Answers reads when it is told to, with what it is told."""

    def __init__(self) -> None:
        self.asked: asyncio.Queue[Place] = asyncio.Queue()
        self.answers: asyncio.Queue[Newer | None] = asyncio.Queue()

    async def __call__(self, place: Place) -> Newer | None:
        self.asked.put_nowait(place)
        answer = await self.answers.get()
        if answer is None:
            raise ReadFailed
        return answer


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    async with Broker(MemoryBackend()) as broker:
        yield broker


@pytest.fixture
async def tail(broker: Broker, ledger: Ledger) -> AsyncIterator[Tail]:
    tail = Tail(WALLET, broker, ledger, ring_entries_max=8, replay_entries_max=100, poll_s=NEVER_S)
    yield tail
    tail.close()
    await tail.closed()


@pytest.fixture
def follower(tail: Tail) -> Follower:
    follower = Follower(yes, NEVER_S, asyncio.Semaphore(1))
    tail.followers.add(follower)
    return follower


async def asked(ledger: Ledger) -> int:
    async with asyncio.timeout(SOON_S):
        _, after = await ledger.asked.get()
    return after


async def test_f8_a_tail_begins_where_its_first_follower_read(tail: Tail) -> None:
    assert not tail.covers(0)
    tail.start(3, Newer(7, entries(4, 7)))
    assert [position for position in range(10) if tail.covers(position)] == [3, 4, 5, 6, 7]
    assert [found and found.number for found in map(tail.after, range(2, 9))] == [None, 4, 5, 6, 7, None, None]
    tail.start(0, Newer(1, entries(1, 1)))
    assert tail.through == 7


async def test_f8_a_tail_does_not_replay_for_one_follower(tail: Tail) -> None:
    tail.start(3, Newer(50, entries(4, 7)))
    assert (tail.through, tail.last_entry) == (50, 50)
    assert tail.covers(50)
    assert not tail.covers(7)


async def test_f8_the_ring_has_a_bound(tail: Tail, ledger: Ledger, broker: Broker, follower: Follower) -> None:
    tail.start(0, Newer(0, ()))
    for first in range(1, 50, 7):
        await broker.wake([wallet_topic(WALLET)])
        assert await asked(ledger) == first - 1
        ledger.answers.put_nowait(Newer(first + 6, entries(first, first + 6)))
        assert await follower.wakeups.wait(SOON_S)
        assert tail.through == first + 6
        assert len(tail._ring) <= 8


async def test_f8_a_read_that_a_restore_overtook_is_not_believed(
    tail: Tail, ledger: Ledger, broker: Broker, follower: Follower
) -> None:
    follower.position = 9
    tail.start(9, Newer(9, ()))
    await broker.wake([wallet_topic(WALLET)])
    assert await asked(ledger) == 9
    tail.rewind(4)
    assert follower.lost is not None
    ledger.answers.put_nowait(Newer(11, entries(10, 11)))
    assert await asked(ledger) == 4
    assert (tail.through, len(tail._ring)) == (4, 0)
    ledger.answers.put_nowait(Newer(5, entries(5, 5)))
    while tail.through != 5:
        assert await follower.wakeups.wait(SOON_S)
    assert tail.covers(4)


async def test_f8_a_read_that_fails_is_made_again(
    tail: Tail, ledger: Ledger, broker: Broker, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    tail.start(0, Newer(0, ()))
    await broker.wake([wallet_topic(WALLET)])
    with caplog.at_level(logging.WARNING):
        for answer in (None, None, Newer(1, entries(1, 1))):
            assert await asked(ledger) == 0
            ledger.answers.put_nowait(answer)
        assert await follower.wakeups.wait(SOON_S)
    assert tail.after(0) is not None
    assert len(caplog.records) == 1  # once per outage
