"""Views of notices, their pages, and marking them as read."""

from collections.abc import Mapping
from datetime import datetime

from domain import notices as domain
from domain.authorization import permit
from domain.errors import InvalidInput
from domain.notice_words import notice_words
from resolvers import ids
from resolvers.operation import Operation
from resolvers.refusals import refusal_view
from schema.notices import (
    PAGE_NOTICES_DEFAULT,
    PAGE_NOTICES_MAX,
    FeedNotice,
    MarkNoticesReadInput,
    MarkNoticesReadPayload,
    Notice,
    NoticeConnection,
    NoticeEdge,
    NoticeFact,
)
from schema.pages import PageInfo
from schema.scalars import Cursor
from schema.viewer import NoticesAsked
from services import notice_reads
from services.notice_reads import NO_NOTICE, NOTICES_MARKED_MAX, NoticeRow, Place


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


async def viewer_notices(operation: Operation, asked: NoticesAsked) -> NoticeConnection:
    """Find a page of the caller's notices.

    Raises:
        InvalidInput: names the argument.
    """
    size, backward = _size(asked), asked.last is not None or (asked.first is None and _only_before(asked))
    page = await notice_reads.notices_page(
        operation.runtime,
        operation.principal,
        limit=size,
        newest_first=not backward,
        after=_place(operation, "after", asked.after),
        before=_place(operation, "before", asked.before),
        unread_only=asked.unread_only,
    )
    rows = page.notices[::-1] if backward else page.notices
    edges = [NoticeEdge(cursor=_cursor(operation, row), node=_view(row)) for row in rows]
    return NoticeConnection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=page.has_other if backward else page.has_more,
            has_previous_page=page.has_more if backward else page.has_other,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


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


def _only_before(asked: NoticesAsked) -> bool:
    return asked.before is not None and asked.after is None


def _size(asked: NoticesAsked) -> int:
    if asked.first is not None and asked.last is not None:
        raise InvalidInput(("last",), "must not be given together with first")
    for name, given in (("first", asked.first), ("last", asked.last)):
        if given is not None and not 1 <= given <= PAGE_NOTICES_MAX:
            raise InvalidInput((name,), f"must be 1 to {PAGE_NOTICES_MAX}")
    return asked.first or asked.last or PAGE_NOTICES_DEFAULT


def _cursor(operation: Operation, row: NoticeRow) -> Cursor:
    person_id = operation.principal.person_id
    if person_id is None:
        raise TypeError("only people have notices")
    return Cursor(notice_reads.write_place(person_id, row.place))


def _place(operation: Operation, argument: str, given: str | None) -> Place | None:
    if given is None:
        return None
    person_id = operation.principal.person_id
    place = notice_reads.read_place(person_id, given) if person_id else None
    if place is None:
        raise InvalidInput((argument,), "is not a cursor of your notices")
    return place
