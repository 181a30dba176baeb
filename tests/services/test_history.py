"""Reading a ledger: page by page both ways, one entry, and the balance at any instant (F7, F12)."""

import random
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.balances import Balance
from domain.commands import EndAllowance
from domain.entries import EntryKind
from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.principals import ANONYMOUS, Principal
from domain.wallets import WalletState, apply
from services.explanations import explain_entry
from services.history import BalanceRow, EntryPage, Place, balances_at, entries_pages, entry
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.usage import A_DAY, hold, spend
from tests.factories.wallets import WalletRef, carry_out, give, make_colleague, make_wallet
from tests.factories.workspaces import leave

pytestmark = pytest.mark.anyio

MICROSECOND = timedelta(microseconds=1)


async def entries_page(
    runtime: Runtime,
    principal: Principal,
    wallet_id: UUID,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int,
    newest_first: bool,
    kinds: frozenset[EntryKind] = frozenset(),
) -> EntryPage:
    place = Place(wallet_id, after, before)
    pages = await entries_pages(runtime, principal, [place], limit=limit, newest_first=newest_first, kinds=kinds)
    return pages[place]


async def balance_at(
    runtime: Runtime,
    principal: Principal,
    wallet_id: UUID,
    *,
    instant: datetime | None = None,
    number: int | None = None,
) -> BalanceRow | None:
    if instant is None and number is None:
        instant = runtime.clock()
    return (await balances_at(runtime, principal, [wallet_id], instant=instant, number=number)).get(wallet_id)


async def numbers(
    runtime: Runtime,
    principal: Principal,
    wallet: WalletRef,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 4,
    newest_first: bool = False,
    kinds: frozenset[EntryKind] = frozenset(),
) -> tuple[list[int], bool]:
    page = await entries_page(
        runtime,
        principal,
        wallet.id,
        after=after,
        before=before,
        limit=limit,
        newest_first=newest_first,
        kinds=kinds,
    )
    return [row.entry.number for row in page.entries], page.has_more


async def test_f12_pages_go_both_ways_and_say_whether_there_is_more(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=100)
    await carry_out(runtime, wallet.id, *(spend() for _ in range(9)))
    viewer = await make_user(runtime, wallet.person_id)
    assert await numbers(runtime, viewer, wallet) == ([1, 2, 3, 4], True)
    assert await numbers(runtime, viewer, wallet, after=4) == ([5, 6, 7, 8], True)
    assert await numbers(runtime, viewer, wallet, after=6) == ([7, 8, 9, 10], False)
    assert await numbers(runtime, viewer, wallet, after=10) == ([], False)
    assert await numbers(runtime, viewer, wallet, newest_first=True) == ([10, 9, 8, 7], True)
    assert await numbers(runtime, viewer, wallet, newest_first=True, before=7) == ([6, 5, 4, 3], True)
    assert await numbers(runtime, viewer, wallet, newest_first=True, before=5) == ([4, 3, 2, 1], False)
    assert await numbers(runtime, viewer, wallet, newest_first=True, before=1) == ([], False)
    assert await numbers(runtime, viewer, wallet, after=3, before=6) == ([4, 5], False)
    assert await numbers(runtime, viewer, wallet, after=3, before=9, newest_first=True) == ([8, 7, 6, 5], True)
    assert await numbers(runtime, viewer, wallet, kinds=frozenset({EntryKind.GRANT})) == ([1], False)
    assert await numbers(runtime, viewer, wallet, limit=2, kinds=frozenset({EntryKind.CONSUME})) == ([2, 3], True)


async def test_b11_entries_of_others_do_not_exist(runtime: Runtime) -> None:
    mine = await make_colleague(runtime, credits_=5)
    colleague = await make_colleague(runtime, mine.workspace_id, credits_=5)
    viewer = await make_user(runtime, mine.person_id)
    foreign = await make_service(runtime, workspace_id=(await make_colleague(runtime)).workspace_id)
    for principal, wallet in ((viewer, colleague), (foreign, mine), (viewer, None)):
        id_ = wallet.id if wallet else uuid4()
        page = await entries_page(runtime, principal, id_, after=None, before=None, limit=5, newest_first=True)
        assert (page.entries, page.has_more) == ((), False)
        assert await entry(runtime, principal, id_, 1) is None
        assert await balance_at(runtime, principal, id_) is None
        assert await balance_at(runtime, principal, id_, number=1) is None
        assert await balance_at(runtime, principal, id_, instant=NOW) is None
        assert await explain_entry(runtime, principal, id_, 1) is None
    await leave(mine.workspace_id, mine.person_id, NOW)
    assert await entry(runtime, viewer, mine.id, 1) is None
    with pytest.raises(Unauthenticated):
        await entry(runtime, ANONYMOUS, mine.id, 1)
    with pytest.raises((Unauthenticated, Forbidden)):
        await explain_entry(runtime, ANONYMOUS, mine.id, 1)


async def test_f7_one_entry_with_what_it_means(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=100)
    await carry_out(runtime, wallet.id, spend(3))
    viewer = await make_user(runtime, wallet.person_id)
    row = await entry(runtime, viewer, wallet.id, 2)
    assert row
    assert (row.wallet_id, row.workspace_id, row.entry.kind) == (wallet.id, wallet.workspace_id, EntryKind.CONSUME)
    told = await explain_entry(runtime, viewer, wallet.id, 2)
    assert told
    assert told[0] == row
    assert "3" in told[1]
    assert await entry(runtime, viewer, wallet.id, 3) is None
    assert await entry(runtime, viewer, wallet.id, 0) is None


