"""Renewals (B10): on time, in grace, late; with fewer and more seats; all benefits through the ledger."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.errors import InvalidInput
from domain.orders import LineKind, OrderKind, Renew
from domain.payments import PaymentVerdict
from domain.principals import Principal
from domain.proration import Quote
from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatCounts
from domain.subscriptions import SubscriptionStatus
from feed.topics import wallet_topic, workspace_topic
from services.leaving import leave_organisation
from services.orders import cancel_order
from services.payments import report_payment
from services.quotes import quote_renewal
from services.reconciling import reconcile
from services.renewals import order_renewal
from services.runtime import Runtime
from services.seat_purchases import order_seats
from services.seats import seat_counts, settle_seats
from tests.factories.buying import (
    A_DAY,
    CHECKOUT,
    attend,
    buy_organisation,
    buy_renewal,
    buy_seats,
    kinds_of,
    last_number,
    make_buyer,
    order_of,
    pay,
    quota,
    refusal_of_use,
    subscription_of,
)
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, add_member, make_organisation
from tests.factories.payments import paid
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.wallets import WalletRef

pytestmark = pytest.mark.anyio

PRICE_MINOR = 36_000
QUOTA = 2_000
ENDS_AT = NOW.replace(year=2027)
GRACE = timedelta(days=7)
A_MICROSECOND = timedelta(microseconds=1)
EXPIRED = RefusalCode.SUBSCRIPTION_EXPIRED


@pytest.fixture
async def labs(runtime: Runtime) -> OrganisationRef:
    """Five seats for a year without automatic renewal, two of them held."""
    return await make_organisation(runtime, members=1)


@pytest.fixture
async def ada(runtime: Runtime, labs: OrganisationRef) -> Principal:
    return await make_user(runtime, labs.admin_id)


@pytest.fixture
def bo(labs: OrganisationRef) -> WalletRef:
    return labs.members[0]


async def counts(runtime: Runtime, ref: OrganisationRef) -> SeatCounts:
    async with runtime.database.pool.acquire() as connection:
        return await seat_counts(connection, ref.id, runtime.clock())


async def refused(runtime: Runtime, buyer: Principal, organisation_id: UUID, seats: int, key: str = "no") -> Refusal:
    """The refusal of an order, which the quote gives as well; nothing but the key is written."""
    before = await content(runtime.database)
    done = await order_renewal(runtime, buyer, organisation_id, seats, method=CHECKOUT, key=key)
    after = await content(runtime.database)
    assert {name for name in after if after[name] != before[name]} <= {"verb_results"}
    assert done.result.refused
    quoted = await quote_renewal(runtime, buyer, organisation_id, seats)
    assert (quoted.quote, quoted.refused) == (None, done.result.refused)
    return done.result.refused


async def assert_reconciled(runtime: Runtime) -> None:
    assert {result.problems async for result in reconcile(runtime)} == {()}


async def test_b10_expiry_suspends_everybody_at_that_instant(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, bo: WalletRef
) -> None:
    clock.now = ENDS_AT - A_MICROSECOND
    assert await refusal_of_use(runtime, bo.id, 300) is None
    number = await last_number(runtime, bo.id)
    clock.now = ENDS_AT
    for wallet in (labs.admin, bo):
        assert await refusal_of_use(runtime, wallet.id) is EXPIRED
    assert "BENEFITS_SUSPENDED" in await kinds_of(runtime, bo.id, number)
    assert (await counts(runtime, labs)).allocated == 2  # seats, memberships and data stay
    assert (await subscription_of(runtime, labs.id)).status(clock.now) is SubscriptionStatus.EXPIRED
    await assert_reconciled(runtime)


async def test_b10_renewed_in_time_nothing_happens_at_the_end_of_the_term(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal, bo: WalletRef
) -> None:
    clock.now = ENDS_AT - 60 * A_DAY
    assert await refusal_of_use(runtime, bo.id, 300) is None
    with (
        runtime.broker.listen(wallet_topic(bo.id)) as feed,
        runtime.broker.listen(workspace_topic(labs.workspace_id)) as overview,
    ):
        await buy_renewal(runtime, ada, labs.id, 5)
        assert await feed.wait(0)
        assert await overview.wait(0)
    assert await quota(runtime, bo.id) == (QUOTA, 300, QUOTA - 300, 0), "no second grant"
    subscription = await subscription_of(runtime, labs.id)
    assert [term.starts_at for term in subscription.terms] == [NOW, ENDS_AT]
    assert (subscription.anchor, subscription.ends_at) == (NOW, NOW.replace(year=2028))
    assert (await kinds_of(runtime, bo.id))[-1] == "BENEFITS_CHANGED"
    clock.now = ENDS_AT
    assert await refusal_of_use(runtime, bo.id) is None
    assert "BENEFITS_SUSPENDED" not in await kinds_of(runtime, bo.id)
    await assert_reconciled(runtime)


async def test_b10_a_late_renewal_has_a_new_anchor_and_a_new_grant(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal, bo: WalletRef
) -> None:
    clock.now = ENDS_AT - A_DAY
    await refusal_of_use(runtime, bo.id, 1_500)
    clock.now = late = ENDS_AT + 100 * A_DAY
    assert await refusal_of_use(runtime, bo.id) is EXPIRED
    await buy_renewal(runtime, ada, labs.id, 5)
    subscription = await subscription_of(runtime, labs.id)
    assert (subscription.anchor, subscription.terms[-1].starts_at) == (late, late)
    assert subscription.ends_at == late.replace(year=2028)
    assert await quota(runtime, bo.id) == (QUOTA, 0, QUOTA, 0)
    assert await refusal_of_use(runtime, bo.id, QUOTA) is None
    clock.now = subscription.period(late).end
    assert await quota(runtime, bo.id) == (QUOTA, 0, QUOTA, 0)
    cleo = await add_member(runtime, labs, "Cleo")
    assert await quota(runtime, cleo.id) == (QUOTA, 0, QUOTA, 0)
    await assert_reconciled(runtime)


async def test_b10_d5_within_the_period_what_was_left_comes_back(runtime: Runtime, clock: TestClock) -> None:
    """Automatic renewal gave days of grace; they are over, but the period that began with them is not."""
    ada = await make_buyer(runtime)
    labs = await buy_organisation(runtime, ada)
    bo = await add_member(runtime, labs)
    clock.now = ENDS_AT + A_DAY
    assert await refusal_of_use(runtime, bo.id, 300) is None  # in grace
    clock.now = ENDS_AT + GRACE
    assert await refusal_of_use(runtime, bo.id) is EXPIRED
    assert await quota(runtime, bo.id) == (QUOTA, 300, 0, QUOTA - 300)
    clock.now = ENDS_AT + 20 * A_DAY
    number = await last_number(runtime, bo.id)
    await buy_renewal(runtime, ada, labs.id, 5)
    assert await quota(runtime, bo.id) == (QUOTA, 300, QUOTA - 300, 0)
    assert "RESTORE" in await kinds_of(runtime, bo.id, number)
    assert "GRANT" not in await kinds_of(runtime, bo.id, number)
    subscription = await subscription_of(runtime, labs.id)
    assert (subscription.anchor, subscription.terms[-1].starts_at) == (NOW, ENDS_AT)  # the grace was part of the year
    assert subscription.benefits_until == NOW.replace(year=2028) + GRACE
    await assert_reconciled(runtime)


async def test_b10_the_quote_is_the_order_at_the_price_of_today(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - 10 * A_DAY
    quoted = (await quote_renewal(runtime, ada, labs.id, 8)).quote
    order = await order_of(runtime, await order_renewal(runtime, ada, labs.id, 8, method=CHECKOUT, key="k"))
    assert isinstance(quoted, Quote)
    assert (order.lines, order.total_minor, order.kind) == (quoted.lines, 8 * PRICE_MINOR, OrderKind.RENEWAL)
    [line] = order.lines
    assert (line.kind, line.quantity, line.unit_minor) == (LineKind.SEATS_FOR_TERM, 8, PRICE_MINOR)
    assert (line.starts_at, line.ends_at, line.days) == (ENDS_AT, NOW.replace(year=2028), 365)
    plan = runtime.catalog.plans["business"]
    assert order.intent == Renew(organisation_id=labs.id, seats=8, automatic=False, offered=plan)


async def test_b10_too_early_says_from_when_on(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    opens_at = ENDS_AT - 60 * A_DAY
    clock.now = opens_at - A_MICROSECOND
    told = await refused(runtime, ada, labs.id, 5)
    assert (told.code, told.earliest_at) == (RefusalCode.RENEWAL_TOO_EARLY, opens_at)
    clock.now = opens_at
    await buy_renewal(runtime, ada, labs.id, 5)
    told = await refused(runtime, ada, labs.id, 5, key="again")
    assert (told.code, told.earliest_at) == (RefusalCode.RENEWAL_TOO_EARLY, NOW.replace(year=2028) - 60 * A_DAY)


async def test_b10_not_below_those_allocated(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    await buy_seats(runtime, ada, labs.id, 5)
    for number in range(5):
        await add_member(runtime, labs, f"Member {number}")
    clock.now = ENDS_AT - A_DAY
    told = await refused(runtime, ada, labs.id, 6)
    assert (told.code, told.field) == (RefusalCode.SEATS_IN_USE, ("seats",))
    assert told.facts == {"allocated": "7", "minimum": "7"}
    assert (await quote_renewal(runtime, ada, labs.id, 7)).quote


@pytest.mark.parametrize("seats", [4, 0, -1, 50_001, 10**9])
async def test_b10_bad_numbers_change_nothing(
    runtime: Runtime, labs: OrganisationRef, ada: Principal, seats: int
) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput, match=r"input\.seats: must be from 5 to 50000"):
        await order_renewal(runtime, ada, labs.id, seats, method=CHECKOUT, key="k")
    with pytest.raises(InvalidInput, match=r"^seats: must be from 5 to 50000"):
        await quote_renewal(runtime, ada, labs.id, seats)
    assert await content(runtime.database) == before


async def test_b10_with_more_seats_they_are_there_with_the_new_term(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - A_DAY
    await buy_renewal(runtime, ada, labs.id, 9)
    assert await counts(runtime, labs) == SeatCounts(unallocated=3, allocated=2, pending_release=0, assignable=3)
    clock.now = ENDS_AT
    assert await counts(runtime, labs) == SeatCounts(unallocated=7, allocated=2, pending_release=0, assignable=7)


async def test_b10_with_fewer_seats_those_given_up_go_with_the_old_term(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    await buy_seats(runtime, ada, labs.id, 5)
    clock.now = ENDS_AT - A_DAY
    await buy_renewal(runtime, ada, labs.id, 6)
    assert await counts(runtime, labs) == SeatCounts(unallocated=8, allocated=2, pending_release=0, assignable=4)
    clock.now = ENDS_AT
    assert await counts(runtime, labs) == SeatCounts(unallocated=4, allocated=2, pending_release=0, assignable=4)


async def test_b10_late_seats_change_at_once(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    await buy_seats(runtime, ada, labs.id, 5)
    clock.now = ENDS_AT + 50 * A_DAY
    await buy_renewal(runtime, ada, labs.id, 6)
    assert (await counts(runtime, labs)).total == 6


async def test_b7_b10_seats_that_wait_for_their_release_can_be_given_up(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal, bo: WalletRef
) -> None:
    await buy_seats(runtime, ada, labs.id, 1)
    clock.now = ENDS_AT - A_DAY
    members = [await add_member(runtime, labs, f"Member {number}") for number in range(4)]
    assert (await counts(runtime, labs)).unallocated == 0
    await leave_organisation(runtime, await make_user(runtime, bo.person_id), labs.id, "leave")
    await buy_renewal(runtime, ada, labs.id, 5)
    assert await counts(runtime, labs) == SeatCounts(unallocated=0, allocated=5, pending_release=1, assignable=0)
    clock.now = ENDS_AT
    assert await counts(runtime, labs) == SeatCounts(unallocated=0, allocated=5, pending_release=0, assignable=0)
    await settle_seats(runtime)
    await attend(runtime)
    assert [await refusal_of_use(runtime, wallet.id) for wallet in (labs.admin, *members)] == [None] * 5


async def test_b10_who_joined_after_the_order_has_no_seat_that_nobody_pays(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal, bo: WalletRef
) -> None:
    await buy_seats(runtime, ada, labs.id, 2)
    clock.now = ENDS_AT - 2 * A_DAY
    order = await order_of(runtime, await order_renewal(runtime, ada, labs.id, 5, method=CHECKOUT, key="k"))
    clock.advance(timedelta(hours=1))
    early = [await add_member(runtime, labs, f"Member {number}") for number in range(3)]
    clock.advance(timedelta(hours=1))
    late = [await add_member(runtime, labs, f"Late {number}") for number in range(2)]
    await pay(runtime, order)
    clock.now = ENDS_AT - A_MICROSECOND
    everybody = (labs.admin, bo, *early, *late)
    assert [await refusal_of_use(runtime, wallet.id) for wallet in everybody] == [None] * 7
    clock.now = ENDS_AT
    assert (await counts(runtime, labs)).total == 5
    for again in (False, True):  # in truth, and when the worker has written it
        codes = [await refusal_of_use(runtime, wallet.id) for wallet in everybody]
        assert codes == [None] * 5 + [EXPIRED] * 2, again
        await attend(runtime)
    held = "SELECT count(*) FROM seats WHERE organisation_id = $1 AND person_id IS NOT NULL"
    assert await runtime.database.pool.fetchval(held, labs.id) == 5
    kinds = """
        SELECT array_agg(k.kind ORDER BY k.at, k.id) FROM seat_changes k
        WHERE k.seat_id IN (SELECT seat_id FROM seat_changes WHERE person_id = $1) GROUP BY k.seat_id
    """
    assert await runtime.database.pool.fetchval(kinds, late[0].person_id) == [
        "ADDED",
        "ASSIGNED",
        "RETIRED",
        "VACATED",
        "RELEASED",
    ]
    await assert_reconciled(runtime)


async def test_b10_one_thing_on_order_at_a_time(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - 10 * A_DAY
    order = await order_of(runtime, await order_renewal(runtime, ada, labs.id, 5, method=CHECKOUT, key="first"))
    assert (await refused(runtime, ada, labs.id, 6)).code is RefusalCode.TOO_MANY_OPEN
    await cancel_order(runtime, ada, order.id, "cancel")
    seats = await order_of(runtime, await order_seats(runtime, ada, labs.id, 1, method=CHECKOUT, key="seats"))
    assert (await refused(runtime, ada, labs.id, 6, key="beside seats")).code is RefusalCode.TOO_MANY_OPEN
    await cancel_order(runtime, ada, seats.id, "cancel seats")
    assert (await quote_renewal(runtime, ada, labs.id, 6)).quote


async def test_d8_paid_twice_it_is_one_term_and_two_orders_are_two(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - 10 * A_DAY
    first = await order_of(runtime, await order_renewal(runtime, ada, labs.id, 5, method=CHECKOUT, key="first"))
    clock.advance(timedelta(hours=25))
    second = await order_of(runtime, await order_renewal(runtime, ada, labs.id, 5, method=CHECKOUT, key="second"))
    await pay(runtime, second)
    assert (await report_payment(runtime, paid(second, "again"))).verdict is PaymentVerdict.ALREADY_PAID
    assert (await subscription_of(runtime, labs.id)).ends_at == NOW.replace(year=2028)
    await pay(runtime, first, at=first.created_at + timedelta(hours=1))  # paid in time, heard of late: it counts
    rows = await runtime.database.pool.fetch(
        "SELECT number, starts_at, ends_at FROM subscription_terms ORDER BY number"
    )
    assert [(row["number"], row["starts_at"].year, row["ends_at"].year) for row in rows] == [
        (1, 2026, 2027),
        (2, 2027, 2028),
        (3, 2028, 2029),
    ]
    clock.now = NOW.replace(year=2029) - A_DAY
    assert await refusal_of_use(runtime, labs.admin.id) is None


async def test_b3_members_and_strangers_renew_nothing(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, bo: WalletRef
) -> None:
    clock.now = ENDS_AT - A_DAY
    member, stranger = await make_user(runtime, bo.person_id), await make_buyer(runtime, "Cleo")
    assert (await refused(runtime, member, labs.id, 5)).code is RefusalCode.NOT_ADMINISTRATOR
    unknown = await refused(runtime, stranger, UUID(int=7), 5, key="unknown")
    assert unknown.code is RefusalCode.NOT_FOUND
    assert await refused(runtime, stranger, labs.id, 5) == unknown


async def test_a_renewal_costs_a_known_number_of_statements(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - 10 * A_DAY
    await quote_renewal(runtime, ada, labs.id, 5)
    async with recorded(runtime.database.pool) as statements:
        await quote_renewal(runtime, ada, labs.id, 5)
    assert len(statements) == 3, statements
    async with recorded(runtime.database.pool) as statements:
        done = await order_renewal(runtime, ada, labs.id, 5, method=CHECKOUT, key="k")
    assert len(statements) == 10, statements  # BEGIN, key, person, lock, read, stock, order, audit, result, COMMIT
    order = await order_of(runtime, done)
    async with recorded(runtime.database.pool) as statements:
        await pay(runtime, order)
    # ten of a payment, its look for a referral included; lock, read, term, seats, whom, three of posting, posted
    assert len(statements) == 2 + 10 + 9, statements
