"""Pages of connections (the Relay specification's `PageInfo`)."""

import strawberry

from schema.scalars import Cursor


@strawberry.type(description="Where a page of a connection stands, and whether there is more.")
class PageInfo:
    """A page's place."""

    has_next_page: bool = strawberry.field(
        description="Whether there is more after this page, with `after: endCursor`: of entries, the newer ones."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there is more before this page, with `before: startCursor`: of entries, the older ones."
    )
    start_cursor: Cursor | None = strawberry.field(description="Cursor of the page's first edge; null: it is empty.")
    end_cursor: Cursor | None = strawberry.field(description="Cursor of the page's last edge; null: it is empty.")
