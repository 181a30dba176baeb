"""Notices: what a person is told, each in their own language (A6, A7)."""

from datetime import datetime

import strawberry

from schema.nodes import Node
from schema.pages import PageInfo
from schema.refusals import Refusal
from schema.scalars import Cursor
from schema.session_mutations import ERRORS_TOLD, KEY_TOLD, REPLAYED_TOLD

_KIND_TOLD = (
    "What it is about, for programs: a stable code such as `TERMS`, `PRICE`, `DISCONTINUATION` or `INFORMATION`. More "
    "codes may be added."
)
_FACTS_TOLD = "What it says, for programs: the facts that its words are made of, sorted by name."


@strawberry.type(description="One fact of a notice.")
class NoticeFact:
    """A fact."""

    name: str = strawberry.field(description="Its name, such as `effective_at`.")
    value: str = strawberry.field(description="Its value, such as `2026-03-01T00:00:00+00:00`.")


@strawberry.type(description="Something that the viewer is told.")
class Notice(Node):
    """A notice among those of its reader."""

    kind: str = strawberry.field(description=_KIND_TOLD)
    title: str = strawberry.field(description="Its title, in the language that the viewer has chosen.")
    text: str = strawberry.field(description="Its text, in the language that the viewer has chosen.")
    facts: list[NoticeFact] = strawberry.field(description=_FACTS_TOLD)
    created_at: datetime = strawberry.field(description="When it was written.")
    read_at: datetime | None = strawberry.field(description="When it was marked as read; null: it is unread.")


@strawberry.type(description="A notice on a page.")
class NoticeEdge:
    """An edge of a `NoticeConnection`."""

    cursor: Cursor = strawberry.field(description="The notice's place, for `after` and `before`.")
    node: Notice = strawberry.field(description="The notice.")


@strawberry.type(description="A page of the viewer's notices, the newest first.")
class NoticeConnection:
    """A page of notices."""

    edges: list[NoticeEdge] = strawberry.field(description="The notices with their places.")
    nodes: list[Notice] = strawberry.field(description="The notices alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")


@strawberry.type(description="What a feed tells beside the figures, as it was told: later changes do not show here.")
class FeedNotice:
    """A notice in a feed."""

    id: strawberry.ID | None = strawberry.field(
        description="The notice among `Viewer.notices`: `ntc_…`; null: it is told in the feed alone."
    )
    kind: str = strawberry.field(description=_KIND_TOLD)
    title: str = strawberry.field(description="Its title, in the language that was chosen when it was written.")
    text: str = strawberry.field(description="Its text, in the language that was chosen when it was written.")
    facts: list[NoticeFact] = strawberry.field(description=_FACTS_TOLD)
    created_at: datetime = strawberry.field(description="When it was written.")


@strawberry.input(description="Which notices have been read.")
class MarkNoticesReadInput:
    """Input of `Mutation.markNoticesRead`."""

    notice_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Which ones: `ntc_…`, 1 to 100 of them; empty with `all`."
    )
    all: bool = strawberry.field(default=False, description="Whether all that there are have been read.")
    idempotency_key: str = strawberry.field(description=KEY_TOLD)


@strawberry.type(description="What came of `markNoticesRead`, or refusals.")
class MarkNoticesReadPayload:
    """Payload of `Mutation.markNoticesRead`."""

    unread_notices: int | None = strawberry.field(description="How many notices are unread now; null: refused.")
    replayed: bool = strawberry.field(description=REPLAYED_TOLD)
    errors: list[Refusal] = strawberry.field(description=ERRORS_TOLD)
