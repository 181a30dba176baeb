"""Overviews: coalesced, paced, shared, and always the newest state in the end (F9). The clock is moved by hand."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from itertools import pairwise

import pytest

from feed.broker import Broker, Wakeups, _end_wait
from feed.broker_memory import MemoryBackend
from feed.events import AccessEnd, AccessEnded, FeedClosed, ReadFailed
from feed.overview import PAGES_MAX, POLL_S, Overviews, Reading, Shown, TooManyPages
from feed.timer import LoopTimer
from feed.watch import Watches
from tests.feed.reading import SOON_S

pytestmark = pytest.mark.anyio

TOPIC, ACCESS = "overview.thing", "access.somebody"
INTERVAL_S = 0.25
TURNS = 50
"""Turns of the event loop: more than anything here takes to go on until it waits."""


class HandTimer:
    """A clock that stands until a test moves it, and those who wait by it."""

    def __init__(self) -> None:
        self.now = 100.0
        self._waits: list[tuple[float, Wakeups]] = []

    def now_s(self) -> float:
        return self.now

    async def woken(self, wakeups: Wakeups, until_s: float) -> bool:
        if until_s <= self.now:
            return wakeups.take()
        wait = until_s, wakeups
        self._waits.append(wait)
        try:
            return await wakeups.wait(SOON_S)
        finally:
            self._waits.remove(wait)

    async def advance(self, by_s: float) -> None:
        """Move the clock, and stop wherever somebody waits for an instant on the way."""
        until = self.now + by_s
        await settle()
        while due := [instant for instant, _ in self._waits if instant <= until]:
            self.now = max(self.now, min(due))
            for instant, wakeups in tuple(self._waits):
                if instant <= self.now and wakeups._waiter:
                    _end_wait(wakeups._waiter)
            await settle()
        self.now = until


class Thing:
    """What is watched: a number that changes. Reading it takes as long as the test says."""

    def __init__(self, broker: Broker, timer: HandTimer) -> None:
        self.state = 0
        self.takes_s = 0.0
        self.next_s: float | None = None
        self.fails: Exception | None = None
        self.held: asyncio.Event | None = None
        """If set, readings wait for it after they have seen the state."""
        self.readings: list[tuple[float, frozenset[str]]] = []
        self._broker, self._timer = broker, timer

    async def read(self, pages: Collection[str]) -> Reading[str, tuple[str, int]]:
        self.readings.append((self._timer.now, frozenset(pages)))
        if self.fails:
            raise self.fails
        seen = {page: (page, self.state) for page in pages}
        if self.takes_s:
            await self._timer.woken(Wakeups(), self._timer.now + self.takes_s)
        if self.held:
            await self.held.wait()
        return Reading(seen, self.next_s)

    async def change(self, *, silently: bool = False) -> None:
        self.state += 1
        if not silently:
            await self._broker.wake([TOPIC])


class Viewer:
    """Takes snapshots as they come, and notes when."""

    def __init__(self, feed: AsyncGenerator[Shown[tuple[str, int]], None], timer: HandTimer) -> None:
        self.shown: list[Shown[tuple[str, int]]] = []
        self.at: list[float] = []
        self._timer = timer
        self.task = asyncio.create_task(self._take(feed))

    @property
    def states(self) -> list[int]:
        return [shown.value[1] for shown in self.shown]

    async def end(self) -> BaseException | None:
        async with asyncio.timeout(SOON_S):
            await asyncio.wait({self.task})
        return self.task.exception()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})

    async def _take(self, feed: AsyncGenerator[Shown[tuple[str, int]], None]) -> None:
        async with aclosing(feed):
            async for shown in feed:
                self.shown.append(shown)
                self.at.append(self._timer.now)


class World:
    """Overviews, what they show, and the clock."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.timer = HandTimer()
        self.thing = Thing(broker, self.timer)
        self.watches = Watches(broker)
        self.overviews = Overviews(broker, self.watches, asyncio.Semaphore(4), timer=self.timer)
        self.allowed = True

    def follow(self, page: str = "first") -> AsyncGenerator[Shown[tuple[str, int]], None]:
        return self.overviews.follow(
            TOPIC, page, self.thing.read, interval_s=INTERVAL_S, allowed=self._may, watch=[ACCESS]
        )

    async def view(self, page: str = "first") -> Viewer:
        viewer = Viewer(self.follow(page), self.timer)
        await settle()
        return viewer

    @asynccontextmanager
    async def viewing(self, *pages: str) -> AsyncIterator[list[Viewer]]:
        async with AsyncExitStack() as stack:
            viewers = []
            for page in pages:
                viewers.append(await self.view(page))
                stack.push_async_callback(viewers[-1].close)
            yield viewers

    async def _may(self) -> bool:
        return self.allowed


async def settle() -> None:
    """Let everything go on until it waits."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with Broker(MemoryBackend()) as broker:
        made = World(broker)
        yield made
        await made.overviews.stop()
        await made.watches.stop()
        assert made.overviews.watched == 0


async def test_f9_a_hundred_changes_in_a_second_are_four_snapshots_and_the_newest_last(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        assert viewer.states == [0]  # at once
        for _ in range(100):
            await world.thing.change()
            await world.timer.advance(0.01)
        within = [at for at in viewer.at if at < 101.0]
        assert len(within) <= 4
        await world.timer.advance(1.0)
        assert viewer.states[-1] == 100
        assert all(later - earlier >= INTERVAL_S for earlier, later in pairwise(viewer.at))
        assert len(viewer.shown) <= 6
        assert len(world.thing.readings) == len(viewer.shown)


async def test_f9_nothing_changes_and_nothing_is_shown(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        await world.timer.advance(3 * POLL_S)
        await world.broker.wake([TOPIC])
        await world.timer.advance(INTERVAL_S)
        assert len(world.thing.readings) == 5
        assert viewer.states == [0]


async def test_f9_a_change_during_a_reading_leads_to_another(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        world.thing.held = asyncio.Event()
        await world.thing.change()
        await world.timer.advance(INTERVAL_S)
        assert len(world.thing.readings) == 2  # under way, and has seen the state already
        await world.thing.change()
        world.thing.held.set()
        await settle()
        assert viewer.states == [0, 1]
        await world.timer.advance(INTERVAL_S)
        assert viewer.states == [0, 1, 2]


@pytest.mark.parametrize("turns", range(0, 40, 3))
async def test_f9_no_change_is_lost_whenever_it_comes(world: World, turns: int) -> None:
    async with world.viewing("first") as (viewer,):
        await world.timer.advance(POLL_S / 2)
        await world.thing.change()
        for _ in range(turns):
            await asyncio.sleep(0)
        await world.thing.change()
        await world.timer.advance(2 * INTERVAL_S)
        assert viewer.states[-1] == 2


async def test_f9_a_slow_reading_leaves_three_quarters_of_the_time(world: World) -> None:
    world.thing.takes_s = 0.5
    async with world.viewing("first") as (viewer,):
        for _ in range(100):
            await world.thing.change()
            await world.timer.advance(0.1)
        begun = [at for at, _ in world.thing.readings]
        assert len(begun) == 5  # of 0.5 s each, in 10 s
        assert all(later - earlier >= 2.0 for earlier, later in pairwise(begun))
        await world.timer.advance(3.0)
        assert viewer.states[-1] == 100


async def test_f9_a_lost_wake_up_costs_one_poll(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        await world.thing.change(silently=True)
        await world.timer.advance(POLL_S - 0.01)
        assert viewer.states == [0]
        await world.timer.advance(0.01)
        assert viewer.states == [0, 1]


async def test_f9_after_a_gap_it_is_read_again(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        await world.timer.advance(1.0)
        await world.thing.change(silently=True)
        world.broker._receive("\x00gap")
        await settle()
        assert viewer.states == [0, 1]


async def test_f9_what_changes_by_itself_is_read_at_that_instant(world: World) -> None:
    world.thing.next_s = 1.5
    async with world.viewing("first") as (viewer,):
        world.thing.next_s = None
        await world.thing.change(silently=True)
        await world.timer.advance(1.49)
        assert viewer.states == [0]
        await world.timer.advance(0.01)
        assert viewer.states == [0, 1]


async def test_f9_all_who_watch_share_the_reading_and_the_object(world: World) -> None:
    async with world.viewing(*["first"] * 20) as viewers:
        await world.timer.advance(1.0)
        await world.thing.change()
        await settle()
        assert len(world.thing.readings) == 2
        assert {tuple(viewer.states) for viewer in viewers} == {(0, 1)}
        assert len({id(viewer.shown[-1]) for viewer in viewers}) == 1
        viewers[0].shown[-1].shared["a document"] = b"{}"
        assert viewers[19].shown[-1].shared == {"a document": b"{}"}


async def test_f9_pages_of_one_thing_are_read_together(world: World) -> None:
    async with world.viewing("first", "second", "first") as viewers:
        await world.timer.advance(1.0)
        await world.thing.change()
        await settle()
        assert world.thing.readings[-1][1] == {"first", "second"}
        assert [viewer.shown[-1].value for viewer in viewers] == [("first", 1), ("second", 1), ("first", 1)]
        await viewers[1].close()
        await world.timer.advance(1.0)
        await world.thing.change()
        await settle()
        assert world.thing.readings[-1][1] == {"first"}


async def test_f9_who_comes_later_gets_a_snapshot_at_once(world: World) -> None:
    world.thing.takes_s = 1.0
    async with AsyncExitStack() as stack:
        first = await world.view("first")
        stack.push_async_callback(first.close)
        await world.timer.advance(1.0)  # it rests until 4 s have passed now
        same, other = await world.view("first"), await world.view("second")
        stack.push_async_callback(same.close)
        stack.push_async_callback(other.close)
        assert same.states == [0]
        await world.timer.advance(1.0)
        assert other.states == [0]
        assert len(world.thing.readings) == 2


async def test_f9_a_page_that_comes_during_a_reading_is_read_next(world: World) -> None:
    world.thing.held = asyncio.Event()
    async with world.viewing("first", "second") as viewers:
        assert [pages for _, pages in world.thing.readings] == [{"first"}]
        world.thing.held.set()
        await settle()
        assert [viewer.states for viewer in viewers] == [[0], [0]]


async def test_f9_nobody_gets_two_within_the_interval_because_of_others(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        for number in range(10):
            await world.thing.change()
            async with world.viewing(f"page {number}"):
                await world.timer.advance(0.05)
        assert len(world.thing.readings) > 5
        assert all(later - earlier >= INTERVAL_S for earlier, later in pairwise(viewer.at))
        await world.timer.advance(1.0)
        assert viewer.states[-1] == 10


async def test_f9_a_slow_viewer_gets_the_newest_and_queues_nothing(world: World) -> None:
    async with aclosing(world.follow()) as slow:
        assert (await anext(slow)).value == ("first", 0)
        for _ in range(20):
            await world.thing.change()
            await world.timer.advance(1.0)
        (reader,) = world.overviews._readers.values()
        assert len(reader.shown) == 1
        assert (await anext(slow)).value == ("first", 20)


async def test_f9_there_is_a_bound_on_pages(world: World) -> None:
    async with world.viewing(*map(str, range(PAGES_MAX))):
        feed = world.follow("one more")
        with pytest.raises(TooManyPages):
            await anext(feed)
        async with world.viewing("0") as (again,):
            assert again.states == [0]


async def test_f9_the_last_who_goes_takes_the_reader_down(world: World) -> None:
    async with world.viewing("first", "second"):
        assert world.overviews.watched == 1
        (reader,) = world.overviews._readers.values()
    assert world.overviews.watched == 0
    await settle()
    assert reader._pump.cancelled()
    assert TOPIC not in world.broker._listeners


async def test_b7_access_is_looked_up_again_when_it_is_in_doubt(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        await world.broker.wake([ACCESS])
        await settle()
        world.allowed = False
        await world.broker.wake([ACCESS])
        error = await viewer.end()
        assert isinstance(error, AccessEnded)
        assert error.why is AccessEnd.ACCESS_ENDED
        assert viewer.states == [0]


async def test_b11_nothing_is_shown_to_who_may_not_see_it(world: World) -> None:
    world.allowed = False
    async with world.viewing("first") as (viewer,):
        assert isinstance(await viewer.end(), AccessEnded)
        assert viewer.shown == []


async def test_g5_who_comes_while_it_cannot_be_read_is_told_and_others_wait(world: World) -> None:
    async with world.viewing("first") as (viewer,):
        await world.timer.advance(1.0)
        world.thing.fails = OSError("the database is away")
        await world.thing.change()
        await settle()
        async with world.viewing("second") as (newcomer,):
            error = await newcomer.end()
        assert isinstance(error, ReadFailed)
        assert error.__cause__ is world.thing.fails
        assert viewer.states == [0]
        world.thing.fails = None
        await world.timer.advance(10.0)
        assert viewer.states == [0, 1]


async def test_f9_a_server_that_stops_says_so(world: World) -> None:
    async with world.viewing("first", "second") as viewers:
        await world.overviews.stop()
        assert [type(await viewer.end()) for viewer in viewers] == [FeedClosed, FeedClosed]
    with pytest.raises(FeedClosed):
        await anext(world.follow())


async def test_the_loops_own_clock_waits() -> None:
    timer, wakeups = LoopTimer(), Wakeups()
    assert not await timer.woken(wakeups, timer.now_s() - 1.0)
    wakeups.raise_flag()
    assert await timer.woken(wakeups, timer.now_s() + SOON_S)
