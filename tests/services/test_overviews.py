"""The overview of an organisation: one snapshot in which all agrees, in constant statements, true now (F9, F2)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from datetime import timedelta
from uuid import UUID

import pytest

from domain.commands import Advance
from domain.errors import Forbidden, NotFound, PlatformNotSupported, Unauthenticated
from domain.principals import ANONYMOUS, Caller, Principal
from domain.seats import SeatCounts
from domain.subscriptions import SubscriptionStatus
from domain.usage import Surface
from domain.workspaces import MemberRole
from feed.events import AccessEnd, AccessEnded
from feed.topics import access_topic, workspace_topic
from services.invitation_reads import invitations_page
from services.invitations import revoke_invitation
from services.keyset import Window
from services.leaving import remove_member
from services.member_reads import figures, members_page
from services.overview_reads import AGAIN_S, MembersAsked, Overview, read_overviews
from services.overviews import follow_overview
from services.posting import Posting
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service, make_user
from tests.factories.organisations import OrganisationRef, add_member, fill, invite, make_organisation
from tests.factories.statements import recorded
from tests.factories.usage import hold, spend
from tests.factories.wallets import carry_out, make_wallet

pytestmark = pytest.mark.anyio

ALL = MembersAsked(200)
STATEMENTS = 8
"""BEGIN, the organisation, its seats, usage, members, orders, invitations, COMMIT."""


@pytest.fixture
async def lab(runtime: Runtime) -> OrganisationRef:
    """Ada administers 6 seats, on which she and three members sit."""
    return await make_organisation(runtime, seats=6, members=3)


async def read(runtime: Runtime, lab: OrganisationRef, asked: MembersAsked = ALL) -> Overview:
    return (await read_overviews(runtime, lab.id, [asked])).pages[asked]


def credits_of(overview: Overview) -> tuple[int, ...]:
    """Granted, used, held, remaining and lapsed chat credits of all members, in units."""
    (row,) = [row for row in overview.usage if row.meter == "chat_credit"]
    told = row.granted, row.used, row.held, row.remaining, row.lapsed
    assert told[0] == sum(told[1:])
    return tuple(figure // 1_000 for figure in told)


async def test_f9_totals_are_the_sums_of_all_members(runtime: Runtime, lab: OrganisationRef) -> None:
    await carry_out(runtime, lab.members[0].id, spend(30))
    await carry_out(runtime, lab.members[1].id, spend(5), hold(20))
    overview = await read(runtime, lab)
    assert credits_of(overview) == (8_000, 35, 20, 7_945, 0)
    assert [row.meter for row in overview.usage] == ["chat_credit", "work_token"]
    rows = [row for _, row in overview.members.rows if row]
    assert len(rows) == 4
    assert sum(balance.used for row in rows for balance in row.balances if balance.meter == "chat_credit") == 35_000
    assert overview.seats == SeatCounts(2, 4, 0, 2)
    assert (overview.at, overview.organisation.role) == (NOW, None)
    assert overview.organisation.subscription.status(NOW) is SubscriptionStatus.ACTIVE


async def test_f9_who_has_left_counts_no_more(runtime: Runtime, lab: OrganisationRef) -> None:
    await carry_out(runtime, lab.members[0].id, spend(30))
    rows = (await members_page(runtime, lab.workspace_id, Window(9))).rows
    (left,) = [row for row in rows if row.person_id == lab.members[0].person_id]
    admin = await make_user(runtime, lab.admin_id)
    assert (await remove_member(runtime, admin, lab.id, left.id, reason="a test", key="k")).result.refused is None
    overview = await read(runtime, lab)
    assert credits_of(overview) == (6_000, 0, 0, 6_000, 0)
    assert overview.seats == SeatCounts(2, 3, 1, 2)
    assert left.id not in [row.id for row, _ in overview.members.rows]


async def test_f2_what_is_due_is_written_first(runtime: Runtime, clock: TestClock, lab: OrganisationRef) -> None:
    await carry_out(runtime, lab.members[0].id, spend(30))
    clock.advance(timedelta(days=31))
    overview = await read(runtime, lab, MembersAsked(1))  # of three members not even the page knows
    assert credits_of(overview) == (8_000, 0, 0, 8_000, 0)
    clock.advance(timedelta(days=365))
    assert credits_of(await read(runtime, lab)) == (8_000, 0, 0, 0, 8_000)


async def test_a_wallet_in_which_nothing_can_be_written_does_not_hide_the_others(
    runtime: Runtime, clock: TestClock, lab: OrganisationRef, caplog: pytest.LogCaptureFixture
) -> None:
    await carry_out(runtime, lab.members[0].id, spend(30))
    await carry_out(runtime, lab.members[1].id, spend(5))
    broken = lab.members[0].id
    await runtime.database.pool.execute("UPDATE wallets SET last_entry = last_entry - 1 WHERE id = $1", broken)
    clock.advance(timedelta(days=31))
    found = await read_overviews(runtime, lab.id, [ALL])
    assert found.next_s == AGAIN_S
    assert credits_of(found.pages[ALL]) == (8_000, 30, 0, 7_970, 0)
    assert f"wallet {broken} could not be written" in caplog.text
    shown = await figures(runtime, await make_user(runtime, lab.admin_id), [wallet.id for wallet in lab.members])
    used = {id_: sum(balance.used for balance in row.balances) for id_, row in shown.items()}
    assert used == {broken: 30_000, lab.members[1].id: 0, lab.members[2].id: 0}


@pytest.mark.parametrize("members", [0, 40])
async def test_f9_it_is_a_constant_number_of_statements(runtime: Runtime, members: int) -> None:
    lab = await make_organisation(runtime, seats=members + 5)
    await fill(runtime, lab, members)
    asked = [MembersAsked(1), MembersAsked(50), MembersAsked(200)]
    async with recorded(runtime.database.pool) as statements:
        found = await read_overviews(runtime, lab.id, asked)
    assert len(statements) == STATEMENTS, statements
    assert statements[0] == "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    assert [len(found.pages[each].members.rows) for each in asked] == [min(each.first, members + 1) for each in asked]
    assert len({id(found.pages[each].organisation) for each in asked}) == 1


async def test_f9_pages_of_members_are_those_of_the_connection(runtime: Runtime, lab: OrganisationRef) -> None:
    await add_member(runtime, lab, "Zed")
    rows = (await members_page(runtime, lab.workspace_id, Window(100))).rows
    asked = [
        MembersAsked(2),
        MembersAsked(2, rows[1].place),
        MembersAsked(3, rows[1].place),
        MembersAsked(9, rows[4].place),
    ]
    pages = (await read_overviews(runtime, lab.id, asked)).pages
    shown = [[row for row, _ in pages[each].members.rows] for each in asked]
    assert shown == [list(rows[:2]), list(rows[2:4]), list(rows[2:5]), []]
    ends = [(pages[each].members.has_previous, pages[each].members.has_next) for each in asked]
    assert ends == [(False, True), (True, True), (True, False), (True, False)]


async def test_f9_open_invitations_alone_are_shown(runtime: Runtime, clock: TestClock, lab: OrganisationRef) -> None:
    await invite(runtime, lab, days=2)
    clock.advance(timedelta(seconds=1))
    await invite(runtime, lab)
    newest, oldest = (await invitations_page(runtime, lab.id, Window(9))).rows
    assert [row.id for row in (await read(runtime, lab)).invitations] == [newest.id, oldest.id]
    clock.advance(timedelta(days=2))
    assert [row.id for row in (await read(runtime, lab)).invitations] == [newest.id]
    await revoke_invitation(runtime, await make_user(runtime, lab.admin_id), newest.id, "k")
    assert (await read(runtime, lab)).invitations == ()


async def test_f9_it_is_read_again_when_something_changes_by_itself(
    runtime: Runtime, clock: TestClock, lab: OrganisationRef
) -> None:
    month = timedelta(days=31)
    assert (await read_overviews(runtime, lab.id, [ALL])).next_s == month.total_seconds()
    await invite(runtime, lab, days=2)
    clock.advance(timedelta(days=1))
    assert (await read_overviews(runtime, lab.id, [ALL])).next_s == timedelta(days=1).total_seconds()
    task = hold()
    await carry_out(runtime, lab.members[0].id, task)  # it times out after 24 hours
    clock.advance(timedelta(hours=23))
    assert (await read_overviews(runtime, lab.id, [ALL])).next_s == timedelta(hours=1).total_seconds()
    clock.advance(timedelta(hours=1))
    after = await read_overviews(runtime, lab.id, [ALL])
    assert credits_of(after.pages[ALL]) == (8_000, 0, 0, 8_000, 0)
    assert after.next_s == (month - timedelta(days=2)).total_seconds()


async def test_f9_an_equal_state_is_an_equal_overview(runtime: Runtime, clock: TestClock, lab: OrganisationRef) -> None:
    before = await read(runtime, lab)
    clock.advance(timedelta(seconds=5))
    after = await read(runtime, lab)
    assert after == before
    assert after.at != before.at
    await carry_out(runtime, lab.members[0].id, spend(1))
    assert await read(runtime, lab) != before


async def test_b11_who_may_not_watch_is_told_what_the_graph_tells(runtime: Runtime, lab: OrganisationRef) -> None:
    admin = await make_user(runtime, lab.admin_id)
    member = await make_user(runtime, lab.members[0].person_id)
    stranger = await make_user(runtime, (await make_wallet(runtime)).person_id)
    mobile = Principal(Caller.USER, lab.admin_id, admin.credential, surface=Surface.MOBILE)
    for principal, error in (
        (ANONYMOUS, Unauthenticated),
        (await make_service(runtime), Forbidden),
        (await make_operator(runtime), Forbidden),
        (stranger, NotFound),
        (member, Forbidden),
        (mobile, PlatformNotSupported),
    ):
        with pytest.raises(error):
            await follow_overview(runtime, principal, lab.id, ALL)
    with pytest.raises(NotFound):
        await follow_overview(runtime, admin, UUID(int=7), ALL)


async def test_b7_it_ends_with_credential_membership_and_role(runtime: Runtime, lab: OrganisationRef) -> None:
    pool = runtime.database.pool
    of_ada = (lab.workspace_id, lab.admin_id)
    revoke = "UPDATE credentials SET revoked_at = created_at WHERE id = $1"
    leave = "UPDATE members SET left_at = now() WHERE workspace_id = $1 AND person_id = $2"
    role = "UPDATE members SET role = $3, left_at = NULL WHERE workspace_id = $1 AND person_id = $2"
    ada = await make_user(runtime, lab.admin_id)
    for sql, arguments, why in (
        (role, (*of_ada, MemberRole.MEMBER), AccessEnd.FORBIDDEN),
        (leave, of_ada, AccessEnd.MEMBERSHIP_ENDED),
        (revoke, (ada.credential,), AccessEnd.CREDENTIAL_ENDED),
    ):
        await pool.execute(role, *of_ada, MemberRole.ADMIN)
        async with aclosing(await follow_overview(runtime, ada, lab.id, ALL)) as overview:
            await anext(overview)
            await pool.execute(sql, *arguments)
            await runtime.broker.wake([access_topic(lab.admin_id)])
            with pytest.raises(AccessEnded) as ended:
                await anext(overview)
        assert ended.value.why is why


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def test_f9_who_watches_the_same_page_shares_one_reading(
    runtime: Runtime, lab: OrganisationRef, stack: AsyncExitStack
) -> None:
    ada = await make_user(runtime, lab.admin_id)
    feeds = [
        await stack.enter_async_context(aclosing(await follow_overview(runtime, ada, lab.id, ALL))) for _ in range(5)
    ]
    first = [await anext(feed) for feed in feeds]
    assert len({id(shown) for shown in first}) == 1
    async with recorded(runtime.database.pool) as statements:
        await carry_out(runtime, lab.members[0].id, spend(30))
        await runtime.broker.wake([workspace_topic(lab.workspace_id)])
        second = [await anext(feed) for feed in feeds]
    assert len({id(shown) for shown in second}) == 1
    assert credits_of(second[0].value) == (8_000, 30, 0, 7_970, 0)
    assert statements.count("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;") == 1
    assert runtime.feed.overviews.watched == 1


async def test_f9_charges_of_members_wake_it(runtime: Runtime, lab: OrganisationRef) -> None:
    ada = await make_user(runtime, lab.admin_id)
    async with aclosing(await follow_overview(runtime, ada, lab.id, ALL)) as overview:
        await anext(overview)
        for _ in range(3):
            await runtime.poster.submit(Posting(spend(10), lab.members[0].id))
        await runtime.poster.submit(Posting(Advance(), lab.members[0].id))
        seen = 0
        while seen < 30:
            seen = credits_of((await anext(overview)).value)[1]
        assert seen == 30
