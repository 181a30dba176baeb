"""Payments: heard once, in effect once, whatever is reported, in whatever order (D8)."""

import itertools
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.orders import OrderKind, OrderStatus
from domain.payments import PaymentReport, PaymentVerdict
from domain.principals import ANONYMOUS, Principal
from domain.refusals import Refusal, RefusalCode
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.database import Connection
from services.order_effects import EFFECTS, Effect
from services.orders import (
    NO_ORDER,
    PAYMENTS_SHOWN_MAX,
    Effected,
    OrderChanged,
    OrderRow,
    any_order,
    cancel_order,
    expire_orders,
)
from services.payments import PaymentOutcome, confirm_transfer, report_payment
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service, make_user
from tests.factories.payments import FOUNDS, failed, found, make_order, paid
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.wallets import WalletRef, make_wallet

pytestmark = pytest.mark.anyio

A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(hours=24)


@pytest.fixture
async def wallet(runtime: Runtime) -> WalletRef:
    return await make_wallet(runtime)


@pytest.fixture
async def order(runtime: Runtime, clock: TestClock, wallet: WalletRef) -> OrderRow:
    """An order of which something is heard five minutes later."""
    placed = await make_order(runtime, wallet.person_id)
    clock.advance(5 * A_MINUTE)
    return placed


async def hear(runtime: Runtime, report: PaymentReport) -> PaymentVerdict | None:
    return (await report_payment(runtime, report, effects=FOUNDS)).verdict


async def now_of(runtime: Runtime, order: OrderRow) -> OrderRow:
    row = await any_order(runtime, order.id)
    assert row
    return row


async def effects(runtime: Runtime) -> int:
    count: int = await runtime.database.pool.fetchval("SELECT count(*) FROM organisations")
    return count


async def test_d8_paid_takes_effect_with_receipt_notice_and_wake_ups(
    runtime: Runtime, clock: TestClock, wallet: WalletRef, order: OrderRow
) -> None:
    await runtime.database.pool.execute("UPDATE persons SET email = 'ada@example.org'")
    with (
        runtime.broker.listen(wallet_topic(wallet.id)) as feed,
        runtime.broker.listen(access_topic(wallet.person_id)) as access,
    ):
        outcome = await report_payment(runtime, paid(order), effects=FOUNDS)
        assert await feed.wait(0)
        assert await access.wait(0)
    assert outcome.verdict is PaymentVerdict.APPLIED
    row = await now_of(runtime, order)
    (report,) = row.payments
    assert (report.verdict, report.paid, report.amount_minor, report.currency) == (
        PaymentVerdict.APPLIED,
        True,
        order.total_minor,
        "USD",
    )
    assert (report.occurred_at, report.received_at) == (NOW + A_MINUTE, clock.now)
    assert row == replace(
        order,
        status=OrderStatus.PAID,
        receipt_number=1,
        paid_at=NOW + A_MINUTE,
        closed_at=clock.now,
        organisation_id=row.organisation_id,
        workspace_id=row.workspace_id,
        organisation_name="Example Labs",
        payments=row.payments,
    )
    assert outcome.order
    assert replace(outcome.order, payments=row.payments, organisation_name="Example Labs") == row
    notices = await runtime.database.pool.fetch("SELECT kind, facts FROM notices")
    assert [row["kind"] for row in notices] == ["ORDER_PAID"]
    assert msgspec.json.decode(notices[0]["facts"])["reference"] == order.reference
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails") == 1
    assert await runtime.database.pool.fetchval("SELECT kind FROM entries ORDER BY number DESC LIMIT 1") == "NOTICE"


async def test_d8_the_statements_of_a_report_are_counted(runtime: Runtime, order: OrderRow) -> None:
    async def nothing(_runtime: Runtime, _connection: Connection, order: OrderRow, _now: datetime) -> Effected:
        assert order.organisation_id
        assert order.workspace_id
        return Effected(order.organisation_id, order.workspace_id)

    async def counted(report: PaymentReport, effect: Effect = nothing) -> int:
        async with recorded(runtime.database.pool) as statements:
            await report_payment(runtime, report, effects=dict.fromkeys(OrderKind, effect))
        return len(statements)

    begin_and_commit, fakes = 2, 3
    assert await counted(paid(order, "less", amount_minor=1)) == begin_and_commit + 3
    assert await counted(failed(order)) == begin_and_commit + 4
    assert await counted(failed(order)) == begin_and_commit + 2  # heard of before
    assert await counted(paid(order), found) == begin_and_commit + 10 + fakes
    assert await counted(paid(order)) == begin_and_commit + 2
    assert await counted(replace(paid(order), order_id=uuid4())) == begin_and_commit + 1


