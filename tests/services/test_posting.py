"""`post`: one batch of commands, decided in order and written in the caller's transaction (DESIGN.md §3)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.commands import Advance, CompleteTask, ExtendTask, ReleaseTask
from domain.entries import EntryKind
from domain.refusals import Refusal, RefusalCode
from domain.tasks import TaskStatus
from services.posting import Batch, Posted, Posting, Reporter, post
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.tables import content
from tests.factories.usage import hold, spend
from tests.factories.wallets import carry_out, credits_grant, give, make_colleague, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


async def posted(runtime: Runtime, *postings: Posting) -> Batch:
    async with runtime.database.transaction() as connection:
        return await post(connection, postings, runtime.clock)


async def until_somebody_waits_for_a_lock(runtime: Runtime) -> None:
    while not await runtime.database.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - asks
        await asyncio.sleep(0)


def code_of(outcome: object) -> RefusalCode | None:
    return outcome.code if isinstance(outcome, Refusal) else None


async def test_f1_an_accepted_command_is_an_entry_and_a_checkpoint(runtime: Runtime) -> None:
    wallet, caller = await make_wallet(runtime, credits_=10), uuid4()
    batch = await posted(runtime, Posting(spend(3), wallet.id, Reporter(caller)))
    (outcome,) = batch.outcomes
    assert isinstance(outcome, Posted)
    assert (outcome.wallet_id, outcome.workspace_id, outcome.person_id) == (
        wallet.id,
        wallet.workspace_id,
        wallet.person_id,
    )
    assert outcome.entry is not None
    assert (outcome.entry.number, outcome.entry.kind, outcome.entry.amount) == (2, EntryKind.CONSUME, 3_000)
    assert not outcome.replayed
    assert batch.changed == {wallet.id}
    row = await runtime.database.pool.fetchrow("SELECT * FROM entries WHERE wallet_id = $1 AND number = 2", wallet.id)
    assert row is not None
    assert (row["caller"], row["workspace_id"], row["at"]) == (caller, wallet.workspace_id, NOW)
    stored = await runtime.database.pool.fetchrow("SELECT * FROM wallets WHERE id = $1", wallet.id)
    assert stored is not None
    assert (stored["last_entry"], stored["last_at"]) == (2, NOW)


async def test_f2_figures_of_the_entry_of_the_wallet_and_of_the_grant_are_the_same(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    await posted(runtime, Posting(spend(3), wallet.id), Posting(hold(2), wallet.id))
    row = await runtime.database.pool.fetchrow(
        """SELECT g.used, g.held, g.remaining, w.balances = e.body->'balances' AS same,
            (w.balances->0->>'used')::bigint AS w_used, (w.balances->0->>'held')::bigint AS w_held,
            (w.balances->0->>'remaining')::bigint AS w_remaining
        FROM wallets w JOIN grants g ON g.wallet_id = w.id
        JOIN entries e ON e.wallet_id = w.id AND e.number = w.last_entry WHERE w.id = $1""",
        wallet.id,
    )
    assert row is not None
    assert dict(row) == {
        "used": 3_000,
        "held": 2_000,
        "remaining": 5_000,
        "same": True,
        "w_used": 3_000,
        "w_held": 2_000,
        "w_remaining": 5_000,
    }


async def test_f7_a_refused_command_writes_its_refusal_and_no_entry(runtime: Runtime) -> None:
    wallet, caller = await make_wallet(runtime, credits_=2), uuid4()
    batch = await posted(runtime, Posting(spend(3), wallet.id, Reporter(caller)))
    (outcome,) = batch.outcomes
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.requested) == (RefusalCode.INSUFFICIENT_CREDITS, 3_000)
    assert [limit.remaining for limit in outcome.limits] == [2_000]
    assert batch.changed == frozenset()
    (row,) = await runtime.database.pool.fetch("SELECT * FROM refusals")
    assert (row["wallet_id"], row["workspace_id"], row["at"]) == (wallet.id, wallet.workspace_id, NOW)
    assert (row["code"], row["caller"], row["last_entry"]) == ("INSUFFICIENT_CREDITS", caller, 1)
    assert await runtime.database.pool.fetchval("SELECT max(number) FROM entries") == 1


async def test_f10_what_is_due_is_written_before_a_refusal_too(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime)
    await give(runtime, wallet.id, 5, ends_at=NOW + MINUTE)
    clock.advance(MINUTE)
    batch = await posted(runtime, Posting(spend(), wallet.id, Reporter(uuid4())))
    assert code_of(batch.outcomes[0]) is RefusalCode.INSUFFICIENT_CREDITS
    assert batch.changed == {wallet.id}
    rows = await runtime.database.pool.fetch("SELECT kind, caller FROM entries ORDER BY number")
    assert [tuple(row) for row in rows] == [("GRANT", None), ("EXPIRE", None)]
    assert await runtime.database.pool.fetchval("SELECT last_entry FROM refusals") == 2


async def test_f1_commands_of_several_wallets_and_tasks_in_one_batch_are_decided_in_their_order(
    runtime: Runtime,
) -> None:
    one, two = await make_wallets(runtime, 2, credits_=10)
    first, second = hold(6), hold(6)
    await posted(runtime, Posting(first, one.id), Posting(second, two.id))
    batch = await posted(
        runtime,
        Posting(spend(4), one.id),
        Posting(spend(1), one.id),  # nothing is left while the task holds 6
        Posting(CompleteTask(first.task_id, 2_000)),
        Posting(spend(4), one.id),
        Posting(ReleaseTask(second.task_id, TaskStatus.FAILED), two.id),
        Posting(spend(10), two.id),
        Posting(ReleaseTask(first.task_id, TaskStatus.CANCELLED)),
        Posting(ExtendTask(second.task_id, timedelta(hours=1))),
        Posting(Advance(), two.id),
    )
    assert [code_of(outcome) for outcome in batch.outcomes] == [
        None,
        RefusalCode.INSUFFICIENT_CREDITS,
        None,
        None,
        None,
        None,
        RefusalCode.TASK_ALREADY_RESOLVED,
        RefusalCode.TASK_ALREADY_RESOLVED,
        None,
    ]
    assert batch.changed == {one.id, two.id}
    numbers = await runtime.database.pool.fetch(
        "SELECT wallet_id, array_agg(kind::text ORDER BY number) AS kinds, max(number) AS last FROM entries GROUP BY 1"
    )
    assert {row["wallet_id"]: (row["kinds"], row["last"]) for row in numbers} == {
        one.id: (["GRANT", "HOLD", "CONSUME", "SETTLE", "CONSUME"], 5),
        two.id: (["GRANT", "HOLD", "RELEASE", "CONSUME"], 4),
    }


async def test_f4_a_task_that_is_started_in_a_batch_can_be_resolved_in_it(runtime: Runtime) -> None:
    one, two = await make_wallets(runtime, 2, credits_=10)
    task = hold(6)
    batch = await posted(
        runtime,
        Posting(CompleteTask(task.task_id, 2_000)),  # not yet
        Posting(task, one.id),
        Posting(CompleteTask(task.task_id, 2_000), two.id),  # not there
        Posting(CompleteTask(task.task_id, 2_000)),
        Posting(CompleteTask(task.task_id, 2_000), one.id),
    )
    assert [code_of(outcome) for outcome in batch.outcomes] == [
        RefusalCode.NOT_FOUND,
        None,
        RefusalCode.NOT_FOUND,
        None,
        RefusalCode.TASK_ALREADY_RESOLVED,
    ]


async def test_b11_unknown_and_foreign_things_are_not_found_and_change_nothing(runtime: Runtime) -> None:
    mine, other = await make_wallets(runtime, 2, credits_=10)
    task = hold(1)
    await posted(runtime, Posting(task, other.id))
    at_mine, as_me = Reporter(uuid4(), workspace_id=mine.workspace_id), Reporter(uuid4(), person_id=mine.person_id)
    before = await content(runtime.database)
    batch = await posted(
        runtime,
        Posting(spend(), uuid4()),
        Posting(spend(), other.id, at_mine),
        Posting(spend(), other.id, as_me),
        Posting(CompleteTask(uuid4(), 0)),
        Posting(CompleteTask(task.task_id, 0), mine.id),  # the task of another wallet
        Posting(CompleteTask(task.task_id, 0), None, at_mine),
        Posting(ReleaseTask(task.task_id, TaskStatus.CANCELLED), None, as_me),
    )
    assert {code_of(outcome) for outcome in batch.outcomes} == {RefusalCode.NOT_FOUND}
    fields = [outcome.field for outcome in batch.outcomes if isinstance(outcome, Refusal)]
    assert fields == [("walletId",)] * 3 + [("taskId",)] * 4
    assert batch.changed == frozenset()
    assert await content(runtime.database) == before


async def test_b11_a_narrowed_reporter_reaches_what_is_its_own(runtime: Runtime) -> None:
    wallet = await make_colleague(runtime, credits_=10)
    for reporter in (
        Reporter(uuid4()),
        Reporter(uuid4(), workspace_id=wallet.workspace_id),
        Reporter(wallet.person_id, person_id=wallet.person_id),
        Reporter(uuid4(), wallet.workspace_id, wallet.person_id),
    ):
        task = hold(1)
        batch = await posted(runtime, Posting(task, wallet.id, reporter))
        assert [code_of(outcome) for outcome in batch.outcomes] == [None]
        batch = await posted(runtime, Posting(CompleteTask(task.task_id, 1_000), None, reporter))
        assert [code_of(outcome) for outcome in batch.outcomes] == [None]


async def test_f1_post_inside_a_transaction_that_is_rolled_back_leaves_nothing(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    task = hold(1)
    await posted(runtime, Posting(task, wallet.id))
    before = await content(runtime.database)

    async def some_verb() -> None:
        async with runtime.database.transaction() as connection:
            batch = await post(
                connection,
                [
                    Posting(spend(2), wallet.id),
                    Posting(spend(20), wallet.id, Reporter(uuid4())),
                    Posting(CompleteTask(task.task_id, 1_000)),
                    Posting(credits_grant(5), wallet.id),
                ],
                runtime.clock,
            )
            assert batch.changed == {wallet.id}
            raise RuntimeError("the verb fails after its posting")

    with pytest.raises(RuntimeError, match="after its posting"):
        await some_verb()
    assert await content(runtime.database) == before
    outcomes = await carry_out(runtime, wallet.id, spend(9))  # as if it had never been
    assert [code_of(outcome) for outcome in outcomes] == [None]


async def test_f1_two_posts_in_one_transaction_see_each_other(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime)
    async with runtime.database.transaction() as connection:
        await post(connection, [Posting(credits_grant(5), wallet.id)], runtime.clock)
        batch = await post(connection, [Posting(spend(5), wallet.id)], runtime.clock)
    (outcome,) = batch.outcomes
    assert isinstance(outcome, Posted)
    assert outcome.entry
    assert outcome.entry.number == 2


async def test_f1_the_clock_is_read_after_the_wallets_are_locked(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    one_is_in, first_may_go = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with runtime.database.transaction() as connection:
            await post(connection, [Posting(spend(), wallet.id)], runtime.clock)
            one_is_in.set()
            await first_may_go.wait()

    async def second() -> Batch:
        await one_is_in.wait()
        return await posted(runtime, Posting(spend(), wallet.id))

    async with asyncio.TaskGroup() as group:
        group.create_task(first())
        waiting = group.create_task(second())
        await until_somebody_waits_for_a_lock(runtime)
        clock.advance(MINUTE)  # while the second waits
        first_may_go.set()
    (outcome,) = waiting.result().outcomes
    assert isinstance(outcome, Posted)
    assert outcome.entry
    assert (outcome.entry.number, outcome.entry.at) == (3, NOW + MINUTE)


async def test_f1_a_clock_that_runs_behind_never_takes_the_ledger_back(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    clock.advance(-timedelta(hours=1))
    (outcome,) = await carry_out(runtime, wallet.id, spend())
    assert isinstance(outcome, Posted)
    assert outcome.entry
    assert outcome.entry.at == NOW


async def test_f10_advance_alone_writes_what_is_due_and_has_no_entry(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime)
    await give(runtime, wallet.id, 5, ends_at=NOW + MINUTE)
    before = await content(runtime.database)
    batch = await posted(runtime, Posting(Advance(), wallet.id))
    assert batch.outcomes == (Posted(wallet.id, wallet.workspace_id, wallet.person_id, None),)
    assert batch.changed == frozenset()
    assert await content(runtime.database) == before
    clock.advance(MINUTE)
    batch = await posted(runtime, Posting(Advance(), wallet.id), Posting(Advance(), wallet.id))
    assert batch.changed == {wallet.id}
    assert await runtime.database.pool.fetchval("SELECT max(number) FROM entries") == 2
