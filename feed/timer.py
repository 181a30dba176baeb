"""Waiting, with the clock of waiting passed in: so that tests need not."""

import asyncio
from typing import Protocol

from feed.broker import Wakeups


class Timer(Protocol):
    """A clock that only goes forward, and waiting by it. Seconds since nobody knows when."""

    def now_s(self) -> float:
        """Read the clock."""

    async def woken(self, wakeups: Wakeups, until_s: float) -> bool:
        """Wait to be woken, at most until an instant; True if woken."""


class LoopTimer:
    """The event loop's own clock."""

    def now_s(self) -> float:
        """Read the loop's clock."""
        return asyncio.get_running_loop().time()

    async def woken(self, wakeups: Wakeups, until_s: float) -> bool:
        """Wait to be woken, at most until an instant of the loop's clock; True if woken."""
        return await wakeups.wait(max(0.0, until_s - self.now_s()))
