"""The broker's backend for one process, without a server."""

from broadcaster import BroadcastBackend, Event

from feed.broker_inbox import Inbox


class MemoryBackend(BroadcastBackend):
    """Messages go from `publish` into the inbox of the same process. Never down, so never a second GAP."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._channel: str | None = None

    async def connect(self) -> None:
        """Nothing to open."""

    async def disconnect(self) -> None:
        """Nothing to close."""

    async def subscribe(self, channel: str) -> None:
        """Receive this channel from now on."""
        self._channel = channel
        self._inbox.gap(channel)

    async def unsubscribe(self, channel: str) -> None:
        """Receive this channel no longer."""
        if self._channel == channel:
            self._channel = None

    async def publish(self, channel: str, message: str) -> None:
        """Put the message into the inbox, if the channel is subscribed."""
        if self._channel == channel:
            self._inbox.put(channel, message)

    async def next_published(self) -> Event:
        """Take the oldest message, or wait for one."""
        return await self._inbox.next()
