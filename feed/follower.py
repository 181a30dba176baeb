"""One reader of a wallet's feed: where it is, and whether it may go on."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from domain.entries import EntryKind
from feed.broker import Wakeups
from feed.events import AccessEnded, FeedEntry, ResyncReason

CHECK_S_MAX = 10.0

ENDS_ACCESS = frozenset({EntryKind.REVOKE, EntryKind.ALLOWANCE_ENDED})
"""Entries that come with the end of a membership: access is checked before they are told."""

Allowed = Callable[[], Awaitable[bool]]
"""Asks the database whether the follower may still read its wallet; may raise `AccessEnded` itself, to say why not."""


class Follower:
    """A position in a wallet's feed, one flag, and at most one page of old entries: no queue (F8).

    Args:
        allowed: whether it may read the wallet, as of the call.
        recheck_s: at most so many seconds between two checks that let it go on.
        checks: bounds the checks that run at once in this process.
    """

    __slots__ = (
        "_allowed",
        "_checked_to",
        "_checks",
        "_deadline_s",
        "_doubted",
        "_recheck_s",
        "lost",
        "page",
        "position",
        "wakeups",
    )

    def __init__(self, allowed: Allowed, recheck_s: float, checks: asyncio.Semaphore) -> None:
        self._allowed = allowed
        self._recheck_s = recheck_s
        self._checks = checks
        self._deadline_s = 0.0
        self._checked_to = 0
        self._doubted = True
        self.wakeups = Wakeups()
        self.position = 0
        """The number of the last entry that it was told, or began behind."""
        self.lost: ResyncReason | None = None
        """Why it cannot go on from its position, if so."""
        self.page: tuple[FeedEntry, ...] = ()
        """What it read by itself, where the tail's ring did not reach."""

    def doubt(self) -> None:
        """Have access checked before anything else is told."""
        self._doubted = True
        self.wakeups.raise_flag()

    def from_page(self) -> FeedEntry | None:
        """Return the next entry, if it is in the page."""
        if self.page:
            index = self.position + 1 - self.page[0].number
            if 0 <= index < len(self.page):
                return self.page[index]
            self.page = ()
        return None

    async def wait(self) -> None:
        """Wait for something to look at, at most until the next check is due."""
        await self.wakeups.wait(max(0.0, self._deadline_s - asyncio.get_running_loop().time()))

    async def confirm(self, coming: FeedEntry | None, last_entry: int) -> None:
        """Check access if it is due, is in doubt, or is what the coming entry is about.

        Args:
            coming: the entry that is about to be told.
            last_entry: the newest entry of the wallet that is known of. A check sees what was committed with it,
                so old entries that are replayed do not each ask for a check.

        Raises:
            AccessEnded: not allowed any more.
            TimeoutError: the answer took longer than `CHECK_S_MAX`; or whatever `allowed` raises.
        """
        clock_s = asyncio.get_running_loop().time
        told = coming is not None and coming.entry.kind in ENDS_ACCESS and coming.number > self._checked_to
        if not (told or self._doubted or clock_s() >= self._deadline_s):
            return
        async with self._checks:
            # what raises a doubt from here on is not answered by this check
            self._doubted = False
            began_s = clock_s()
            async with asyncio.timeout(CHECK_S_MAX):
                allowed = await self._allowed()
        if not allowed:
            raise AccessEnded
        self._checked_to = last_entry
        # drawn from a range, so that sockets which came back together do not check together for ever
        self._deadline_s = began_s + self._recheck_s * random.uniform(0.75, 1.0)  # noqa: S311  (spreads load)
