"""Pages of connections (the Relay specification's `PageInfo`), and the arguments that choose one."""

from dataclasses import dataclass
from typing import Annotated

import strawberry

from schema.scalars import Cursor

PAGE_ROWS_DEFAULT = 20
PAGE_ROWS_MAX = 100

First = Annotated[
    int | None, strawberry.argument(description="How many, counted from the beginning of the list: 1 to 100.")
]
After = Annotated[Cursor | None, strawberry.argument(description="Only what follows this place in the list.")]
Last = Annotated[int | None, strawberry.argument(description="How many, counted from the end of the list: 1 to 100.")]
Before = Annotated[Cursor | None, strawberry.argument(description="Only what precedes this place in the list.")]


@dataclass(frozen=True, slots=True)
class PageAsked:
    """The arguments of a connection, as they were given.

    With `first`, what follows `after`; with `last`, what precedes `before`. With neither, 20: those that precede
    `before` where it alone is given, else the first.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


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
