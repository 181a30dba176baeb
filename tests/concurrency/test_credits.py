"""Races about credits (D3, D8, F3): what was bought is given once, and no more is taken back than is there."""

import random
from collections import Counter

import pytest

from domain.payments import PaymentVerdict
from services.adjustments import Adjustment, adjust_credits
from services.payments import report_payment
from services.runtime import Runtime
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.credentials import make_operator, make_user
from tests.factories.crediting import place_credits
from tests.factories.payments import paid
from tests.factories.wallets import CREDIT, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

_GIVEN = "SELECT count(*), sum(granted)::bigint, sum(remaining)::bigint FROM grants WHERE wallet_id = $1 AND meter = $2"


async def test_d3_d8_an_order_of_credits_that_is_reported_50_times_at_once_gives_them_once(
    runtime: Runtime, processes: list[Runtime]
) -> None:
    rng = random.Random(51)
    for wallet in await make_wallets(runtime, ROUNDS):
        order = await place_credits(runtime, await make_user(runtime, wallet.person_id), quantity=2)
        reports = (paid(order, f"evt_{order.id} {n % 5}") for n in range(RACERS))
        racers = (report_payment(processes[n % len(processes)], report) for n, report in enumerate(reports))
        verdicts = Counter(outcome.verdict for outcome in await at_once(rng, racers))
        assert verdicts[PaymentVerdict.APPLIED] == 1
        assert verdicts[PaymentVerdict.ALREADY_PAID] == 4
        assert verdicts[PaymentVerdict.DUPLICATE] == RACERS - 5
        row = await runtime.database.pool.fetchrow(_GIVEN, wallet.id, CREDIT)
        assert row
        assert tuple(row) == (1, 1_000_000, 1_000_000)
    await assert_reconciled(runtime)


async def test_f3_what_is_taken_back_at_once_is_never_more_than_there_was(
    runtime: Runtime, processes: list[Runtime]
) -> None:
    rng, operator = random.Random(52), await make_operator(runtime)
    for round_ in range(ROUNDS // 4):
        wallet = await make_wallet(runtime, credits_=100)
        taking = Adjustment(wallet.person_id, -7_000, "a race")
        racers = (
            adjust_credits(processes[n % len(processes)], operator, taking, key=f"{round_} {n}") for n in range(20)
        )
        taken = Counter(done.result.changed for done in await at_once(rng, racers))
        assert taken == {-7_000: 14, -2_000: 1, 0: 5}
    await assert_reconciled(runtime)
