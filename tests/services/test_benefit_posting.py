"""Benefits of many at once (B9, B10): some with the payment, the rest by the worker, charges in between."""

import asyncio
from datetime import timedelta

import pytest

from domain.principals import Principal
from domain.refusals import RefusalCode
from services.automatic_renewals import set_automatic_renewal
from services.benefit_posting import WALLETS_PER_ROUND_MAX, WALLETS_WITH_A_CHANGE_MAX, post_benefits, post_more_benefits
from services.leaving import remove_member
from services.posting import Posted, Posting
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.buying import A_DAY, buy_renewal, buy_seats, kinds_of, last_number, quota, refusal_of_use
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, add_member, fill, locked, make_organisation
from tests.factories.statements import recorded
from tests.factories.usage import spend

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
QUOTA = 2_000
MEMBERS = 600

_MEMBER_OF = "SELECT id FROM members WHERE workspace_id = $1 AND person_id = $2"
_BEHIND = """
SELECT count(*) FROM wallets w JOIN subscriptions u USING (workspace_id)
WHERE u.id = $1 AND w.benefits_until IS DISTINCT FROM u.benefits_until
    AND w.suspended IS DISTINCT FROM 'MEMBERSHIP_ENDED'
"""
_POSTED = "SELECT benefits_posted = benefits_version FROM subscriptions WHERE id = $1"


@pytest.fixture
async def labs(runtime: Runtime) -> OrganisationRef:
    """An organisation of 601 people, at the end of its year."""
    ref = await make_organisation(runtime, seats=MEMBERS + 10)
    await fill(runtime, ref, MEMBERS)
    return ref


@pytest.fixture
async def ada(runtime: Runtime, labs: OrganisationRef) -> Principal:
    return await make_user(runtime, labs.admin_id)


async def behind(runtime: Runtime, ref: OrganisationRef) -> int:
    count: int = await runtime.database.pool.fetchval(_BEHIND, ref.subscription_id)
    return count


async def test_b10_some_with_the_payment_and_the_rest_in_bounded_batches(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    """While it goes on, charges go through, people join and leave; in the end everybody has what they should."""
    clock.now = ENDS_AT - 10 * A_DAY
    await buy_renewal(runtime, ada, labs.id, MEMBERS + 10)
    assert await behind(runtime, labs) == MEMBERS + 1 - WALLETS_WITH_A_CHANGE_MAX
    assert not await runtime.database.pool.fetchval(_POSTED, labs.subscription_id)
    removed, joined = labs.members[:3], []
    charging = [
        asyncio.ensure_future(runtime.poster.submit(Posting(spend(2), wallet.id))) for wallet in labs.members[3:203]
    ]
    rounds = 0
    while done := await post_more_benefits(runtime):
        assert done <= WALLETS_PER_ROUND_MAX
        rounds += 1
        if rounds <= len(removed):
            gone = removed[rounds - 1]
            member_id = await runtime.database.pool.fetchval(_MEMBER_OF, labs.workspace_id, gone.person_id)
            await remove_member(runtime, ada, labs.id, member_id, reason=None, key=f"remove {rounds}")
            joined.append(await add_member(runtime, labs, f"Late {rounds}"))
    assert 5 <= rounds <= 8
    assert {type(outcome) for outcome in await asyncio.gather(*charging)} == {Posted}
    assert await behind(runtime, labs) == 0
    assert await runtime.database.pool.fetchval(_POSTED, labs.subscription_id)
    clock.now = ENDS_AT
    for wallet in (labs.admin, *labs.members[3:8], labs.members[-1], *joined):
        assert await refusal_of_use(runtime, wallet.id, QUOTA) is None
    for wallet in removed:
        assert await refusal_of_use(runtime, wallet.id) is RefusalCode.MEMBERSHIP_ENDED
    assert {found.problems async for found in reconcile(runtime)} == {()}


async def test_b10_a_worker_that_is_killed_leaves_what_is_still_to_be_done(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - 10 * A_DAY
    await buy_renewal(runtime, ada, labs.id, MEMBERS + 10)
    left = await behind(runtime, labs)

    async def die() -> None:
        async with runtime.database.transaction() as connection:
            organisation = await locked(connection, labs.id)
            posted = await post_benefits(connection, organisation, runtime.clock, 10)
            assert (len(posted.wallets), posted.done) == (10, False)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await die()
    assert await behind(runtime, labs) == left
    while await post_more_benefits(runtime):
        pass
    assert await behind(runtime, labs) == 0
    number = await last_number(runtime, labs.members[-1].id)
    async with runtime.database.transaction() as connection:  # and again changes nothing
        again = await post_benefits(connection, await locked(connection, labs.id), runtime.clock)
    assert (again.wallets, again.done) == (frozenset(), True)
    assert await last_number(runtime, labs.members[-1].id) == number


async def test_b10_a_late_renewal_reaches_everybody(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT + 40 * A_DAY
    assert await refusal_of_use(runtime, labs.members[0].id) is RefusalCode.SUBSCRIPTION_EXPIRED
    await buy_renewal(runtime, ada, labs.id, MEMBERS + 10)
    while await post_more_benefits(runtime):
        pass
    granted = "SELECT count(DISTINCT wallet_id) FROM grants WHERE meter = 'chat_credit' AND starts_at = $1"
    assert await runtime.database.pool.fetchval(granted, clock.now) == MEMBERS + 1
    assert await quota(runtime, labs.members[-1].id) == (QUOTA, 0, QUOTA, 0)


async def test_posting_costs_a_known_number_of_statements(
    runtime: Runtime, clock: TestClock, labs: OrganisationRef, ada: Principal
) -> None:
    clock.now = ENDS_AT - 10 * A_DAY
    await buy_renewal(runtime, ada, labs.id, MEMBERS + 10)
    async with recorded(runtime.database.pool) as statements:
        await post_more_benefits(runtime)
    # which, BEGIN, lock, read, whom, three of posting, COMMIT: however many there are
    assert len(statements) == 9, statements


async def test_d5_switching_automatic_renewal_moves_everybodys_end(runtime: Runtime, clock: TestClock) -> None:
    ref = await make_organisation(runtime, members=2)
    ada = await make_user(runtime, ref.admin_id)
    await buy_seats(runtime, ada, ref.id, 1)
    number = await last_number(runtime, ref.members[0].id)
    await set_automatic_renewal(runtime, ada, ref.id, enabled=True, key="on")
    assert await kinds_of(runtime, ref.members[0].id, number) == ["BENEFITS_CHANGED"]
    clock.now = ENDS_AT + 6 * A_DAY
    assert await refusal_of_use(runtime, ref.members[0].id) is None
    clock.advance(timedelta(hours=1))
    await set_automatic_renewal(runtime, ada, ref.id, enabled=False, key="off")
    for wallet in (ref.admin, *ref.members):
        assert await refusal_of_use(runtime, wallet.id) is RefusalCode.SUBSCRIPTION_EXPIRED
    assert not await post_more_benefits(runtime)
    clock.advance(timedelta(days=10))  # the period that began with the days of grace still runs
    await buy_renewal(runtime, ada, ref.id, 5)
    assert await quota(runtime, ref.members[0].id) == (QUOTA, 1, QUOTA - 1, 0)
