"""Memberships that end: removed by an administrator, or left (B3, B7); and coming back (B8)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.commands import CompleteTask
from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.ids import public_id
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatCounts
from domain.workspaces import MemberRole
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.workspaces import Member
from services.deletions import request_deletion
from services.leaving import MembershipEnded, leave_organisation, remove_member
from services.once import Once
from services.posting import Posted
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.members import counts, leave, member_of, quota, remove, settlement_of
from tests.factories.organisations import make_account, make_organisation, put_member
from tests.factories.persons import set_status
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import hold, spend
from tests.factories.wallets import WalletRef, carry_out, give

pytestmark = pytest.mark.anyio

QUOTA = 2_000
MICROSECOND = timedelta(microseconds=1)


async def test_b7_access_seat_and_quota_end_in_one_transaction(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    await carry_out(runtime, bo.id, spend(300))
    member_id = await member_of(bo)
    settlement = await settlement_of(runtime, ref)
    done = await remove(runtime, ref, bo)
    assert done == Once(MembershipEnded(member_id, bo.person_id, settlement), replayed=False)
    row = await Member.get(id=member_id)
    assert (row.left_at, row.role) == (NOW, MemberRole.MEMBER)
    assert await counts(runtime, ref) == SeatCounts(3, 1, 1, 3)
    assert await quota(runtime, bo) == (QUOTA, 300, 0, QUOTA - 300), "granted, used, remaining, lapsed"
    (refused,) = await carry_out(runtime, bo.id, spend(1))
    assert code(refused) is RefusalCode.MEMBERSHIP_ENDED
    assert await changes(runtime, bo) == [("ASSIGNED", bo.person_id), ("VACATED", ref.admin_id)]
    await assert_reconciled(runtime)


async def test_b7_credits_in_the_workspace_cannot_be_used_either_and_tasks_keep_what_they_hold(
    runtime: Runtime,
) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    await give(runtime, bo.id, 50)
    task = uuid4()
    await carry_out(runtime, bo.id, hold(5, task))
    await remove(runtime, ref, bo)
    assert [code(each) for each in await carry_out(runtime, bo.id, spend(1), hold(1))] == [
        RefusalCode.MEMBERSHIP_ENDED,
        RefusalCode.MEMBERSHIP_ENDED,
    ]
    (done,) = await carry_out(runtime, bo.id, CompleteTask(task, 3 * THOUSANDTHS_PER_UNIT))
    assert isinstance(done, Posted)
    assert done.entry
    assert done.entry.amount == 3 * THOUSANDTHS_PER_UNIT
    await assert_reconciled(runtime)


async def test_b7_credentials_of_the_workspace_end_and_the_default_is_forgotten(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    there, at_home = await make_user(runtime, bo.person_id), await make_user(runtime, bo.person_id)
    pool = runtime.database.pool
    await pool.execute("UPDATE credentials SET workspace_id = $2 WHERE id = $1", there.credential, ref.workspace_id)
    await pool.execute("UPDATE persons SET default_workspace_id = $2 WHERE id = $1", bo.person_id, ref.workspace_id)
    await remove(runtime, ref, bo)
    rows = await pool.fetch("SELECT id FROM credentials WHERE revoked_at = $1", NOW)
    assert [row[0] for row in rows] == [there.credential]
    assert at_home.credential != there.credential
    assert await pool.fetchval("SELECT default_workspace_id FROM persons WHERE id = $1", bo.person_id) is None


async def test_b7_all_who_care_are_woken_and_the_removed_is_told_without_personal_data(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    home = await home_of(runtime, bo)
    topics = [access_topic(bo.person_id), workspace_topic(ref.workspace_id), wallet_topic(bo.id), wallet_topic(home)]
    listening = [runtime.broker.listen(topic) for topic in topics]
    flags = [each.__enter__() for each in listening]
    await remove(runtime, ref, bo)
    assert all(flag.take() for flag in flags)
    for each in listening:
        each.__exit__(None, None, None)
    row = await runtime.database.pool.fetchrow("SELECT kind, facts FROM notices WHERE person_id = $1", bo.person_id)
    assert row
    facts = f'{{"ended_at": "{NOW.isoformat()}", "organization": "{public_id("org", ref.id)}"}}'
    assert (row["kind"], row["facts"]) == ("MEMBERSHIP_ENDED", facts)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices") == 1


async def test_g3_a_removal_is_recorded_with_its_reason(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    await remove(runtime, ref, ref.members[0], reason="the project is over")
    row = await runtime.database.pool.fetchrow(
        "SELECT actor, verb, target, before ->> 'role' AS was, after ->> 'left_at' AS left, reason FROM audit_entries"
    )
    assert row
    assert (row["actor"], row["verb"], row["target"]) == (
        ref.admin_id,
        "removeMember",
        await member_of(ref.members[0]),
    )
    assert (row["was"], row["left"], row["reason"]) == ("MEMBER", "2026-01-15T12:00:00Z", "the project is over")


async def test_f5_asked_again_it_is_the_original_result_and_nothing_happens(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    admin = await make_user(runtime, ref.admin_id)
    first = await remove(runtime, ref, bo, by=admin)
    before = await content(runtime.database)
    again = await remove(runtime, ref, bo, by=admin)
    assert (again.result, again.replayed) == (first.result, True)
    assert code((await remove(runtime, ref, bo, by=admin, reason="x")).result.refused) is (
        RefusalCode.IDEMPOTENCY_KEY_REUSED
    )
    assert await content(runtime.database) == before


async def test_b11_strangers_and_who_has_left_and_members_elsewhere_look_alike(runtime: Runtime) -> None:
    ref, other = await make_organisation(runtime, members=1), await make_organisation(runtime, members=1)
    admin = await make_user(runtime, ref.admin_id)
    left = await member_of(ref.members[0])
    await remove(runtime, ref, ref.members[0], by=admin)
    told = set()
    for number, member_id in enumerate((left, await member_of(other.members[0]), other.id, uuid4(), None)):
        done = await remove_member(runtime, admin, ref.id, member_id, reason=None, key=f"k{number}")
        assert done.result.refused
        told.add((done.result.refused.code, done.result.refused.message, done.result.refused.field))
    assert told == {(RefusalCode.NOT_FOUND, "There is no such member.", ("memberId",))}
    assert await quota(runtime, other.members[0]) == (QUOTA, 0, QUOTA, 0)


async def test_b3_only_its_administrators_remove_and_to_others_it_does_not_exist(runtime: Runtime) -> None:
    ref, other = await make_organisation(runtime, members=2), await make_organisation(runtime)
    member, stranger = [await make_user(runtime, id_) for id_ in (ref.members[1].person_id, other.admin_id)]
    for who, expected in ((member, RefusalCode.NOT_ADMINISTRATOR), (stranger, RefusalCode.NOT_FOUND)):
        done = await remove(runtime, ref, ref.members[0], by=who)
        assert code(done.result.refused) is expected
    unknown = await remove_member(runtime, stranger, uuid4(), await member_of(ref.members[0]), reason=None, key="u")
    none = await remove_member(runtime, stranger, None, None, reason=None, key="n")
    foreign = await remove(runtime, ref, ref.members[0], by=stranger, key="f")
    assert unknown.result == none.result == foreign.result
    assert await Member.filter(left_at__not_isnull=True).count() == 0
    for caller in (Caller.GUEST, Caller.SERVICE, Caller.OPERATOR):
        with pytest.raises(Forbidden):
            await remove(runtime, ref, ref.members[0], by=Principal(caller, uuid4()))
    with pytest.raises(Unauthenticated):
        await remove(runtime, ref, ref.members[0], by=ANONYMOUS)


async def test_b7_nobody_removes_themselves_and_the_last_administrator_stays(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    done = await remove(runtime, ref, ref.admin)
    assert code(done.result.refused) is RefusalCode.CANNOT_REMOVE_YOURSELF
    done = await leave(runtime, ref, ref.admin)
    assert code(done.result.refused) is RefusalCode.SOLE_ADMINISTRATOR
    alone = await make_organisation(runtime)
    done = await leave(runtime, alone, alone.admin)
    assert code(done.result.refused) is RefusalCode.SOLE_ADMINISTRATOR, "somebody must look after it"
    assert await Member.filter(left_at__not_isnull=True).count() == 0


async def test_a5_an_administrator_on_the_way_out_is_none_who_stays(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=2)
    second = ref.members[0]
    await Member.filter(workspace_id=ref.workspace_id, person_id=second.person_id).update(role=MemberRole.ADMIN)
    admin = await make_user(runtime, ref.admin_id)
    assert (await request_deletion(runtime, admin, "delete")).result.deletion
    for done in (await remove(runtime, ref, second, by=admin), await leave(runtime, ref, second)):
        assert code(done.result.refused) is RefusalCode.SOLE_ADMINISTRATOR
    assert (await remove(runtime, ref, ref.members[1], by=admin, key="member")).result.refused is None


async def test_b7_an_administrator_who_is_not_the_last_is_removed_and_comes_back_as_member(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (second,) = ref.members
    await Member.filter(workspace_id=ref.workspace_id, person_id=second.person_id).update(role=MemberRole.ADMIN)
    assert (await remove(runtime, ref, second)).result.refused is None
    await put_member(runtime, ref.id, second.person_id)
    assert (await Member.get(workspace_id=ref.workspace_id, person_id=second.person_id)).role is MemberRole.MEMBER


async def test_b7_leaving_ends_the_same_and_tells_nobody(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    done = await leave(runtime, ref, bo)
    assert done.result == MembershipEnded(await member_of(bo), bo.person_id, await settlement_of(runtime, ref))
    assert await counts(runtime, ref) == SeatCounts(3, 1, 1, 3)
    pool = runtime.database.pool
    assert await pool.fetchval("SELECT count(*) FROM notices") == 0
    assert await pool.fetchval("SELECT count(*) FROM audit_entries") == 0, "of administrators and operators alone"
    again = await leave(runtime, ref, bo, key="again")
    assert code(again.result.refused) is RefusalCode.NOT_FOUND
    assert (await leave(runtime, ref, bo)).replayed


async def test_b7_who_holds_no_seat_leaves_none(runtime: Runtime) -> None:
    ref = await make_organisation(runtime)
    person = (await make_account(runtime)).person_id
    joined = await put_member(runtime, ref.id, person, takes_seat=False)
    done = await leave(runtime, ref, WalletRef(joined.wallet_id, ref.workspace_id, person))
    assert (done.result.refused, done.result.seat_releases_at) == (None, None)
    assert await counts(runtime, ref) == SeatCounts(4, 1, 0, 4)


async def test_a4_suspension_and_termination_keep_membership_and_seat(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    for status in (PersonStatus.SUSPENDED, PersonStatus.TERMINATED, PersonStatus.ACTIVE):
        await set_status(bo.person_id, status)
        assert await counts(runtime, ref) == SeatCounts(3, 2, 0, 3)
    assert (await remove(runtime, ref, bo)).result.refused is None


async def test_b7_the_seat_goes_with_the_period_that_is_current_under_the_lock(
    runtime: Runtime, clock: TestClock
) -> None:
    ref = await make_organisation(runtime, members=1)
    settlement = await settlement_of(runtime, ref)
    clock.now = settlement
    done = await remove(runtime, ref, ref.members[0])
    assert done.result.seat_releases_at
    assert done.result.seat_releases_at > settlement
    assert await counts(runtime, ref) == SeatCounts(3, 1, 1, 3)


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\nb", "\0"])
async def test_reasons_that_are_none_are_refused(runtime: Runtime, reason: str) -> None:
    ref = await make_organisation(runtime, members=1)
    admin = await make_user(runtime, ref.admin_id)
    before = await content(runtime.database)
    with pytest.raises(InvalidInput):
        await remove(runtime, ref, ref.members[0], by=admin, reason=reason)
    assert await content(runtime.database) == before


async def test_the_number_of_statements_is_known(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=2)
    admin = await make_user(runtime, ref.admin_id)
    member_id, bo = await member_of(ref.members[0]), await make_user(runtime, ref.members[1].person_id)
    async with recorded(runtime.database.pool) as removal:
        await remove_member(runtime, admin, ref.id, member_id, reason=None, key="k")
    assert len(removal) == 2 + 13, removal
    async with recorded(runtime.database.pool) as leaving:
        await leave_organisation(runtime, bo, ref.id, "k")
    assert len(leaving) == 2 + 11, leaving


async def changes(runtime: Runtime, who: WalletRef) -> list[tuple[str, UUID]]:
    rows = await runtime.database.pool.fetch(
        "SELECT kind, actor FROM seat_changes WHERE workspace_id = $1 AND person_id = $2 ORDER BY at, id",
        who.workspace_id,
        who.person_id,
    )
    return [(row["kind"], row["actor"]) for row in rows]


async def home_of(runtime: Runtime, who: WalletRef) -> UUID:
    wallet: UUID = await runtime.database.pool.fetchval(
        "SELECT w.id FROM wallets w JOIN workspaces s ON s.id = w.workspace_id WHERE s.owner_id = $1", who.person_id
    )
    return wallet


def code(outcome: object) -> RefusalCode | None:
    return outcome.code if isinstance(outcome, Refusal) else None


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []
