"""The broker's backend over PostgreSQL LISTEN and NOTIFY."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import NoReturn

import asyncpg
from broadcaster import BroadcastBackend, Event

from feed.broker_backoff import PAUSE_MAX_S, pause_s
from feed.broker_inbox import Inbox

HEARTBEAT_S = 15.0
ANSWER_S = 5.0  # how long the server may take to connect, to answer a heartbeat, to take a message
CLOSE_S = 2.0
PUBLISHING_CONNECTIONS_MAX = 2
_SESSION = {"application_name": "allotment-broker"}  # how an operator finds these connections

_log = logging.getLogger(__name__)


class PostgresBackend(BroadcastBackend):
    """One connection that listens and reconnects for ever; a small pool that publishes.

    A connection that died without a word is found by a heartbeat; after each reconnect the inbox gets a GAP,
    because what was sent meanwhile is lost. LISTEN belongs to a session: a pooler that hands out transactions
    (PgBouncer in transaction mode) cannot stand between.

    Args:
        dsn: the database; all processes of an installation use the same.
        heartbeat_s: seconds between two heartbeats.
        answer_s: seconds that the server may take to connect, to answer, to take a message.
    """

    def __init__(self, dsn: str, *, heartbeat_s: float = HEARTBEAT_S, answer_s: float = ANSWER_S) -> None:
        self._dsn = dsn
        self._heartbeat_s = heartbeat_s
        self._answer_s = answer_s
        self._inbox = Inbox()
        self._pool: asyncpg.Pool | None = None
        self._listener: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Prepare to publish. Reaches no server yet, so it neither fails nor waits when that is away."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=PUBLISHING_CONNECTIONS_MAX,
            timeout=self._answer_s,
            reset=_keep_session,
            server_settings=_SESSION,
        )

    async def disconnect(self) -> None:
        """Close all connections; cut off, after `CLOSE_S`, what does not close."""
        pool, self._pool = self._pool, None
        await self._end_listener()
        if pool is not None:
            with contextlib.suppress(TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                async with asyncio.timeout(CLOSE_S):
                    await pool.close()  # cancelled or failed, it terminates its connections

    async def subscribe(self, channel: str) -> None:
        """Listen to this channel until `unsubscribe`, over as many connections as it takes.

        Raises:
            RuntimeError: it already listens; there is one physical channel per process.
        """
        if self._listener is not None:
            raise RuntimeError("one physical channel per process: this backend already listens")
        self._listener = asyncio.create_task(self._listen(channel), name="broker listener")

    async def unsubscribe(self, channel: str) -> None:  # noqa: ARG002 - the library's signature; we have one
        """Listen no longer."""
        await self._end_listener()

    async def publish(self, channel: str, message: str) -> None:
        """Send a message of at most 7 999 bytes within `answer_s`; several at once are safe.

        Raises:
            TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError: the server did not take it.
            RuntimeError: the backend is not connected.
        """
        if self._pool is None:
            raise RuntimeError("this backend is not connected")
        async with asyncio.timeout(self._answer_s):
            connection = await self._pool.acquire()
            try:
                await connection.execute("SELECT pg_notify($1, $2)", channel, message)
            except BaseException:
                # Never hand on a connection that is in doubt, and never wait for a server that is silent.
                connection.terminate()
                raise
            finally:
                await self._pool.release(connection)

    async def next_published(self) -> Event:
        """Take the oldest message, or wait for one."""
        return await self._inbox.next()

    async def _listen(self, channel: str) -> None:
        failures = 0
        clock = asyncio.get_running_loop().time
        while True:
            live_since_s: float | None = None
            try:
                async with self._listening_connection(channel) as (connection, lost):
                    live_since_s = clock()
                    _log.info("the broker listens to %s", channel)
                    self._inbox.gap(channel)  # LISTEN is in force: what a reader reads now misses nothing
                    await self._hold(connection, lost)
            except Exception as error:  # noqa: BLE001 - this loop outlives whatever a broken connection raises
                if live_since_s is not None:
                    self._inbox.lost(channel)
                if live_since_s is not None or not failures:
                    _log.warning("the broker's connection is lost: %s: %s", type(error).__name__, error)
            # A connection that is lost as soon as it is made does not start the back-off anew.
            stable = live_since_s is not None and clock() - live_since_s >= PAUSE_MAX_S
            failures = 1 if stable else failures + 1
            await asyncio.sleep(pause_s(failures))

    @contextlib.asynccontextmanager
    async def _listening_connection(self, channel: str) -> AsyncIterator[tuple[asyncpg.Connection, asyncio.Event]]:
        """A connection with LISTEN in force, and the event that tells of its end."""
        lost = asyncio.Event()
        connection = await asyncpg.connect(self._dsn, timeout=self._answer_s, server_settings=_SESSION)
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            async with asyncio.timeout(self._answer_s):
                await connection.add_listener(channel, self._on_notification)
            yield connection, lost
        finally:
            connection.terminate()

    async def _hold(self, connection: asyncpg.Connection, lost: asyncio.Event) -> NoReturn:
        """Keep the connection until it is lost, then raise; a heartbeat finds one that died silently."""
        while not lost.is_set():
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    await lost.wait()
            except TimeoutError:
                await connection.execute("SELECT 1", timeout=self._answer_s)
        raise ConnectionResetError("the server closed the connection")

    def _on_notification(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._inbox.put(channel, str(payload))

    async def _end_listener(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.cancel()
            await asyncio.wait({listener})


async def _keep_session(_connection: object) -> None:
    """Leave a returned connection as it is: it only ever notifies, and a reset takes 40 % of the rate."""
