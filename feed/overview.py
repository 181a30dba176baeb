"""Overviews: snapshots of something that changes often, read once for all who watch it, at a bounded pace (F9).

What it is, and how it is read, says whoever watches. Here it is only known that a topic of the broker tells of changes,
and that those who watch one thing may look at different pages of it.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Hashable, Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from feed.broker import Broker, Wakeups
from feed.broker_backoff import pause_s
from feed.events import FeedClosed, ReadFailed
from feed.follower import Allowed, Follower
from feed.timer import LoopTimer, Timer
from feed.watch import Watches

PAGES_MAX = 64
READING_SHARE = 4
"""One part in so many is the most of the time that is spent reading one thing."""
POLL_S = 5.0
RECHECK_S = 30.0

_log = logging.getLogger(__name__)

_Page = TypeVar("_Page", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Reading(Generic[_Page, _Value]):
    """What was read, page by page, all of one instant. In `next_s` seconds it changes by itself; None: it does not."""

    pages: Mapping[_Page, _Value]
    next_s: float | None = None


def _shared() -> dict[Hashable, bytes]:
    return {}


@dataclass(frozen=True, slots=True)
class Shown(Generic[_Value]):
    """A snapshot. All who watch the same page get the same object: what one encoded, others find in `shared`."""

    number: int
    value: _Value
    shared: dict[Hashable, bytes] = field(default_factory=_shared, compare=False, repr=False)


Read = Callable[[Collection[_Page]], Awaitable[Reading[_Page, _Value]]]
"""Reads these pages of the thing, each of them, as they are now."""


class TooManyPages(Exception):  # noqa: N818  (says what there is)
    """So many different pages of one thing are watched in this process that no other can be added."""


class Overviews:
    """The overviews that are watched in this process.

    One task reads for all who watch one thing. A change wakes it; changes that come while it reads or rests are one,
    and lead to one more reading: so the newest state is always shown, and states between may not be. After a reading it
    rests for the interval, and so long that it reads for at most a quarter of the time; who comes with a page that
    nobody has yet does not wait for that. Lost wake-ups cost `poll_s` seconds of latency at most. What is equal to what
    was shown before is not shown again.

    Nothing is queued: whoever is slow gets the newest state when they are ready. Nobody gets two within the interval.

    Args:
        broker: tells of changes.
        watches: tell of doubts about access.
        checks: bounds the checks of access that run at once in this process.
        timer: what is waited by.
        poll_s: seconds after which it is read without having been woken.
    """

    def __init__(
        self,
        broker: Broker,
        watches: Watches,
        checks: asyncio.Semaphore,
        *,
        timer: Timer | None = None,
        poll_s: float = POLL_S,
    ) -> None:
        self._broker = broker
        self._watches = watches
        self._checks = checks
        self._timer = timer or LoopTimer()
        self._poll_s = poll_s
        self._readers: dict[str, _Reader[Hashable, object]] = {}
        self._closed = False

    @property
    def watched(self) -> int:
        """How many things somebody watches now."""
        return len(self._readers)

    async def follow(
        self,
        topic: str,
        page: _Page,
        read: Read[_Page, _Value],
        *,
        interval_s: float,
        allowed: Allowed,
        watch: Collection[str] = (),
        recheck_s: float = RECHECK_S,
    ) -> AsyncGenerator[Shown[_Value], None]:
        """Show a page of a thing as it is, and again after each change, until the generator is closed.

        Access is checked before the first snapshot, at least every `recheck_s` seconds, and on each wake-up of a
        topic of `watch`.

        Args:
            topic: which thing; whoever changes it wakes this topic. All who give the same one give the same `read`
                and interval.
            page: which part of it is shown.
            read: reads it.
            interval_s: least seconds between two snapshots.
            allowed: whether the reader may watch this, as of the call; what it raises ends the feed.
            watch: broker topics that put access in doubt.
            recheck_s: seconds.

        Raises:
            AccessEnded: `allowed` said no.
            FeedClosed: the server stops.
            ReadFailed: it could not be read for the first time; later failures are waited out.
            TooManyPages: others watch too many other pages of it.
        """
        viewer = Follower(allowed, recheck_s, self._checks)
        self._refuse_if_closed()
        seen, not_before_s = 0, self._timer.now_s()
        # listen first, read afterwards: what comes in between raises the flag
        with (
            self._watches.watching(viewer, watch),
            self._reading(topic, page, viewer, read, interval_s) as reader,
        ):
            while True:
                await viewer.confirm(None, 0)
                self._refuse_if_closed()
                shown = reader.shown.get(page)
                if shown is None and reader.failed is not None:
                    raise ReadFailed from reader.failed
                if shown is None or shown.number == seen:
                    await viewer.wait()
                elif self._timer.now_s() < not_before_s:
                    await self._timer.woken(Wakeups(), not_before_s)
                else:
                    seen, not_before_s = shown.number, self._timer.now_s() + interval_s
                    yield shown
                    self._refuse_if_closed()

    async def stop(self) -> None:
        """End every overview: viewers get `FeedClosed`, at once or when they ask for the next snapshot."""
        self._closed = True
        readers = tuple(self._readers.values())
        for reader in readers:
            reader.close()
        for reader in readers:
            await reader.closed()

    @contextlib.contextmanager
    def _reading(
        self, topic: str, page: _Page, viewer: Follower, read: Read[_Page, _Value], interval_s: float
    ) -> "Iterator[_Reader[_Page, _Value]]":
        """Join those who watch a thing; the first one brings its reader up, the last one takes it down."""
        # whoever watches one topic reads alike, so its reader is of these types
        reader = cast("_Reader[_Page, _Value] | None", self._readers.get(topic))
        if reader is None:
            reader = _Reader(topic, self._broker, read, self._timer, interval_s=interval_s, poll_s=self._poll_s)
            self._readers[topic] = cast("_Reader[Hashable, object]", reader)
        try:
            reader.add(viewer, page)
            try:
                yield reader
            finally:
                reader.remove(viewer, page)
        finally:
            if not reader.viewers:
                # it stayed in the dictionary while somebody watched, so this is the same one
                del self._readers[topic]
                reader.close()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise FeedClosed


class _Reader(Generic[_Page, _Value]):
    """One thing that is watched: the newest snapshot of each page in demand, and the task that reads them."""

    def __init__(
        self,
        topic: str,
        broker: Broker,
        read: Read[_Page, _Value],
        timer: Timer,
        *,
        interval_s: float,
        poll_s: float,
    ) -> None:
        self._topic = topic
        self._read = read
        self._timer = timer
        self._interval_s = interval_s
        self._poll_s = poll_s
        self._listening = contextlib.ExitStack()
        self._changes = self._listening.enter_context(broker.listen(topic))
        self._newcomers = Wakeups()
        self._pages: Counter[_Page] = Counter()
        self._number = 0
        self._failures = 0
        self.viewers: set[Follower] = set()
        self.shown: dict[_Page, Shown[_Value]] = {}
        self.failed: Exception | None = None
        """Why the newest reading failed, if it did."""
        # a clean context: the task outlives the viewer that happened to start it
        self._pump = asyncio.create_task(self._read_on(), name="overview reader", context=Context())

    def add(self, viewer: Follower, page: _Page) -> None:
        """Let somebody watch a page; one that nobody has watched is read at once.

        Raises:
            TooManyPages: there are as many as there may be.
        """
        if page not in self._pages:
            if len(self._pages) >= PAGES_MAX:
                raise TooManyPages
            self._changes.raise_flag()
            self._newcomers.raise_flag()
        self._pages[page] += 1
        self.viewers.add(viewer)

    def remove(self, viewer: Follower, page: _Page) -> None:
        """Let somebody go, and forget a page that nobody watches any more."""
        self.viewers.discard(viewer)
        self._pages[page] -= 1
        if not self._pages[page]:
            del self._pages[page]
            self.shown.pop(page, None)

    def close(self) -> None:
        """Listen no longer, end the task, and let viewers see what there is to see."""
        self._listening.close()
        self._pump.cancel()
        self._tell()

    async def closed(self) -> None:
        """Wait until the task has ended."""
        await asyncio.wait({self._pump})

    async def _read_on(self) -> None:
        while True:
            # lowered before reading: a change that comes meanwhile leads to another reading
            self._changes.take()
            self._newcomers.take()
            began_s = self._timer.now_s()
            next_s = await self._read_once()
            done_s = self._timer.now_s()
            rested_s = max(done_s + self._interval_s, began_s + READING_SHARE * (done_s - began_s))
            if not await self._timer.woken(self._newcomers, rested_s):
                await self._timer.woken(self._changes, done_s + next_s)

    async def _read_once(self) -> float:
        """Read and show; return in how many seconds to read again if nothing is heard meanwhile."""
        try:
            reading = await self._read(tuple(self._pages))
        except Exception as error:  # noqa: BLE001  (whatever the reason, viewers must not hang, and it may pass)
            self._failures += 1
            self.failed = error
            if self._failures == 1:
                _log.warning("the overview %s cannot be read: %r", self._topic, error)
            self._tell()
            return pause_s(self._failures)
        self._failures, self.failed = 0, None
        self._number += 1
        for page in self._pages:
            if page not in reading.pages:
                continue  # somebody came with it while it was read
            known, value = self.shown.get(page), reading.pages[page]
            if known is None or known.value != value:
                self.shown[page] = Shown(self._number, value)
        self._tell()
        return self._poll_s if reading.next_s is None else min(self._poll_s, max(0.0, reading.next_s))

    def _tell(self) -> None:
        for viewer in self.viewers:
            viewer.wakeups.raise_flag()
