"""Reads: figures of this instant, and only what the caller may see (B11, F2)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.authorization import READ, WRITE
from domain.errors import Forbidden, Unauthenticated
from domain.meters import Pool
from domain.principals import ANONYMOUS, Caller, Principal
from services import reads
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.persons import make_person
from tests.factories.usage import A_DAY, hold, spend
from tests.factories.wallets import carry_out, give, make_colleague, make_wallet, open_in
from tests.factories.workspaces import leave, make_personal_workspace

pytestmark = pytest.mark.anyio

OPERATOR = Principal(Caller.OPERATOR, uuid4(), uuid4())


def a_service(workspace_id: UUID | None = None, *scopes: str) -> Principal:
    return Principal(Caller.SERVICE, uuid4(), uuid4(), frozenset(scopes or (READ,)), workspace_id)


async def test_f2_a_wallet_is_read_with_the_entry_that_it_is_true_at(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10, plan="free")
    await carry_out(runtime, wallet.id, spend(3), hold(2))
    viewer = await make_user(runtime, wallet.person_id)
    row = (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id]
    assert (row.id, row.workspace_id, row.person_id) == (wallet.id, wallet.workspace_id, wallet.person_id)
    assert (row.last_entry, row.at) == (8, NOW)
    figures = {(balance.meter, balance.allowance): balance for balance in row.balances}
    assert set(figures) == {("chat_credit", 1), ("work_token", 2), ("running_task", None), ("chat_credit", None)}
    quota, credits_ = figures["chat_credit", 1], figures["chat_credit", None]
    assert (quota.granted, quota.used, quota.held, quota.remaining) == (30_000, 0, 0, 30_000)
    assert (credits_.granted, credits_.used, credits_.held, credits_.remaining) == (10_000, 3_000, 2_000, 5_000)
    assert quota.resets_at is not None
    assert {number: (allowance.meter, allowance.pool) for number, allowance in row.allowances.items()} == {
        1: ("chat_credit", Pool.MAIN),
        2: ("work_token", Pool.MAIN),
    }


async def test_f10_what_is_due_is_written_before_it_is_read(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, plan="free")
    await give(runtime, wallet.id, 5, ends_at=NOW + A_DAY)
    await carry_out(runtime, wallet.id, hold(5, hold_for=timedelta(hours=1)))
    viewer = await make_user(runtime, wallet.person_id)
    before = (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id]
    clock.advance(timedelta(days=50))
    after = (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id]
    assert after.last_entry > before.last_entry
    quota, credits_ = after.balances[0], after.balances[-1]
    assert quota.resets_at is not None
    assert quota.resets_at > clock.now
    assert (quota.remaining, quota.held) == (30_000, 0)
    assert (credits_.held, credits_.remaining, credits_.lapsed) == (0, 0, 5_000)
    assert (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id] == after


async def test_f10_a_wallet_that_a_caller_may_not_see_is_not_advanced_for_it(
    runtime: Runtime, clock: TestClock
) -> None:
    wallet, stranger = await make_wallet(runtime), await make_user(runtime, await make_person())
    await give(runtime, wallet.id, 5, ends_at=NOW + timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    assert await reads.wallets(runtime, stranger, [wallet.id]) == {}
    assert await runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet.id) == 1


async def test_b11_the_viewers_workspaces_are_those_that_they_are_a_member_of(runtime: Runtime) -> None:
    person = await make_person()
    home = await open_in(runtime, await make_personal_workspace(person, "Zoe's"), person)
    work = await make_colleague(runtime, person_id=person)
    left = await make_colleague(runtime, person_id=person)
    await leave(left.workspace_id, person, NOW)
    other = await make_colleague(runtime)
    viewer = await make_user(runtime, person)
    spaces = await reads.workspaces_of_viewer(runtime, viewer)
    assert [(space.id, space.kind, space.role, space.wallet_id) for space in spaces] == [
        (home.workspace_id, "PERSONAL", "OWNER", home.id),
        (work.workspace_id, "ENTERPRISE", "MEMBER", work.id),
    ]
    asked = [home.workspace_id, work.workspace_id, left.workspace_id, other.workspace_id, uuid4()]
    assert set(await reads.workspaces(runtime, viewer, asked)) == {home.workspace_id, work.workspace_id}


async def test_b11_a_person_sees_their_own_and_a_service_its_workspace(runtime: Runtime, clock: TestClock) -> None:
    mine = await make_colleague(runtime, credits_=5)
    theirs = await make_colleague(runtime, mine.workspace_id, credits_=5)
    foreign = await make_wallet(runtime, credits_=5)
    gone = await make_colleague(runtime, person_id=mine.person_id, credits_=5)
    await leave(gone.workspace_id, mine.person_id, clock.now)
    everything = [mine, theirs, foreign, gone]
    tasks = {}
    for wallet in everything:
        task = hold(1)
        await carry_out(runtime, wallet.id, task)
        tasks[task.task_id] = wallet
    wallet_ids, people = [wallet.id for wallet in everything], [wallet.person_id for wallet in everything]
    for principal, visible in (
        (await make_user(runtime, mine.person_id), [mine]),
        (await make_user(runtime, foreign.person_id), [foreign]),
        (await make_user(runtime, await make_person()), []),
        (a_service(mine.workspace_id), [mine, theirs]),
        (a_service(uuid4()), []),
        (a_service(), everything),
    ):
        seen = {wallet.id for wallet in visible}
        assert set(await reads.wallets(runtime, principal, [*wallet_ids, uuid4()])) == seen
        assert set(await reads.running_tasks(runtime, principal, wallet_ids)) == seen
        found = await reads.tasks(runtime, principal, [*tasks, uuid4()])
        assert {wallet_id for wallet_id, _ in found.values()} == seen
        assert set(await reads.allowances(runtime, principal, wallet_ids)) == set()
        names = set(await reads.persons(runtime, principal, people))
        assert names == {wallet.person_id for wallet in visible} | ({principal.person_id} & set(people))


async def test_f4_running_tasks_come_oldest_first_and_resolved_ones_not_at_all(
    runtime: Runtime, clock: TestClock
) -> None:
    wallet, tasks = await make_wallet(runtime, credits_=50), [hold(1) for _ in range(4)]
    for task in tasks:
        await carry_out(runtime, wallet.id, task)
        clock.advance(timedelta(hours=7))  # the first one times out at 24 hours
    await reads.wallets(runtime, a_service(), [wallet.id])
    running = await reads.running_tasks(runtime, a_service(), [wallet.id])
    assert [task.id for task in running[wallet.id]] == [task.task_id for task in tasks[1:]]
    found = await reads.tasks(runtime, a_service(), [tasks[0].task_id])
    assert found[tasks[0].task_id][1].status == "TIMED_OUT"


async def test_c1_allowances_are_all_that_ever_were(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, plan="plus")
    viewer = await make_user(runtime, wallet.person_id)
    found = (await reads.allowances(runtime, viewer, [wallet.id]))[wallet.id]
    assert [(number, found[number].meter, found[number].pool) for number in sorted(found)] == [
        (1, "chat_credit", Pool.MAIN),
        (2, "work_token", Pool.MAIN),
        (3, "coding_request", Pool.MAIN),
        (4, "coding_request", Pool.WINDOW),
    ]


async def test_g1_nobody_reads_nothing_and_a_service_needs_its_scope(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime)
    for read in (reads.wallets, reads.running_tasks, reads.workspaces, reads.persons):
        with pytest.raises(Unauthenticated):
            await read(runtime, ANONYMOUS, [wallet.id])
        with pytest.raises(Forbidden):
            await read(runtime, a_service(None, WRITE), [wallet.id])
        if read is not reads.persons:
            with pytest.raises(Forbidden):
                await read(runtime, OPERATOR, [wallet.id])
    with pytest.raises(Unauthenticated):
        await reads.workspaces_of_viewer(runtime, ANONYMOUS)
    with pytest.raises(Unauthenticated):
        await reads.tasks(runtime, ANONYMOUS, [uuid4()])


async def test_g1_a_service_reads_its_own_account(runtime: Runtime) -> None:
    service = await make_service(runtime)
    assert await reads.service_account(runtime, service) == (service.subject, "Chat back end")
    assert await reads.service_account(runtime, replace(service, subject=uuid4())) is None
    assert await reads.service_account(runtime, await make_user(runtime, await make_person())) is None
    assert await reads.workspaces_of_viewer(runtime, service) == ()
