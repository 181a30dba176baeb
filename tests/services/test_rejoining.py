"""Coming back to an organisation: the seat and the rest of the quota within the period, anew after it (B8)."""

from datetime import timedelta

import pytest

from domain.seats import SeatCounts
from services.joining import Joined
from services.posting import Posted
from services.reconciling import reconcile
from services.runtime import Runtime
from services.seats import settle_seats
from tests.factories.clock import TestClock
from tests.factories.members import counts, leave, quota, remove, seat_of, settlement_of
from tests.factories.organisations import add_member, make_organisation, put_member
from tests.factories.usage import spend
from tests.factories.wallets import carry_out

pytestmark = pytest.mark.anyio

QUOTA = 2_000
MICROSECOND = timedelta(microseconds=1)


async def test_b8_back_in_the_same_period_it_is_that_seat_and_what_was_left(runtime: Runtime, clock: TestClock) -> None:
    ref = await make_organisation(runtime, seats=2, members=1)
    (bo,) = ref.members
    await carry_out(runtime, bo.id, spend(300))
    seat = await seat_of(runtime, bo)
    await remove(runtime, ref, bo)
    with pytest.raises(AssertionError, match="NO_SEAT_AVAILABLE"):  # nobody else can have it
        await add_member(runtime, ref)
    clock.now = await settlement_of(runtime, ref) - MICROSECOND
    back = await put_member(runtime, ref.id, bo.person_id)
    assert (back.seat_id, back.wallet_id) == (seat, bo.id)
    assert await quota(runtime, bo) == (QUOTA, 300, QUOTA - 300, 0)
    grants = "SELECT count(*) FROM entries WHERE wallet_id = $1 AND kind = 'GRANT' AND meter = 'chat_credit'"
    assert await runtime.database.pool.fetchval(grants, bo.id) == 1, "no second grant"
    assert await counts(runtime, ref) == SeatCounts(0, 2, 0, 0)
    (spent,) = await carry_out(runtime, bo.id, spend(QUOTA - 300))
    assert isinstance(spent, Posted)
    await assert_reconciled(runtime)


@pytest.mark.parametrize("settled", [False, True], ids=["in truth", "written by the worker"])
async def test_b8_after_the_settlement_it_is_a_normal_join(
    runtime: Runtime, clock: TestClock, *, settled: bool
) -> None:
    ref = await make_organisation(runtime, seats=3, members=1)
    (bo,) = ref.members
    await carry_out(runtime, bo.id, spend(300))
    seat = await seat_of(runtime, bo)
    await remove(runtime, ref, bo)
    clock.now = await settlement_of(runtime, ref) - MICROSECOND
    assert await settle_seats(runtime) == 0
    assert await counts(runtime, ref) == SeatCounts(1, 1, 1, 1), "what the administrator sees"
    clock.advance(MICROSECOND)
    if settled:
        assert await settle_seats(runtime) == 1
    assert await counts(runtime, ref) == SeatCounts(2, 1, 0, 2)
    first, second = await add_member(runtime, ref, "Cy"), await add_member(runtime, ref, "Di")
    assert seat in {await seat_of(runtime, first), await seat_of(runtime, second)}
    await leave(runtime, ref, second)
    clock.now = await settlement_of(runtime, ref)
    back: Joined = await put_member(runtime, ref.id, bo.person_id)
    assert back.wallet_id == bo.id
    assert await quota(runtime, bo) == (QUOTA, 0, QUOTA, 0), "the full quota of the new period"
    await assert_reconciled(runtime)


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []
