"""Following one's wallet (F8): who may, from where, and when it ends (B11, A4)."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS
from feed.cursor import encode
from feed.events import AccessEnded, FeedEntry, ResyncRequired, Snapshot
from feed.topics import access_topic
from services.credentials import revoke
from services.feed import follow
from services.posting import Posting
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.persons import make_person, set_status
from tests.factories.usage import spend
from tests.factories.wallets import give, make_colleague, make_wallet
from tests.factories.workspaces import leave

pytestmark = pytest.mark.anyio

SOON_S = 10


async def test_f8_a_snapshot_then_what_happens_then(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    viewer = await make_user(runtime, wallet.person_id)
    async with aclosing(await follow(runtime, viewer, wallet.workspace_id, None)) as events, asyncio.timeout(SOON_S):
        snapshot = await anext(events)
        assert isinstance(snapshot, Snapshot)
        assert (snapshot.wallet_id, snapshot.number) == (wallet.id, 1)
        await runtime.poster.submit(Posting(spend(2), wallet.id))
        entry = await anext(events)
        assert isinstance(entry, FeedEntry)
        assert (entry.number, entry.entry.amount) == (2, 2_000)


async def test_f8_a_cursor_resumes_behind_its_entry(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    viewer = await make_user(runtime, wallet.person_id)
    for _ in range(3):
        await runtime.poster.submit(Posting(spend(), wallet.id))
    for number, expected in ((0, 1), (2, 3)):
        cursor = encode(wallet.id, number)
        async with aclosing(await follow(runtime, viewer, wallet.workspace_id, cursor)) as events:
            first = await anext(events)
            assert isinstance(first, FeedEntry)
            assert first.number == expected
    ahead = encode(wallet.id, 99)
    async with aclosing(await follow(runtime, viewer, wallet.workspace_id, ahead)) as events:
        assert isinstance(await anext(events), ResyncRequired)


async def test_f10_what_is_due_is_in_the_snapshot(runtime: Runtime, clock: TestClock) -> None:
    wallet = await make_wallet(runtime)
    await give(runtime, wallet.id, 5, ends_at=NOW + timedelta(hours=1))
    viewer = await make_user(runtime, wallet.person_id)
    clock.advance(timedelta(hours=2))
    async with aclosing(await follow(runtime, viewer, wallet.workspace_id, None)) as events:
        snapshot = await anext(events)
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.number, snapshot.balances[0].remaining) == (2, 0)


async def test_b11_workspaces_of_others_and_unknown_ones_are_the_same(runtime: Runtime) -> None:
    mine, foreign = await make_colleague(runtime), await make_colleague(runtime)
    gone = await make_colleague(runtime, person_id=mine.person_id)
    await leave(gone.workspace_id, mine.person_id, NOW)
    viewer = await make_user(runtime, mine.person_id)
    told = set()
    for workspace in (foreign.workspace_id, gone.workspace_id, uuid4(), mine.id):
        with pytest.raises(NotFound) as caught:
            await follow(runtime, viewer, workspace, None)
        told.add((str(caught.value), caught.value.field))
    assert told == {("There is no such workspace.", ("workspaceId",))}


async def test_b11_a_cursor_of_another_wallet_or_of_none_is_refused(runtime: Runtime) -> None:
    mine, other = await make_wallet(runtime, credits_=5), await make_wallet(runtime, credits_=5)
    viewer = await make_user(runtime, mine.person_id)
    for cursor in (encode(other.id, 1), "", "x", "\x00", "ü", "1", encode(mine.id, 1) + "=", "A" * 1_000):
        with pytest.raises(InvalidInput) as caught:
            await follow(runtime, viewer, mine.workspace_id, cursor)
        assert (caught.value.field, caught.value.problem) == (("after",), "is not a cursor of this feed")


async def test_g1_feeds_are_for_people(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime)
    with pytest.raises(Unauthenticated):
        await follow(runtime, ANONYMOUS, wallet.workspace_id, None)
    with pytest.raises(Forbidden):
        await follow(runtime, await make_service(runtime), wallet.workspace_id, None)


@pytest.mark.parametrize("how", ["revoked", "suspended", "removed"])
async def test_a4_b7_c3_the_feed_ends_when_credential_person_or_membership_do(runtime: Runtime, how: str) -> None:
    wallet = await make_colleague(runtime, credits_=5)
    viewer = await make_user(runtime, wallet.person_id)
    async with aclosing(await follow(runtime, viewer, wallet.workspace_id, None)) as events, asyncio.timeout(SOON_S):
        await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        match how:
            case "revoked":
                assert viewer.credential
                await revoke(runtime, viewer.credential)
            case "suspended":
                await set_status(wallet.person_id, PersonStatus.SUSPENDED)
                await runtime.broker.wake([access_topic(wallet.person_id)])
            case _:
                await leave(wallet.workspace_id, wallet.person_id, NOW)
                await runtime.broker.wake([access_topic(wallet.person_id)])
        with pytest.raises(AccessEnded):
            await waiting


async def test_b11_another_persons_session_is_not_the_followers(runtime: Runtime) -> None:
    wallet, stranger = await make_colleague(runtime), await make_person("Eve")
    with pytest.raises(NotFound):
        await follow(runtime, await make_user(runtime, stranger), wallet.workspace_id, None)
