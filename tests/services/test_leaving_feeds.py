"""What is open when a membership ends: that workspace's feed closes within a second, everywhere; others go on (B7)."""

import asyncio
from contextlib import AsyncExitStack, aclosing
from time import monotonic

import pytest

from domain.catalog import Catalog
from domain.errors import NotFound
from feed.events import AccessEnd, AccessEnded, FeedEntry, FeedEvent
from models.workspaces import Member
from services.feed import follow
from services.leaving import leave_organisation, remove_member
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.credentials import make_user
from tests.factories.members import member_of
from tests.factories.organisations import make_organisation, put_member
from tests.factories.processes import open_listening_process

pytestmark = pytest.mark.anyio

SECOND_S = 1.0
SOON_S = 5.0


@pytest.mark.parametrize("how", ["removed", "left"])
async def test_b7_the_feed_of_that_workspace_closes_and_the_personal_one_goes_on(runtime: Runtime, how: str) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    viewer, admin = await make_user(runtime, bo.person_id), await make_user(runtime, ref.admin_id)
    home = await Member.get(person_id=bo.person_id, role="OWNER")
    async with AsyncExitStack() as stack:
        there, at_home, colleague = [
            await stack.enter_async_context(aclosing(await follow(runtime, who, workspace_id, None)))
            for who, workspace_id in (
                (viewer, ref.workspace_id),
                (viewer, home.workspace_id),
                (admin, ref.workspace_id),
            )
        ]
        for feed in (there, at_home, colleague):
            await anext(feed)
        waiting = [asyncio.ensure_future(anext(feed)) for feed in (there, at_home, colleague)]
        await asyncio.sleep(0)
        began_s = monotonic()
        if how == "removed":
            await remove_member(runtime, admin, ref.id, await member_of(bo), reason=None, key="k")
        else:
            await leave_organisation(runtime, viewer, ref.id, "k")
        assert await end_of(waiting[0]) is AccessEnd.MEMBERSHIP_ENDED
        assert monotonic() - began_s < SECOND_S
        if how == "removed":
            event = await asyncio.wait_for(waiting[1], SOON_S)
            assert isinstance(event, FeedEntry)
            assert event.entry.notice
            assert event.entry.notice.kind == "MEMBERSHIP_ENDED"
        else:
            assert not waiting[1].done()
        assert not waiting[2].done()
        for each in waiting[1:]:
            each.cancel()
        await asyncio.gather(*waiting[1:], return_exceptions=True)
    with pytest.raises(NotFound):
        await follow(runtime, viewer, ref.workspace_id, None)


async def test_b7_it_closes_in_every_process_and_opens_again_after_coming_back(
    runtime: Runtime, dsn: str, catalog: Catalog, clock: TestClock
) -> None:
    ref = await make_organisation(runtime, members=1)
    (bo,) = ref.members
    viewer, admin = await make_user(runtime, bo.person_id), await make_user(runtime, ref.admin_id)
    async with AsyncExitStack() as stack:
        here, *others = [await stack.enter_async_context(open_listening_process(dsn, catalog, clock)) for _ in range(3)]
        feeds = [
            await stack.enter_async_context(aclosing(await follow(each, viewer, ref.workspace_id, None)))
            for each in (here, *others)
        ]
        for feed in feeds:
            await anext(feed)
        waiting = [asyncio.ensure_future(anext(feed)) for feed in feeds]
        await asyncio.sleep(0)
        began_s = monotonic()
        done = await remove_member(here, admin, ref.id, await member_of(bo), reason=None, key="k")
        assert done.result.refused is None
        assert {await end_of(each) for each in waiting} == {AccessEnd.MEMBERSHIP_ENDED}
        assert monotonic() - began_s < SECOND_S
        await put_member(runtime, ref.id, bo.person_id)
        async with aclosing(await follow(others[0], viewer, ref.workspace_id, None)) as feed:
            await anext(feed)


async def end_of(waiting: "asyncio.Future[FeedEvent]") -> AccessEnd:
    """Why a feed ended that waited for its next event."""
    with pytest.raises(AccessEnded) as caught:
        await asyncio.wait_for(waiting, SOON_S)
    return caught.value.why