async def test_d8_heard_again_it_is_the_same_event(runtime: Runtime, order: OrderRow) -> None:
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED
    before = await content(runtime.database)
    for said in (paid(order), paid(order, amount_minor=1), failed(order, "evt_1")):
        assert await hear(runtime, said) is PaymentVerdict.DUPLICATE
    assert await content(runtime.database) == before


async def test_d8_the_same_key_of_another_provider_is_another_event(runtime: Runtime, order: OrderRow) -> None:
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED
    assert await hear(runtime, replace(paid(order), provider="bank_transfer")) is PaymentVerdict.ALREADY_PAID
    assert await effects(runtime) == 1


async def test_d8_an_events_key_belongs_to_the_order_that_it_came_with(
    runtime: Runtime, wallet: WalletRef, order: OrderRow
) -> None:
    other = await make_order(runtime, wallet.person_id)
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED
    assert await hear(runtime, paid(other)) is PaymentVerdict.DUPLICATE
    assert (await now_of(runtime, other)).status is OrderStatus.PENDING


@pytest.mark.parametrize(
    ("given", "field"),
    [({"amount_minor": 59_999}, 59_999), ({"amount_minor": 60_001}, 60_001), ({"currency": "EUR"}, 60_000)],
)
async def test_d8_another_amount_is_recorded_and_has_no_effect(
    runtime: Runtime, order: OrderRow, caplog: pytest.LogCaptureFixture, given: dict[str, object], field: int
) -> None:
    caplog.set_level(logging.WARNING)
    said = replace(paid(order), **given)  # type: ignore[arg-type]  # as the parameters say
    assert await hear(runtime, said) is PaymentVerdict.MISMATCHED
    row = await now_of(runtime, order)
    assert replace(row, payments=()) == order
    assert [(each.verdict, each.amount_minor) for each in row.payments] == [(PaymentVerdict.MISMATCHED, field)]
    assert str(order.id) in caplog.text
    assert await effects(runtime) == 0
    assert await hear(runtime, paid(order, "evt_2")) is PaymentVerdict.APPLIED  # the rest of it, once more, in full


