"""Benefits and enterprise wallets: what is stored, read, refused, recorded and woken (B7–B10, B13, B14)."""

from collections.abc import Collection
from contextlib import aclosing
from datetime import datetime, timedelta

import pytest

from domain.benefits import Benefits, SuspensionReason
from domain.commands import Advance, CompleteTask, SetBenefits, StartAllowance, SuspendBenefits
from domain.entries import EntryKind
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from feed.events import Snapshot
from feed.topics import wallet_topic, workspace_topic
from services import history, reads, tasks, usage
from services.feed import follow
from services.poster import Poster
from services.posting import Posted, Posting, post
from services.reconciling import reconcile_wallet
from services.runtime import Runtime
from services.usage import UsageReport
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.usage import chat, hold, spend
from tests.factories.wallets import CREDIT, WalletRef, carry_out, credits_grant, give, make_colleague, make_wallet

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = Cycle(CycleUnit.MONTHS, 1)
EXPIRED, ENDED = SuspensionReason.SUBSCRIPTION_EXPIRED, SuspensionReason.MEMBERSHIP_ENDED


def seat(amount: int = 100, until: datetime | None = NOW + 365 * DAY, *, version: int = 1) -> SetBenefits:
    """What a seat gives: so many credits a month, for a year."""
    source = f"plan:business@{version}"
    return SetBenefits((StartAllowance(CREDIT, Pool.MAIN, amount * 1_000, MONTH, source, anchor=NOW),), until)


async def stored(runtime: Runtime, wallet: WalletRef) -> tuple[datetime | None, str | None, datetime | None]:
    row = await runtime.database.pool.fetchrow(
        "SELECT benefits_until, suspended, next_due_at FROM wallets WHERE id = $1", wallet.id
    )
    assert row
    return row["benefits_until"], row["suspended"], row["next_due_at"]


async def test_b7_b8_the_columns_follow_the_entries(runtime: Runtime) -> None:
    wallet = await make_colleague(runtime)
    assert await stored(runtime, wallet) == (None, None, None)
    until, reset = NOW + 20 * DAY, datetime.fromisoformat("2026-02-15T12:00Z")
    await carry_out(runtime, wallet.id, seat(until=until))
    assert await stored(runtime, wallet) == (until, None, until)
    await carry_out(runtime, wallet.id, spend(30), SuspendBenefits(ENDED))
    assert await stored(runtime, wallet) == (until, "MEMBERSHIP_ENDED", reset)
    await carry_out(runtime, wallet.id, seat())
    assert await stored(runtime, wallet) == (NOW + 365 * DAY, None, reset)
    viewer = await make_user(runtime, wallet.person_id)
    row = (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id]
    assert row.benefits == Benefits(NOW + 365 * DAY)
    assert [(each.used, each.remaining, each.lapsed) for each in row.balances] == [(30_000, 70_000, 0)]
    assert (await reconcile_wallet(runtime, wallet.id)).problems == ()


async def test_b10_whoever_reads_after_the_end_reads_that_it_is_over(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat(until=NOW + 20 * DAY))
    clock.advance(21 * DAY)
    viewer = await make_user(runtime, wallet.person_id)
    row = (await reads.wallets(runtime, viewer, [wallet.id]))[wallet.id]
    assert (row.benefits, row.at) == (Benefits(NOW + 20 * DAY, EXPIRED), NOW + 20 * DAY)
    assert [(each.remaining, each.lapsed) for each in row.balances] == [(0, 100_000)]
    assert (await reconcile_wallet(runtime, wallet.id)).problems == ()


async def test_b9_a_changed_allowance_is_stored_with_its_new_amount_and_source(runtime: Runtime) -> None:
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat(), seat(200, version=2))
    rows = await runtime.database.pool.fetch("SELECT number, amount, source FROM allowances")
    assert [tuple(row) for row in rows] == [(1, 200_000, "plan:business@2")]
    assert (await reconcile_wallet(runtime, wallet.id)).problems == ()


async def test_f5_setting_what_is_set_writes_nothing(runtime: Runtime) -> None:
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat())
    async with runtime.database.transaction() as connection:
        batch = await post(connection, [Posting(seat(), wallet.id)], runtime.clock)
    assert (batch.changed, batch.workspaces) == (frozenset(), frozenset())
    assert [outcome.entry for outcome in batch.outcomes if isinstance(outcome, Posted)] == [None]


async def test_f12_the_past_of_a_suspended_wallet(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat(until=NOW + 100 * DAY))
    clock.advance(200 * DAY)  # three missed periods, then the end, then nothing more
    viewer = await make_user(runtime, wallet.person_id)
    seen = {}
    for days in (10, 40, 99, 101, 150):
        row = (await history.balances_at(runtime, viewer, [wallet.id], instant=NOW + days * DAY))[wallet.id]
        (quota,) = row.balances
        seen[days] = (quota.remaining, quota.lapsed, quota.resets_at is not None)
    assert seen == {
        10: (100_000, 0, True),
        40: (100_000, 0, True),
        99: (100_000, 0, True),
        101: (0, 100_000, True),
        150: (0, 100_000, False),
    }


async def test_f12_a_missed_period_had_the_amount_of_its_time(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat())
    clock.advance(100 * DAY)
    await carry_out(runtime, wallet.id, seat(200))
    clock.advance(100 * DAY)
    viewer = await make_user(runtime, wallet.person_id)
    granted = []
    for days in (10, 40, 99, 110, 140, 190, 200):
        row = (await history.balances_at(runtime, viewer, [wallet.id], instant=NOW + days * DAY))[wallet.id]
        granted.append(row.balances[0].granted)
    assert granted == [100_000] * 4 + [200_000] * 3


async def test_f8_a_snapshot_says_whether_quotas_can_be_used(runtime: Runtime) -> None:
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat(), SuspendBenefits(EXPIRED))
    viewer = await make_user(runtime, wallet.person_id)
    async with aclosing(await follow(runtime, viewer, wallet.workspace_id, None)) as events:
        snapshot = await anext(events)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.benefits == Benefits(NOW + 365 * DAY, EXPIRED)


@pytest.mark.parametrize("surface", [each for each in Surface if each is not Surface.WEB])
async def test_b13_an_enterprise_wallet_is_charged_on_the_web_alone(runtime: Runtime, surface: Surface) -> None:
    wallet, service = await make_colleague(runtime, credits_=5), await make_service(runtime)
    report = UsageReport(wallet.id, "chat-message", 1_000, surface)
    for key, verb in (("consume", usage.consume), ("task", tasks.start_task)):
        first = await verb(runtime, service, report, key)
        assert isinstance(first, Refusal)
        assert (first.code, first.field) == (RefusalCode.PLATFORM_NOT_SUPPORTED, ("surface",))
        assert first.facts == {"surfaces": "WEB"}
        assert "WEB" in first.message
        assert "personal workspace" in first.message
        assert await verb(runtime, service, report, key) == first
    kept = await runtime.database.pool.fetch("SELECT code, wallet_id, caller FROM refusals")
    assert {tuple(row) for row in kept} == {("PLATFORM_NOT_SUPPORTED", wallet.id, service.subject)}
    assert await runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet.id) == 1
    personal = await make_wallet(runtime, credits_=5)
    report = UsageReport(personal.id, "chat-message", 1_000, surface)
    assert isinstance(await usage.consume(runtime, service, report, "at home"), Posted)


async def test_b13_what_is_due_is_written_before_it_is_refused(runtime: Runtime, clock: TestClock) -> None:
    wallet, service = await make_colleague(runtime), await make_service(runtime)
    await carry_out(runtime, wallet.id, credits_grant(5, ends_at=NOW + HOUR))
    clock.advance(2 * HOUR)
    report = UsageReport(wallet.id, "chat-message", 1_000, Surface.MOBILE)
    assert isinstance(await usage.consume(runtime, service, report, "k"), Refusal)
    kinds = await runtime.database.pool.fetch("SELECT kind, caller FROM entries ORDER BY number")
    assert [tuple(row) for row in kinds] == [("GRANT", None), ("EXPIRE", None)]


async def test_b13_without_a_policy_nothing_works_in_an_enterprise_wallet(runtime: Runtime) -> None:
    wallet = await make_colleague(runtime, credits_=5)
    command = spend()
    (outcome,) = await carry_out(runtime, wallet.id, type(command)(command.usage, command.rule))
    assert isinstance(outcome, Refusal)


async def test_b14_usage_in_an_enterprise_wallet_is_recorded_as_private(runtime: Runtime) -> None:
    task = hold(2)
    for wallet, private in (
        (await make_colleague(runtime, credits_=9), True),
        (await make_wallet(runtime, credits_=9), False),
    ):
        outcomes = await carry_out(runtime, wallet.id, spend(), hold(1, task.task_id))
        outcomes += await carry_out(runtime, wallet.id, CompleteTask(task.task_id, 1_000))
        consumed, held, settled = (outcome.entry for outcome in outcomes if isinstance(outcome, Posted))
        assert consumed
        assert consumed.receipt
        assert consumed.receipt.usage.private is private
        assert held
        assert held.task
        assert held.task.usage.private is private
        assert settled
        assert settled.receipt
        assert settled.receipt.usage.private is private
        task = hold(2)


async def test_b7_a_former_member_is_refused_and_the_refusal_kept(runtime: Runtime) -> None:
    wallet, service = await make_colleague(runtime, credits_=5), await make_service(runtime)
    await carry_out(runtime, wallet.id, seat(), SuspendBenefits(ENDED))
    outcome = await usage.consume(runtime, service, chat(wallet.id), "k")
    assert isinstance(outcome, Refusal)
    assert outcome.code is RefusalCode.MEMBERSHIP_ENDED
    assert await runtime.database.pool.fetchval("SELECT code FROM refusals") == "MEMBERSHIP_ENDED"


async def test_f9_the_overview_of_an_enterprise_workspace_is_woken_with_its_wallets(runtime: Runtime) -> None:
    colleague, person = await make_colleague(runtime, credits_=5), await make_wallet(runtime, credits_=5)
    woken: list[Collection[str]] = []

    async def wake(topics: Collection[str]) -> None:
        woken.append(sorted(topics))

    poster = Poster(runtime.database, runtime.clock, wake)
    for wallet in (colleague, person):
        assert isinstance(await poster.submit(Posting(spend(), wallet.id)), Posted)
    assert isinstance(await poster.submit(Posting(spend(50), colleague.id)), Refusal)
    await poster.submit(Posting(Advance(), colleague.id))
    await poster.stop()
    assert woken == [
        sorted([wallet_topic(colleague.id), workspace_topic(colleague.workspace_id)]),
        [wallet_topic(person.id)],
    ]


async def test_b10_many_members_are_one_batch(runtime: Runtime) -> None:
    first = await make_colleague(runtime)
    wallets = [first, *[await make_colleague(runtime, first.workspace_id) for _ in range(5)]]
    async with runtime.database.transaction() as connection:
        batch = await post(connection, [Posting(seat(), wallet.id) for wallet in wallets], runtime.clock)
    assert batch.changed == {wallet.id for wallet in wallets}
    assert batch.workspaces == {first.workspace_id}
    await give(runtime, first.id, 5)
    kinds = await runtime.database.pool.fetch("SELECT kind, count(*) FROM entries GROUP BY kind")
    assert {row["kind"]: row["count"] for row in kinds} == {
        EntryKind.ALLOWANCE_STARTED: 6,
        EntryKind.BENEFITS_CHANGED: 6,
        EntryKind.GRANT: 7,
    }
