"""Opening wallets and putting them on plans (F1, B8, C1)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from domain.commands import EndAllowance
from domain.refusals import Refusal, RefusalCode
from services.posting import Outcome, Posted
from services.runtime import Runtime
from services.wallets import open_wallet
from tests.factories.clock import TestClock
from tests.factories.persons import make_person
from tests.factories.tables import content
from tests.factories.usage import spend
from tests.factories.wallets import carry_out, make_wallet, open_in, subscribe
from tests.factories.workspaces import join, make_enterprise_workspace, make_personal_workspace

pytestmark = pytest.mark.anyio


def codes(outcomes: tuple[Outcome, ...]) -> list[RefusalCode | None]:
    return [outcome.code if isinstance(outcome, Refusal) else None for outcome in outcomes]


async def test_f1_there_is_one_wallet_per_person_and_workspace(runtime: Runtime) -> None:
    person = await make_person()
    home = await make_personal_workspace(person)
    wallet = await open_in(runtime, home, person)
    await carry_out(runtime, wallet.id)
    assert await open_in(runtime, home, person) == wallet
    labs = await make_enterprise_workspace()
    await join(labs, person)
    assert (await open_in(runtime, labs, person)).id != wallet.id


async def test_f1_opened_at_once_it_is_the_same(runtime: Runtime) -> None:
    person = await make_person()
    home = await make_personal_workspace(person)
    wallets = await asyncio.gather(*(open_in(runtime, home, person) for _ in range(8)))
    assert len(set(wallets)) == 1


async def test_b11_only_a_member_has_a_wallet(runtime: Runtime) -> None:
    labs, person = await make_enterprise_workspace(), await make_person()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await open_in(runtime, labs, person)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await open_in(runtime, uuid4(), person)


async def test_f1_a_wallet_that_is_found_keeps_what_it_has(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    clock.advance(timedelta(days=1))
    async with runtime.database.transaction() as connection:
        assert await open_wallet(connection, wallet.workspace_id, wallet.person_id, clock) == wallet.id
    (outcome,) = await carry_out(runtime, wallet.id, spend(10))
    assert isinstance(outcome, Posted)


async def test_b8_a_plan_is_given_once_a_period(runtime: Runtime, clock: TestClock) -> None:
    async def granted() -> list[tuple[str, int]]:
        rows = await runtime.database.pool.fetch(
            "SELECT meter, count(*) FROM grants WHERE wallet_id = $1 GROUP BY meter ORDER BY meter", wallet.id
        )
        return [tuple(row) for row in rows]

    wallet = await make_wallet(runtime)
    once = [("chat_credit", 1), ("coding_request", 1), ("work_token", 1)]
    assert codes((await subscribe(runtime, wallet.id, "plus")).outcomes) == [None]
    assert await granted() == once
    before = await content(runtime.database)
    assert codes((await subscribe(runtime, wallet.id, "plus")).outcomes) == [None]
    assert await content(runtime.database) == before
    for plan in ("free", "plus"):  # another amount waits for the next period, and so does what is given again
        await subscribe(runtime, wallet.id, plan)
        assert await granted() == once
    await carry_out(runtime, wallet.id, EndAllowance(1))
    clock.advance(timedelta(days=1))
    await subscribe(runtime, wallet.id, "plus")  # a new anchor is a new period
    assert await granted() == [("chat_credit", 2), *once[1:]]
    await subscribe(runtime, wallet.id, "free")
    assert await granted() == [("chat_credit", 2), *once[1:]]