def credits_of(row: BalanceRow | None) -> tuple[int, int, int] | None:
    assert row
    found = [balance for balance in row.balances if balance.allowance is None]
    return (found[0].used, found[0].held, found[0].remaining) if found else None


async def test_f12_the_balance_before_at_and_after_an_entry(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime)
    viewer = await make_user(runtime, wallet.person_id)
    clock.advance(A_DAY)
    await give(runtime, wallet.id, 10)
    clock.advance(A_DAY)
    await carry_out(runtime, wallet.id, spend(3), hold(2))
    first, second = NOW + A_DAY, NOW + 2 * A_DAY
    clock.advance(timedelta(hours=1))
    for instant, number, figures in (
        (NOW - 1_000 * A_DAY, 0, None),
        (first - MICROSECOND, 0, None),
        (first, 1, (0, 0, 10_000)),
        (second - MICROSECOND, 1, (0, 0, 10_000)),
        (second, 3, (3_000, 2_000, 5_000)),
        (clock.now, 3, (3_000, 2_000, 5_000)),
    ):
        row = await balance_at(runtime, viewer, wallet.id, instant=instant)
        assert row
        assert (row.number, row.at, credits_of(row)) == (number, instant, figures)
    now = await balance_at(runtime, viewer, wallet.id)
    assert now
    assert (now.number, now.at) == (3, clock.now)
    for number, figures in ((1, (0, 0, 10_000)), (2, (3_000, 0, 7_000)), (3, (3_000, 2_000, 5_000))):
        assert credits_of(await balance_at(runtime, viewer, wallet.id, number=number)) == figures
    assert await balance_at(runtime, viewer, wallet.id, number=4) is None


async def test_f12_the_future_is_not_told_and_neither_are_two_questions_at_once(
    runtime: Runtime, clock: TestClock
) -> None:
    wallet = await make_wallet(runtime, credits_=5)
    viewer = await make_user(runtime, wallet.person_id)
    for field, arguments in (
        ("at", {"instant": clock.now + MICROSECOND}),
        ("entry", {"instant": clock.now, "number": 1}),
    ):
        with pytest.raises(InvalidInput) as caught:
            await balance_at(runtime, viewer, wallet.id, **arguments)
        assert caught.value.field == (field,)


async def test_f12_quotas_of_periods_that_nobody_looked_at(runtime: Runtime, clock: TestClock) -> None:
    """A year without an entry; asked today, every month of it had its full quota."""
    wallet = await make_wallet(runtime, plan="free")
    await carry_out(runtime, wallet.id, spend(7))
    viewer = await make_user(runtime, wallet.person_id)
    clock.advance(timedelta(days=365))
    for days in range(364):
        instant = NOW + timedelta(days=days, hours=1)
        row = await balance_at(runtime, viewer, wallet.id, instant=instant)
        assert row
        quota = row.balances[0]
        assert quota.period_start is not None
        assert quota.resets_at is not None
        assert quota.period_start <= instant < quota.resets_at
        assert (quota.used, quota.remaining) == ((7_000, 23_000) if days < 31 else (0, 30_000))
    last = await runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet.id)
    assert last == 6 + 4  # each of two quotas ended once and began once


async def test_f12_random_histories_are_told_as_they_were_seen_then(runtime: Runtime, clock: TestClock) -> None:
    """What a caller saw at an instant is what is told about that instant ever after, whatever happened since."""
    rng = random.Random(12)
    wallet = await make_wallet(runtime, credits_=20, plan="plus")
    viewer = await make_user(runtime, wallet.person_id)
    seen: list[tuple[int, BalanceRow]] = []
    for _ in range(60):
        clock.advance(timedelta(hours=rng.choice((0, 1, 5, 30, 200))))
        command = rng.choice((spend(rng.randint(1, 60)), hold(rng.randint(1, 20), hold_for=timedelta(hours=40)), None))
        if command:
            await carry_out(runtime, wallet.id, command)
        if rng.random() < 0.3:
            row = await balance_at(runtime, viewer, wallet.id)
            assert row
            seen.append((row.number, row))
    await carry_out(runtime, wallet.id, EndAllowance(1))
    clock.advance(timedelta(days=400))
    for number, then in seen:
        told = await balance_at(runtime, viewer, wallet.id, instant=then.at)
        assert told
        # entries of one instant come after what was seen at it
        assert told.number >= number
        if told.number == number:
            assert told.balances == then.balances


async def test_f2_entries_that_are_read_replay_to_the_balance(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime, credits_=20, plan="plus")
    await carry_out(runtime, wallet.id, spend(3), hold(2), spend(30))
    clock.advance(timedelta(days=40))
    viewer = await make_user(runtime, wallet.person_id)
    now = await balance_at(runtime, viewer, wallet.id)
    page = await entries_page(runtime, viewer, wallet.id, after=None, before=None, limit=100, newest_first=False)
    state = WalletState()
    for row in page.entries:
        state = apply(state, row.entry)
    assert now
    assert now.balances == page.entries[-1].entry.balances
    assert isinstance(now.balances[0], Balance)
    assert state.last_entry == now.number
