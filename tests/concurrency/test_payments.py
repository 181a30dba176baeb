"""Races about payments (D8): whatever is reported at once, an order takes effect once, and receipts have no gap."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.orders import OrderStatus
from domain.payments import PaymentReport, PaymentVerdict
from domain.principals import Principal
from domain.refusals import RefusalCode
from services.orders import OrderRow, any_order, cancel_order, expire_orders
from services.payments import confirm_transfer, report_payment
from services.runtime import Runtime
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.clock import TestClock
from tests.factories.credentials import make_operator, make_user
from tests.factories.payments import FOUNDS, failed, make_order, paid
from tests.factories.wallets import make_wallet, make_wallets

pytestmark = pytest.mark.anyio

A_MINUTE = timedelta(minutes=1)


async def hear(runtime: Runtime, report: PaymentReport) -> PaymentVerdict | None:
    return (await report_payment(runtime, report, effects=FOUNDS)).verdict


async def placed(runtime: Runtime, clock: TestClock, count: int) -> list[OrderRow]:
    """Orders of as many buyers, of which something is heard two minutes later."""
    orders = [await make_order(runtime, wallet.person_id) for wallet in await make_wallets(runtime, count)]
    clock.advance(2 * A_MINUTE)
    return orders


async def effects(runtime: Runtime) -> int:
    count: int = await runtime.database.pool.fetchval("SELECT count(*) FROM organisations")
    return count


async def status_of(runtime: Runtime, order: OrderRow) -> OrderStatus:
    row = await any_order(runtime, order.id)
    assert row
    return row.status


async def test_d8_a_webhook_delivered_50_times_at_once_takes_effect_once(
    runtime: Runtime, clock: TestClock, processes: list[Runtime]
) -> None:
    rng = random.Random(81)
    for round_, order in enumerate(await placed(runtime, clock, ROUNDS), 1):
        racers = (hear(processes[n % len(processes)], paid(order, f"evt_{order.id}")) for n in range(RACERS))
        verdicts = Counter(await at_once(rng, racers))
        assert verdicts == {PaymentVerdict.APPLIED: 1, PaymentVerdict.DUPLICATE: RACERS - 1}
        assert await effects(runtime) == round_
        assert await status_of(runtime, order) is OrderStatus.PAID
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM payments") == ROUNDS
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices") == ROUNDS
    await assert_reconciled(runtime)


async def test_d8_b1_an_organisation_is_founded_once_however_often_its_payment_is_delivered(
    runtime: Runtime, clock: TestClock, processes: list[Runtime]
) -> None:
    rng = random.Random(86)
    for round_, order in enumerate(await placed(runtime, clock, ROUNDS), 1):
        reports = (paid(order, f"evt_{order.id} {n % 5}") for n in range(RACERS))
        racers = (report_payment(processes[n % len(processes)], report) for n, report in enumerate(reports))
        verdicts = Counter(outcome.verdict for outcome in await at_once(rng, racers))
        assert verdicts[PaymentVerdict.APPLIED] == 1
        assert verdicts[PaymentVerdict.ALREADY_PAID] == 4
        assert verdicts[PaymentVerdict.DUPLICATE] == RACERS - 5
        assert await effects(runtime) == round_
        assert await runtime.database.pool.fetchval("SELECT count(*) FROM seats") == 5 * round_
    await assert_reconciled(runtime)


async def test_d8_50_events_of_one_order_at_once_take_effect_once(
    runtime: Runtime, clock: TestClock, processes: list[Runtime]
) -> None:
    rng = random.Random(82)
    for round_, order in enumerate(await placed(runtime, clock, ROUNDS), 1):
        reports = [paid(order, f"{order.id} {n}") for n in range(RACERS // 2)]
        reports += [failed(order, f"failed {order.id} {n}") for n in range(RACERS // 2)]
        racers = (hear(processes[n % len(processes)], report) for n, report in enumerate(reports))
        verdicts = Counter(await at_once(rng, racers))
        assert verdicts[PaymentVerdict.APPLIED] == 1
        assert verdicts[PaymentVerdict.ALREADY_PAID] == RACERS // 2 - 1
        assert verdicts[PaymentVerdict.FAILED] <= 1
        assert verdicts[PaymentVerdict.FAILED] + verdicts[PaymentVerdict.IGNORED] == RACERS // 2
        assert await effects(runtime) == round_
        assert await status_of(runtime, order) is OrderStatus.PAID
    await assert_reconciled(runtime)


async def test_d8_receipts_have_no_gap_whoever_pays_at_once(
    runtime: Runtime, clock: TestClock, processes: list[Runtime]
) -> None:
    rng = random.Random(83)
    for _ in range(ROUNDS // 4):
        orders = await placed(runtime, clock, RACERS // 2)
        racers = (hear(processes[n % len(processes)], paid(order, str(order.id))) for n, order in enumerate(orders))
        assert set(await at_once(rng, racers)) == {PaymentVerdict.APPLIED}
    numbers = await runtime.database.pool.fetch("SELECT receipt_number FROM orders ORDER BY receipt_number")
    assert [row[0] for row in numbers] == list(range(1, ROUNDS // 4 * (RACERS // 2) + 1))


async def test_d8_paid_confirmed_cancelled_and_expired_at_once_is_one_of_them(
    runtime: Runtime, clock: TestClock, processes: list[Runtime]
) -> None:
    rng, operator = random.Random(84), await make_operator(runtime)
    for round_ in range(ROUNDS):
        wallet = await make_wallet(runtime)
        buyer = await make_user(runtime, wallet.person_id)
        order = await make_order(runtime, wallet.person_id)
        clock.advance(2 * A_MINUTE)
        before = await effects(runtime)

        async def confirm(runtime: Runtime, key: str, order: OrderRow = order) -> RefusalCode | None:
            done = await confirm_transfer(
                runtime,
                operator,
                order.id,
                amount_minor=order.total_minor,
                currency=order.currency,
                reason="there it is",
                key=key,
                effects=FOUNDS,
            )
            return done.result.refused.code if done.result.refused else None

        async def cancel(
            runtime: Runtime, key: str, order: OrderRow = order, buyer: Principal = buyer
        ) -> RefusalCode | None:
            done = await cancel_order(runtime, buyer, order.id, key)
            return done.result.refused.code if done.result.refused else None

        racers = [
            *(hear(processes[n % 3], paid(order, f"{round_} {n}")) for n in range(4)),
            *(confirm(processes[n % 3], f"{round_} {n}") for n in range(4)),
            *(cancel(processes[n % 3], f"{round_} {n}") for n in range(4)),
            *(expire_orders(processes[n % 3]) for n in range(4)),
        ]
        outcomes = await at_once(rng, racers)
        reported, confirmed, cancelled = outcomes[:4], outcomes[4:8], outcomes[8:12]
        # all was paid before anybody cancelled: it is paid whatever came first
        assert await status_of(runtime, order) is OrderStatus.PAID
        assert await effects(runtime) == before + 1
        assert reported.count(PaymentVerdict.APPLIED) + confirmed.count(None) == 1
        assert cancelled.count(None) <= 1
        assert {each for each in (*confirmed, *cancelled) if each} <= {RefusalCode.ORDER_CLOSED}
    await assert_reconciled(runtime)


async def test_d8_what_is_paid_at_the_last_moment_counts_beside_the_worker(
    runtime: Runtime, clock: TestClock, processes: list[Runtime]
) -> None:
    rng = random.Random(85)
    orders = await placed(runtime, clock, ROUNDS)
    clock.now = orders[0].expires_at
    in_time = orders[0].expires_at - timedelta(seconds=1)
    for order in orders:
        reports = [paid(order, f"{order.id} {n}", at=in_time) for n in range(3)]
        reports.append(replace(reports[0], event_key=f"late {order.id}", occurred_at=order.expires_at))
        racers = [
            *(hear(processes[n % 3], report) for n, report in enumerate(reports)),
            *(expire_orders(processes[n % 3]) for n in range(3)),
        ]
        outcomes = Counter(await at_once(rng, racers))
        assert (outcomes[PaymentVerdict.APPLIED], outcomes[PaymentVerdict.LATE]) == (1, 1)
        assert await status_of(runtime, order) is OrderStatus.PAID
    assert await effects(runtime) == ROUNDS
