"""Buying an organisation (B1): ordered, paid, founded in one transaction; ten a person (B5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.orders import FoundOrganisation, LineKind, OrderKind, OrderStatus, PaymentMethod
from domain.payments import PaymentVerdict
from domain.principals import ANONYMOUS, Caller, Principal
from domain.proration import Quote
from domain.refusals import RefusalCode
from domain.renewals import next_look
from domain.seats import SeatCounts
from domain.workspaces import MemberRole, WorkspaceKind
from feed.topics import access_topic
from models.workspaces import Member, Workspace
from services.founding import Founding, found_organisation, order_organisation, price_organisation
from services.orders import cancel_order
from services.payments import report_payment
from services.posting import Posted
from services.quotes import quote_organisation
from services.reconciling import reconcile
from services.runtime import Runtime
from services.seats import seat_counts
from tests.factories.buying import (
    CHECKOUT,
    buy_organisation,
    make_buyer,
    order_of,
    organisation_of,
    pay,
    subscription_of,
)
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import OrganisationRef, add_member
from tests.factories.payments import failed, paid
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import spend
from tests.factories.wallets import carry_out

pytestmark = pytest.mark.anyio

LABS = FoundOrganisation(name="Example Labs", seats=5, buyer_takes_seat=True, plan="business")
PRICE_MINOR = 36_000


@pytest.fixture
async def ada(runtime: Runtime) -> Principal:
    return await make_buyer(runtime)


async def counts(runtime: Runtime, ref: OrganisationRef) -> SeatCounts:
    async with runtime.database.pool.acquire() as connection:
        return await seat_counts(connection, ref.id, runtime.clock())


async def test_b1_five_seats_and_the_buyer_is_admin_and_takes_one(runtime: Runtime, ada: Principal) -> None:
    ref = await buy_organisation(runtime, ada)
    workspace = await Workspace.get(id=ref.workspace_id)
    assert (workspace.kind, workspace.name, workspace.owner_id) == (WorkspaceKind.ENTERPRISE, "Example Labs", None)
    [member] = await Member.filter(workspace_id=ref.workspace_id)
    assert (member.person_id, member.role, member.joined_at) == (ada.subject, MemberRole.ADMIN, NOW)
    assert await counts(runtime, ref) == SeatCounts(unallocated=4, allocated=1, pending_release=0, assignable=4)
    organisation = await organisation_of(runtime, ref.id)
    subscription = organisation.subscription
    assert subscription.plan == runtime.catalog.plans["business"]
    assert (subscription.anchor, subscription.zone, subscription.currency) == (NOW, "Asia/Shanghai", "USD")
    [term] = subscription.terms
    assert (term.number, term.starts_at, term.ends_at) == (1, NOW, NOW.replace(year=2027))
    assert term.unit_price_minor == PRICE_MINOR
    assert (subscription.auto_renew, subscription.benefits_until) == (True, term.ends_at + timedelta(days=7))
    [outcome] = await carry_out(runtime, ref.admin.id, spend())
    assert isinstance(outcome, Posted)
    assert {result.problems async for result in reconcile(runtime)} == {()}


async def test_b1_who_declines_a_seat_administers_and_has_no_benefits(runtime: Runtime, ada: Principal) -> None:
    ref = await buy_organisation(runtime, ada, take_seat=False)
    assert await counts(runtime, ref) == SeatCounts(unallocated=5, allocated=0, pending_release=0, assignable=5)
    [outcome] = await carry_out(runtime, ref.admin.id, spend())
    assert not isinstance(outcome, Posted)
    assert (await Member.get(workspace_id=ref.workspace_id)).role is MemberRole.ADMIN


async def test_b9_benefits_are_full_and_periods_are_the_organisations(
    runtime: Runtime, clock: TestClock, ada: Principal
) -> None:
    ref = await buy_organisation(runtime, ada)
    clock.advance(timedelta(days=20))
    bo = await add_member(runtime, ref)
    clock.advance(timedelta(days=30))
    cleo = await add_member(runtime, ref, "Cleo")
    wallets = (ref.admin.id, bo.id, cleo.id)
    for wallet in wallets:
        assert isinstance((await carry_out(runtime, wallet, spend()))[0], Posted)
    rows = await runtime.database.pool.fetch(
        "SELECT wallet_id, meter, granted, ends_at, period_start FROM grants WHERE wallet_id = ANY ($1) AND NOT closed",
        wallets,
    )
    subscription = await subscription_of(runtime, ref.id)
    period = subscription.period(clock.now)
    assert {(row["period_start"], row["ends_at"]) for row in rows} == {(period.start, period.end)}
    amounts = {each.meter: each.amount for each in subscription.plan.allowances}
    assert {(row["meter"], row["granted"]) for row in rows} == set(amounts.items())
    assert len(rows) == len(wallets) * len(amounts)


async def test_b1_the_term_begins_when_the_payment_takes_effect(
    runtime: Runtime, clock: TestClock, ada: Principal
) -> None:
    done = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="k")
    order = await order_of(runtime, done)
    clock.advance(timedelta(hours=30))  # paid in time, heard of late
    paid_order = await pay(runtime, order, at=NOW + timedelta(hours=23))
    assert paid_order.organisation_id
    subscription = await subscription_of(runtime, paid_order.organisation_id)
    assert subscription.anchor == subscription.terms[0].starts_at == clock.now


async def test_d8_however_often_it_is_reported_one_organisation_is_founded(
    runtime: Runtime, clock: TestClock, ada: Principal
) -> None:
    order = await order_of(
        runtime, await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="k")
    )
    verdicts = []
    for report in (failed(order), paid(order), paid(order), paid(order, "evt_2"), failed(order, "evt_3")):
        clock.advance(timedelta(minutes=2))
        verdicts.append((await report_payment(runtime, report)).verdict)
    assert verdicts == [
        PaymentVerdict.FAILED,
        PaymentVerdict.APPLIED,
        PaymentVerdict.DUPLICATE,
        PaymentVerdict.ALREADY_PAID,
        PaymentVerdict.IGNORED,
    ]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM organisations") == 1
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM seats") == 5


async def test_b1_founding_wakes_its_feeds(runtime: Runtime, ada: Principal) -> None:
    assert ada.subject
    with runtime.broker.listen(access_topic(ada.subject)) as access:
        await buy_organisation(runtime, ada)
        assert await access.wait(0)


async def test_a7_what_was_ordered_is_founded_whatever_the_catalog_says_then(runtime: Runtime, ada: Principal) -> None:
    order = await order_of(
        runtime, await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="k")
    )
    plans = dict(runtime.catalog.plans)
    bought = plans["business"]
    prices = tuple(replace(price, amount_minor=99_900) for price in bought.prices)
    plans["business"] = replace(bought, version=2, prices=prices, allowances=())
    object.__setattr__(runtime, "catalog", replace(runtime.catalog, plans=plans))
    done = await pay(runtime, order)
    assert done.organisation_id
    subscription = await subscription_of(runtime, done.organisation_id)
    assert (subscription.plan, subscription.terms[0].unit_price_minor) == (bought, PRICE_MINOR)


async def test_b1_the_order_charges_what_the_quote_says(runtime: Runtime, ada: Principal) -> None:
    quoted = quote_organisation(runtime, ANONYMOUS, "business", 7, "USD").quote
    wanted = replace(LABS, seats=7)
    order = await order_of(
        runtime, await order_organisation(runtime, ada, wanted, currency="USD", method=CHECKOUT, key="k")
    )
    assert isinstance(quoted, Quote)
    assert (order.lines, order.total_minor, order.currency) == (quoted.lines, 7 * PRICE_MINOR, "USD")
    [line] = order.lines
    assert (line.kind, line.quantity, line.days, line.days_in_term) == (LineKind.SEATS_FOR_TERM, 7, 365, 365)
    assert (order.kind, order.status, order.organisation_id) == (OrderKind.ORGANISATION, OrderStatus.PENDING, None)


@pytest.mark.parametrize("seats", [4, 0, -1, 50_001, 10**9])
async def test_b1_bad_numbers_of_seats_change_nothing(runtime: Runtime, ada: Principal, seats: int) -> None:
    before = await content(runtime.database)
    wanted = replace(LABS, seats=seats)
    with pytest.raises(InvalidInput, match=r"input\.seats: must be from 5 to 50000"):
        await order_organisation(runtime, ada, wanted, currency="USD", method=CHECKOUT, key="k")
    with pytest.raises(InvalidInput, match=r"^seats: must be from 5 to 50000"):
        quote_organisation(runtime, ada, "business", seats, "USD")
    assert await content(runtime.database) == before


@pytest.mark.parametrize(
    ("wanted", "currency", "field"),
    [
        (replace(LABS, plan="plus"), "USD", "plan"),
        (replace(LABS, plan="gold"), "USD", "plan"),
        (LABS, "EUR", "currency"),
        (replace(LABS, name=""), "USD", "name"),
        (replace(LABS, name="a" * 101), "USD", "name"),
        (replace(LABS, name="a\nb"), "USD", "name"),
    ],
)
async def test_b1_bad_input_names_its_field(
    runtime: Runtime, ada: Principal, wanted: FoundOrganisation, currency: str, field: str
) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput) as raised:
        await order_organisation(runtime, ada, wanted, currency=currency, method=CHECKOUT, key="k")
    assert raised.value.field == ("input", field)
    assert await content(runtime.database) == before


async def test_d8_a_method_that_nobody_offers_is_bad_input(runtime: Runtime, ada: Principal) -> None:
    object.__setattr__(runtime, "payments", {CHECKOUT: runtime.payments[CHECKOUT]})
    with pytest.raises(InvalidInput, match=r"input\.paymentMethod: must be one of CHECKOUT"):
        await order_organisation(runtime, ada, LABS, currency="USD", method=PaymentMethod.BANK_TRANSFER, key="k")


async def test_g1_guests_and_strangers_buy_nothing(runtime: Runtime, ada: Principal) -> None:
    guest = Principal(Caller.GUEST, ada.subject, ada.credential)
    for caller, error in ((guest, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(error):
            await order_organisation(runtime, caller, LABS, currency="USD", method=CHECKOUT, key="k")


async def test_b5_the_eleventh_organisation_is_refused_those_on_order_included(
    runtime: Runtime, clock: TestClock, ada: Principal
) -> None:
    for number in range(8):
        await buy_organisation(runtime, ada, key=str(number), name=f"Labs {number}")
    orders = [
        await order_of(
            runtime, await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key=f"on order {n}")
        )
        for n in range(2)
    ]
    before = await content(runtime.database)
    done = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="eleventh")
    assert done.result.refused
    assert done.result.refused.code is RefusalCode.TOO_MANY_ORGANIZATIONS
    assert done.result.refused.facts == {"limit": "10"}
    after = await content(runtime.database)
    assert {name for name in after if after[name] != before[name]} == {"verb_results"}
    await cancel_order(runtime, ada, orders[0].id, "cancel")
    again = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="again")
    assert again.result.refused is None
    clock.advance(timedelta(hours=24))  # what was not paid in time does not count any more
    for n in range(2):
        more = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key=f"next day {n}")
        assert more.result.refused is None


async def test_f5_the_same_key_orders_once(runtime: Runtime, ada: Principal) -> None:
    first = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="k")
    again = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="k")
    assert (again.result, first.replayed, again.replayed) == (first.result, False, True)
    other = await order_organisation(runtime, ada, replace(LABS, seats=6), currency="USD", method=CHECKOUT, key="k")
    assert other.result.refused
    assert other.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM orders") == 1


async def test_ordering_and_founding_cost_a_known_number_of_statements(runtime: Runtime, ada: Principal) -> None:
    await buy_organisation(runtime, ada, key="warm")
    async with recorded(runtime.database.pool) as statements:
        done = await order_organisation(runtime, ada, LABS, currency="USD", method=CHECKOUT, key="k")
    assert len(statements) == 7, statements  # BEGIN, key, person, count, order, result, COMMIT
    order = await order_of(runtime, done)
    _, offer = price_organisation(runtime, "business", 5, "USD", NOW)
    assert ada.subject
    founding = Founding(
        name="Labs", offer=offer, seats=5_000, administrator=ada.subject, takes_seat=True, order_id=order.id
    )
    async with recorded(runtime.database.pool) as statements, runtime.database.transaction() as connection:
        await found_organisation(connection, runtime, founding, NOW)
    assert len(statements) == 10, statements  # BEGIN, COMMIT, and eight of its own


async def test_d5_a_mandate_is_kept_and_the_first_look_is_noted(runtime: Runtime, ada: Principal) -> None:
    for mandate in ("mandate-1", None):
        ref = await buy_organisation(runtime, ada, key=str(mandate), mandate=mandate)
        row = await runtime.database.pool.fetchrow(
            "SELECT mandate, renewal_try_at FROM subscriptions WHERE id = $1", ref.subscription_id
        )
        subscription = await subscription_of(runtime, ref.id)
        look = next_look(subscription, None, NOW, chargeable=mandate is not None)
        assert row
        assert (row["mandate"], row["renewal_try_at"]) == (mandate, look)
        assert look == subscription.ends_at - (timedelta() if mandate else timedelta(days=30))
