"""F5 under concurrency: the same key at once has one effect and one answer; another input is refused."""

import random
from collections import Counter
from uuid import uuid4

import pytest

from domain.refusals import RefusalCode
from services.posting import Posted, Posting, Reporter
from services.runtime import Runtime
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once, codes, entry_of, original
from tests.factories.usage import asked, spend
from tests.factories.wallets import make_wallets

pytestmark = pytest.mark.anyio

CALLER = Reporter(uuid4())
TOGETHER = pytest.mark.parametrize("together", [1, 3], ids=["one process", "three processes"])


@TOGETHER
async def test_f5_the_same_key_50_times_has_one_effect_and_50_equal_answers(
    processes: list[Runtime], together: int
) -> None:
    rng = random.Random(5)
    for number, wallet in enumerate(await make_wallets(processes[0], ROUNDS, credits_=100)):
        posting = asked(spend(2), wallet.id, CALLER, f"round {number}")
        outcomes = await at_once(rng, (processes[racer % together].poster.submit(posting) for racer in range(RACERS)))
        assert len({repr(original(outcome)) for outcome in outcomes}) == 1
        assert entry_of(outcomes[0]).number == 2
        assert [isinstance(outcome, Posted) and outcome.replayed for outcome in outcomes].count(False) == 1
    await _assert_one_effect_a_round(processes[0])


@TOGETHER
async def test_f5_a_refusal_under_the_same_key_50_times_is_refused_once(
    processes: list[Runtime], together: int
) -> None:
    rng = random.Random(6)
    for number, wallet in enumerate(await make_wallets(processes[0], ROUNDS, credits_=1)):
        posting = asked(spend(2), wallet.id, CALLER, f"round {number}")
        outcomes = await at_once(rng, (processes[racer % together].poster.submit(posting) for racer in range(RACERS)))
        assert set(codes(outcomes)) == {RefusalCode.INSUFFICIENT_CREDITS}
        assert len({repr(outcome) for outcome in outcomes}) == 1
    assert await processes[0].database.pool.fetchval("SELECT count(*) FROM refusals") == ROUNDS


@TOGETHER
@pytest.mark.parametrize("spread", [1, 2], ids=["one wallet", "two wallets"])
async def test_f5_one_input_wins_a_key_and_the_others_are_refused(
    processes: list[Runtime], together: int, spread: int
) -> None:
    rng = random.Random(7)
    wallets = await make_wallets(processes[0], ROUNDS * spread, credits_=100)
    for number in range(ROUNDS):
        fought_over = wallets[number * spread : (number + 1) * spread]
        inputs: list[Posting] = [
            asked(spend(1 + racer % 3), fought_over[racer % spread].id, CALLER, f"round {number}")
            for racer in range(RACERS)
        ]
        outcomes = await at_once(
            rng, (processes[racer % together].poster.submit(posting) for racer, posting in enumerate(inputs))
        )
        winners = {
            posting.requested for posting, outcome in zip(inputs, outcomes, strict=True) if code(outcome) is None
        }
        assert len(winners) == 1
        won = [posting.requested in winners for posting in inputs]
        assert Counter(codes(outcomes)) == {None: won.count(True), RefusalCode.IDEMPOTENCY_KEY_REUSED: won.count(False)}
        assert len({repr(original(outcome)) for outcome in outcomes if code(outcome) is None}) == 1
    await _assert_one_effect_a_round(processes[0])


def code(outcome: object) -> RefusalCode | None:
    return getattr(outcome, "code", None)


async def _assert_one_effect_a_round(runtime: Runtime) -> None:
    charges = await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'CONSUME'")
    keys = await runtime.database.pool.fetchval("SELECT count(*) FROM idempotency_keys")
    assert (charges, keys) == (ROUNDS, ROUNDS)
    await assert_reconciled(runtime)
