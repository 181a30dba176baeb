"""The demo's organisation: founded once, found ever after, and taken over from demos that were made before (B1)."""

import asyncio
from uuid import uuid4

import pytest

from domain.persons import PersonStatus
from domain.principals import Principal
from domain.seats import SeatCounts
from domain.workspaces import MemberRole, WorkspaceKind
from feed.topics import wallet_topic
from models.persons import Person
from models.workspaces import Member, Workspace
from services.demo import ADA, BO, LABS, LABS_ORGANISATION, load_demo
from services.leaving import leave_organisation
from services.memberships import start_plan
from services.reconciling import reconcile
from services.runtime import Runtime
from services.seats import seat_counts
from services.wallets import open_wallet
from tests.factories.buying import kinds_of, quota, refusal_of_use, subscription_of
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

QUOTA = 2_000


async def counts(runtime: Runtime) -> SeatCounts:
    async with runtime.database.pool.acquire() as connection:
        return await seat_counts(connection, LABS_ORGANISATION, runtime.clock())


async def test_b1_example_labs_is_an_organisation_with_ada_and_bo(runtime: Runtime) -> None:
    demo = await load_demo(runtime, "secret")
    members = {member.person_id: member.role for member in await Member.filter(workspace_id=LABS)}
    assert members == {ADA: MemberRole.ADMIN, BO: MemberRole.MEMBER}
    assert await counts(runtime) == SeatCounts(unallocated=3, allocated=2, pending_release=0, assignable=3)
    subscription = await subscription_of(runtime, LABS_ORGANISATION)
    assert (subscription.anchor, subscription.ends_at) == (NOW, NOW.replace(year=2027))
    for person in demo.people:
        assert await quota(runtime, person.wallets[LABS]) == (QUOTA, 0, QUOTA, 0)


async def test_it_is_made_once_whoever_asks_at_once(runtime: Runtime) -> None:
    first, second = await asyncio.gather(load_demo(runtime, "secret"), load_demo(runtime, "secret"))
    before = await content(runtime.database)
    assert await load_demo(runtime, "secret") == first == second
    assert await content(runtime.database) == before


async def test_what_people_made_of_it_stays(runtime: Runtime) -> None:
    await load_demo(runtime, "secret")
    bo: Principal = await make_user(runtime, BO)
    await leave_organisation(runtime, bo, LABS_ORGANISATION, "leave")
    await load_demo(runtime, "secret")
    assert await counts(runtime) == SeatCounts(unallocated=3, allocated=1, pending_release=1, assignable=3)


async def test_a_demo_without_an_organisation_is_taken_over(runtime: Runtime, clock: TestClock) -> None:
    """Workspace, members and wallets as they were made before there were organisations."""
    for person, name in ((ADA, "Ada"), (BO, "Bo")):
        await Person.create(id=person, display_name=name, status=PersonStatus.ACTIVE, created_at=NOW)
    await Workspace.create(id=LABS, kind=WorkspaceKind.ENTERPRISE, name="Example Labs", created_at=NOW)
    wallets = {}
    async with runtime.database.transaction() as connection:
        for person, role in ((ADA, "ADMIN"), (BO, "MEMBER")):
            await connection.execute(
                "INSERT INTO members VALUES ($1, $2, $3, $4, $5)", uuid4(), LABS, person, role, NOW
            )
            wallets[person] = await open_wallet(connection, LABS, person, runtime.clock)
            await start_plan(connection, wallets[person], runtime.catalog.plans["business"], runtime.clock)
    assert await refusal_of_use(runtime, wallets[BO], 300) is None
    clock.now = NOW.replace(day=20)
    with runtime.broker.listen(wallet_topic(wallets[BO])) as feed:
        demo = await load_demo(runtime, "secret")
        assert await feed.wait(0)
    assert {person.id: person.wallets[LABS] for person in demo.people} == wallets
    assert await counts(runtime) == SeatCounts(unallocated=3, allocated=2, pending_release=0, assignable=3)
    for wallet in wallets.values():
        assert await quota(runtime, wallet) == (QUOTA, 0, QUOTA, 0)
        assert "ALLOWANCE_ENDED" in await kinds_of(runtime, wallet)
    subscription = await subscription_of(runtime, LABS_ORGANISATION)
    ends = await runtime.database.pool.fetch(
        "SELECT DISTINCT ends_at FROM grants WHERE NOT closed AND wallet_id = ANY ($1)", [*wallets.values()]
    )
    assert [row["ends_at"] for row in ends] == [subscription.period(clock.now).end]
    assert {found.problems async for found in reconcile(runtime)} == {()}
