"""`Poster.submit`: natural batching in front of `post` (DESIGN.md §3).

Idle, a command goes at once. While a batch is in flight, what arrives forms the next one; no timer. Wallets are
hashed to lanes, so that one batch's commit overlaps the next one's decisions without two batches waiting for the
same wallet.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextvars import Context
from datetime import timedelta
from uuid import UUID

import asyncpg

from domain.commands import Advance
from feed.topics import wallet_topic, workspace_topic
from models.database import Database
from services.posting import KEYS_KEPT, Batch, Clock, KeyTaken, Outcome, Posting, post

COMMANDS_PER_BATCH_MAX = 256
LANES_MAX = 2
COMMANDS_WAITING_MAX = 20_000
ATTEMPTS_MAX = 4
RETRY_PAUSE_S_MAX = 0.05

_log = logging.getLogger(__name__)

_LOST_A_RACE = (KeyTaken, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    ConnectionError,
    FileNotFoundError,  # the unix socket of a server that is being started again
)

Wake = Callable[[Collection[str]], Awaitable[None]]
"""Wakes the topics of what has new entries, after their commit."""


class Overloaded(Exception):  # noqa: N818  (the state that a caller sees)
    """More commands wait than the poster lets wait; try again later."""


class Poster:
    """The ledger's front door in this process. `start` before and `stop` after use."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wake: Wake,
        *,
        keys_kept: timedelta = KEYS_KEPT,
        lanes: int = LANES_MAX,
        batch_max: int = COMMANDS_PER_BATCH_MAX,
    ) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake
        self._keys_kept = keys_kept
        self._batch_max = batch_max
        self._lanes = [_Lane() for _ in range(lanes)]
        self._waiting = 0

    async def submit(self, posting: Posting) -> Outcome:
        """Carry out a command in a transaction that it may share with others, and return when it is committed.

        A caller that is cancelled does not cancel its command: others may be in the same batch.

        Raises:
            Overloaded: too many commands wait.
        """
        if self._waiting >= COMMANDS_WAITING_MAX:
            raise Overloaded(f"{COMMANDS_WAITING_MAX} commands wait already")
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        lane = self._lanes[_hash(posting) % len(self._lanes)]
        lane.waiting.append((posting, answer))
        self._waiting += 1
        if lane.running is None:
            # a clean context: a caller's transaction must not become the batch's
            lane.running = asyncio.get_running_loop().create_task(self._run(lane), context=Context())
        return await asyncio.shield(answer)

    async def stop(self) -> None:
        """Wait until everything that was submitted is answered."""
        running = [lane.running for lane in self._lanes if lane.running]
        if running:  # not gather: whoever stops us may be cancelled, and the batches must not be
            await asyncio.wait(running)

    async def _run(self, lane: "_Lane") -> None:
        try:
            while lane.waiting:
                batch = [lane.waiting.popleft() for _ in range(min(self._batch_max, len(lane.waiting)))]
                self._waiting -= len(batch)
                await self._answer(batch)
        finally:
            lane.running = None

    async def _answer(self, batch: Sequence["_Waiting"]) -> None:
        try:
            result = await self._attempt([posting for posting, _ in batch])
        except Exception as error:  # noqa: BLE001  (one poisonous command must not sink the others)
            if len(batch) == 1 or isinstance(error, _UNREACHABLE):
                for _, answer in batch:
                    _settle(answer, error)
                return
            _log.warning("a batch of %d commands failed and is retried one by one: %r", len(batch), error)
            for waiting in batch:
                await self._answer([waiting])
            return
        for (_, answer), outcome in zip(batch, result.outcomes, strict=True):
            _settle(answer, outcome)
        if result.changed:
            try:
                await self._wake([*map(wallet_topic, result.changed), *map(workspace_topic, result.workspaces)])
            except Exception:  # noqa: BLE001  (what is committed stays so, and what waits goes on; readers poll)
                _log.exception("the feeds of %d wallets could not be woken", len(result.changed))

    async def _attempt(self, postings: Sequence[Posting]) -> Batch:
        for attempt in range(1, ATTEMPTS_MAX):
            try:
                return await self._commit(postings)
            except _LOST_A_RACE:
                pass
            except _UNREACHABLE:
                if not _repeatable(postings):
                    raise
            await asyncio.sleep(random.uniform(0, RETRY_PAUSE_S_MAX * attempt))  # noqa: S311  (jitter, not a secret)
        return await self._commit(postings)

    async def _commit(self, postings: Sequence[Posting]) -> Batch:
        async with self._database.transaction() as connection:
            return await post(connection, postings, self._clock, keys_kept=self._keys_kept)


_Waiting = tuple[Posting, "asyncio.Future[Outcome]"]


class _Lane:
    """What waits for one lane, and the task that works it off while anything does."""

    __slots__ = ("running", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[_Waiting] = deque()
        self.running: asyncio.Task[None] | None = None


def _hash(posting: Posting) -> int:
    """Choose a lane: by wallet; a task's command without its wallet by task, which costs waiting, never safety."""
    if posting.wallet_id is not None:
        return posting.wallet_id.int
    return getattr(posting.command, "task_id", UUID(int=0)).int


def _repeatable(postings: Sequence[Posting]) -> bool:
    """Tell whether asking twice does once: the outcome of a commit during which the connection broke is unknown."""
    return all(posting.requested or isinstance(posting.command, Advance) for posting in postings)


def _settle(answer: "asyncio.Future[Outcome]", result: Outcome | Exception) -> None:
    if answer.done():  # its caller is gone
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
