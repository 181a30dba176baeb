"""The bounded queue between a broker's server and this process."""

import asyncio
from collections import deque

from broadcaster import Event

# NUL cannot travel through a PostgreSQL payload: only a backend of this process can say it.
GAP = "\x00gap"
LOST = "\x00lost"
MESSAGES_MAX = 256  # of at most 8 000 bytes each: 2 MB


class Inbox:
    """What a backend has received on its one channel and the pump has not yet taken.

    Holds at most `messages_max` messages. What does not fit is dropped, together with what was waiting, and
    becomes one `GAP`: "messages may have been lost, read again from the database". One task may read.
    """

    def __init__(self, *, messages_max: int = MESSAGES_MAX) -> None:
        self._messages: deque[Event] = deque()
        self._messages_max = messages_max
        self._filled = asyncio.Event()

    def put(self, channel: str, message: str) -> None:
        """Add a message; on overflow, a `GAP` takes the place of all that wait."""
        if len(self._messages) >= self._messages_max:
            self.gap(channel)
            return
        self._messages.append(Event(channel, message))
        self._filled.set()

    def gap(self, channel: str) -> None:
        """Say that messages may have been lost. It wakes everybody, so what still waits is not needed."""
        self._messages.clear()
        self._messages.append(Event(channel, GAP))
        self._filled.set()

    def lost(self, channel: str) -> None:
        """Say that nothing is heard from now on, until the next `GAP`. One more than the bound, at most."""
        self._messages.append(Event(channel, LOST))
        self._filled.set()

    async def next(self) -> Event:
        """Take the oldest message, or wait for one."""
        while not self._messages:
            self._filled.clear()
            await self._filled.wait()
        return self._messages.popleft()