async def test_d8_paid_twice_is_seen_and_has_one_effect(
    runtime: Runtime, clock: TestClock, order: OrderRow, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED
    assert caplog.text == ""
    clock.advance(A_MINUTE)
    assert await hear(runtime, paid(order, "evt_2", at=NOW + 2 * A_MINUTE)) is PaymentVerdict.ALREADY_PAID
    assert [each.verdict for each in (await now_of(runtime, order)).payments] == [
        PaymentVerdict.ALREADY_PAID,
        PaymentVerdict.APPLIED,
    ]
    assert "ALREADY_PAID" in caplog.text
    assert await effects(runtime) == 1


async def test_d8_a_payment_counts_after_a_failure_and_a_failure_not_after_a_payment(
    runtime: Runtime, order: OrderRow
) -> None:
    assert await hear(runtime, failed(order, "f1")) is PaymentVerdict.FAILED
    assert (await now_of(runtime, order)).status is OrderStatus.FAILED
    assert await hear(runtime, failed(order, "f2")) is PaymentVerdict.IGNORED
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED
    assert await hear(runtime, failed(order, "f3")) is PaymentVerdict.IGNORED
    assert (await now_of(runtime, order)).status is OrderStatus.PAID


@pytest.mark.parametrize("worker_ran", [True, False])
async def test_d8_paid_in_time_and_heard_of_late_counts(
    runtime: Runtime, clock: TestClock, order: OrderRow, *, worker_ran: bool
) -> None:
    clock.now = NOW + 3 * A_DAY
    if worker_ran:
        assert await expire_orders(runtime) == 1
    assert (await now_of(runtime, order)).status is OrderStatus.EXPIRED
    assert await hear(runtime, paid(order, "late", at=order.expires_at)) is PaymentVerdict.LATE
    assert await hear(runtime, failed(order)) is PaymentVerdict.IGNORED
    assert await effects(runtime) == 0
    in_time = paid(order, at=order.expires_at - timedelta(microseconds=1))
    assert await hear(runtime, in_time) is PaymentVerdict.APPLIED
    row = await now_of(runtime, order)
    assert (row.status, row.paid_at, row.closed_at) == (OrderStatus.PAID, in_time.occurred_at, clock.now)


async def test_d8_what_is_paid_after_it_was_cancelled_is_late_and_before_it_counts(
    runtime: Runtime, clock: TestClock, wallet: WalletRef, order: OrderRow
) -> None:
    buyer = await make_user(runtime, wallet.person_id)
    assert (await cancel_order(runtime, buyer, order.id, "key")).result == OrderChanged(order.id)
    clock.advance(A_MINUTE)
    assert await hear(runtime, paid(order, "after", at=clock.now)) is PaymentVerdict.LATE
    assert await hear(runtime, paid(order, "before")) is PaymentVerdict.APPLIED


async def test_d8_what_lies_in_the_future_is_not_recorded(runtime: Runtime, clock: TestClock, order: OrderRow) -> None:
    before = await content(runtime.database)
    early = paid(order, at=clock.now + timedelta(minutes=5, microseconds=1))
    assert await hear(runtime, early) is PaymentVerdict.PREMATURE
    assert await content(runtime.database) == before
    clock.advance(timedelta(microseconds=1))
    assert await hear(runtime, early) is PaymentVerdict.APPLIED  # the same event, told again
    assert (await now_of(runtime, order)).paid_at == clock.now  # by our clock, which is behind


async def test_d8_an_order_that_does_not_exist_is_recorded_nowhere(runtime: Runtime, order: OrderRow) -> None:
    before = await content(runtime.database)
    outcome = await report_payment(runtime, replace(paid(order), order_id=uuid4()), effects=FOUNDS)
    assert outcome == PaymentOutcome(None, None)
    assert await content(runtime.database) == before


async def test_d8_the_effect_and_the_payment_happen_together_or_not_at_all(runtime: Runtime, order: OrderRow) -> None:
    async def fault(runtime: Runtime, connection: Connection, order: OrderRow, now: datetime) -> Effected:
        await found(runtime, connection, order, now)
        raise ArithmeticError("a fault of the effect")

    before = await content(runtime.database)
    with pytest.raises(ArithmeticError):
        await report_payment(runtime, paid(order), effects=dict.fromkeys(OrderKind, fault))
    assert await content(runtime.database) == before
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED


async def test_d8_a_lost_race_is_run_again_a_bounded_number_of_times(runtime: Runtime, order: OrderRow) -> None:
    attempts = itertools.count(1)

    async def deadlocked(runtime: Runtime, connection: Connection, order: OrderRow, now: datetime) -> Effected:
        if next(attempts) < 4:
            raise asyncpg.DeadlockDetectedError
        return await found(runtime, connection, order, now)

    outcome = await report_payment(runtime, paid(order), effects=dict.fromkeys(OrderKind, deadlocked))
    assert outcome.verdict is PaymentVerdict.APPLIED
    assert next(attempts) == 5


async def test_d8_the_effect_is_given_the_mandate(runtime: Runtime, order: OrderRow) -> None:
    given = []

    async def keep(runtime: Runtime, connection: Connection, order: OrderRow, now: datetime) -> Effected:
        given.append((order.mandate, order.status, now))
        return await found(runtime, connection, order, now)

    await report_payment(runtime, paid(order, mandate="mandate_1"), effects=dict.fromkeys(OrderKind, keep))
    assert given == [("mandate_1", OrderStatus.PENDING, runtime.clock())]


async def test_d8_receipts_are_numbered_without_a_gap(
    runtime: Runtime, clock: TestClock, wallet: WalletRef, order: OrderRow
) -> None:
    orders = [await make_order(runtime, wallet.person_id) for _ in range(3)]
    clock.advance(A_MINUTE)

    async def fault(_runtime: Runtime, _connection: Connection, _order: OrderRow, _now: datetime) -> Effected:
        raise ArithmeticError("a fault of the effect")

    assert await hear(runtime, paid(orders[2], "a")) is PaymentVerdict.APPLIED
    with pytest.raises(ArithmeticError):
        await report_payment(runtime, paid(orders[0], "b"), effects=dict.fromkeys(OrderKind, fault))
    assert await hear(runtime, paid(orders[1], "c")) is PaymentVerdict.APPLIED
    assert await hear(runtime, paid(order, "d")) is PaymentVerdict.APPLIED
    numbers = [(await now_of(runtime, each)).receipt_number for each in (orders[2], orders[1], order, orders[0])]
    assert numbers == [1, 2, 3, None]


async def test_d8_a_failure_wakes_the_overview_of_the_organisation(
    runtime: Runtime, wallet: WalletRef, order: OrderRow
) -> None:
    assert await hear(runtime, paid(order)) is PaymentVerdict.APPLIED
    ((organisation, workspace),) = await runtime.database.pool.fetch("SELECT id, workspace_id FROM organisations")
    other = await make_order(runtime, wallet.person_id)
    await runtime.database.pool.execute("UPDATE orders SET organisation_id = $2 WHERE id = $1", other.id, organisation)
    with runtime.broker.listen(workspace_topic(workspace)) as overview:
        assert await hear(runtime, failed(other)) is PaymentVerdict.FAILED
        assert await overview.wait(0)


async def test_d8_only_the_newest_reports_are_shown(runtime: Runtime, clock: TestClock, order: OrderRow) -> None:
    for number in range(PAYMENTS_SHOWN_MAX + 2):
        clock.advance(timedelta(seconds=1))
        await hear(runtime, paid(order, str(number), amount_minor=number))
    shown = (await now_of(runtime, order)).payments
    assert [each.amount_minor for each in shown] == list(range(PAYMENTS_SHOWN_MAX + 1, 1, -1))


async def test_d8_the_database_forbids_a_second_effect_and_keeps_what_was_heard(
    runtime: Runtime, order: OrderRow
) -> None:
    await hear(runtime, paid(order))
    sql = """INSERT INTO payments SELECT gen_random_uuid(), order_id, provider, 'other', paid, amount_minor, currency,
        occurred_at, received_at, outcome FROM payments"""
    with pytest.raises(asyncpg.UniqueViolationError, match="payments_take_effect_once"):
        await runtime.database.pool.execute(sql)
    for statement in ("UPDATE payments SET outcome = 'LATE'", "DELETE FROM payments"):
        with pytest.raises(asyncpg.PostgresError):
            await runtime.database.pool.execute(statement)


def test_d8_every_kind_of_order_has_its_effect() -> None:
    assert set(EFFECTS) == set(OrderKind)


# ----------------------------------------------------------------------------------------------- confirmed by operators


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    return await make_operator(runtime)


async def confirm(
    runtime: Runtime,
    caller: Principal,
    order_id: UUID,
    *,
    amount_minor: int = 60_000,
    currency: str = "USD",
    reason: str = "statement of 15 January, line 7",
    key: str = "key",
) -> tuple[OrderChanged, bool]:
    done = await confirm_transfer(
        runtime,
        caller,
        order_id,
        amount_minor=amount_minor,
        currency=currency,
        reason=reason,
        key=key,
        effects=FOUNDS,
    )
    return done.result, done.replayed


async def refused(runtime: Runtime, operator: Principal, order_id: UUID, /, **given: object) -> Refusal:
    """The refusal of a confirmation, which changed nothing but its key's result."""
    before = await content(runtime.database)
    changed, _ = await confirm(runtime, operator, order_id, **given)  # type: ignore[arg-type]  # as `confirm` takes them
    assert changed.order_id is None
    assert changed.refused
    after = await content(runtime.database)
    assert {table: after[table] for table in after if table != "verb_results"} == {
        table: before[table] for table in before if table != "verb_results"
    }
    return changed.refused


async def test_d8_g3_an_operator_confirms_a_transfer_once_and_on_record(
    runtime: Runtime, operator: Principal, wallet: WalletRef, order: OrderRow
) -> None:
    with runtime.broker.listen(wallet_topic(wallet.id)) as feed:
        async with recorded(runtime.database.pool) as statements:
            assert await confirm(runtime, operator, order.id) == (OrderChanged(order.id), False)
        assert await feed.wait(0)
    assert len(statements) == 18  # BEGIN, COMMIT and three of the effect among them
    row = await now_of(runtime, order)
    assert (row.status, row.receipt_number, row.paid_at) == (OrderStatus.PAID, 1, runtime.clock())
    recorded_ = await runtime.database.pool.fetch("SELECT provider, outcome, operator_id FROM payments")
    assert [tuple(each) for each in recorded_] == [("operator", "APPLIED", operator.subject)]
    (audited,) = await runtime.database.pool.fetch(
        "SELECT actor, verb, target, before, after, reason FROM audit_entries"
    )
    assert tuple(audited)[:3] == (operator.subject, "confirmTransfer", order.id)
    assert msgspec.json.decode(audited["before"]) == {"status": "PENDING"}
    assert msgspec.json.decode(audited["after"]) == {"status": "PAID", "receipt": 1, "amount": 60_000}
    assert audited["reason"] == "statement of 15 January, line 7"
    assert await confirm(runtime, operator, order.id) == (OrderChanged(order.id), True)
    assert await effects(runtime) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount_minor": 59_999}, "amountMinor"),
        ({"amount_minor": 60_001}, "amountMinor"),
        ({"amount_minor": 0}, "amountMinor"),
        ({"currency": "EUR"}, "currency"),
    ],
)
async def test_d8_another_amount_is_not_confirmed(
    runtime: Runtime, operator: Principal, order: OrderRow, given: dict[str, object], field: str
) -> None:
    told = await refused(runtime, operator, order.id, **given)
    assert (told.code, told.field) == (RefusalCode.AMOUNT_MISMATCH, (field,))
    assert told.facts == {
        "expected": "60000",
        "expectedCurrency": "USD",
        "received": str(given.get("amount_minor", 60_000)),
        "receivedCurrency": str(given.get("currency", "USD")),
    }


