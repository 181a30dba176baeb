"""Views of notices, their pages, and marking them as read."""

from collections.abc import Mapping
from datetime import datetime

from domain import notices as domain
from domain.authorization import permit
from domain.errors import InvalidInput
from domain.notice_words import notice_words
from resolvers import ids
from resolvers.operation import Operation
from resolvers.pages import NOBODY, cursor_of, page_info, window_of
from resolvers.refusals import refusal_view
from schema.notices import (
    FeedNotice,
    MarkNoticesReadInput,
    MarkNoticesReadPayload,
    Notice,
    NoticeConnection,
    NoticeEdge,
    NoticeFact,
)
from schema.pages import PageAsked
from services import notice_reads
from services.notice_reads import NO_NOTICE, NOTICES_MARKED_MAX, NoticeRow, notices_of

LIST = "your notices"


def feed_notice_view(notice: domain.Notice, at: datetime) -> FeedNotice:
    """Show what a feed tells."""
    words = notice_words(notice.kind, notice.facts, notice.locale)
    return FeedNotice(
        id=ids.write(ids.NOTICE, notice.id) if notice.id else None,
        kind=notice.kind,
        title=words.title,
        text=words.text,
        facts=_facts(notice.facts),
        created_at=at,
    )


async def viewer_notices(operation: Operation, asked: PageAsked, *, unread_only: bool) -> NoticeConnection:
    """Find a page of the caller's notices: nothing, where that is no person.

    Raises:
        InvalidInput: names the argument.
    """
    of = notices_of(operation.principal.person_id or NOBODY)
    window = window_of(of, asked, LIST)
    page = await notice_reads.notices_page(operation.runtime, operation.principal, window, unread_only=unread_only)
    edges = [NoticeEdge(cursor=cursor_of(of, row.place), node=_view(row)) for row in page.rows]
    return NoticeConnection(edges=edges, nodes=[edge.node for edge in edges], page_info=page_info(page, edges))


async def viewer_unread_notices(operation: Operation) -> int:
    """Count what the caller has not read."""
    return await notice_reads.unread_notices(operation.runtime, operation.principal)


async def find_notice(operation: Operation, id_: str) -> Notice | None:
    """Find one of the caller's notices by its id."""
    uuid = ids.read(ids.NOTICE, id_)
    row = await notice_reads.notice(operation.runtime, operation.principal, uuid) if uuid else None
    return _view(row) if row else None


async def mark_notices_read(operation: Operation, asked: MarkNoticesReadInput) -> MarkNoticesReadPayload:
    """Mark notices as read."""
    permit(operation.principal, "Mutation.markNoticesRead")
    if asked.all == bool(asked.notice_ids):
        raise InvalidInput(("input", "noticeIds"), "must be given unless all have been read, and not together with all")
    if len(asked.notice_ids) > NOTICES_MARKED_MAX:
        raise InvalidInput(("input", "noticeIds"), f"must be 1 to {NOTICES_MARKED_MAX} ids")
    read = [ids.read(ids.NOTICE, id_) for id_ in asked.notice_ids]
    known = [id_ for id_ in read if id_]
    if len(known) < len(read):
        errors = [refusal_view(operation.catalog, NO_NOTICE)]
        return MarkNoticesReadPayload(unread_notices=None, replayed=False, errors=errors)
    wanted = None if asked.all else known
    done = await notice_reads.mark_notices_read(operation.runtime, operation.principal, wanted, asked.idempotency_key)
    refused = done.result.refused
    return MarkNoticesReadPayload(
        unread_notices=None if refused else done.result.unread,
        replayed=done.replayed,
        errors=[refusal_view(operation.catalog, refused)] if refused else [],
    )


def _view(row: NoticeRow) -> Notice:
    words = notice_words(row.kind, row.facts, row.locale)
    return Notice(
        id=ids.write(ids.NOTICE, row.id),
        kind=row.kind,
        title=words.title,
        text=words.text,
        facts=_facts(row.facts),
        created_at=row.created_at,
        read_at=row.read_at,
    )


def _facts(facts: Mapping[str, str]) -> list[NoticeFact]:
    return [NoticeFact(name=name, value=value) for name, value in sorted(facts.items())]
