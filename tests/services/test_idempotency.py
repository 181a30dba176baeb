"""Idempotency keys (F5): the original result, whatever happened since; another input is refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.commands import CompleteTask
from domain.refusals import Refusal, RefusalCode
from models import ledger_write
from services import posting as posting_module
from services.posting import KEYS_KEPT, KeyTaken, Outcome, Posted, Posting, Reporter, post
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.tables import content
from tests.factories.usage import asked, hold, spend
from tests.factories.wallets import give, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

CALLER = Reporter(uuid4())
MICROSECOND = timedelta(microseconds=1)


async def posted(runtime: Runtime, *postings: Posting, keys_kept: timedelta = KEYS_KEPT) -> tuple[Outcome, ...]:
    async with runtime.database.transaction() as connection:
        return (await post(connection, postings, runtime.clock, keys_kept=keys_kept)).outcomes


def number_of(outcome: Outcome) -> int:
    assert isinstance(outcome, Posted), outcome
    assert outcome.entry
    return outcome.entry.number


def code_of(outcome: Outcome) -> RefusalCode:
    assert isinstance(outcome, Refusal)
    return outcome.code


async def test_f5_the_same_request_again_is_answered_with_the_original_entry(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    posting = asked(spend(2), wallet.id, CALLER, "k")
    (original,) = await posted(runtime, posting)
    await posted(runtime, Posting(spend(1), wallet.id))
    before = await content(runtime.database)
    (again,) = await posted(runtime, posting)
    assert isinstance(original, Posted)
    assert again == Posted(original.wallet_id, original.workspace_id, original.person_id, original.entry, replayed=True)
    assert number_of(again) == 2
    assert await content(runtime.database) == before


async def test_f5_the_same_key_with_another_input_is_refused_and_changes_nothing(runtime: Runtime) -> None:
    one, two = await make_wallets(runtime, 2, credits_=10)
    await posted(runtime, asked(spend(2), one.id, CALLER, "k"))
    before = await content(runtime.database)
    outcomes = await posted(
        runtime,
        asked(spend(3), one.id, CALLER, "k"),
        asked(spend(2), two.id, CALLER, "k"),
        asked(hold(), one.id, CALLER, "k"),
    )
    assert {code_of(outcome) for outcome in outcomes} == {RefusalCode.IDEMPOTENCY_KEY_REUSED}
    assert all(isinstance(outcome, Refusal) and outcome.field == ("idempotencyKey",) for outcome in outcomes)
    assert await content(runtime.database) == before


async def test_f5_keys_are_scoped_to_the_caller(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    callers = [CALLER, Reporter(uuid4()), Reporter(uuid4(), person_id=wallet.person_id)]
    outcomes = [(await posted(runtime, asked(spend(2), wallet.id, caller, "k")))[0] for caller in callers]
    assert [number_of(outcome) for outcome in outcomes] == [2, 3, 4]
    (again,) = await posted(runtime, asked(spend(2), wallet.id, callers[1], "k"))
    assert number_of(again) == 3


async def test_f5_keys_differ_in_every_character(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    keys = ["k", "K", "k ", " k", "ｋ", "k\u0301", "κ"]
    outcomes = await posted(runtime, *(asked(spend(), wallet.id, CALLER, key) for key in keys))
    assert [number_of(outcome) for outcome in outcomes] == list(range(2, 2 + len(keys)))
    again = await posted(runtime, *(asked(spend(), wallet.id, CALLER, key) for key in reversed(keys)))
    assert [number_of(outcome) for outcome in again] == list(range(1 + len(keys), 1, -1))


async def test_f5_the_same_key_twice_in_one_batch_works_once(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    outcomes = await posted(
        runtime,
        asked(spend(2), wallet.id, CALLER, "k"),
        asked(spend(2), wallet.id, CALLER, "k"),
        asked(spend(3), wallet.id, CALLER, "k"),
        asked(spend(30), wallet.id, CALLER, "refused"),
        asked(spend(30), wallet.id, CALLER, "refused"),
    )
    assert [isinstance(outcome, Posted) and outcome.replayed for outcome in outcomes[:2]] == [False, True]
    assert [number_of(outcome) for outcome in outcomes[:2]] == [2, 2]
    assert code_of(outcomes[2]) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert outcomes[3] == outcomes[4]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries") == 2
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM refusals") == 1
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM idempotency_keys") == 2


async def test_f5_a_refusal_is_the_result_and_stays_it(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=1)
    posting = asked(spend(2), wallet.id, CALLER, "k")
    (original,) = await posted(runtime, posting)
    assert code_of(original) is RefusalCode.INSUFFICIENT_CREDITS
    await give(runtime, wallet.id, 100)
    before = await content(runtime.database)
    assert await posted(runtime, posting) == (original,)
    assert await content(runtime.database) == before
    (with_new_key,) = await posted(runtime, asked(spend(2), wallet.id, CALLER, "k2"))
    assert number_of(with_new_key) == 3


async def test_f5_not_found_is_no_result_and_leaves_the_key_free(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=1)
    (outcome,) = await posted(runtime, asked(spend(), uuid4(), CALLER, "k"))
    assert code_of(outcome) is RefusalCode.NOT_FOUND
    (outcome,) = await posted(runtime, asked(spend(), wallet.id, CALLER, "k"))
    assert number_of(outcome) == 2


async def test_f5_a_tasks_result_is_told_again_after_it_resolved(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=5)
    start = asked(hold(2), wallet.id, CALLER, "start", facts="the same facts, whatever id the task was given")
    (started,) = await posted(runtime, start)
    assert isinstance(started, Posted)
    assert started.entry
    assert started.entry.task
    task_id = started.entry.task.id
    complete = asked(CompleteTask(task_id, 1_000), None, CALLER, "complete")
    (completed,) = await posted(runtime, complete)
    other_id = asked(hold(2), wallet.id, CALLER, "start", facts="the same facts, whatever id the task was given")
    replayed = await posted(runtime, other_id, complete)
    assert [number_of(outcome) for outcome in replayed] == [2, 3]
    assert isinstance(replayed[0], Posted)
    assert replayed[0].entry == started.entry
    assert isinstance(completed, Posted)
    (anew,) = await posted(runtime, asked(CompleteTask(task_id, 1_000), None, CALLER, "another key"))
    assert code_of(anew) is RefusalCode.TASK_ALREADY_RESOLVED


async def test_f5_b11_a_key_tells_nothing_to_those_who_may_not_see_the_wallet(runtime: Runtime) -> None:
    one, two = await make_wallets(runtime, 2, credits_=5)
    wide, narrow = Reporter(CALLER.id), Reporter(CALLER.id, workspace_id=two.workspace_id)
    await posted(runtime, asked(spend(), one.id, wide, "k"))
    (outcome,) = await posted(runtime, asked(spend(), one.id, narrow, "k"))
    assert code_of(outcome) is RefusalCode.NOT_FOUND


@pytest.mark.parametrize("refused", [False, True])
async def test_f5_keys_are_kept_seven_days_and_not_a_moment_longer(
    runtime: Runtime, clock: TestClock, refused: bool
) -> None:
    wallet = await make_wallet(runtime, credits_=1 if refused else 10)
    posting = asked(spend(2), wallet.id, CALLER, "k")
    (original,) = await posted(runtime, posting)
    clock.now = NOW + timedelta(days=7) - MICROSECOND
    (kept,) = await posted(runtime, posting)
    assert kept == original or (isinstance(kept, Posted) and kept.replayed)
    clock.now = NOW + timedelta(days=7)
    await give(runtime, wallet.id, 10)
    (forgotten,) = await posted(runtime, asked(spend(3), wallet.id, CALLER, "k"))
    assert isinstance(forgotten, Posted)
    assert not forgotten.replayed
    clock.advance(timedelta(days=7) - MICROSECOND)  # the key's time began anew
    (reused,) = await posted(runtime, posting)
    assert code_of(reused) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM idempotency_keys") == 1


async def test_f5_how_long_keys_are_kept_is_the_callers_to_say(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    posting = asked(spend(2), wallet.id, CALLER, "k")
    await posted(runtime, posting)
    clock.advance(timedelta(days=8))
    (kept,) = await posted(runtime, posting, keys_kept=timedelta(days=30))
    assert number_of(kept) == 2


async def test_f5_a_key_belongs_to_a_reporter(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    keyed = asked(spend(), wallet.id, CALLER, "k")
    with pytest.raises(TypeError, match="belongs to a reporter"):
        await posted(runtime, Posting(keyed.command, keyed.wallet_id, None, keyed.requested))


async def test_f5_a_key_that_another_transaction_takes_meanwhile_stops_the_batch(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `post` read before it wrote is stale then, so nothing of it may be committed."""
    one, two = await make_wallets(runtime, 2, credits_=10)
    writing = ledger_write.write

    async def write_late(*args: Any, **kwargs: Any) -> None:  # Any: whatever `write` takes
        monkeypatch.setattr(posting_module, "write", writing)
        await posted(runtime, asked(spend(2), two.id, CALLER, "k"))
        await writing(*args, **kwargs)

    monkeypatch.setattr(posting_module, "write", write_late)
    with pytest.raises(KeyTaken):
        await posted(runtime, asked(spend(2), one.id, CALLER, "k"))
    entries = await runtime.database.pool.fetch("SELECT wallet_id FROM entries WHERE kind = 'CONSUME'")
    assert [row["wallet_id"] for row in entries] == [two.id]