async def test_d8_what_is_closed_cannot_be_confirmed(
    runtime: Runtime, clock: TestClock, operator: Principal, wallet: WalletRef, order: OrderRow
) -> None:
    await confirm(runtime, operator, order.id)
    told = await refused(runtime, operator, order.id, key="again")
    assert (told.code, told.facts) == (RefusalCode.ORDER_CLOSED, {"status": "PAID"})
    other, gone_wrong = [await make_order(runtime, wallet.person_id) for _ in range(2)]
    await hear(runtime, failed(gone_wrong))
    clock.advance(A_DAY)
    told = await refused(runtime, operator, other.id, key="expired")  # though nobody has written it
    assert (told.code, told.facts) == (RefusalCode.ORDER_CLOSED, {"status": "EXPIRED"})
    told = await refused(runtime, operator, other.id, key="expired and less", amount_minor=1)
    assert told.code is RefusalCode.ORDER_CLOSED
    told = await refused(runtime, operator, gone_wrong.id, key="failed and too late")
    assert (told.code, told.facts) == (RefusalCode.ORDER_CLOSED, {"status": "FAILED"})
    assert await refused(runtime, operator, uuid4(), key="unknown") == NO_ORDER


async def test_d8_the_money_for_an_order_that_failed_can_be_confirmed_in_time(
    runtime: Runtime, operator: Principal, order: OrderRow
) -> None:
    await hear(runtime, failed(order))
    assert await confirm(runtime, operator, order.id) == (OrderChanged(order.id), False)
    assert await hear(runtime, paid(order)) is PaymentVerdict.ALREADY_PAID


async def test_f5_a_key_is_for_one_input(runtime: Runtime, operator: Principal, order: OrderRow) -> None:
    told = await refused(runtime, operator, order.id, amount_minor=1)
    assert await refused(runtime, operator, order.id, amount_minor=1) == told
    told = await refused(runtime, operator, order.id)
    assert told.code is RefusalCode.IDEMPOTENCY_KEY_REUSED


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount_minor": -1}, "amountMinor"),
        ({"amount_minor": 2**53}, "amountMinor"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "USD\n"}, "currency"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({"key": ""}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    runtime: Runtime, operator: Principal, order: OrderRow, given: dict[str, object], field: str
) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput) as error:
        await confirm(runtime, operator, order.id, **given)  # type: ignore[arg-type]  # as the parameters say
    assert error.value.field == ("input", field)
    assert await content(runtime.database) == before


async def test_g1_only_operators_confirm(runtime: Runtime, order: OrderRow) -> None:
    with pytest.raises(Unauthenticated):
        await confirm(runtime, ANONYMOUS, order.id)
    for caller in (await make_user(runtime, await make_person()), await make_service(runtime)):
        with pytest.raises(Forbidden):
            await confirm(runtime, caller, order.id)
