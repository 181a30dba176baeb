"""The live feed: events of a wallet as views, each built once for all who follow it."""

from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import cast

from domain.authorization import permit
from domain.catalog import Catalog
from domain.entries import EntryKind
from domain.errors import NotFound
from feed import cursor
from feed.events import FeedEntry, FeedEvent, Snapshot
from feed.events import ResyncRequired as Resync
from resolvers import ids
from resolvers.balances import balance_view
from resolvers.benefits import benefits_view
from resolvers.entries import entry_view
from resolvers.errors import TOLD, client_error
from resolvers.notices import feed_notice_view
from resolvers.operation import Operation
from resolvers.tasks import task_view
from schema.feed import NoticeReceived, ResyncReason, ResyncRequired, UsageChange, UsageFeedEvent, UsageSnapshot
from schema.scalars import Cursor
from services.feed import follow

_VIEW = "view"
"""Where an event keeps its view, beside the bytes that were made of it."""


async def usage_feed(
    operation: Operation, workspace_id: str, after: str | None
) -> AsyncGenerator[UsageFeedEvent, None]:
    """Open the feed of the caller's wallet in a workspace.

    Raises:
        NotFound: the caller has no wallet in such a workspace, or the id is none.
        InvalidInput: the cursor is none of this feed.
    """
    permit(operation.principal, "Subscription.usageFeed")
    uuid = ids.read(ids.WORKSPACE, workspace_id)
    if uuid is None:
        raise NotFound(("workspaceId",), "There is no such workspace.")
    events = await follow(operation.runtime, operation.principal, uuid, after)
    return _views(operation.catalog, events)


async def _views(catalog: Catalog, events: AsyncGenerator[FeedEvent, None]) -> AsyncGenerator[UsageFeedEvent, None]:
    try:
        async with aclosing(events):
            async for event in events:
                yield event_view(catalog, event)
    except TOLD as error:
        raise client_error(error) from error


def event_view(catalog: Catalog, event: FeedEvent) -> UsageFeedEvent:
    """Show an event. All followers of a wallet get one object, and so one view and one encoding."""
    if isinstance(event, Resync):
        return _resync(catalog, event)
    kept = cast("dict[Hashable, object]", event.shared)
    view = kept.get(_VIEW)
    if not isinstance(view, UsageSnapshot | UsageChange | NoticeReceived):
        view = kept[_VIEW] = _snapshot(catalog, event) if isinstance(event, Snapshot) else _change(catalog, event)
    return view


def _snapshot(catalog: Catalog, event: Snapshot) -> UsageSnapshot:
    return UsageSnapshot(
        shared=event.shared,
        cursor=Cursor(cursor.encode(event.wallet_id, event.number)),
        at=event.at,
        balance=balance_view(catalog, event.wallet_id, event.number, event.at, event.balances, allowances={}),
        benefits=benefits_view(event.benefits),
        running_tasks=[task_view(catalog, task) for task in event.tasks],
    )


def _change(catalog: Catalog, event: FeedEntry) -> UsageChange | NoticeReceived:
    told = event.entry
    if told.kind is EntryKind.NOTICE and told.notice is not None:
        place = Cursor(cursor.encode(event.wallet_id, told.number))
        return NoticeReceived(shared=event.shared, cursor=place, notice=feed_notice_view(told.notice, told.at))
    entry = entry_view(catalog, event.wallet_id, event.entry, event.recorded_at)
    return UsageChange(shared=event.shared, cursor=entry.cursor, entry=entry)


def _resync(catalog: Catalog, event: Resync) -> ResyncRequired:
    """Nothing is shared: the bytes would be those of its snapshot, which others may have got as an event."""
    snapshot = _snapshot(catalog, event.snapshot)
    return ResyncRequired(cursor=snapshot.cursor, reason=ResyncReason(event.reason), snapshot=snapshot)
