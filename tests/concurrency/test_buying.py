"""Buying under a race: bounds hold, whoever pays gets what was bought once, charges find their place (B2, B10, D8)."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InvalidInput
from domain.orders import PaymentMethod
from domain.payments import PaymentVerdict
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from models.workspaces import Member
from services import benefit_posting
from services.automatic_renewals import set_automatic_renewal
from services.leaving import remove_member
from services.orders import OrderRow
from services.payments import report_payment
from services.posting import Posting
from services.renewals import order_renewal
from services.runtime import Runtime
from services.seat_purchases import order_seats
from services.seats import seat_counts
from tests.concurrency.racing import RACERS, ROUNDS, assert_reconciled, at_once
from tests.factories.buying import A_DAY, CHECKOUT, attend, order_of, refusal_of_use
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, add_member, fill, make_organisation
from tests.factories.payments import paid
from tests.factories.usage import spend

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
SEATS_MAX = 15


def bounded(runtime: Runtime) -> None:
    """Let organisations have at most 15 seats."""
    policies = replace(runtime.catalog.policies, seats_max=SEATS_MAX)
    object.__setattr__(runtime, "catalog", replace(runtime.catalog, policies=policies))


async def administrators(runtime: Runtime, ref: OrganisationRef) -> list[Principal]:
    """Both administrators of an organisation with one member."""
    await runtime.database.pool.execute("UPDATE members SET role = 'ADMIN' WHERE workspace_id = $1", ref.workspace_id)
    return [await make_user(runtime, person) for person in (ref.admin_id, ref.members[0].person_id)]


async def seats_of(runtime: Runtime, ref: OrganisationRef) -> int:
    async with runtime.database.pool.acquire() as connection:
        return (await seat_counts(connection, ref.id, runtime.clock())).total


async def test_b2_two_administrators_buy_the_last_seats_of_the_last_day(
    runtime: Runtime, processes: list[Runtime], clock: TestClock
) -> None:
    """Fifty at once order a seat each, ten of them the last ones; then all is paid at once, twice."""
    rng = random.Random(7)
    for process in (runtime, *processes):
        bounded(process)
    for _ in range(ROUNDS):
        clock.now = NOW
        ref = await make_organisation(runtime, members=1)
        buyers = await administrators(runtime, ref)
        clock.now = ENDS_AT - timedelta(hours=1)

        async def order(racer: int, buyers: list[Principal], ref: OrganisationRef) -> OrderRow | None:
            process, buyer = processes[racer % len(processes)], buyers[racer % len(buyers)]
            try:
                done = await order_seats(process, buyer, ref.id, 1, method=CHECKOUT, key=str(racer))
            except InvalidInput:
                return None
            return await order_of(process, done)

        placed = await at_once(rng, [order(racer, buyers, ref) for racer in range(RACERS)])
        orders = [each for each in placed if each]
        assert len(orders) == SEATS_MAX - 5
        assert {each.total_minor for each in orders} == {99}  # 360.00 / 365
        reports = [paid(each, f"{each.reference}{n}", at=clock.now) for each in orders for n in range(2)]
        heard = await at_once(rng, [report_payment(processes[n % 3], report) for n, report in enumerate(reports)])
        verdicts = [outcome.verdict for outcome in heard]
        assert verdicts.count(PaymentVerdict.APPLIED) == verdicts.count(PaymentVerdict.ALREADY_PAID) == len(orders)
        assert await seats_of(runtime, ref) == SEATS_MAX


async def test_b10_d8_a_renewal_that_is_reported_fifty_times_is_one_term(
    runtime: Runtime, processes: list[Runtime], clock: TestClock
) -> None:
    rng = random.Random(7)
    for number in range(ROUNDS):
        clock.now = NOW
        ref = await make_organisation(runtime, members=1)
        buyers = await administrators(runtime, ref)
        clock.now = ENDS_AT - A_DAY
        orders = await at_once(
            rng,
            [
                order_renewal(
                    processes[n % 3], buyers[n % 2], ref.id, 5, method=PaymentMethod.BANK_TRANSFER, key=str(n)
                )
                for n in range(6)
            ],
        )
        placed = [done for done in orders if done.result.order_id]
        assert [done.result.refused.code for done in orders if done.result.refused] == [RefusalCode.TOO_MANY_OPEN] * 5
        order = await order_of(runtime, placed[0])
        reports = [paid(order, f"evt{number}_{n % 10}", at=clock.now) for n in range(RACERS)]
        heard = await at_once(rng, [report_payment(processes[n % 3], report) for n, report in enumerate(reports)])
        assert [outcome.verdict for outcome in heard].count(PaymentVerdict.APPLIED) == 1
        terms = "SELECT count(*) FROM subscription_terms WHERE subscription_id = $1"
        assert await runtime.database.pool.fetchval(terms, ref.subscription_id) == 2


async def test_b10_a_renewal_beside_the_members_charges(
    runtime: Runtime, processes: list[Runtime], clock: TestClock
) -> None:
    """Each charge is refused because it came before the renewal, or carried out; none is lost or counted twice."""
    rng, accepted = random.Random(7), 0
    for _ in range(ROUNDS):
        clock.now = NOW
        ref = await make_organisation(runtime, members=1)
        members = [*ref.members, await add_member(runtime, ref), await add_member(runtime, ref, "Cleo"), ref.admin]
        admin = await make_user(runtime, ref.admin_id)
        clock.now = ENDS_AT + 20 * A_DAY
        order = await order_of(runtime, await order_renewal(runtime, admin, ref.id, 5, method=CHECKOUT, key="k"))

        async def charge(racer: int) -> list[RefusalCode | None]:
            wallet, codes = members[racer % len(members)], []  # noqa: B023 - awaited within the round
            for _ in range(5):
                outcome = await processes[racer % 3].poster.submit(Posting(spend(1), wallet.id))
                codes.append(outcome.code if isinstance(outcome, Refusal) else None)
            return codes

        async def renew() -> list[RefusalCode | None]:
            await report_payment(processes[0], paid(order, at=clock.now))  # noqa: B023 - as above
            return []

        racers = await at_once(rng, [renew(), *(charge(racer) for racer in range(RACERS - 1))])
        for codes in racers:  # once it is renewed, it stays so
            assert codes == sorted(codes, key=lambda code: code is None)
            assert set(codes) <= {None, RefusalCode.SUBSCRIPTION_EXPIRED}
        used = "SELECT sum(used) FROM grants WHERE wallet_id = ANY ($1) AND starts_at = $2 AND meter = 'chat_credit'"
        total = await runtime.database.pool.fetchval(used, [wallet.id for wallet in members], clock.now)
        accepted += sum(codes.count(None) for codes in racers)
        assert (total or 0) == sum(codes.count(None) for codes in racers) * 1_000
    assert accepted, "some came after it"
    await attend(runtime)
    await assert_reconciled(runtime)


async def test_b7_b10_a_renewal_beside_removals_and_the_worker(
    runtime: Runtime, processes: list[Runtime], clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is removed meanwhile has nothing in the end, whoever stays has everything."""
    monkeypatch.setattr(benefit_posting, "WALLETS_PER_ROUND_MAX", 4)
    rng = random.Random(7)
    for _ in range(ROUNDS):
        clock.now = NOW
        ref = await make_organisation(runtime, seats=RACERS)
        members = await fill(runtime, ref, RACERS - 1)
        admin = await make_user(runtime, ref.admin_id)
        await set_automatic_renewal(runtime, admin, ref.id, enabled=True, key="on")
        removals = RACERS - 1 - len(processes)
        gone, stay = members[:removals], [*members[removals:], ref.admin]
        clock.now = ENDS_AT - A_DAY
        order = await order_of(runtime, await order_renewal(runtime, admin, ref.id, RACERS, method=CHECKOUT, key="k"))
        ids = [(await Member.get(workspace_id=ref.workspace_id, person_id=each.person_id)).id for each in gone]
        await at_once(
            rng,
            [
                report_payment(processes[0], paid(order, at=clock.now)),
                *(
                    remove_member(processes[n % len(processes)], admin, ref.id, id_, reason=None, key=str(n))
                    for n, id_ in enumerate(ids)
                ),
                *(attend(process) for process in processes),
            ],
        )
        await attend(runtime)
        clock.now = ENDS_AT + A_DAY
        assert [await refusal_of_use(runtime, wallet.id) for wallet in stay] == [None] * (1 + len(processes))
        assert {await refusal_of_use(runtime, wallet.id) for wallet in gone} == {RefusalCode.MEMBERSHIP_ENDED}
    await assert_reconciled(runtime)
