"""Limits that hold together (C5): what plans set is stored, shown, enforced and read alike; it costs no statement."""

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from domain.balances import Balance
from domain.benefits import Benefits, SuspensionReason
from domain.commands import SetBenefits, SuspendBenefits
from domain.meters import RUNNING_TASK, Pool
from domain.principals import Principal
from domain.refusals import LimitState, Refusal, RefusalCode
from feed.events import Snapshot
from feed.log import snapshot
from services import history, reads
from services.benefits import plan_benefits
from services.posting import Outcome, Posted
from services.reconciling import reconcile_wallet
from services.runtime import Runtime
from services.tasks import cancel_task, start_task
from services.usage import consume
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.organisations import make_organisation
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import chat, coding
from tests.factories.wallets import WalletRef, carry_out, give, make_wallet, subscribe

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


@pytest.fixture
async def service(runtime: Runtime) -> Principal:
    return await make_service(runtime)


async def started(runtime: Runtime, service: Principal, wallet: WalletRef, count: int) -> list[Posted]:
    found = [await start_task(runtime, service, chat(wallet.id), f"start {number}") for number in range(count)]
    return [posted(outcome) for outcome in found]


def posted(outcome: Outcome) -> Posted:
    assert isinstance(outcome, Posted), outcome
    return outcome


async def figures(runtime: Runtime, wallet: WalletRef) -> tuple[Balance, ...]:
    viewer = await make_user(runtime, wallet.person_id)
    return (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id].balances


async def column(runtime: Runtime, wallet: WalletRef) -> int | None:
    most: int | None = await runtime.database.pool.fetchval(
        "SELECT concurrency_max FROM wallets WHERE id = $1", wallet.id
    )
    return most


def running(rows: tuple[Balance, ...]) -> list[Balance]:
    return [row for row in rows if row.pool is Pool.CONCURRENCY]


async def test_c1_c5_a_plan_sets_how_many_tasks_may_run(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime)
    assert (await column(runtime, wallet), running(await figures(runtime, wallet))) == (None, [])
    for plan, most in (("free", 3), ("plus", 30)):
        await subscribe(runtime, wallet.id, plan)
        assert await column(runtime, wallet) == most
        expected = Balance(RUNNING_TASK, Pool.CONCURRENCY, None, most * 1_000, 0, 0, most * 1_000, 0)
        assert running(await figures(runtime, wallet)) == [expected]
    await carry_out(runtime, wallet.id, SuspendBenefits(SuspensionReason.SUBSCRIPTION_EXPIRED))
    assert await column(runtime, wallet) == 30
    await carry_out(runtime, wallet.id, SetBenefits((), None))
    assert (await column(runtime, wallet), running(await figures(runtime, wallet))) == (None, [])
    assert (await reconcile_wallet(runtime, wallet.id)).problems == ()


async def test_c5_f2_gate_query_feed_history_and_refusal_show_the_same(
    runtime: Runtime, service: Principal, clock: TestClock
) -> None:
    wallet = await make_wallet(runtime, plan="free")
    await started(runtime, service, wallet, 3)
    refused = await start_task(runtime, service, chat(wallet.id), "one more")
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.CONCURRENCY_LIMIT_REACHED
    assert refused.limits == (LimitState(RUNNING_TASK, Pool.CONCURRENCY, 3_000, 0, 3_000, 0, NOW + DAY),)
    rows = await figures(runtime, wallet)
    assert running(rows) == [
        Balance(RUNNING_TASK, Pool.CONCURRENCY, None, 3_000, 0, 3_000, 0, 0, None, refused.limits[0].resets_at)
    ]
    async with runtime.database.transaction() as connection:
        followed = await snapshot(connection, wallet.id)
    assert isinstance(followed, Snapshot)
    assert (followed.balances, followed.benefits) == (rows, Benefits(None, None, 3))
    viewer = await make_user(runtime, wallet.person_id)
    past = await history.balances_at(runtime, viewer, [wallet.id], instant=clock.now)
    assert past[wallet.id].balances == rows
    clock.advance(DAY)
    assert (running(await figures(runtime, wallet))[0].held, await column(runtime, wallet)) == (0, 3)
    assert (await reconcile_wallet(runtime, wallet.id)).problems == ()


async def test_c5_every_exhausted_limit_is_named_in_order(runtime: Runtime, service: Principal) -> None:
    wallet = await make_wallet(runtime)
    plan = runtime.catalog.plans["plus"]
    await carry_out(runtime, wallet.id, replace(plan_benefits(plan), concurrency_max=1))
    await started(runtime, service, wallet, 1)
    for number in range(5):
        outcome = await consume(runtime, service, coding(wallet.id, 20), f"use {number}")
        posted(outcome)
    refused = await start_task(runtime, service, coding(wallet.id, 1), "k")
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.WINDOW_LIMIT_REACHED
    rows = {row.pool: row for row in await figures(runtime, wallet) if row.meter in ("coding_request", RUNNING_TASK)}
    assert refused.limits == tuple(
        LimitState(row.meter, pool, row.granted, row.used, row.held, row.remaining, row.resets_at)
        for pool in (Pool.WINDOW, Pool.CONCURRENCY)
        for row in [rows[pool]]
    )


async def test_c5_c6_a_refusal_costs_nothing_and_room_comes_back(runtime: Runtime, service: Principal) -> None:
    wallet = await make_wallet(runtime, plan="free")
    tasks = await started(runtime, service, wallet, 3)
    before = await figures(runtime, wallet)
    for number in range(3):
        assert isinstance(await start_task(runtime, service, chat(wallet.id), f"no {number}"), Refusal)
    assert await figures(runtime, wallet) == before
    posted(await consume(runtime, service, chat(wallet.id), "in one step"))
    entry = tasks[0].entry
    assert entry
    assert entry.task
    posted(await cancel_task(runtime, service, entry.task.id, "cancel"))
    posted(await start_task(runtime, service, chat(wallet.id), "again"))


async def test_c5_members_have_the_limit_of_their_organisations_plan(runtime: Runtime) -> None:
    ref = await make_organisation(runtime)
    found = await runtime.database.pool.fetch(
        "SELECT DISTINCT concurrency_max FROM wallets WHERE workspace_id = $1", ref.workspace_id
    )
    assert [row["concurrency_max"] for row in found] == [runtime.catalog.plans["business"].concurrency_max]


async def test_c5_the_database_refuses_a_limit_of_nothing(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, plan="free")
    before = await content(runtime.database)
    with pytest.raises(asyncpg.CheckViolationError):
        await runtime.database.pool.execute("UPDATE wallets SET concurrency_max = 0 WHERE id = $1", wallet.id)
    assert await content(runtime.database) == before


async def test_c5_a_limit_costs_no_statement(runtime: Runtime, service: Principal) -> None:
    free, limited = await make_wallet(runtime), await make_wallet(runtime, plan="plus")
    await give(runtime, free.id, 10)
    counts = []
    for wallet in (free, limited):
        async with recorded(runtime.database.pool) as statements:
            posted(await start_task(runtime, service, chat(wallet.id), f"k{wallet.id}"))
        counts.append(len(statements))
    assert counts[0] == counts[1]
