"""F4 under concurrency: complete, cancel and time-out race for one task, and exactly one wins."""

import random
from collections import Counter
from uuid import UUID

import pytest

from domain.catalog import Catalog
from domain.commands import Advance, CompleteTask, ReleaseTask
from domain.refusals import RefusalCode
from domain.tasks import TaskStatus
from services.posting import Outcome, Posting
from services.runtime import Runtime
from services.upkeep import write_due
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once, codes
from tests.factories.clock import TestClock
from tests.factories.runtime import open_process
from tests.factories.usage import A_DAY, hold
from tests.factories.wallets import make_wallets

pytestmark = pytest.mark.anyio

_RESOLVED = """
SELECT t.id, t.status, array_agg(e.kind::text) AS kinds
FROM tasks t JOIN entries e ON e.task_id = t.id AND e.kind IN ('SETTLE', 'RELEASE', 'TIMEOUT')
WHERE t.id = ANY ($1::uuid[]) GROUP BY t.id
"""
WINS = {"COMPLETED": "SETTLE", "CANCELLED": "RELEASE", "TIMED_OUT": "TIMEOUT"}


async def test_f4_complete_cancel_and_time_out_race_and_exactly_one_wins(
    dsn: str, catalog: Catalog, processes: list[Runtime], clock: TestClock
) -> None:
    """The third process's clock is past the tasks' end already; in each round 50 tasks are raced for."""
    rng, won = random.Random(4), Counter[str]()
    late = TestClock(clock.now + A_DAY)
    async with open_process(dsn, catalog, late) as upkeep:

        async def complete(task_id: UUID) -> Outcome:
            return await processes[0].poster.submit(Posting(CompleteTask(task_id, 1_000)))

        async def cancel(task_id: UUID) -> Outcome:
            return await processes[1].poster.submit(Posting(ReleaseTask(task_id, TaskStatus.CANCELLED)))

        async def time_out(wallet_id: UUID) -> Outcome:
            return await upkeep.poster.submit(Posting(Advance(), wallet_id))

        async def time_out_all() -> list[Outcome]:
            await write_due(upkeep)
            return []

        for number in range(ROUNDS):
            wallets = await make_wallets(processes[0], RACERS, credits_=10)
            tasks = [hold(3) for _ in wallets]
            starts = [Posting(task, wallet.id) for wallet, task in zip(wallets, tasks, strict=True)]
            await at_once(rng, (processes[0].poster.submit(start) for start in starts))
            ids = [task.task_id for task in tasks]
            racers = [complete(id_) for id_ in ids] + [cancel(id_) for id_ in ids]
            if number % 2:
                racers += [time_out(wallet.id) for wallet in wallets]
            outcomes, _ = await at_once(rng, [at_once(rng, racers), time_out_all()])
            won += Counter(await _winners(processes[0], ids, outcomes))
            assert (
                await processes[0].database.pool.fetchval("SELECT count(*) FROM tasks WHERE resolved_at IS NULL") == 0
            )
    assert won.total() == ROUNDS * RACERS
    assert set(won) == set(WINS), "the race is none: somebody never wins"
    await assert_reconciled(processes[0])


async def _winners(runtime: Runtime, ids: list[UUID], outcomes: list[Outcome]) -> list[str]:
    rows = {row["id"]: row for row in await runtime.database.pool.fetch(_RESOLVED, ids)}
    winners = []
    answered = codes(outcomes)
    for completed, cancelled, id_ in zip(answered[: len(ids)], answered[len(ids) : 2 * len(ids)], ids, strict=True):
        status = rows[id_]["status"]
        assert rows[id_]["kinds"] == [WINS[status]]
        assert completed == (None if status == "COMPLETED" else RefusalCode.TASK_ALREADY_RESOLVED)
        assert cancelled == (None if status == "CANCELLED" else RefusalCode.TASK_ALREADY_RESOLVED)
        winners.append(status)
    return winners


async def test_f4_fifty_completions_of_one_task_settle_it_once(processes: list[Runtime]) -> None:
    rng = random.Random(50)
    for wallet in await make_wallets(processes[0], ROUNDS, credits_=100):
        task = hold(60)
        await processes[0].poster.submit(Posting(task, wallet.id))
        outcomes = await at_once(
            rng,
            (
                processes[racer % 3].poster.submit(Posting(CompleteTask(task.task_id, racer * 1_000)))
                for racer in range(RACERS)
            ),
        )
        assert Counter(codes(outcomes)) == {None: 1, RefusalCode.TASK_ALREADY_RESOLVED: RACERS - 1}
    await assert_reconciled(processes[0])
