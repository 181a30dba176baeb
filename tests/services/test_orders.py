"""Orders: placed whole, seen by who may, cancelled, expired (D8)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from domain.authorization import READ
from domain.ids import public_id
from domain.orders import AddSeats, LineKind, OrderKind, OrderLine, OrderStatus, PaymentMethod
from domain.principals import ANONYMOUS, Caller, Principal
from domain.references import read_reference
from domain.refusals import Refusal, RefusalCode
from domain.workspaces import MemberRole
from feed.topics import workspace_topic
from services.orders import (
    NO_ORDER,
    ORDER_LINES_MAX,
    ORDERS_EXPIRED_AT_ONCE_MAX,
    ORDERS_PENDING_MAX,
    OrderChanged,
    OrderRow,
    any_order,
    cancel_order,
    expire_orders,
    order,
    order_by_reference,
    order_named,
    place_order,
)
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service, make_user
from tests.factories.payments import FOUNDED, LINE, make_order
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.wallets import make_wallet
from tests.factories.workspaces import join, make_enterprise_workspace

pytestmark = pytest.mark.anyio

A_DAY = timedelta(hours=24)
REST = replace(LINE, kind=LineKind.SEATS_FOR_REST_OF_TERM, quantity=2, amount_minor=1_234, days=100)


@pytest.fixture
async def buyer(runtime: Runtime) -> Principal:
    return await make_user(runtime, (await make_wallet(runtime)).person_id)


def of(principal: Principal) -> UUID:
    assert principal.person_id
    return principal.person_id


async def make_organisation_of(runtime: Runtime, *admins: UUID, name: str = "Example Labs") -> tuple[UUID, UUID]:
    """The bare rows: organisation, workspace."""
    workspace, organisation = await make_enterprise_workspace(name), uuid4()
    await runtime.database.pool.execute(
        "INSERT INTO organisations (id, workspace_id, created_at) VALUES ($1, $2, $3)", organisation, workspace, NOW
    )
    for admin in admins:
        await join(workspace, admin, MemberRole.ADMIN)
    return organisation, workspace


async def order_seats(
    runtime: Runtime, buyer_id: UUID, organisation_id: UUID, *, lines: tuple[OrderLine, ...] = (REST,)
) -> OrderRow:
    async with runtime.database.transaction() as connection:
        placed = await place_order(
            connection,
            runtime,
            kind=OrderKind.SEATS,
            buyer_id=buyer_id,
            organisation_id=organisation_id,
            method=PaymentMethod.BANK_TRANSFER,
            currency="EUR",
            lines=lines,
            intent=AddSeats(organisation_id=organisation_id, seats=2),
            now=runtime.clock(),
        )
    assert isinstance(placed, OrderRow), placed
    return placed


async def test_d8_an_order_is_placed_whole(runtime: Runtime, buyer: Principal) -> None:
    async with recorded(runtime.database.pool) as statements:
        placed = await make_order(runtime, of(buyer), lines=(LINE, REST))
    assert len(statements) == 3  # BEGIN, one, COMMIT
    assert (placed.status, placed.total_minor, placed.currency) == (OrderStatus.PENDING, 61_234, "USD")
    assert (placed.created_at, placed.expires_at) == (NOW, NOW + A_DAY)
    assert read_reference(placed.reference) == placed.reference
    assert (placed.intent, placed.lines, placed.buyer_name) == (FOUNDED, (LINE, REST), "Ada")
    async with recorded(runtime.database.pool) as statements:
        assert await order(runtime, buyer, placed.id) == placed
    assert len(statements) == 1


async def test_d8_an_order_for_an_organisation_knows_it(runtime: Runtime, buyer: Principal) -> None:
    organisation, workspace = await make_organisation_of(runtime, of(buyer))
    placed = await order_seats(runtime, of(buyer), organisation)
    assert (placed.organisation_id, placed.workspace_id, placed.organisation_name) == (
        organisation,
        workspace,
        "Example Labs",
    )
    assert await any_order(runtime, placed.id) == placed


async def test_d8_it_may_expire_earlier_and_never_later(runtime: Runtime, buyer: Principal) -> None:
    sooner = await make_order(runtime, of(buyer), expires_at=NOW + timedelta(hours=1))
    assert sooner.expires_at == NOW + timedelta(hours=1)
    assert (await make_order(runtime, of(buyer), expires_at=NOW + 2 * A_DAY)).expires_at == NOW + A_DAY


async def test_what_is_no_order_is_not_placed(runtime: Runtime, buyer: Principal) -> None:
    before = await content(runtime.database)
    with pytest.raises(ValueError, match="0 lines"):
        await make_order(runtime, of(buyer), lines=())
    with pytest.raises(ValueError, match="21 lines"):
        await make_order(runtime, of(buyer), lines=(LINE,) * (ORDER_LINES_MAX + 1))
    with pytest.raises(asyncpg.CheckViolationError):
        await make_order(runtime, of(buyer), expires_at=NOW)
    with pytest.raises(asyncpg.CheckViolationError):
        await make_order(runtime, of(buyer), lines=(replace(LINE, days=366),))
    assert await content(runtime.database) == before


async def test_d8_twenty_orders_of_one_buyer_wait_at_a_time(
    runtime: Runtime, clock: TestClock, buyer: Principal
) -> None:
    placed = [
        await make_order(runtime, of(buyer), expires_at=NOW + timedelta(hours=1)) for _ in range(ORDERS_PENDING_MAX)
    ]
    before = await content(runtime.database)
    async with runtime.database.transaction() as connection:
        refused = await place_order(
            connection,
            runtime,
            kind=OrderKind.ORGANISATION,
            buyer_id=of(buyer),
            organisation_id=None,
            method=PaymentMethod.CHECKOUT,
            currency="USD",
            lines=(LINE,),
            intent=FOUNDED,
            now=NOW,
        )
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts) == (RefusalCode.TOO_MANY_OPEN, {"open": "20", "max": "20"})
    assert await content(runtime.database) == before
    await make_order(runtime, await make_person("Bo"))  # others are not concerned
    assert (await cancel_order(runtime, buyer, placed[-1].id, "key")).result == OrderChanged(placed[-1].id)
    await make_order(runtime, of(buyer))
    clock.advance(timedelta(hours=1))  # expired, though nobody has written it
    await make_order(runtime, of(buyer))


async def test_d8_a_reference_that_is_taken_is_made_anew(
    runtime: Runtime, buyer: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await make_order(runtime, of(buyer))
    made = iter((first.reference, first.reference, "ALT-FREE-0000"))
    monkeypatch.setattr("services.orders.make_reference", lambda _entropy: next(made))
    assert (await make_order(runtime, of(buyer))).reference == "ALT-FREE-0000"
    monkeypatch.setattr("services.orders.make_reference", lambda _entropy: first.reference)
    with pytest.raises(RuntimeError, match="in a row"):
        await make_order(runtime, of(buyer))


async def test_d8_b11_who_sees_an_order(runtime: Runtime, buyer: Principal) -> None:
    other, admin, member, left = [await make_user(runtime, await make_person()) for _ in range(4)]
    organisation, workspace = await make_organisation_of(runtime, of(buyer), of(admin), of(left))
    await make_organisation_of(runtime, of(other))
    await join(workspace, of(member))
    placed = await order_seats(runtime, of(buyer), organisation)
    sql = "UPDATE members SET left_at = $2 WHERE person_id = ANY($1)"
    await runtime.database.pool.execute(sql, [of(left), of(buyer)], NOW)
    for sees in (buyer, admin, await make_operator(runtime)):
        assert await order(runtime, sees, placed.id) == placed
        assert await order(runtime, sees, uuid4()) is None
    service = await make_service(runtime)
    guest = Principal(Caller.GUEST, of(buyer))
    for sees_not in (other, member, left, service, guest, ANONYMOUS, replace(service, scopes=frozenset({READ}))):
        assert await order(runtime, sees_not, placed.id) is None


async def test_d8_operators_find_the_order_that_a_transfer_names(runtime: Runtime, buyer: Principal) -> None:
    operator, placed = await make_operator(runtime), await make_order(runtime, of(buyer))
    written = placed.reference.lower().replace("-", " ")
    assert await order_by_reference(runtime, operator, written) == placed
    assert await order_named(runtime, written) == placed.id
    for wrong in ("", "ALT-0000-0000", placed.reference[:-1]):
        assert await order_by_reference(runtime, operator, wrong) is None
        assert await order_named(runtime, wrong) is None


async def test_d8_an_order_that_is_not_paid_in_time_has_expired_before_the_worker_comes(
    runtime: Runtime, clock: TestClock, buyer: Principal
) -> None:
    placed = await make_order(runtime, of(buyer))
    clock.advance(A_DAY - timedelta(microseconds=1))
    assert await order(runtime, buyer, placed.id) == placed
    assert await expire_orders(runtime) == 0
    clock.advance(timedelta(microseconds=1))
    expired = replace(placed, status=OrderStatus.EXPIRED, closed_at=placed.expires_at)
    assert await order(runtime, buyer, placed.id) == expired
    clock.advance(timedelta(minutes=7))
    assert await expire_orders(runtime) == 1
    assert await order(runtime, buyer, placed.id) == expired  # to the instant
    assert await expire_orders(runtime) == 0


async def test_d8_buyers_are_told_that_orders_have_expired_and_overviews_are_woken(
    runtime: Runtime, clock: TestClock, buyer: Principal
) -> None:
    organisation, workspace = await make_organisation_of(runtime, of(buyer))
    placed = await order_seats(runtime, of(buyer), organisation)
    await make_order(runtime, await make_person("Bo"))  # who has no wallet to be told in
    clock.advance(A_DAY)
    with runtime.broker.listen(workspace_topic(workspace)) as overview:
        assert await expire_orders(runtime) == 2
        assert await overview.wait(0)
    (row,) = await runtime.database.pool.fetch("SELECT kind, facts FROM notices WHERE person_id = $1", of(buyer))
    assert (row["kind"], msgspec.json.decode(row["facts"])) == (
        "ORDER_EXPIRED",
        {
            "order": public_id("ord", placed.id),
            "reference": placed.reference,
            "total_minor": "1234",
            "currency": "EUR",
        },
    )
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails") == 0
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'NOTICE'") == 1


async def test_d8_orders_expire_in_bounded_batches_with_constant_statements(
    runtime: Runtime, clock: TestClock, buyer: Principal
) -> None:
    sql = """INSERT INTO orders (id, kind, status, method, buyer_id, currency, total_minor, intent, reference,
        created_at, expires_at)
        SELECT gen_random_uuid(), 'ORGANISATION', 'PENDING', 'CHECKOUT', $1, 'USD', 1, $2, 'r' || n, $3, $4
        FROM generate_series(1, $5::int) n"""
    intent, count = msgspec.json.encode(FOUNDED).decode(), ORDERS_EXPIRED_AT_ONCE_MAX + 5
    await runtime.database.pool.execute(sql, of(buyer), intent, NOW, NOW + A_DAY, count)
    clock.advance(A_DAY)
    async with recorded(runtime.database.pool) as many:
        assert await expire_orders(runtime) == ORDERS_EXPIRED_AT_ONCE_MAX
    async with recorded(runtime.database.pool) as few:
        assert await expire_orders(runtime) == 5
    assert len(many) == len(few) == 7
    assert await expire_orders(runtime) == 0


async def test_d8_a_buyer_cancels_and_the_key_replays(runtime: Runtime, clock: TestClock, buyer: Principal) -> None:
    placed = await make_order(runtime, of(buyer))
    clock.advance(timedelta(hours=1))
    async with recorded(runtime.database.pool) as statements:
        done = await cancel_order(runtime, buyer, placed.id, "key")
    assert len(statements) == 7
    assert (done.result, done.replayed) == (OrderChanged(placed.id), False)
    cancelled = replace(placed, status=OrderStatus.EXPIRED, closed_at=clock.now)
    assert await order(runtime, buyer, placed.id) == cancelled
    again = await cancel_order(runtime, buyer, placed.id, "key")
    assert (again.result, again.replayed) == (OrderChanged(placed.id), True)
    other_key = (await cancel_order(runtime, buyer, placed.id, "other")).result.refused
    assert other_key
    assert (other_key.code, other_key.facts) == (RefusalCode.ORDER_CLOSED, {"status": "EXPIRED"})
    reused = (await cancel_order(runtime, buyer, uuid4(), "key")).result.refused
    assert reused
    assert reused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM audit_entries") == 0


async def test_g3_an_administrators_cancelling_is_on_record_and_wakes_the_overview(
    runtime: Runtime, buyer: Principal
) -> None:
    admin = await make_user(runtime, await make_person("Bo"))
    organisation, workspace = await make_organisation_of(runtime, of(buyer), of(admin))
    placed = await order_seats(runtime, of(buyer), organisation)
    with runtime.broker.listen(workspace_topic(workspace)) as overview:
        assert (await cancel_order(runtime, admin, placed.id, "key")).result == OrderChanged(placed.id)
        assert await overview.wait(0)
    (row,) = await runtime.database.pool.fetch("SELECT actor, verb, target, before, after FROM audit_entries")
    assert tuple(row) == (of(admin), "cancelOrder", placed.id, '{"status": "PENDING"}', '{"status": "EXPIRED"}')


async def test_b11_orders_of_others_cannot_be_cancelled_nor_told_from_none(runtime: Runtime, buyer: Principal) -> None:
    member = await make_user(runtime, await make_person("Bo"))
    organisation, workspace = await make_organisation_of(runtime, of(buyer))
    await join(workspace, of(member))
    placed = await order_seats(runtime, of(buyer), organisation)
    orders = "SELECT o::text FROM orders o"
    before = await runtime.database.pool.fetch(orders)
    for number, id_ in enumerate((placed.id, uuid4())):
        assert (await cancel_order(runtime, member, id_, f"key {number}")).result == OrderChanged(None, NO_ORDER)
    assert await runtime.database.pool.fetch(orders) == before


async def test_d8_the_database_keeps_paid_orders_and_lines_as_they_are(runtime: Runtime, buyer: Principal) -> None:
    placed, pool = await make_order(runtime, of(buyer)), runtime.database.pool
    with pytest.raises(asyncpg.CheckViolationError):
        await pool.execute(
            "UPDATE orders SET status = 'PAID', closed_at = now(), paid_at = now() WHERE id = $1", placed.id
        )
    sql = "UPDATE orders SET status = 'PAID', closed_at = now(), paid_at = now(), receipt_number = 1 WHERE id = $1"
    await pool.execute(sql, placed.id)
    for statement in (
        "UPDATE orders SET status = 'EXPIRED'",
        "UPDATE orders SET total_minor = 1",
        "UPDATE order_lines SET amount_minor = 1",
        "DELETE FROM order_lines",
    ):
        with pytest.raises(asyncpg.PostgresError):
            await pool.execute(statement)
