"""D4 under concurrency: however many come or pay at once, each referred person rewards once."""

import random
from uuid import UUID

import pytest

from domain.payments import PaymentVerdict
from domain.principals import Caller, Principal
from services.payments import report_payment
from services.referral_reversals import reverse_referral
from services.referrals import create_referral_code
from services.runtime import Runtime
from tests.concurrency.racing import RACERS, assert_reconciled, at_once
from tests.factories.clock import TestClock
from tests.factories.credentials import make_operator
from tests.factories.payments import FOUNDS, make_order, paid
from tests.factories.referrals import Referrer, come_by, make_referrer, personal_wallet
from tests.factories.sign_ins import assertion, signed_in

pytestmark = pytest.mark.anyio

ROUNDS = 4
SIGN_UP, PAYMENT = 50_000, 500_000


async def test_d4_one_new_person_signs_in_50_times_with_a_code(processes: list[Runtime]) -> None:
    rng, ada = random.Random(41), await make_referrer(processes[0])
    for round_ in range(1, ROUNDS + 1):
        racers = (come_by(processes[each % 3], ada.code, f"bo{round_}") for each in range(RACERS))
        came = await at_once(rng, racers)
        assert [each.is_new for each in came].count(True) == 1
        assert await ada.given(processes[0]) == [SIGN_UP] * round_
    await assert_reconciled(processes[0])


async def test_d4_one_new_person_signs_in_with_the_codes_of_50(processes: list[Runtime]) -> None:
    rng = random.Random(42)
    referrers = [await make_referrer(processes[0], f"r{each}") for each in range(RACERS)]
    for round_ in range(1, ROUNDS + 1):
        racers = (come_by(processes[each % 3], referrers[each].code, f"bo{round_}") for each in range(RACERS))
        await at_once(rng, racers)
        given = [amount for each in referrers for amount in await each.given(processes[0])]
        assert given == [SIGN_UP] * round_
    await assert_reconciled(processes[0])


async def test_d4_50_people_come_by_one_code(processes: list[Runtime]) -> None:
    rng, ada = random.Random(43), await make_referrer(processes[0])
    for round_ in range(1, ROUNDS + 1):
        racers = (come_by(processes[each % 3], ada.code, f"{round_}-{each}") for each in range(RACERS))
        assert all(each.is_new for each in await at_once(rng, racers))
        assert await ada.given(processes[0]) == [SIGN_UP] * RACERS * round_
    await assert_reconciled(processes[0])


async def test_d4_50_payments_of_one_person_reward_once(processes: list[Runtime], clock: TestClock) -> None:
    rng, ada, runtime = random.Random(44), await make_referrer(processes[0]), processes[0]
    for round_ in range(1, ROUNDS + 1):
        bo = await come_by(runtime, ada.code, f"bo{round_}")
        orders = [await make_order(runtime, bo.person_id) for _ in range(10)]
        reports = [paid(orders[each % 10], f"{round_} {each}") for each in range(RACERS)]
        clock.now = max(report.occurred_at for report in reports)
        racers = (report_payment(processes[n % 3], report, effects=FOUNDS) for n, report in enumerate(reports))
        verdicts = [outcome.verdict for outcome in await at_once(rng, racers)]
        assert verdicts.count(PaymentVerdict.APPLIED) == 10
        assert await ada.given(runtime) == [SIGN_UP, PAYMENT] * round_
    await assert_reconciled(runtime)


async def test_d4_referrers_and_referred_pay_at_once(processes: list[Runtime], clock: TestClock) -> None:
    """Each has brought the next, and all pay at the same time: nobody waits in a ring."""
    rng, runtime = random.Random(45), processes[0]
    chain = [await make_referrer(runtime)]
    for each in range(15):
        came = await come_by(runtime, chain[-1].code, f"link{each}")
        chain.append(await with_code(runtime, came.person_id))
    orders = [await make_order(runtime, each.person_id) for each in chain for _ in range(3)]
    reports = [paid(order, str(order.id)) for order in orders]
    clock.now = max(report.occurred_at for report in reports)
    racers = (report_payment(processes[n % 3], report, effects=FOUNDS) for n, report in enumerate(reports))
    assert {outcome.verdict for outcome in await at_once(rng, racers)} == {PaymentVerdict.APPLIED}
    given = [await each.given(runtime) for each in chain]
    assert given == [[SIGN_UP, PAYMENT]] * 15 + [[]]
    await assert_reconciled(runtime)


async def test_d4_paid_and_reversed_at_once_is_one_of_both(processes: list[Runtime], clock: TestClock) -> None:
    rng, runtime = random.Random(46), processes[0]
    ada, operator = await make_referrer(runtime), await make_operator(runtime)
    for round_ in range(ROUNDS * 2):
        bo = await come_by(runtime, ada.code, f"bo{round_}")
        report = paid(await make_order(runtime, bo.person_id), f"{round_}")
        clock.now = report.occurred_at
        row = (await ada.listed(runtime))[0]
        before = sum(await ada.left(runtime))
        racers = [
            *(report_payment(processes[n % 3], report, effects=FOUNDS) for n in range(5)),
            *(reverse_referral(processes[n % 3], operator, row.id, "abuse", f"{round_} {n}") for n in range(5)),
        ]
        await at_once(rng, racers)
        assert sum(await ada.left(runtime)) == before - SIGN_UP  # whichever came first, nothing of it is left
    await assert_reconciled(runtime)


async def test_d4_a_person_who_asks_50_times_at_once_has_one_code(processes: list[Runtime]) -> None:
    rng = random.Random(47)
    came = await signed_in(processes[0], assertion())
    caller = Principal(Caller.USER, came.person_id)
    racers = (create_referral_code(processes[each % 3], caller, f"{each % 25}") for each in range(RACERS))
    assert len({done.result.code for done in await at_once(rng, racers)}) == 1
    assert await processes[0].database.pool.fetchval("SELECT count(*) FROM referral_codes") == 1


async def with_code(runtime: Runtime, person_id: UUID) -> Referrer:
    made = await create_referral_code(runtime, Principal(Caller.USER, person_id), "code")
    assert made.result.code
    return Referrer(person_id, await personal_wallet(runtime, person_id), made.result.code)
