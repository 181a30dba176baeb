"""Everything at once on few wallets: afterwards the books add up, and everybody was told the truth (F1, F2, F3)."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.commands import Advance, Command, CompleteTask, ExtendTask, ReleaseTask
from domain.entries import RESOLUTIONS
from domain.refusals import RefusalCode
from domain.tasks import TaskStatus
from models.database import Connection
from services.posting import KeyTaken, Outcome, Posted, Posting, Reporter, post
from services.runtime import Runtime
from services.upkeep import write_due
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once, codes
from tests.factories.clock import TestClock
from tests.factories.usage import asked, hold, spend
from tests.factories.wallets import credits_grant, make_wallets, subscribe

pytestmark = pytest.mark.anyio

WALLETS = 4
CALLER = Reporter(UUID(int=7))


class Mix:
    """Random commands for a few wallets, and the tasks that were started so far."""

    def __init__(self, rng: random.Random, wallets: list[UUID]) -> None:
        self.rng = rng
        self.wallets = wallets
        self.tasks: list[UUID] = []
        self.asked: list[Posting] = []

    def next(self, now_and_a_bit: timedelta) -> Posting:
        """A new request, or now and then one that was sent before."""
        if self.asked and self.rng.random() < 0.15:
            return self.rng.choice(self.asked[-2 * RACERS :])  # never one whose key is forgotten by now
        wallet = self.rng.choice(self.wallets)
        command = self._command(now_and_a_bit)
        about_a_task = isinstance(command, CompleteTask | ReleaseTask | ExtendTask)
        posting = asked(command, None if about_a_task else wallet, CALLER, f"key {len(self.asked)}")
        if isinstance(command, Advance):
            return Posting(command, wallet)
        self.asked.append(posting)
        return posting

    def _command(self, lasts: timedelta) -> Command:
        choice = self.rng.randrange(10)
        if choice < 3:
            return spend(self.rng.randint(1, 40))
        if choice < 6 or not self.tasks:
            task = hold(self.rng.randint(1, 30), hold_for=lasts * self.rng.randint(1, 4))
            self.tasks.append(task.task_id)
            return task
        task_id = self.rng.choice(self.tasks[-30:])
        return self.rng.choice(
            (
                CompleteTask(task_id, self.rng.randint(0, 60) * 1_000),
                ReleaseTask(task_id, self.rng.choice((TaskStatus.FAILED, TaskStatus.CANCELLED))),
                ExtendTask(task_id, lasts),
                credits_grant(self.rng.randint(1, 50)),
                Advance(),
            )
        )


async def test_f1_f2_f3_a_random_mix_leaves_books_that_add_up(processes: list[Runtime], clock: TestClock) -> None:
    rng = random.Random(123)
    wallets = [wallet.id for wallet in await make_wallets(processes[0], WALLETS, credits_=50)]
    for wallet in wallets:
        await subscribe(processes[0], wallet, "plus")
    mix, told = Mix(rng, wallets), list[Outcome]()
    for _ in range(ROUNDS):
        postings = [mix.next(timedelta(hours=9)) for _ in range(RACERS)]
        racers = [rng.choice(processes).poster.submit(posting) for posting in postings]
        outcomes, _ = await at_once(rng, [at_once(rng, racers), _upkeep(processes[2])])
        told += outcomes
        clock.advance(timedelta(hours=rng.randint(0, 40)))
    await _assert_told_the_truth(processes[0], told)
    await assert_reconciled(processes[0])


async def _upkeep(runtime: Runtime) -> list[Outcome]:
    await write_due(runtime)
    return []


async def _assert_told_the_truth(runtime: Runtime, told: list[Outcome]) -> None:
    """Every entry that a caller asked for was told once as new, and every one that was told is there."""
    rows = await runtime.database.pool.fetch("SELECT wallet_id, number FROM entries WHERE caller IS NOT NULL")
    new = Counter(
        (outcome.wallet_id, outcome.entry.number)
        for outcome in told
        if isinstance(outcome, Posted) and outcome.entry and not outcome.replayed
    )
    assert new == Counter(tuple(row) for row in rows)
    seen = Counter(codes(told))
    assert seen[None] > ROUNDS * RACERS // 4
    assert {RefusalCode.TASK_ALREADY_RESOLVED, RefusalCode.QUOTA_EXHAUSTED} <= set(seen)
    assert RefusalCode.IDEMPOTENCY_KEY_REUSED not in seen
    twice = "SELECT task_id FROM entries WHERE kind = ANY ($1::text[]) GROUP BY task_id HAVING count(*) > 1"
    assert await runtime.database.pool.fetch(twice, [kind.value for kind in RESOLUTIONS]) == []


@pytest.fixture
async def connections(dsn: str) -> AsyncIterator[list[Connection]]:
    """Deadlocks are found at once here, and not after a second."""
    settings = {"timezone": "UTC", "deadlock_timeout": "20ms"}
    async with AsyncExitStack() as stack:
        opened: list[Connection] = []
        for _ in range(8):
            connection = await asyncpg.connect(dsn, server_settings=settings)
            stack.push_async_callback(connection.close)
            opened.append(connection)
        yield opened


async def test_f1_f5_batches_with_overlapping_wallets_tasks_and_keys_never_deadlock(
    runtime: Runtime, connections: list[Connection]
) -> None:
    """Wallets are locked in the order of their ids, and keys written in theirs, after all wallets are locked."""
    rng = random.Random(40)
    wallets = [wallet.id for wallet in await make_wallets(runtime, 60, credits_=100_000)]
    tasks = [hold() for _ in wallets]
    for wallet, task in zip(wallets, tasks, strict=True):
        await runtime.poster.submit(Posting(task, wallet))

    async def batch(connection: Connection, number: int) -> str:
        postings = [
            asked(spend(), wallet, CALLER, f"{number}:{rng.randrange(10)}")
            for wallet in rng.sample(wallets, rng.randint(2, 5))
        ]
        postings += [Posting(ExtendTask(task.task_id, timedelta(hours=1))) for task in rng.sample(tasks, 2)]
        rng.shuffle(postings)
        try:
            async with connection.transaction():
                await post(connection, postings, runtime.clock)
        except KeyTaken:
            return "key taken"
        return "committed"

    ended = Counter[str]()
    for number in range(ROUNDS * RACERS // len(connections)):
        batches = (batch(connection, number) for connection in connections)
        ended += Counter(await at_once(rng, batches))  # a deadlock would be raised here
    assert ended["committed"] > ended["key taken"] > 0
    await assert_reconciled(runtime)
