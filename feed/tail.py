"""The newest entries of one wallet, read once for all who follow it in this process."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import Context
from uuid import UUID

from feed.broker import Broker
from feed.broker_backoff import pause_s
from feed.events import FeedEntry, ReadFailed, ResyncReason
from feed.follower import Follower
from feed.log import Newer, Place
from feed.topics import wallet_topic

ENTRIES_KEPT_PER_FOLLOWER = 16
"""Memory goes with who shares it: a single stalled reader pins a few entries, and reads the rest again."""

_log = logging.getLogger(__name__)

Read = Callable[[Place], Awaitable[Newer | None]]


class Tail:
    """A ring of entries `first … through`, and one task that reads on when woken, or else every `poll_s` seconds.

    Followers keep only a position. They take from the ring what it has, and read by themselves what it has not; so
    a wake-up costs one read whatever their number, and a slow one costs nobody else anything. The ring drops
    what everybody has, and holds at most `ring_entries_max` entries. A tail starts with the first place that one
    of its followers has read, so no statement is made for it alone. It listens from its making on.
    """

    def __init__(
        self,
        wallet_id: UUID,
        broker: Broker,
        read: Read,
        *,
        ring_entries_max: int,
        replay_entries_max: int,
        poll_s: float,
    ) -> None:
        self._wallet_id = wallet_id
        self._listening = contextlib.ExitStack()
        self._wakeups = self._listening.enter_context(broker.listen(wallet_topic(wallet_id)))
        self._read = read
        self._ring_entries_max = ring_entries_max
        self._replay_entries_max = replay_entries_max
        self._poll_s = poll_s
        self._ring: deque[FeedEntry] = deque()
        self._pump: asyncio.Task[None] | None = None
        self.followers: set[Follower] = set()
        self.through = 0
        """The newest entry that went into the ring, or the number at which it began."""
        self.last_entry = 0
        """The wallet's last entry as of the newest read: at most `through`, unless a read had more than a page."""

    @property
    def started(self) -> bool:
        """Tell whether the tail knows where it is."""
        return self._pump is not None

    def start(self, after: int, newer: Newer) -> None:
        """Begin with what a follower has read: at its place if that is near, at the last entry if it is far."""
        if self._pump is not None:
            return
        self.last_entry = newer.last_entry
        if 0 <= newer.last_entry - after <= self._ring_entries_max:
            self.through = after + len(newer.entries)
            self._ring.extend(newer.entries)
        else:
            self.through = newer.last_entry
        # a clean context: the task outlives the follower that happened to start it
        self._pump = asyncio.create_task(self._read_on(), name="feed tail", context=Context())

    def close(self) -> None:
        """Listen no longer, and end the task: the last follower is gone, or the server stops."""
        self._listening.close()
        if self._pump is not None:
            self._pump.cancel()

    async def closed(self) -> None:
        """Wait until the task has ended."""
        if self._pump is not None:
            await asyncio.wait({self._pump})

    def covers(self, position: int) -> bool:
        """Tell whether everything known after this position is in the ring."""
        return self.started and self.through - len(self._ring) <= position <= self.through

    def after(self, position: int) -> FeedEntry | None:
        """Return the entry after this position, if it is in the ring."""
        index = position - (self.through - len(self._ring))
        return self._ring[index] if 0 <= index < len(self._ring) else None

    async def _read_on(self) -> None:
        failures = 0
        while True:
            if not failures and self.through >= self.last_entry:
                await self._wakeups.wait(self._poll_s)
            after = self.through
            try:
                newer = await self._read((self._wallet_id, after))
            except ReadFailed as error:
                failures += 1
                if failures == 1:
                    _log.warning("cannot read the feed of wallet %s: %r", self._wallet_id, error.__cause__)
                await asyncio.sleep(pause_s(failures))
            else:
                failures = 0
                self._learn(after, newer or Newer(0, ()))

    def _learn(self, after: int, newer: Newer) -> None:
        """Take in what was read, and wake the followers if it is news."""
        if after != self.through:
            return  # rewound meanwhile: what was read does not fit on
        if newer.last_entry == self.last_entry == self.through:
            return
        if newer.last_entry < self.through:
            self.rewind(newer.last_entry)
            return
        self.last_entry = newer.last_entry
        if newer.last_entry - self.through > self._replay_entries_max:
            self._ring.clear()  # nobody is to be told all that
            self.through = newer.last_entry
        else:
            self._trim()
            self._ring.extend(newer.entries)
            self.through += len(newer.entries)
            while len(self._ring) > self._ring_entries_max:
                self._ring.popleft()
        self._wake_followers()

    def rewind(self, last_entry: int) -> None:
        """Go back: the ledger has fewer entries than it had, so the database was restored, and nothing here is sure."""
        self._ring.clear()
        self.through = self.last_entry = last_entry
        self._wakeups.raise_flag()  # there may be more by now
        for follower in self.followers:
            if follower.position > last_entry:
                follower.lost = ResyncReason.CURSOR_AHEAD
        self._wake_followers()

    def _wake_followers(self) -> None:
        for follower in self.followers:
            follower.wakeups.raise_flag()

    def _trim(self) -> None:
        """Drop what every follower has, and what is more than their number justifies."""
        wanted_after = min((follower.position for follower in self.followers), default=self.through)
        kept_max = ENTRIES_KEPT_PER_FOLLOWER * len(self.followers)
        while self._ring and (self._ring[0].number <= wanted_after or len(self._ring) > kept_max):
            self._ring.popleft()
