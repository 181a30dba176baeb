"""Races of memberships' ends with each other (A5, B3, B7): never without an administrator, never twice."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from domain.refusals import RefusalCode
from domain.seats import SeatCounts
from domain.workspaces import MemberRole
from models.workspaces import Member
from services.deletions import GRACE, request_deletion
from services.due_deletions import carry_out_deletions
from services.leaving import remove_member
from services.runtime import Runtime
from tests.concurrency.leaving import code_of, left, removed
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.members import counts, member_of
from tests.factories.organisations import fill, make_organisation, put_member
from tests.factories.people_data import make_known
from tests.factories.wallets import WalletRef

pytestmark = pytest.mark.anyio


async def test_b3_of_two_administrators_who_remove_each_other_or_leave_one_stays(
    processes: list[Runtime], runtime: Runtime
) -> None:
    rng = random.Random(4)
    for _ in range(ROUNDS):
        ref = await make_organisation(runtime)
        (bo,) = await fill(runtime, ref, 1)
        await Member.filter(workspace_id=ref.workspace_id, person_id=bo.person_id).update(role=MemberRole.ADMIN)
        people = [await make_user(runtime, id_) for id_ in (ref.admin_id, bo.person_id)]
        ids = [await member_of(each) for each in (ref.admin, bo)]
        racers = [
            removed(processes[i % 3], people[i % 2], ref, ids[1 - i % 2], f"{i}")
            if i % 4 < 2
            else left(processes[i % 3], people[i % 2], ref, f"{i}")
            for i in range(RACERS)
        ]
        outcomes = await at_once(rng, racers)
        assert outcomes.count(None) == 1
        allowed = {RefusalCode.NOT_FOUND, RefusalCode.SOLE_ADMINISTRATOR}
        assert set(outcomes) - {None} <= allowed
        rows = await Member.filter(workspace_id=ref.workspace_id, left_at=None)
        assert [row.role for row in rows] == [MemberRole.ADMIN]


@pytest.mark.parametrize("one_key", [False, True], ids=["a key each", "one key"])
async def test_b7_fifty_removals_of_one_member_are_one(
    processes: list[Runtime], runtime: Runtime, *, one_key: bool
) -> None:
    rng = random.Random(5)
    for number in range(ROUNDS):
        ref = await make_organisation(runtime)
        (bo,) = await fill(runtime, ref, 1)
        admin, id_ = await make_user(runtime, ref.admin_id), await member_of(bo)
        racers = (
            remove_member(processes[i % 3], admin, ref.id, id_, reason=None, key=f"{number}" if one_key else f"{i}")
            for i in range(RACERS)
        )
        done = await at_once(rng, racers)
        assert [each.replayed for each in done].count(False) == (1 if one_key else RACERS)
        answers = Counter(code_of(each) for each in done)
        assert answers == ({None: RACERS} if one_key else {None: 1, RefusalCode.NOT_FOUND: RACERS - 1})
        assert await counts(runtime, ref) == SeatCounts(3, 1, 1, 3)
        row = await runtime.database.pool.fetchrow(
            """SELECT (SELECT count(*) FROM seat_changes WHERE person_id = $1 AND kind = 'VACATED') AS vacated,
                (SELECT count(*) FROM audit_entries WHERE target = $2) AS recorded,
                (SELECT count(*) FROM notices WHERE person_id = $1) AS told,
                (SELECT count(*) FROM entries WHERE wallet_id = $3 AND kind = 'BENEFITS_SUSPENDED') AS suspended""",
            bo.person_id,
            id_,
            bo.id,
        )
        assert row
        assert set(row.values()) == {1}
    await assert_reconciled(runtime)


async def test_a5_people_who_are_erased_while_they_are_removed_and_others_join_wait_for_nobody_in_a_circle(
    processes: list[Runtime], runtime: Runtime, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    rng = random.Random(6)
    first, second, third = processes
    for number in range(6):
        clock.now = NOW + number * timedelta(days=40)
        refs = [await make_organisation(runtime, seats=9) for _ in range(2)]
        known = [await make_known(runtime, f"-{number}-{which}", rich=False) for which in range(4)]
        for each in known:
            assert (await request_deletion(runtime, each.principal, "k")).result.deletion
            for ref in rng.sample(refs, 2):
                await put_member(runtime, ref.id, each.person_id)
        clock.advance(GRACE)
        admins = [await make_user(runtime, ref.admin_id) for ref in refs]
        new = [(await make_known(runtime, f"-{number}-new-{which}", rich=False)).person_id for which in range(4)]
        removals = [
            removed(
                first,
                admins[i],
                ref,
                await member_of(WalletRef(ref.id, ref.workspace_id, each.person_id)),
                f"{number}-{i}-{which}",
            )
            for i, ref in enumerate(refs)
            for which, each in enumerate(known)
        ]
        joining = [put_member(third, ref.id, person) for ref in refs for person in new]
        await at_once(rng, [*removals, *joining, *(carry_out_deletions(each) for each in (first, second, third))])
        while await carry_out_deletions(second):
            pass
        people = [each.person_id for each in known]
        gone = "SELECT count(*) FROM persons WHERE id = ANY ($1::uuid[]) AND status = 'DELETED'"
        assert await runtime.database.pool.fetchval(gone, people) == 4
        for ref in refs:
            assert await counts(runtime, ref) == SeatCounts(0, 5, 4, 0)
    assert "could not be carried out" not in caplog.text
    await assert_reconciled(runtime)
