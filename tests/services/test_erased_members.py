"""Deletion of people who are in organisations (A5): they leave properly, and what stays does not lead to them."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.orders import FoundOrganisation, LineKind, OrderKind, OrderLine, PaymentMethod
from domain.payments import PaymentReport, PaymentVerdict
from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatCounts
from domain.workspaces import MemberRole
from feed.topics import workspace_topic
from models.workspaces import Member
from services.deletions import GRACE, request_deletion
from services.due_deletions import carry_out_deletions
from services.orders import OrderRow, place_order
from services.payments import report_payment
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.members import counts
from tests.factories.organisations import OrganisationRef, make_organisation, put_member
from tests.factories.people_data import Known, make_known
from tests.factories.statements import recorded
from tests.factories.usage import hold, spend
from tests.factories.wallets import WalletRef, carry_out

pytestmark = pytest.mark.anyio

MICROSECOND = timedelta(microseconds=1)


async def test_a5_the_seat_is_released_as_after_a_removal(runtime: Runtime, clock: TestClock) -> None:
    ref = await make_organisation(runtime)
    known, wallet = await colleague(runtime, ref)
    await carry_out(runtime, wallet.id, spend(3), hold(5, hold_for=timedelta(days=60)))
    with runtime.broker.listen(workspace_topic(ref.workspace_id)) as overview:
        await erase(runtime, known, clock)
        assert overview.take()
    assert await counts(runtime, ref) == SeatCounts(3, 1, 1, 3)
    pool = runtime.database.pool
    kinds = "SELECT array_agg(kind ORDER BY at, id) FROM seat_changes WHERE person_id = $1"
    assert await pool.fetchval(kinds, known.person_id) == ["ASSIGNED", "VACATED"]
    row = await pool.fetchrow("SELECT suspended, next_due_at FROM wallets WHERE id = $1", wallet.id)
    assert row
    assert (row["suspended"], row["next_due_at"]) == ("MEMBERSHIP_ENDED", None)
    assert await pool.fetchval("SELECT sum(remaining + held) FROM grants WHERE wallet_id = $1", wallet.id) == 0
    (refused,) = await carry_out(runtime, wallet.id, spend(1))
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.MEMBERSHIP_ENDED
    release: object = await pool.fetchval("SELECT release_at FROM seats WHERE person_id = $1", known.person_id)
    assert release
    clock.advance(timedelta(days=31))
    assert await counts(runtime, ref) == SeatCounts(4, 1, 0, 4)
    await assert_reconciled(runtime)


async def test_a5_an_organisation_that_nobody_is_in_any_more_is_closed(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime, rich=False)
    ref = await make_organisation(runtime, admin=known.person_id)
    await renews(runtime, ref, known.person_id)
    invitation = await invite(runtime, ref, known.person_id)
    await erase(runtime, known, clock)
    assert await revoked(runtime, invitation)
    row = await runtime.database.pool.fetchrow("SELECT * FROM subscriptions WHERE id = $1", ref.subscription_id)
    assert row
    ends_at = await runtime.database.pool.fetchval("SELECT max(ends_at) FROM subscription_terms")
    assert (row["auto_renew"], row["mandate"], row["renewal_try_at"], row["benefits_until"]) == (
        False,
        None,
        None,
        ends_at,
    )


async def test_a5_where_others_are_links_and_renewal_stay_and_the_mandate_goes_with_who_gave_it(
    runtime: Runtime, clock: TestClock
) -> None:
    ref = await make_organisation(runtime, members=1)
    known, _ = await colleague(runtime, ref, MemberRole.ADMIN)
    invitation = await invite(runtime, ref, known.person_id)
    await renews(runtime, ref, ref.admin_id)
    other = await make_organisation(runtime)
    await put_member(runtime, other.id, known.person_id)
    await renews(runtime, other, known.person_id)
    await erase(runtime, known, clock)
    assert not await revoked(runtime, invitation)
    mandate = "SELECT mandate FROM subscriptions WHERE id = $1"
    assert await runtime.database.pool.fetchval(mandate, ref.subscription_id) == "mandate"
    assert await runtime.database.pool.fetchval(mandate, other.subscription_id) is None


async def test_a5_invitations_for_the_address_are_revoked_and_lose_it(runtime: Runtime, clock: TestClock) -> None:
    known = await make_known(runtime, rich=False)
    address: str = known.needles[1]
    ref = await make_organisation(runtime)
    mine = await invite(runtime, ref, ref.admin_id, email=address.title())
    other = await invite(runtime, ref, ref.admin_id, email="other@example.com")
    await erase(runtime, known, clock)
    rows = await runtime.database.pool.fetch("SELECT id, email FROM invitations")
    assert {row["id"]: row["email"] for row in rows} == {mine: None, other: "other@example.com"}
    assert (await revoked(runtime, mine), await revoked(runtime, other)) == (True, False)


async def test_a5_an_order_for_an_organisation_has_no_effect_any_more_whenever_it_was_paid(
    runtime: Runtime, clock: TestClock
) -> None:
    known = await make_known(runtime, rich=False)
    clock.now = NOW + GRACE - timedelta(hours=2)
    order = await order_organisation(runtime, known)
    paid_at = clock.advance(timedelta(hours=1))
    await runtime.database.pool.execute(
        """INSERT INTO deletions (id, person_id, requested_at, due_at)
        VALUES (gen_random_uuid(), $1, $2, $3)""",
        known.person_id,
        NOW,
        NOW + GRACE,
    )
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    report = PaymentReport(
        provider="test",
        event_key="1",
        order_id=order.id,
        paid=True,
        amount_minor=order.total_minor,
        currency=order.currency,
        occurred_at=paid_at,
    )
    assert (await report_payment(runtime, report)).verdict is PaymentVerdict.LATE
    row = await runtime.database.pool.fetchrow("SELECT status, intent FROM orders WHERE id = $1", order.id)
    assert row
    assert row["status"] == "EXPIRED"
    assert known.needles[0] not in row["intent"]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM organisations") == 0


async def test_a5_the_sole_administrator_is_put_off_until_the_role_is_handed_over(
    runtime: Runtime, clock: TestClock
) -> None:
    known = await make_known(runtime, rich=False)
    ref = await make_organisation(runtime, admin=known.person_id)
    assert (await request_deletion(runtime, known.principal, "k")).result.deletion
    other, _ = await colleague(runtime, ref)
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known) == "ACTIVE"
    assert await counts(runtime, ref) == SeatCounts(3, 2, 0, 3)
    await Member.filter(workspace_id=ref.workspace_id, person_id=other.person_id).update(role=MemberRole.ADMIN)
    clock.advance(timedelta(days=1))
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known) == "DELETED"
    assert await counts(runtime, ref) == SeatCounts(3, 1, 1, 3)


async def test_a5_the_number_of_statements_grows_by_four_for_each_organisation(
    runtime: Runtime, clock: TestClock
) -> None:
    sizes = []
    for number in range(3):
        clock.now = NOW + number * timedelta(days=30)
        known = await make_known(runtime, f"-{number}", rich=False)
        for _ in range(1 + number):
            await put_member(runtime, (await make_organisation(runtime)).id, known.person_id)
        assert (await request_deletion(runtime, known.principal, "k")).result.deletion
        clock.advance(GRACE)
        async with recorded(runtime.database.pool) as statements:
            assert await carry_out_deletions(runtime) == 1
        sizes.append(len(statements))
    assert [sizes[1] - sizes[0], sizes[2] - sizes[1]] == [4, 4], sizes


async def colleague(
    runtime: Runtime, ref: OrganisationRef, role: MemberRole = MemberRole.MEMBER
) -> tuple[Known, WalletRef]:
    """Somebody with a fresh session, who has joined."""
    known = await make_known(runtime, "-colleague", rich=False)
    joined = await put_member(runtime, ref.id, known.person_id, role=role)
    return known, WalletRef(joined.wallet_id, ref.workspace_id, known.person_id)


async def erase(runtime: Runtime, known: Known, clock: TestClock) -> None:
    assert (await request_deletion(runtime, known.principal, "delete")).result.deletion
    clock.now = NOW + GRACE
    assert await carry_out_deletions(runtime) == 1
    assert await status_of(runtime, known) == "DELETED"


async def renews(runtime: Runtime, ref: OrganisationRef, buyer: UUID) -> None:
    """A next term that somebody has paid for, under a mandate that lets the provider charge again."""
    pool = runtime.database.pool
    order: UUID = await pool.fetchval(
        """INSERT INTO orders (id, kind, status, method, buyer_id, organisation_id, currency, total_minor, intent,
            reference, receipt_number, created_at, expires_at, paid_at, closed_at)
        SELECT gen_random_uuid(), 'RENEWAL', 'PAID', 'CHECKOUT', $1, $2, 'USD', 1, '{}', 'R' || count(*), count(*) + 1,
            $3, $3::timestamptz + interval '1 day', $3, $3 FROM orders RETURNING id""",
        buyer,
        ref.id,
        runtime.clock(),
    )
    await pool.execute(
        """INSERT INTO subscription_terms (id, subscription_id, number, starts_at, ends_at, unit_price_minor, order_id)
        SELECT gen_random_uuid(), $1, 2, ends_at, ends_at + interval '1 year', 1, $2
        FROM subscription_terms WHERE subscription_id = $1""",
        ref.subscription_id,
        order,
    )
    await pool.execute(
        """UPDATE subscriptions SET auto_renew = true, mandate = 'mandate', renewal_try_at = $2,
            benefits_until = $2::timestamptz + interval '7 days' WHERE id = $1""",
        ref.subscription_id,
        await pool.fetchval(
            "SELECT max(ends_at) FROM subscription_terms WHERE subscription_id = $1", ref.subscription_id
        ),
    )


async def invite(runtime: Runtime, ref: OrganisationRef, by: UUID, email: str | None = None) -> UUID:
    invitation: UUID = await runtime.database.pool.fetchval(
        """INSERT INTO invitations (id, organisation_id, workspace_id, token_hash, created_by, created_at, expires_at,
            uses, email)
        VALUES (gen_random_uuid(), $1, $2, sha256(gen_random_uuid()::text::bytea), $3, $4,
            $4::timestamptz + interval '9 days', 0, $5) RETURNING id""",
        ref.id,
        ref.workspace_id,
        by,
        runtime.clock(),
        email,
    )
    return invitation


async def revoked(runtime: Runtime, invitation: UUID) -> bool:
    found: bool = await runtime.database.pool.fetchval(
        "SELECT revoked_at IS NOT NULL FROM invitations WHERE id = $1", invitation
    )
    return found


async def order_organisation(runtime: Runtime, known: Known) -> OrderRow:
    """An order for an organisation that is named like its buyer."""
    now = runtime.clock()
    line = OrderLine(LineKind.SEATS_FOR_TERM, 5, 100, 500, now, now + timedelta(days=365), 365, 365)
    async with runtime.database.transaction() as connection:
        order = await place_order(
            connection,
            runtime,
            kind=OrderKind.ORGANISATION,
            buyer_id=known.person_id,
            organisation_id=None,
            method=PaymentMethod.CHECKOUT,
            currency="USD",
            lines=[line],
            intent=FoundOrganisation(name=f"{known.needles[0]} Ltd", seats=5, buyer_takes_seat=True, plan="business"),
            now=now,
        )
    assert isinstance(order, OrderRow)
    return order


async def status_of(runtime: Runtime, known: Known) -> str:
    status: str = await runtime.database.pool.fetchval("SELECT status FROM persons WHERE id = $1", known.person_id)
    return status


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []
