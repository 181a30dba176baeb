"""Usage history (F12): sums and tail together are every charge once, by any facts, hours and days, in any zone."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InvalidInput
from domain.principals import Principal
from domain.usage_history import Span
from domain.usage_history import UsageGrouping as By
from services import usage_history
from services.runtime import Runtime
from services.usage_history import UsageAsked, UsageRow, wallet_usage, workspace_usage
from tests.factories.charges import charge_at, roll_up_all, straight_sums
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.statements import recorded
from tests.factories.usage import spend
from tests.factories.wallets import WalletRef, carry_out, give, make_colleague, make_wallet
from tests.factories.workspaces import leave

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GROUPINGS = (
    frozenset[By](),
    frozenset({By.HOUR}),
    frozenset({By.DAY}),
    frozenset({By.DAY, By.PRODUCT}),
    frozenset({By.HOUR, By.PRODUCT, By.SURFACE, By.CLIENT, By.API_KEY}),
    frozenset({By.API_KEY, By.CLIENT}),
    frozenset({By.TASK, By.PRODUCT}),
)
BERLIN = datetime(2026, 3, 27, 12, tzinfo=UTC)
"""Two days before its clocks go forward."""
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")


async def owner(runtime: Runtime, zone: str = "UTC") -> tuple[WalletRef, Principal]:
    wallet = await make_wallet(runtime)
    await runtime.database.pool.execute("UPDATE persons SET time_zone = $2 WHERE id = $1", wallet.person_id, zone)
    return wallet, await make_user(runtime, wallet.person_id)


def keyed(row: UsageRow, asked: UsageAsked, zone: str) -> tuple[object, ...]:
    """What `straight_sums` would call a row."""
    start = row.start or NOW
    facts = {
        By.HOUR: start.isoformat(),
        By.DAY: start.astimezone(ZoneInfo(zone)).date().isoformat(),
        By.PRODUCT: row.product,
        By.SURFACE: row.surface,
        By.CLIENT: row.client,
        By.API_KEY: row.credential,
        By.TASK: row.task_id,
    }
    return (row.meter, *(facts[name] for name in facts if name in asked.by))


async def check(runtime: Runtime, viewer: Principal, wallet: WalletRef, asked: UsageAsked, zone: str = "UTC") -> int:
    """Compare an answer with the entries; return how many charges it is about."""
    rows = await wallet_usage(runtime, viewer, wallet.id, asked)
    expected = await straight_sums(runtime, wallet.id, Span(asked.start, asked.end), asked.by, zone)
    found = {keyed(row, asked, zone): (row.quantity, row.charged, row.charges) for row in rows}
    assert len(found) == len(rows)
    products = By.PRODUCT in asked.by
    assert found == {key: (quantity if products else None, *more) for key, (quantity, *more) in expected.items()}
    return sum(row.charges for row in rows)


@pytest.mark.parametrize(("seed", "zone"), list(enumerate(ZONES)))
async def test_f12_sums_and_tail_are_every_charge_once(
    runtime: Runtime, clock: TestClock, seed: int, zone: str
) -> None:
    random_ = random.Random(seed)
    wallet, viewer = await owner(runtime, zone)
    instants = sorted(BERLIN + random_.random() * 12 * DAY for _ in range(80))
    for batch in (instants[:30], instants[30:60]):
        await charge_at(runtime, clock, wallet.id, batch, random_)
        await roll_up_all(runtime)
    await charge_at(runtime, clock, wallet.id, instants[60:], random_)  # after the mark
    clock.now = BERLIN + 13 * DAY
    for by in GROUPINGS:
        start = BERLIN + random_.random() * DAY
        assert await check(runtime, viewer, wallet, UsageAsked(start, start + 11 * DAY, by), zone)
        whole = BERLIN.replace(hour=0)
        assert await check(runtime, viewer, wallet, UsageAsked(whole, whole + 14 * DAY, by), zone) == 80
        near = UsageAsked(instants[20], instants[20] + timedelta(minutes=20), by)
        assert await check(runtime, viewer, wallet, near, zone)
        split = UsageAsked(instants[10], instants[70], by)
        assert await check(runtime, viewer, wallet, split, zone) == 60


async def test_f12_answers_stay_exact_while_workers_sum_up(runtime: Runtime, clock: TestClock) -> None:
    random_ = random.Random(7)
    wallet, viewer = await owner(runtime)
    asked = UsageAsked(NOW, NOW + DAY, frozenset({By.HOUR, By.PRODUCT}))
    for turn in range(4):
        instants = [NOW + turn * HOUR + number * timedelta(minutes=4) for number in range(15)]
        await charge_at(runtime, clock, wallet.id, instants, random_)
        expected = await wallet_usage(runtime, viewer, wallet.id, asked)
        workers = [asyncio.create_task(roll_up_all(runtime)) for _ in range(2)]
        answers = await asyncio.gather(*(wallet_usage(runtime, viewer, wallet.id, asked) for _ in range(10)))
        assert all(answer == expected for answer in answers)
        await asyncio.gather(*workers)
        assert await wallet_usage(runtime, viewer, wallet.id, asked) == expected


async def test_f12_days_across_a_change_of_the_clocks_have_23_and_25_hours(runtime: Runtime, clock: TestClock) -> None:
    wallet, viewer = await owner(runtime, "Europe/Berlin")
    for month, day, hours in ((3, 29, 23), (10, 25, 25)):
        begin = datetime(2026, month, day, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
        await give(runtime, wallet.id, 100)
        for hour in range(-1, hours + 1):
            clock.now = begin + hour * HOUR
            await carry_out(runtime, wallet.id, spend())
        await roll_up_all(runtime)
        clock.now = begin + 2 * DAY
        asked = UsageAsked(begin - HOUR, begin + 2 * DAY, frozenset({By.DAY}))
        rows = await wallet_usage(runtime, viewer, wallet.id, asked)
        assert [row.charges for row in rows] == [1, hours, 1]
        assert [row.start for row in rows][1:] == [begin, begin + hours * HOUR]


async def test_f12_one_wallet_takes_two_statements(runtime: Runtime) -> None:
    wallet, viewer = await owner(runtime)
    async with recorded(runtime.database.pool) as statements:
        await wallet_usage(runtime, viewer, wallet.id, UsageAsked(NOW - DAY, NOW, frozenset({By.DAY, By.PRODUCT})))
    assert len(statements) == 2


async def test_b11_usage_of_others_does_not_exist(runtime: Runtime) -> None:
    wallet, _ = await owner(runtime)
    await give(runtime, wallet.id, 5)
    await carry_out(runtime, wallet.id, spend())
    _, stranger = await owner(runtime)
    asked = UsageAsked(NOW - DAY, NOW + DAY, frozenset({By.DAY}))
    assert await wallet_usage(runtime, stranger, wallet.id, asked) == ()
    assert await wallet_usage(runtime, stranger, uuid4(), asked) == ()


async def test_f12_usage_of_a_workspace_is_by_member_those_who_left_included(runtime: Runtime) -> None:
    one = await make_colleague(runtime, credits_=9)
    two = await make_colleague(runtime, one.workspace_id, credits_=9)
    elsewhere = await make_colleague(runtime, credits_=9)
    for wallet, messages in ((one, 2), (two, 3), (elsewhere, 4)):
        await carry_out(runtime, wallet.id, spend(messages))
    await roll_up_all(runtime)
    await carry_out(runtime, one.id, spend(1))
    await leave(two.workspace_id, two.person_id, NOW)
    viewer = await make_user(runtime, one.person_id)
    asked = UsageAsked(NOW - DAY, NOW + DAY, frozenset({By.MEMBER}))
    async with recorded(runtime.database.pool) as statements:
        rows = await workspace_usage(runtime, viewer, one.workspace_id, asked)
    assert {(row.person_id, row.charged, row.charges) for row in rows} == {
        (one.person_id, 3_000, 2),
        (two.person_id, 3_000, 1),
    }
    assert len(statements) == 2


@pytest.mark.parametrize(
    ("start", "end", "by", "field"),
    [
        (NOW, NOW, {By.DAY}, "to"),
        (NOW, NOW - HOUR, set[By](), "to"),
        (NOW - 367 * DAY, NOW, {By.DAY}, "to"),
        (NOW - 31 * DAY - timedelta.resolution, NOW, {By.HOUR}, "to"),
        (NOW - 32 * DAY, NOW, {By.TASK}, "to"),
        (NOW + timedelta.resolution, NOW + DAY, {By.DAY}, "from"),
        (datetime(1, 1, 1, tzinfo=UTC), NOW, {By.DAY}, "from"),
        (NOW - DAY, NOW, {By.DAY, By.HOUR}, "by"),
    ],
)
async def test_f12_ranges_that_make_no_sense(
    runtime: Runtime, start: datetime, end: datetime, by: set[By], field: str
) -> None:
    wallet, viewer = await owner(runtime)
    for ask in (wallet_usage, workspace_usage):
        with pytest.raises(InvalidInput) as refused:
            await ask(runtime, viewer, wallet.id, UsageAsked(start, end, frozenset(by)))
        assert refused.value.field == (field,)


async def test_f12_the_longest_ranges_are_answered(runtime: Runtime) -> None:
    wallet, viewer = await owner(runtime, "Asia/Kolkata")
    for days, by in ((366, By.DAY), (31, By.HOUR), (31, By.TASK), (366, By.CLIENT)):
        assert await wallet_usage(runtime, viewer, wallet.id, UsageAsked(NOW - days * DAY, NOW, frozenset({by}))) == ()


async def test_f12_an_answer_that_is_too_long_is_refused(
    runtime: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet, viewer = await owner(runtime)
    await charge_at(runtime, clock, wallet.id, [NOW + number * HOUR for number in range(5)], random.Random(1))
    asked = UsageAsked(NOW, NOW + 5 * HOUR, frozenset({By.HOUR}))
    monkeypatch.setattr(usage_history, "ROWS_MAX", 5)
    assert len(await wallet_usage(runtime, viewer, wallet.id, asked)) == 5
    monkeypatch.setattr(usage_history, "ROWS_MAX", 4)
    with pytest.raises(InvalidInput, match="at most 4 rows"):
        await wallet_usage(runtime, viewer, wallet.id, asked)
