"""Reads that share statements: natural batching in front of the pool, as the poster has it for writes."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextvars import Context
from itertools import islice
from typing import Generic, TypeVar, cast

import asyncpg

from feed.events import FeedClosed, ReadFailed
from models.database import Connection

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Batcher(Generic[K, V]):
    """Answers "read this key" with one statement for all the keys that were asked for while the last one ran.

    Idle, a read goes at once. Askers of one key share one answer, the very same object. An answer comes from a
    statement that began after it was asked for, so a reader that was woken never gets an older state. No timer.
    At most `lanes_max` statements at once, on as many connections, with at most `keys_max` keys in each.
    What waits is bounded by who asks: each task waits for one key.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        read: Callable[[Connection, Sequence[K]], Awaitable[Mapping[K, V]]],
        *,
        keys_max: int,
        lanes_max: int,
    ) -> None:
        self._pool = pool
        self._read = read
        self._keys_max = keys_max
        self._lanes_max = lanes_max
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._lanes: set[asyncio.Task[None]] = set()
        self._closed = False

    async def ask(self, key: K) -> V | None:
        """Read one key; None: there is nothing under it. A cancelled asker cancels nobody else's read.

        Raises:
            ReadFailed: the statement failed, or no connection could be had.
            FeedClosed: `stop` was called.
        """
        if self._closed:
            raise FeedClosed
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
            if len(self._lanes) < self._lanes_max:
                # a clean context: a caller's transaction must not become the reader's
                self._lanes.add(asyncio.create_task(self._run(), name="feed reader", context=Context()))
        return await asyncio.shield(answer)

    async def stop(self) -> None:
        """End all reads; who waits for one gets `FeedClosed`. Safe to call twice."""
        self._closed = True
        lanes = tuple(self._lanes)
        for lane in lanes:
            lane.cancel()
        if lanes:
            await asyncio.wait(lanes)
        _fail(self._take_all(), FeedClosed)

    async def _run(self) -> None:
        """One lane: a connection for as long as something waits, and not longer."""
        try:
            while self._waiting:
                await self._work()
        finally:
            # in the same step as the last look at what waits: a key asked for later starts a new lane
            self._lanes.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _work(self) -> None:
        try:
            async with self._pool.acquire() as connection:
                while batch := self._take():
                    await self._serve(connection, batch)
        except ReadFailed:
            return  # who waited was told; what waits now gets another connection
        except Exception as error:  # noqa: BLE001  (no connection: whatever the reason, askers must not hang)
            _fail(self._take_all(), ReadFailed, error)

    async def _serve(self, connection: Connection, batch: "dict[K, asyncio.Future[V | None]]") -> None:
        try:
            found = await self._read(connection, tuple(batch))
        except asyncio.CancelledError:
            _fail(batch, FeedClosed)
            raise
        except Exception as error:
            _fail(batch, ReadFailed, error)
            raise ReadFailed from error
        for key, answer in batch.items():
            answer.set_result(found.get(key))

    def _take(self) -> "dict[K, asyncio.Future[V | None]]":
        """Take the oldest keys. From here on an asker of one of them starts a new read."""
        return {key: self._waiting.pop(key) for key in tuple(islice(self._waiting, self._keys_max))}

    def _take_all(self) -> "dict[K, asyncio.Future[V | None]]":
        waiting, self._waiting = self._waiting, {}
        return waiting


def _fail(
    batch: "Mapping[K, asyncio.Future[V | None]]", kind: type[Exception], cause: BaseException | None = None
) -> None:
    for answer in batch.values():
        error = kind()
        error.__cause__ = cause
        answer.set_exception(error)
        answer.exception()  # seen: an asker may be gone, and that is no news
