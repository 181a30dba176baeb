"""Pages of connections: from a client's arguments to a window, and from a page to its `PageInfo`."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from domain.errors import InvalidInput
from schema.pages import PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, PageAsked, PageInfo
from schema.scalars import Cursor
from services.keyset import ListOf, Page, Place, Window, read_cursor, write_cursor

_Row = TypeVar("_Row")

NOBODY = UUID(int=0)
"""Whose lists those are of callers who have none: they are empty."""


class Edge(Protocol):
    """An edge of any connection."""

    cursor: Cursor


def window_of(of: ListOf, asked: PageAsked, told: str) -> Window:
    """Read the arguments of a connection.

    Args:
        of: the list that its cursors belong to.
        asked: the arguments as they were given.
        told: what the list is called where a cursor is none of it: "this organization's members".

    Raises:
        InvalidInput: names the argument.
    """
    limit = limit_of(asked.first, asked.last)
    backward = asked.last is not None or (asked.first is None and asked.before is not None and asked.after is None)
    after, before = read_place(of, "after", asked.after, told), read_place(of, "before", asked.before, told)
    return Window(limit, backward, after, before)


def read_place(of: ListOf, argument: str, given: str | None, told: str) -> Place | None:
    """Read a cursor that was given as an argument.

    Raises:
        InvalidInput: it is none of this list.
    """
    if given is None:
        return None
    place = read_cursor(of, given)
    if place is None:
        raise InvalidInput((argument,), f"is not a cursor of {told}")
    return place


def cursor_of(of: ListOf, place: Place) -> Cursor:
    """Write a place in a list."""
    return Cursor(write_cursor(of, place))


def page_info(page: Page[_Row], edges: Sequence[Edge]) -> PageInfo:
    """Tell where a page stands."""
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )


def limit_of(first: int | None, last: int | None) -> int:
    """Read how many a page shall have.

    Raises:
        InvalidInput: names the argument.
    """
    if first is not None and last is not None:
        raise InvalidInput(("last",), "must not be given together with first")
    for name, given in (("first", first), ("last", last)):
        if given is not None and not 1 <= given <= PAGE_ROWS_MAX:
            raise InvalidInput((name,), f"must be 1 to {PAGE_ROWS_MAX}")
    return first or last or PAGE_ROWS_DEFAULT
