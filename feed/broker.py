"""The broker: it wakes readers of the feed, here and in other processes.

Messages carry topics (ids), never truth. A reader subscribes, reads the database, waits to be woken or for a
timeout, and reads again; so a lost wake-up costs latency and never data, and a needless one costs one read.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextvars import Context
from types import TracebackType
from typing import Self

from broadcaster import Broadcast, BroadcastBackend

from feed.broker_backoff import pause_s
from feed.broker_inbox import GAP, LOST
from feed.broker_outbox import EVERYBODY, PAYLOAD_BYTES_MAX, Outbox, check_topic, pack, unpack

START_WAIT_S = 10.0
FLUSH_WAIT_S = 1.0

_log = logging.getLogger(__name__)


class Wakeups:
    """One listener's wake-ups: a flag.

    Rule F8 asks for a bounded queue per subscriber, and a GAP on overflow or reconnect. A wake-up has no
    content ("read again from the database"), so a second one that arrives before the first is taken adds
    nothing. The flag is that queue, of length one: its overflow coalesces, and a GAP, after which a reader
    must read again from the database, is the same flag. A reader that never reads costs one flag.
    """

    __slots__ = ("_raised", "_waiter")

    def __init__(self) -> None:
        self._raised = False
        self._waiter: asyncio.Future[None] | None = None

    async def wait(self, timeout_s: float) -> bool:
        """Wait to be woken. True if woken (perhaps needlessly), False after so many seconds.

        A wake-up that came before the call counts. The flag is lowered before the caller reads the database:
        a wake-up that comes while it reads is kept for the next call. Cancelling loses nothing.

        Raises:
            RuntimeError: another task waits already; a listener has one reader.
        """
        if self._waiter is not None:
            raise RuntimeError("another task waits for these wake-ups already")
        if not self._raised:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(timeout_s, _end_wait, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        woken, self._raised = self._raised, False
        return woken

    def take(self) -> bool:
        """Tell whether it was woken since the last time, without waiting; lowers the flag."""
        woken, self._raised = self._raised, False
        return woken

    def raise_flag(self) -> None:
        """Wake this listener. Never blocks, never grows."""
        self._raised = True
        if self._waiter is not None:
            _end_wait(self._waiter)


def _end_wait(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Broker:
    """One physical channel per process; the fan-out to topics happens here.

    A backend belongs to one broker. It must bound the time of its `publish`, keep reconnecting by itself,
    put a `GAP` into its inbox each time that the channel becomes live, the first time included, and `LOST` each
    time that it finds it dead.
    The number of listeners is bounded by who opens them (one per socket and topic); one costs a flag and two
    dictionary entries. All methods belong to the thread of the event loop.

    Args:
        backend: how messages travel: `MemoryBackend` or `PostgresBackend`.
        channel: the physical channel, at most 63 bytes. All processes of an installation use the same.
        start_wait_s: how many seconds `start` waits for a broker that is away.
    """

    def __init__(
        self,
        backend: BroadcastBackend,
        *,
        channel: str = "allotment_feed",
        start_wait_s: float = START_WAIT_S,
    ) -> None:
        self._broadcast = Broadcast(backend=backend)
        self._channel = channel
        self._start_wait_s = start_wait_s
        self._origin = secrets.token_urlsafe(9)  # 12 characters: our own messages come back, and are skipped
        self._outbox = Outbox()
        self._listeners: dict[str, set[Wakeups]] = {}
        self._live = asyncio.Event()
        self._hears = False
        self._pump: asyncio.Task[None] | None = None
        self._publisher: asyncio.Task[None] | None = None

    @property
    def is_live(self) -> bool:
        """Whether wake-ups of other processes arrive now, as far as is known.

        What is kept in memory because nobody said otherwise is good for nothing while this is False.
        """
        return self._hears

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the channel; return when it is live, or after `start_wait_s` with an error logged.

        A broker that is away is no reason not to serve: readers poll, and the channel opens when it can.

        Raises:
            RuntimeError: it is already started.
        """
        if self._pump is not None:
            raise RuntimeError("this broker is already started")
        # A clean context: a task must not inherit the transaction of whoever happened to start it.
        pump = self._pump = asyncio.create_task(self._receive_all(), name="broker pump", context=Context())
        pump.add_done_callback(self._pump_ended)
        try:
            async with asyncio.timeout(self._start_wait_s):
                await self._live.wait()
        except TimeoutError:
            _log.error("the broker is not reachable after %.1f s; readers poll until it is", self._start_wait_s)
        except BaseException:
            await self.stop()
            raise
        if pump.done():
            await self.stop()
            pump.result()

    async def stop(self) -> None:
        """Send what waits (at most `FLUSH_WAIT_S`), close the channel, end every task. Safe to call twice."""
        pump, self._pump = self._pump, None
        if pump is None:
            return
        tasks = {pump} if self._publisher is None else {pump, self._publisher}
        try:
            if self._publisher is not None:
                await asyncio.wait({self._publisher}, timeout=FLUSH_WAIT_S)
        finally:  # whoever stops us may be cancelled itself
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._live.clear()
            self._hears = False

    async def wake(self, topics: Collection[str]) -> None:
        """Wake everybody who listens to these topics: in this process at once, in others by one message.

        Returns without waiting for the other processes: a broker that is slow or away must not hold up the
        ledger. Topics that come while a message is on its way form the next one, and a failed message is
        sent again; so a call costs at most one message for up to 256 topics of 22 characters, and fewer
        under load. A broker that is down is logged once per outage and raises nothing.

        Raises:
            ValueError: a topic is not 1 to 64 plain characters. Nobody was woken.
        """
        for topic in topics:
            check_topic(topic)
        self._raise_flags(topics)
        self._outbox.add(topics)
        self._publish_soon()

    @contextlib.contextmanager
    def listen(self, topic: str) -> Iterator[Wakeups]:
        """Listen to a topic inside the `with` block. Registered on entry, at once: listen first, then replay.

        A topic that ends with a dot is a family: `access.` is woken with each `access.…`.

        Raises:
            ValueError: the topic is not 1 to 64 plain characters.
        """
        wakeups = Wakeups()
        listeners = self._listeners.setdefault(check_topic(topic), set())
        listeners.add(wakeups)
        try:
            yield wakeups
        finally:
            listeners.discard(wakeups)
            if not listeners:
                # The set stayed in the dictionary while it had a member, so this is the same one.
                del self._listeners[topic]

    def _raise_flags(self, topics: Iterable[str]) -> None:
        for topic in topics:
            for wakeups in self._listeners.get(topic, ()):
                wakeups.raise_flag()
            family, dot, _ = topic.partition(".")
            if dot:
                for wakeups in self._listeners.get(family + dot, ()):
                    wakeups.raise_flag()

    def _receive(self, message: str) -> None:
        """Handle one message of the channel. Never awaits and never raises: the pump must keep up."""
        if message == GAP:
            self._raise_flags(self._listeners)
            self._hears = True
            self._live.set()
            self._publish_soon()
            return
        if message == LOST:
            self._hears = False
            return
        origin, topics = unpack(message)
        if origin == self._origin:
            return  # the echo: our own listeners were woken by `wake`
        self._raise_flags(self._listeners if EVERYBODY in topics else topics)

    async def _receive_all(self) -> None:
        # The library's queue between its task and this one has no bound of its own. It never holds more than
        # an inbox or two, because `_receive` does not await: this task empties it each time that it runs.
        try:
            async with self._broadcast, self._broadcast.subscribe(self._channel) as events:
                while True:
                    self._receive((await events.get()).message)
        finally:
            listener = getattr(self._broadcast, "_listener_task", None)
            if listener is not None:
                await asyncio.wait({listener})  # the library cancels its task and does not wait for the end

    def _pump_ended(self, pump: asyncio.Task[None]) -> None:
        self._live.set()  # `start` need not wait for what will not come
        self._hears = False
        if not pump.cancelled() and (error := pump.exception()) is not None:
            _log.error("the broker's pump ended; readers poll from now on", exc_info=error)

    def _publish_soon(self) -> None:
        if self._pump is None or not self._live.is_set():
            return  # the first GAP calls again
        if self._publisher is None or self._publisher.done():
            self._publisher = asyncio.create_task(self._publish_pending(), name="broker publisher", context=Context())

    async def _publish_pending(self) -> None:
        """Send until nothing waits; then end. A message that fails is put back and tried again."""
        failures = 0
        bytes_max = PAYLOAD_BYTES_MAX - len(self._origin)
        while topics := self._outbox.take(bytes_max=bytes_max):
            try:
                await self._broadcast.publish(self._channel, pack(self._origin, topics))
            except Exception as error:  # noqa: BLE001 - whatever a broken broker raises, the ledger goes on
                self._outbox.add(topics)
                if not failures:
                    _log.warning("cannot wake other processes: %s: %s", type(error).__name__, error)
                failures += 1
                await asyncio.sleep(pause_s(failures))
            else:
                if failures:
                    _log.info("other processes are woken again after %d failed attempts", failures)
                failures = 0
