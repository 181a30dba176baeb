"""What falls due of subscriptions by itself (A7, B10, D5): renewals, grace, warnings, another plan."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest

from domain.ids import public_id
from domain.orders import OrderStatus, PaymentMethod, Renew
from domain.plans import Plan
from domain.principals import Principal
from domain.refusals import RefusalCode
from domain.subscriptions import SubscriptionStatus
from services import due_subscriptions
from services.automatic_renewals import set_automatic_renewal
from services.due_subscriptions import attend_subscriptions
from services.orders import OrderRow, any_order, cancel_order, expire_orders
from services.payments import report_payment
from services.reconciling import reconcile
from services.renewals import order_renewal
from services.runtime import Runtime
from tests.factories.buying import (
    A_DAY,
    CHECKOUT,
    attend,
    buy_organisation,
    buy_renewal,
    buy_seats,
    kinds_of,
    make_buyer,
    order_of,
    pay,
    quota,
    refusal_of_use,
    subscription_of,
)
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import OrganisationRef, add_member
from tests.factories.payments import FakeProvider, failed

pytestmark = pytest.mark.anyio

PRICE_MINOR = 36_000
QUOTA = 2_000
ENDS_AT = NOW.replace(year=2027)
GRACE = timedelta(days=7)
MANDATE = "mandate-1"
EXPIRED = RefusalCode.SUBSCRIPTION_EXPIRED


@pytest.fixture
async def ada(runtime: Runtime) -> Principal:
    return await make_buyer(runtime, email="ada@example.org")


@pytest.fixture
async def labs(runtime: Runtime, ada: Principal) -> OrganisationRef:
    """Five seats, with a mandate to charge again."""
    return await buy_organisation(runtime, ada, mandate=MANDATE)


@pytest.fixture
async def unmandated(runtime: Runtime, ada: Principal) -> OrganisationRef:
    """Five seats, and nothing that could be charged."""
    return await buy_organisation(runtime, ada, key="unmandated")


@pytest.fixture
def checkout(runtime: Runtime) -> FakeProvider:
    provider = runtime.payments[CHECKOUT]
    assert isinstance(provider, FakeProvider)
    return provider


async def renewals(runtime: Runtime) -> list[OrderRow]:
    """The renewals that were ordered, in order."""
    rows = await runtime.database.pool.fetch("SELECT id FROM orders WHERE kind = 'RENEWAL' ORDER BY created_at, id")
    found = [await any_order(runtime, row["id"]) for row in rows]
    return [order for order in found if order]


async def told(runtime: Runtime, *kinds: str) -> list[tuple[datetime, str]]:
    """The notices of these kinds with their instants."""
    sql = "SELECT created_at, kind FROM notices WHERE kind = ANY ($1) ORDER BY created_at"
    return [(row["created_at"], row["kind"]) for row in await runtime.database.pool.fetch(sql, list(kinds))]


async def look_at(runtime: Runtime, ref: OrganisationRef) -> datetime | None:
    sql = "SELECT renewal_try_at FROM subscriptions WHERE id = $1"
    at: datetime | None = await runtime.database.pool.fetchval(sql, ref.subscription_id)
    return at


async def test_d5_it_renews_itself_at_the_end_of_the_term(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef, checkout: FakeProvider
) -> None:
    bo = await add_member(runtime, labs)
    await buy_seats(runtime, ada, labs.id, 2)
    clock.now = ENDS_AT - timedelta(microseconds=1)
    await attend(runtime)
    assert await renewals(runtime) == []
    clock.now = ENDS_AT
    await attend(runtime)
    [order] = await renewals(runtime)
    assert (order.buyer_id, order.method, order.total_minor) == (ada.subject, CHECKOUT, 7 * PRICE_MINOR)
    plan = runtime.catalog.plans["business"]
    assert order.intent == Renew(organisation_id=labs.id, seats=7, automatic=True, offered=plan)
    assert order.expires_at == ENDS_AT + A_DAY
    assert [(asked.order_id, mandate) for asked, mandate in checkout.charged] == [(order.id, MANDATE)]
    assert await refusal_of_use(runtime, bo.id, 300) is None  # in grace, until the provider has reported
    clock.advance(timedelta(minutes=3))
    await pay(runtime, order)
    subscription = await subscription_of(runtime, labs.id)
    assert (subscription.status(clock.now), subscription.ends_at) == (
        SubscriptionStatus.ACTIVE,
        NOW.replace(year=2028),
    )
    assert await quota(runtime, bo.id) == (QUOTA, 300, QUOTA - 300, 0)
    assert await told(runtime, "PAYMENT_FAILED", "SUBSCRIPTION_ENDING", "SUBSCRIPTION_EXPIRED") == []
    clock.now = subscription.ends_at
    await attend(runtime)
    assert len(await renewals(runtime)) == 2  # and so every year


async def test_d5_a_failed_payment_gives_seven_days_of_grace(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, checkout: FakeProvider
) -> None:
    bo = await add_member(runtime, labs)
    for day in range(7):
        clock.now = ENDS_AT + day * A_DAY
        await attend(runtime)
        assert len(await renewals(runtime)) == day + 1
        order = (await renewals(runtime))[-1]
        clock.advance(timedelta(minutes=2))
        await report_payment(runtime, failed(order, f"evt_{day}"))
        clock.advance(timedelta(minutes=8))
        for _ in range(3):  # whoever looks again and again tells it once
            await attend(runtime)
        assert len(await told(runtime, "PAYMENT_FAILED")) == day + 1
        assert await refusal_of_use(runtime, bo.id) is None
    assert len(checkout.charged) == 7
    clock.now = ENDS_AT + GRACE
    assert await refusal_of_use(runtime, bo.id) is EXPIRED
    await attend(runtime)
    assert await told(runtime, "SUBSCRIPTION_EXPIRED") == [(ENDS_AT + GRACE, "SUBSCRIPTION_EXPIRED")]
    assert await look_at(runtime, labs) is None
    assert len(await renewals(runtime)) == 7
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails WHERE address = 'ada@example.org'") == 9
    assert {result.problems async for result in reconcile(runtime)} == {()}


async def test_d5_renewed_by_hand_in_grace(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    clock.now = ENDS_AT
    await attend(runtime)
    [automatic] = await renewals(runtime)
    blocked = await order_renewal(runtime, ada, labs.id, 6, method=CHECKOUT, key="beside it")
    assert blocked.result.refused
    assert blocked.result.refused.code is RefusalCode.TOO_MANY_OPEN
    await cancel_order(runtime, ada, automatic.id, "cancel")
    await buy_renewal(runtime, ada, labs.id, 6)
    assert (await subscription_of(runtime, labs.id)).ends_at == NOW.replace(year=2028)
    clock.advance(A_DAY)
    await attend(runtime)
    assert len(await renewals(runtime)) == 2


async def test_d5_what_somebody_is_about_to_pay_is_waited_for(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef, checkout: FakeProvider
) -> None:
    clock.now = ENDS_AT - timedelta(hours=1)
    manual = await order_of(runtime, await order_renewal(runtime, ada, labs.id, 5, method=CHECKOUT, key="by hand"))
    clock.now = ENDS_AT
    await attend(runtime)
    assert [order.id for order in await renewals(runtime)] == [manual.id]
    assert await look_at(runtime, labs) == manual.expires_at
    clock.now = manual.expires_at
    await attend(runtime)
    _, automatic = await renewals(runtime)
    assert [asked.order_id for asked, _ in checkout.charged] == [automatic.id]


async def test_d5_without_a_mandate_the_order_waits_for_somebody_to_pay_it(
    runtime: Runtime, clock: TestClock, unmandated: OrganisationRef, checkout: FakeProvider
) -> None:
    clock.now = ENDS_AT
    await attend(runtime)
    [order] = await renewals(runtime)
    assert checkout.charged == []
    assert await told(runtime, "PAYMENT_FAILED") == [(ENDS_AT, "PAYMENT_FAILED")]
    clock.advance(timedelta(hours=5))
    await pay(runtime, order, mandate="given now")
    assert (await subscription_of(runtime, unmandated.id)).ends_at == NOW.replace(year=2028)
    clock.now = NOW.replace(year=2028)
    await attend(runtime)
    assert [mandate for _, mandate in checkout.charged] == ["given now"]


@pytest.mark.parametrize("answer", [False, None])
async def test_d5_a_provider_that_cannot_charge_or_is_away(
    runtime: Runtime,
    clock: TestClock,
    labs: OrganisationRef,
    checkout: FakeProvider,
    answer: bool | None,
) -> None:
    checkout.answer = answer
    clock.now = ENDS_AT
    await attend(runtime)
    [order] = await renewals(runtime)
    failures = await told(runtime, "PAYMENT_FAILED")
    if answer is None:  # it is asked again soon, for the very same order
        assert failures == []
        assert await look_at(runtime, labs) == ENDS_AT + timedelta(minutes=10)
        clock.advance(timedelta(minutes=10))
        checkout.answer = True
        await attend(runtime)
        assert [asked.order_id for asked, _ in checkout.charged] == [order.id, order.id]
        assert await look_at(runtime, labs) == ENDS_AT + timedelta(minutes=20)
    else:
        assert failures == [(ENDS_AT, "PAYMENT_FAILED")]
        assert await look_at(runtime, labs) == ENDS_AT + A_DAY
    assert len(await renewals(runtime)) == 1


async def test_d5_a_worker_that_died_before_charging_is_made_good_for(
    runtime: Runtime,
    clock: TestClock,
    labs: OrganisationRef,
    checkout: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    clock.now = ENDS_AT
    with monkeypatch.context() as patch:
        patch.setattr(due_subscriptions, "_charge", dies)
        with pytest.raises(KeyboardInterrupt):
            await attend_subscriptions(runtime)
    assert checkout.charged == []
    clock.advance(timedelta(minutes=10))
    await attend(runtime)
    [order] = await renewals(runtime)
    assert [asked.order_id for asked, _ in checkout.charged] == [order.id]
    assert labs.id == order.organisation_id


async def test_d5_what_fails_at_one_keeps_no_other_waiting(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef, caplog: pytest.LogCaptureFixture
) -> None:
    other = await buy_organisation(runtime, ada, key="other", mandate="mandate-2")
    clock.now = ENDS_AT
    await runtime.database.pool.execute("UPDATE subscriptions SET plan = '{}' WHERE id = $1", labs.subscription_id)
    with caplog.at_level(logging.ERROR):
        await attend(runtime)
    assert "failed at the subscription" in caplog.text
    assert [order.organisation_id for order in await renewals(runtime)] == [other.id]
    assert await look_at(runtime, labs) == ENDS_AT + timedelta(minutes=10)


@pytest.mark.usefixtures("labs")
async def test_d5_what_is_not_offered_any_more_is_not_renewed(runtime: Runtime, clock: TestClock) -> None:
    plans = {name: plan for name, plan in runtime.catalog.plans.items() if name != "business"}
    object.__setattr__(runtime, "catalog", replace(runtime.catalog, plans=plans))
    clock.now = ENDS_AT
    await attend(runtime)
    assert await renewals(runtime) == []
    assert len(await told(runtime, "PAYMENT_FAILED")) == 1


async def test_b10_administrators_are_warned_thirty_seven_and_one_day_before(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    await set_automatic_renewal(runtime, ada, labs.id, enabled=False, key="off")
    await add_member(runtime, labs)  # who administers nothing, and is told nothing
    hour = ENDS_AT - 40 * A_DAY
    while hour < ENDS_AT + 10 * A_DAY:
        clock.now = hour
        await attend(runtime)
        hour += timedelta(hours=6)
    assert await told(runtime, "SUBSCRIPTION_ENDING", "SUBSCRIPTION_EXPIRED") == [
        (ENDS_AT - 30 * A_DAY, "SUBSCRIPTION_ENDING"),
        (ENDS_AT - 7 * A_DAY, "SUBSCRIPTION_ENDING"),
        (ENDS_AT - A_DAY, "SUBSCRIPTION_ENDING"),
        (ENDS_AT, "SUBSCRIPTION_EXPIRED"),
    ]
    assert await renewals(runtime) == []
    [fact, *_] = await runtime.database.pool.fetch("SELECT facts FROM notices WHERE kind = 'SUBSCRIPTION_ENDING'")
    assert msgspec.json.decode(fact["facts"])["organization"] == public_id("org", labs.id)


async def test_b10_a_worker_that_was_down_gives_the_newest_warning(
    runtime: Runtime, clock: TestClock, unmandated: OrganisationRef
) -> None:
    clock.now = ENDS_AT - timedelta(hours=3)
    await attend(runtime)
    assert await told(runtime, "SUBSCRIPTION_ENDING") == [(clock.now, "SUBSCRIPTION_ENDING")]
    assert await look_at(runtime, unmandated) == ENDS_AT


async def test_b10_who_has_renewed_is_warned_of_the_next_term_alone(
    runtime: Runtime, clock: TestClock, ada: Principal, unmandated: OrganisationRef
) -> None:
    clock.now = ENDS_AT - 31 * A_DAY
    await buy_renewal(runtime, ada, unmandated.id, 5)
    for day in range(40):
        clock.now = ENDS_AT - (31 - day) * A_DAY
        await attend(runtime)
    assert await told(runtime, "SUBSCRIPTION_ENDING") == []
    assert await look_at(runtime, unmandated) == NOW.replace(year=2028) - 30 * A_DAY


async def test_d5_two_workers_order_once(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, checkout: FakeProvider
) -> None:
    clock.now = ENDS_AT
    for _ in range(3):
        await runtime.database.pool.execute("UPDATE subscriptions SET renewal_try_at = $1", ENDS_AT)
        await attend(runtime)
    [order] = await renewals(runtime)
    assert order.status is OrderStatus.PENDING
    assert {asked.order_id for asked, _ in checkout.charged} == {order.id}
    assert labs.id == order.organisation_id


@pytest.mark.usefixtures("labs")
async def test_d5_an_automatic_order_that_was_cancelled_comes_again_the_next_day(
    runtime: Runtime, clock: TestClock, ada: Principal
) -> None:
    clock.now = ENDS_AT
    await attend(runtime)
    [order] = await renewals(runtime)
    await cancel_order(runtime, ada, order.id, "not so")
    clock.advance(timedelta(minutes=10))
    await attend(runtime)
    assert len(await renewals(runtime)) == 1
    clock.now = ENDS_AT + A_DAY
    await attend(runtime)
    assert len(await renewals(runtime)) == 2


def newer(plan: Plan) -> Plan:
    """A version that gives more chat, and costs more."""
    allowances = tuple(
        replace(each, amount=each.amount * 2) if each.meter == "chat_credit" else each for each in plan.allowances
    )
    prices = tuple(replace(price, amount_minor=50_000) for price in plan.prices)
    return replace(plan, version=plan.version + 1, allowances=allowances, prices=prices)


async def publish(runtime: Runtime) -> Plan:
    plan = newer(runtime.catalog.plans["business"])
    catalog = replace(runtime.catalog, plans={**runtime.catalog.plans, "business": plan})
    object.__setattr__(runtime, "catalog", catalog)
    return plan


async def test_a7_another_version_comes_in_exactly_with_the_term_that_was_bought_with_it(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    bo, old = await add_member(runtime, labs), runtime.catalog.plans["business"]
    clock.now = ENDS_AT - 50 * A_DAY
    plan = await publish(runtime)
    order = await buy_renewal(runtime, ada, labs.id, 5)
    assert order.total_minor == 5 * 50_000
    assert (await subscription_of(runtime, labs.id)).plan == old
    assert await quota(runtime, bo.id) == (QUOTA, 0, QUOTA, 0)
    await attend(runtime)
    last_period = (await subscription_of(runtime, labs.id)).period(ENDS_AT - A_DAY)
    clock.now = last_period.start
    await attend(runtime)
    assert (await subscription_of(runtime, labs.id)).plan == plan
    assert (await kinds_of(runtime, bo.id))[-1] == "ALLOWANCE_CHANGED"
    assert await quota(runtime, bo.id) == (QUOTA, 0, QUOTA, 0)  # what was bought stays until renewal
    clock.now = ENDS_AT
    assert await quota(runtime, bo.id) == (2 * QUOTA, 0, 2 * QUOTA, 0)
    assert {result.problems async for result in reconcile(runtime)} == {()}


async def test_a7_in_a_late_renewal_another_version_comes_in_at_once(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    bo = await add_member(runtime, labs)
    clock.now = ENDS_AT + 100 * A_DAY
    plan = await publish(runtime)
    await buy_renewal(runtime, ada, labs.id, 5)
    assert (await subscription_of(runtime, labs.id)).plan == plan
    assert await quota(runtime, bo.id) == (2 * QUOTA, 0, 2 * QUOTA, 0)


@pytest.mark.usefixtures("labs")
async def test_d8_the_worker_expires_an_automatic_order_with_its_try(runtime: Runtime, clock: TestClock) -> None:
    clock.now = ENDS_AT
    await attend(runtime)
    clock.now = ENDS_AT + A_DAY
    await expire_orders(runtime)
    await attend(runtime)
    assert [order.status for order in await renewals(runtime)] == [OrderStatus.EXPIRED, OrderStatus.PENDING]


@pytest.mark.usefixtures("labs")
async def test_d5_where_no_way_to_pay_is_offered_administrators_are_told(runtime: Runtime, clock: TestClock) -> None:
    object.__setattr__(runtime, "payments", {})
    clock.now = ENDS_AT
    await attend(runtime)
    assert (await renewals(runtime), len(await told(runtime, "PAYMENT_FAILED"))) == ([], 1)


async def test_d5_a_transfer_is_ordered_again_by_transfer(
    runtime: Runtime, clock: TestClock, ada: Principal, unmandated: OrganisationRef
) -> None:
    clock.now = ENDS_AT - A_DAY
    method = PaymentMethod.BANK_TRANSFER
    order = await order_of(runtime, await order_renewal(runtime, ada, unmandated.id, 5, method=method, key="k"))
    await pay(runtime, order)
    clock.now = NOW.replace(year=2028)
    await attend(runtime)
    assert [order.method for order in await renewals(runtime)] == [method, method]


async def test_b10_an_organisation_without_administrators_is_left_in_peace(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef
) -> None:
    await runtime.database.pool.execute("UPDATE members SET role = 'MEMBER' WHERE workspace_id = $1", labs.workspace_id)
    for day in range(9):
        clock.now = ENDS_AT + day * A_DAY
        await attend(runtime)
    assert await renewals(runtime) == []
    assert await look_at(runtime, labs) is None
