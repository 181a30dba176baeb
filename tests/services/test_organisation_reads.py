"""Reading organisations: who sees what, how many statements, and that pages of 10 000 go by an index (B3, B6, B11)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.principals import Caller, Principal
from domain.seats import SeatChangeKind, SeatCounts, SeatStatus
from domain.usage import Surface
from domain.workspaces import MemberRole
from services.keyset import Keyset, Page, Place, Window
from services.member_reads import _MEMBERS, MemberRow, figures, member, members_page
from services.organisation_reads import organisations, organisations_of_workspaces, seat_counts_of
from services.runtime import Runtime
from services.seat_reads import _SEATS, SeatHeld, seat, seat_changes, seats_page
from services.seats import seat_counts, vacate_seat
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service, make_user
from tests.factories.organisations import (
    OrganisationRef,
    add_member,
    fill,
    locked,
    make_account,
    make_organisation,
    put_member,
)
from tests.factories.plans import page_plans
from tests.factories.statements import recorded
from tests.factories.usage import spend
from tests.factories.wallets import carry_out

pytestmark = pytest.mark.anyio

MANY = 10_000


@pytest.fixture
async def lab(runtime: Runtime) -> OrganisationRef:
    """Ada administers 6 seats, on which she and three members sit."""
    return await make_organisation(runtime, seats=6, members=3)


async def remove(runtime: Runtime, lab: OrganisationRef, person_id: UUID, actor: UUID | None = None) -> None:
    """End a membership, as far as seats know."""
    async with runtime.database.transaction() as connection:
        organisation = await locked(connection, lab.id)
        await connection.execute(
            "UPDATE members SET left_at = $3 WHERE workspace_id = $1 AND person_id = $2",
            lab.workspace_id, person_id, runtime.clock(),
        )  # fmt: skip
        assert await vacate_seat(connection, organisation, person_id, now=runtime.clock(), actor=actor)


async def test_b11_an_organisation_exists_for_its_members_alone(runtime: Runtime, lab: OrganisationRef) -> None:
    admin, bo = await make_user(runtime, lab.admin_id), await make_user(runtime, lab.members[0].person_id)
    other = await make_organisation(runtime, name="Others")
    for principal, role in ((admin, MemberRole.ADMIN), (bo, MemberRole.MEMBER)):
        (found,) = (await organisations(runtime, principal, [lab.id, other.id, uuid4()])).values()
        assert (found.id, found.name, found.role) == (lab.id, "Example Labs", role)
        by_workspace = await organisations_of_workspaces(runtime, principal, [lab.workspace_id, other.workspace_id])
        assert by_workspace == {lab.workspace_id: found}
    await remove(runtime, lab, lab.members[0].person_id)
    strangers = (
        bo,
        await make_user(runtime, other.admin_id),
        await make_service(runtime),
        await make_service(runtime, workspace_id=lab.workspace_id),
        await make_operator(runtime),
        Principal(Caller.USER, lab.admin_id, admin.credential, surface=Surface.MOBILE),
    )
    for principal in strangers:
        assert await organisations(runtime, principal, [lab.id]) == {}
        assert await organisations_of_workspaces(runtime, principal, [lab.workspace_id]) == {}


async def test_b3_what_begins_with_an_id_exists_for_administrators_alone(
    runtime: Runtime, lab: OrganisationRef
) -> None:
    admin, bo = await make_user(runtime, lab.admin_id), await make_user(runtime, lab.members[0].person_id)
    other = await make_organisation(runtime, name="Others")
    rows = (await members_page(runtime, lab.workspace_id, Window(9))).rows
    seat_ids = [row.seat.id for row in rows if row.seat]
    wallets = [row.wallet_id for row in rows if row.wallet_id]
    assert await member(runtime, admin, rows[1].id) == rows[1]
    seated = rows[1].seat
    assert seated
    assert (await seat(runtime, admin, seat_ids[1])) == SeatHeld(seated, rows[1])
    assert set(await figures(runtime, admin, wallets)) == set(wallets)
    assert set(await seat_changes(runtime, admin, seat_ids)) == set(seat_ids)
    mobile = Principal(Caller.USER, lab.admin_id, admin.credential, surface=Surface.MOBILE)
    assert await member(runtime, mobile, rows[1].id) is None
    assert await seat(runtime, mobile, seat_ids[1]) is None
    for principal in (bo, await make_user(runtime, other.admin_id), await make_service(runtime)):
        assert await member(runtime, principal, rows[1].id) is None
        assert await seat(runtime, principal, seat_ids[1]) is None
        assert await figures(runtime, principal, wallets) == {}
        assert await seat_changes(runtime, principal, seat_ids) == {}


async def test_b6_counts_add_up_with_and_without_the_worker(
    runtime: Runtime, clock: TestClock, lab: OrganisationRef
) -> None:
    await remove(runtime, lab, lab.members[0].person_id)
    expected = SeatCounts(unallocated=2, allocated=3, pending_release=1, assignable=2)
    assert await seat_counts_of(runtime, [lab.id]) == {lab.id: (expected, NOW)}
    clock.advance(timedelta(days=31))
    released = SeatCounts(unallocated=3, allocated=3, pending_release=0, assignable=3)
    assert await seat_counts_of(runtime, [lab.id]) == {lab.id: (released, clock.now)}
    async with runtime.database.transaction() as connection:
        assert await seat_counts(connection, lab.id, clock.now) == released
    nothing = uuid4()
    assert (await seat_counts_of(runtime, [nothing]))[nothing][0] == SeatCounts(0, 0, 0, 0)


async def test_b6_seats_by_status_are_those_that_are_counted(
    runtime: Runtime, clock: TestClock, lab: OrganisationRef
) -> None:
    await remove(runtime, lab, lab.members[1].person_id)
    for days in (0, 31):
        clock.advance(timedelta(days=days))
        counts, _ = (await seat_counts_of(runtime, [lab.id]))[lab.id]
        listed = {status: await seats_page(runtime, lab.id, Window(100), status) for status in SeatStatus}
        assert {status: len(page.rows) for status, page in listed.items()} == {
            SeatStatus.UNALLOCATED: counts.unallocated,
            SeatStatus.ALLOCATED: counts.allocated,
            SeatStatus.PENDING_RELEASE: counts.pending_release,
        }
        for status, page in listed.items():
            for row in page.rows:
                assert row.seat.status is status
                assert (row.holder is None) == (status is SeatStatus.UNALLOCATED)
        everything = await seats_page(runtime, lab.id, Window(100))
        assert [row.seat.number for row in everything.rows] == [1, 2, 3, 4, 5, 6]


async def test_b6_a_seat_that_is_pending_shows_who_left_without_their_address(
    runtime: Runtime, lab: OrganisationRef
) -> None:
    left = (await make_account(runtime, "Cy", email="cy@example.org")).person_id
    await put_member(runtime, lab.id, left)
    held = [row for row in (await members_page(runtime, lab.workspace_id, Window(100))).rows if row.person_id == left]
    assert [row.email for row in held] == ["cy@example.org"]
    await remove(runtime, lab, left)
    (row,) = (await seats_page(runtime, lab.id, Window(100), SeatStatus.PENDING_RELEASE)).rows
    assert row.holder
    assert (row.holder.display_name, row.holder.email, row.holder.left_at) == ("Cy", None, NOW)
    assert row.holder.seat == row.seat
    assert left not in [row.person_id for row in (await members_page(runtime, lab.workspace_id, Window(100))).rows]


async def test_b6_changes_are_the_newest_twenty(runtime: Runtime, clock: TestClock, lab: OrganisationRef) -> None:
    bo = lab.members[0].person_id
    rows = (await members_page(runtime, lab.workspace_id, Window(100))).rows
    (held,) = [row.seat for row in rows if row.person_id == bo]
    assert held
    for _ in range(12):
        clock.advance(timedelta(hours=1))
        await remove(runtime, lab, bo, lab.admin_id)
        clock.advance(timedelta(hours=1))
        await put_member(runtime, lab.id, bo)
    (changes,) = (await seat_changes(runtime, await make_user(runtime, lab.admin_id), [held.id])).values()
    assert [change.kind for change in changes] == [SeatChangeKind.REASSIGNED, SeatChangeKind.VACATED] * 10
    assert [change.at for change in changes] == sorted((change.at for change in changes), reverse=True)
    assert {(change.person_id, change.person_name) for change in changes} == {(bo, "Member 1")}
    assert (changes[0].actor, changes[1].actor, changes[1].actor_name) == (bo, lab.admin_id, "Ada")


async def test_f2_figures_are_those_of_now_whether_or_not_the_worker_has_run(
    runtime: Runtime, clock: TestClock, lab: OrganisationRef
) -> None:
    admin, wallet = await make_user(runtime, lab.admin_id), lab.members[0]
    await carry_out(runtime, wallet.id, spend(30))
    async with recorded(runtime.database.pool) as statements:
        found = (await figures(runtime, admin, [wallet.id, lab.admin.id]))[wallet.id]
    assert len(statements) == 1
    assert [balance.used for balance in found.balances if balance.meter == "chat_credit"] == [30_000]
    clock.advance(timedelta(days=31))
    again = (await figures(runtime, admin, [wallet.id]))[wallet.id]
    assert again.last_entry > found.last_entry
    assert [balance.used for balance in again.balances if balance.meter == "chat_credit"] == [0]
    assert {row.ends_at for row in again.allowances.values()} == {None}


@pytest.mark.parametrize("count", [1, 7])
async def test_a_page_is_one_statement_whatever_its_size(runtime: Runtime, lab: OrganisationRef, count: int) -> None:
    pages: tuple[Callable[[], Awaitable[Page[MemberRow] | Page[SeatHeld]]], ...] = (
        lambda: members_page(runtime, lab.workspace_id, Window(count)),
        lambda: seats_page(runtime, lab.id, Window(count)),
    )
    for read in pages:
        async with recorded(runtime.database.pool) as statements:
            page = await read()
        assert len(statements) == 1
        assert page.has_next is (count == 1)


async def test_pages_of_ten_thousand_go_by_an_index(runtime: Runtime) -> None:
    big = await make_organisation(runtime, seats=MANY + 1)
    await fill(runtime, big, MANY, benefits=False)
    await runtime.database.pool.execute("ANALYZE members, seats, persons, wallets")
    windows, seen = [Window(100)], set[UUID]()
    for number in range(101):
        page = await members_page(runtime, big.workspace_id, windows[-1])
        assert page.has_next is (number < 100)
        seen |= {row.id for row in page.rows}
        windows.append(Window(100, after=page.rows[-1].place))
    assert len(seen) == MANY + 1
    last = await members_page(runtime, big.workspace_id, Window(100, backward=True))
    assert (last.has_next, last.has_previous, len(last.rows)) == (False, True, 100)
    await assert_narrow(runtime, _MEMBERS, windows[50], big.workspace_id, NOW, None)
    half = Window(100, after=Place(5_000, UUID(int=0)))
    assert [row.seat.number for row in (await seats_page(runtime, big.id, half)).rows] == list(range(5_001, 5_101))
    for status in (None, "ALLOCATED"):
        await assert_narrow(runtime, _SEATS, half, big.id, NOW, status)


async def assert_narrow(runtime: Runtime, keyset: Keyset, window: Window, *arguments: object) -> None:
    """Nothing reads, sorts or filters more than the page."""
    for nodes in await page_plans(runtime.database, keyset, window, *arguments):
        assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
        assert max(node["Actual Rows"] for node in nodes) <= 101, nodes
        assert max(node.get("Rows Removed by Filter", 0) for node in nodes) <= 1, nodes


async def test_members_of_one_instant_stay_in_order(runtime: Runtime, lab: OrganisationRef) -> None:
    await add_member(runtime, lab, "Zed")
    rows = (await members_page(runtime, lab.workspace_id, Window(100))).rows
    assert [row.place for row in rows] == sorted((row.place for row in rows), key=lambda place: (place.rank, place.id))
    one_by_one: list[MemberRow] = []
    window = Window(1)
    while page := (await members_page(runtime, lab.workspace_id, window)).rows:
        one_by_one += page
        window = Window(1, after=page[-1].place)
    assert tuple(one_by_one) == rows
    admins = await members_page(runtime, lab.workspace_id, Window(100), MemberRole.ADMIN)
    assert [row.person_id for row in admins.rows] == [lab.admin_id]
