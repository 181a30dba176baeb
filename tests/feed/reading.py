"""Readers of a feed for tests: they take what they are told, in a task of their own, and can be waited for."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from feed.events import FeedEntry, FeedEvent, ResyncRequired, Snapshot

SOON_S = 20.0  # far more than any wait takes: reached only by a failing test
NEVER_S = 3_600.0


async def yes() -> bool:
    return True


class Reader:
    """Takes events as fast as they come."""

    def __init__(self, feed: AsyncGenerator[FeedEvent, None]) -> None:
        self.events: list[FeedEvent] = []
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._take(feed))

    async def until(self, count: int) -> list[FeedEvent]:
        """Wait for so many events in all."""
        return await self.until_true(lambda: len(self.events) >= count)

    async def until_number(self, number: int) -> list[FeedEvent]:
        """Wait until the reader knows of this entry."""
        return await self.until_true(lambda: bool(self.events) and number_of(self.events[-1]) >= number)

    async def until_true(self, there: Callable[[], bool]) -> list[FeedEvent]:
        async with asyncio.timeout(SOON_S):
            while not there():
                if self._task.done():
                    self._task.result()
                    raise AssertionError(f"the feed ended after {self.events}")
                self._news.clear()
                await self._news.wait()
        return self.events

    async def end(self) -> BaseException | None:
        """Wait until the feed ends by itself; return why."""
        async with asyncio.timeout(SOON_S):
            await asyncio.wait({self._task})
        return self._task.exception()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    @property
    def numbers(self) -> list[int]:
        return [number_of(event) for event in self.events]

    async def _take(self, feed: AsyncGenerator[FeedEvent, None]) -> None:
        try:
            async with aclosing(feed):
                async for event in feed:
                    self.events.append(event)
                    self._news.set()
        finally:
            self._news.set()


def number_of(event: FeedEvent) -> int:
    """Tell at which number of the ledger a reader is after this event."""
    match event:
        case FeedEntry() | Snapshot():
            return event.number
        case ResyncRequired():
            return event.snapshot.number
