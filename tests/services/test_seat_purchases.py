"""More seats (B2): the quote is the order to the cent, the effect is there with the payment, bounds hold."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.errors import Forbidden, InvalidInput
from domain.orders import AddSeats, LineKind, OrderKind
from domain.principals import Caller, Principal
from domain.proration import Quote
from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatCounts
from feed.topics import workspace_topic
from services.orders import cancel_order
from services.quotes import quote_more_seats
from services.renewals import order_renewal
from services.runtime import Runtime
from services.seat_purchases import order_seats
from services.seats import seat_counts
from tests.factories.buying import (
    A_DAY,
    CHECKOUT,
    buy_organisation,
    buy_renewal,
    buy_seats,
    make_buyer,
    order_of,
    pay,
    subscription_of,
)
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, add_member
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

PRICE_MINOR = 36_000
A_MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
async def ada(runtime: Runtime) -> Principal:
    return await make_buyer(runtime)


@pytest.fixture
async def labs(runtime: Runtime, ada: Principal) -> OrganisationRef:
    return await buy_organisation(runtime, ada)


async def counts(runtime: Runtime, ref: OrganisationRef) -> SeatCounts:
    async with runtime.database.pool.acquire() as connection:
        return await seat_counts(connection, ref.id, runtime.clock())


async def refused(runtime: Runtime, buyer: Principal, organisation_id: UUID, seats: int, key: str = "no") -> Refusal:
    """The refusal of an order, which the quote gives as well; nothing but the key is written."""
    before = await content(runtime.database)
    done = await order_seats(runtime, buyer, organisation_id, seats, method=CHECKOUT, key=key)
    after = await content(runtime.database)
    assert {name for name in after if after[name] != before[name]} <= {"verb_results"}
    assert done.result.refused
    quoted = await quote_more_seats(runtime, buyer, organisation_id, seats)
    assert (quoted.quote, quoted.refused) == (None, done.result.refused)
    return done.result.refused


async def test_b2_the_quote_is_the_order_to_the_cent_and_the_seats_end_with_the_term(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    clock.advance(100 * A_DAY + timedelta(hours=5))
    quoted = (await quote_more_seats(runtime, ada, labs.id, 3)).quote
    order = await order_of(runtime, await order_seats(runtime, ada, labs.id, 3, method=CHECKOUT, key="k"))
    assert isinstance(quoted, Quote)
    assert (order.lines, order.total_minor) == (quoted.lines, quoted.total_minor)
    [line] = order.lines
    assert (line.kind, line.quantity, line.unit_minor) == (LineKind.SEATS_FOR_REST_OF_TERM, 3, PRICE_MINOR)
    assert (line.days, line.days_in_term, line.starts_at) == (265, 365, clock.now)
    assert line.ends_at == (await subscription_of(runtime, labs.id)).ends_at
    assert order.total_minor == 78_411  # 3 × 360.00 × 265 / 365 = 784.109…
    assert (order.kind, order.intent) == (OrderKind.SEATS, AddSeats(organisation_id=labs.id, seats=3))
    assert (await counts(runtime, labs)).total == 5
    await pay(runtime, order)
    assert await counts(runtime, labs) == SeatCounts(unallocated=7, allocated=1, pending_release=0, assignable=7)
    await add_member(runtime, labs)


async def test_b2_seats_paid_later_than_ordered_cost_what_was_ordered(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    order = await order_of(runtime, await order_seats(runtime, ada, labs.id, 3, method=CHECKOUT, key="k"))
    assert order.total_minor == 3 * PRICE_MINOR
    clock.advance(timedelta(hours=23))
    with runtime.broker.listen(workspace_topic(labs.workspace_id)) as overview:
        await pay(runtime, order)
        assert await overview.wait(0)
    assert (await counts(runtime, labs)).total == 8


async def test_b2_two_administrators_orders_both_apply(runtime: Runtime, ada: Principal, labs: OrganisationRef) -> None:
    bo = await make_user(runtime, (await add_member(runtime, labs)).person_id)
    await runtime.database.pool.execute("UPDATE members SET role = 'ADMIN' WHERE workspace_id = $1", labs.workspace_id)
    orders = [
        await order_of(runtime, await order_seats(runtime, buyer, labs.id, 2, method=CHECKOUT, key="k"))
        for buyer in (ada, bo)
    ]
    for order in orders:
        await pay(runtime, order)
    assert (await counts(runtime, labs)).total == 9


async def test_b2_with_the_next_term_paid_all_of_it_is_added(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    ends_at = (await subscription_of(runtime, labs.id)).ends_at
    clock.now = ends_at - 30 * A_DAY
    await buy_renewal(runtime, ada, labs.id, 5)
    order = await order_of(runtime, await order_seats(runtime, ada, labs.id, 1, method=CHECKOUT, key="k"))
    assert [line.amount_minor for line in order.lines] == [2_959, PRICE_MINOR]  # 360.00 × 30 / 365 = 29.589…
    await pay(runtime, order)
    clock.now = ends_at
    assert (await counts(runtime, labs)).total == 6


async def test_b2_on_the_last_day_a_day_is_paid_and_the_order_ends_with_the_term(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    ends_at = (await subscription_of(runtime, labs.id)).ends_at
    clock.now = ends_at - A_MICROSECOND
    order = await order_of(runtime, await order_seats(runtime, ada, labs.id, 10, method=CHECKOUT, key="k"))
    assert (order.lines[0].days, order.total_minor, order.expires_at) == (1, 986, ends_at)
    for instant in (ends_at, ends_at + 3 * A_DAY, ends_at + 40 * A_DAY):  # in grace, and when benefits have ended
        clock.now = instant
        told = await refused(runtime, ada, labs.id, 1, key=str(instant))
        assert (told.code, told.field) == (RefusalCode.SUBSCRIPTION_EXPIRED, ("organizationId",))


@pytest.mark.parametrize("seats", [0, -1, 50_001, 10**9])
async def test_b2_bad_numbers_change_nothing(
    runtime: Runtime, ada: Principal, labs: OrganisationRef, seats: int
) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput, match=r"input\.seats: must be from 1 to 50000"):
        await order_seats(runtime, ada, labs.id, seats, method=CHECKOUT, key="k")
    with pytest.raises(InvalidInput, match=r"^seats: must be from 1 to 50000"):
        await quote_more_seats(runtime, ada, labs.id, seats)
    assert await content(runtime.database) == before


async def test_b2_what_is_on_order_counts_against_the_bound(
    runtime: Runtime, ada: Principal, labs: OrganisationRef
) -> None:
    first = await order_of(runtime, await order_seats(runtime, ada, labs.id, 49_000, method=CHECKOUT, key="most"))
    with pytest.raises(InvalidInput, match=r"input\.seats: must be from 1 to 995"):
        await order_seats(runtime, ada, labs.id, 996, method=CHECKOUT, key="too many")
    await order_of(runtime, await order_seats(runtime, ada, labs.id, 995, method=CHECKOUT, key="the rest"))
    with pytest.raises(InvalidInput, match="as many seats as it may have: 50000"):
        await quote_more_seats(runtime, ada, labs.id, 1)
    await cancel_order(runtime, ada, first.id, "cancel")
    assert (await quote_more_seats(runtime, ada, labs.id, 49_000)).quote


async def test_b2_not_while_a_renewal_is_on_order(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    clock.now = (await subscription_of(runtime, labs.id)).ends_at - 30 * A_DAY
    order = await buy_renewal_unpaid(runtime, ada, labs)
    told = await refused(runtime, ada, labs.id, 1)
    assert (told.code, told.facts["max"]) == (RefusalCode.TOO_MANY_OPEN, "1")
    assert told.facts["order"].startswith("ord_")
    await cancel_order(runtime, ada, order, "cancel")
    assert (await quote_more_seats(runtime, ada, labs.id, 1)).quote


async def buy_renewal_unpaid(runtime: Runtime, buyer: Principal, ref: OrganisationRef) -> UUID:
    done = await order_renewal(runtime, buyer, ref.id, 5, method=CHECKOUT, key="unpaid")
    assert done.result.order_id
    return done.result.order_id


async def test_b2_seats_heard_of_after_a_renewal_end_with_what_they_paid(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    """Ordered and paid for the rest of a term, reported when the next one is paid: nothing of that is free."""
    ends_at = (await subscription_of(runtime, labs.id)).ends_at
    clock.now = ends_at - 10 * A_DAY
    ordered = await order_of(runtime, await order_seats(runtime, ada, labs.id, 100, method=CHECKOUT, key="k"))
    clock.advance(A_DAY)
    await buy_renewal(runtime, ada, labs.id, 5)
    await pay(runtime, ordered, at=ordered.created_at + timedelta(hours=1))
    assert await counts(runtime, labs) == SeatCounts(unallocated=104, allocated=1, pending_release=0, assignable=4)
    clock.now = ends_at
    assert (await counts(runtime, labs)).total == 5


async def test_b2_seats_heard_of_after_their_term_stand_in_the_history_alone(
    runtime: Runtime, clock: TestClock, ada: Principal, labs: OrganisationRef
) -> None:
    ends_at = (await subscription_of(runtime, labs.id)).ends_at
    clock.now = ends_at - timedelta(hours=2)
    ordered = await order_of(runtime, await order_seats(runtime, ada, labs.id, 100, method=CHECKOUT, key="k"))
    clock.now = ends_at + timedelta(hours=1)
    await buy_renewal(runtime, ada, labs.id, 5)
    await pay(runtime, ordered, at=ends_at - timedelta(hours=1))
    assert (await counts(runtime, labs)).total == 5
    added = "SELECT count(*) FROM seat_changes WHERE order_id = $1 AND kind = 'ADDED'"
    assert await runtime.database.pool.fetchval(added, ordered.id) == 100


async def test_b3_members_and_strangers_buy_nothing(runtime: Runtime, ada: Principal, labs: OrganisationRef) -> None:
    bo = await make_user(runtime, (await add_member(runtime, labs)).person_id)
    stranger = await make_buyer(runtime, "Cleo")
    assert (await refused(runtime, bo, labs.id, 1)).code is RefusalCode.NOT_ADMINISTRATOR
    unknown = await refused(runtime, stranger, UUID(int=7), 1, key="unknown")
    assert (unknown.code, unknown.field) == (RefusalCode.NOT_FOUND, ("organizationId",))
    assert await refused(runtime, stranger, labs.id, 1) == unknown
    with pytest.raises(Forbidden):
        await order_seats(runtime, Principal(Caller.GUEST, ada.subject), labs.id, 1, method=CHECKOUT, key="k")


async def test_g3_an_order_of_seats_is_on_record(runtime: Runtime, ada: Principal, labs: OrganisationRef) -> None:
    await buy_seats(runtime, ada, labs.id, 2)
    row = await runtime.database.pool.fetchrow("SELECT * FROM audit_entries WHERE verb = 'orderSeats'")
    assert row
    assert (row["actor"], row["target"], row["at"]) == (ada.subject, labs.id, NOW)
    assert '"seats": 2' in row["after"]


async def test_ordering_and_quoting_cost_a_known_number_of_statements(
    runtime: Runtime, ada: Principal, labs: OrganisationRef
) -> None:
    await quote_more_seats(runtime, ada, labs.id, 1)
    async with recorded(runtime.database.pool) as statements:
        await quote_more_seats(runtime, ada, labs.id, 1)
    assert len(statements) == 3, statements
    async with recorded(runtime.database.pool) as statements:
        await order_seats(runtime, ada, labs.id, 1, method=CHECKOUT, key="k")
    assert len(statements) == 10, statements  # BEGIN, key, person, lock, read, stock, order, audit, result, COMMIT
