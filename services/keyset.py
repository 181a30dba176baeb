"""Lists that are read page by page: an index finds the place, so every page costs the same, however long the list.

What stands in a list stands there by a rank (an instant or a number) and, among equals, by its id: a total order.
A cursor is such a place, bound to its list: it means nothing in any other, and nobody can make one up by mistake.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import blake2b
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

import asyncpg

from models.database import Connection

_Row = TypeVar("_Row")
_Shown = TypeVar("_Shown")

Reading: TypeAlias = "asyncpg.Pool[asyncpg.Record] | Connection"
"""Where a page is read: the pool, or a transaction's connection."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RANK_BYTES, _ID_BYTES, _DIGEST_BYTES = 8, 16, 8
_PLACE_BYTES = _RANK_BYTES + _ID_BYTES
_PURPOSE = b"list cursor v1"
_NUMBER_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list that cursors belong to: its name, and whose it is."""

    name: str
    owner: UUID


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: its rank (a number, or microseconds since 1970), and its id among equals."""

    rank: int
    id: UUID


@dataclass(frozen=True, slots=True)
class Window:
    """Which page: up to `limit` rows behind `after` and in front of `before`, counted from the end if `backward`."""

    limit: int
    backward: bool = False
    after: Place | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """A page in the order of its list, and whether there is more behind it and in front of it."""

    rows: tuple[_Row, ...]
    has_next: bool
    has_previous: bool

    def map(self, show: Callable[[_Row], _Shown]) -> "Page[_Shown]":
        """Show each row."""
        return Page(tuple(map(show, self.rows)), self.has_next, self.has_previous)


class Rank(Enum):
    """What a list is ordered by."""

    INSTANT = "timestamptz"
    """An instant; several rows may have the same."""
    NUMBER = "int"
    """A number that no other row of the list has."""


class Keyset:
    """A list in a database: one statement for any of its pages, by an index on its condition, rank and id.

    The bounds of a page are always given, the ends of all time or numbers where a page has none: so the statement's
    plan goes by the index even when it is made without knowing the arguments.

    Args:
        table: whose rows they are, and the alias under which everything else here names it: `members m`.
        where: which of them, over the arguments `$1` to `$arguments`.
        arguments: how many arguments `where`, `columns` and `joins` have.
        rank: the column that orders them.
        by: what that is.
        descending: whether the greatest rank comes first.
        columns: what is selected.
        joins: what the columns need beside the table, joined to single rows.
    """

    def __init__(
        self,
        table: str,
        *,
        where: str,
        arguments: int,
        rank: str,
        columns: str,
        by: Rank = Rank.INSTANT,
        descending: bool = False,
        joins: str = "",
    ) -> None:
        alias = table.rsplit(maxsplit=1)[-1]
        self._by = by
        self._descending = descending
        key = (f"{alias}.{rank}", f"{alias}.id") if by is Rank.INSTANT else (f"{alias}.{rank}",)
        first = [f"${arguments + 1 + n}" for n in range(len(key))]
        last = [f"${arguments + 1 + len(key) + n}" for n in range(len(key))]
        limit = f"${arguments + 1 + 2 * len(key)}"

        def statement(order: str, past: str, until: str) -> str:
            beyond = until + "="
            row, from_, to = (f"({', '.join(part)})" for part in (key, first, last))
            ordered = ", ".join(f"{column} {order}" for column in key)
            return f"""
                SELECT far.has_other, {alias}.id IS NOT NULL AS there, {columns}
                FROM (SELECT EXISTS (SELECT FROM {table} WHERE {where} AND {row} {beyond} {from_})) AS far (has_other)
                LEFT JOIN LATERAL (
                    SELECT * FROM {table} WHERE {where} AND {row} {past} {from_} AND {row} {until} {to}
                    ORDER BY {ordered} LIMIT {limit}
                ) {alias} ON true
                {joins}
                ORDER BY {ordered}
            """  # noqa: S608  (made of constant texts)

        self._up = statement("ASC", ">", "<")
        self._down = statement("DESC", "<", ">")

    async def page(self, reading: Reading, window: Window, *arguments: object) -> Page[asyncpg.Record]:
        """Read a page: one statement. Its records may be turned into rows by `map`."""
        descending = self._descending is not window.backward
        start, end = (window.before, window.after) if window.backward else (window.after, window.before)
        lowest, highest = self._ends
        bounds = (
            *(self._bound(start) if start else (highest if descending else lowest)),
            *(self._bound(end) if end else (lowest if descending else highest)),
        )
        statement = self._down if descending else self._up
        records = await reading.fetch(statement, *arguments, *bounds, window.limit + 1)
        found = [record for record in records if record["there"]]
        has_more, has_other = len(found) > window.limit, bool(records) and records[0]["has_other"]
        rows = tuple(found[: window.limit])
        if window.backward:
            return Page(rows[::-1], has_next=has_other, has_previous=has_more)
        return Page(rows, has_next=has_more, has_previous=has_other)

    @property
    def _ends(self) -> tuple[tuple[object, ...], tuple[object, ...]]:
        if self._by is Rank.NUMBER:
            return (-1,), (_NUMBER_MAX,)
        return (_EPOCH, UUID(int=0)), (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))

    def _bound(self, place: Place) -> tuple[object, ...]:
        if self._by is Rank.NUMBER:
            return (min(place.rank, _NUMBER_MAX),)
        return instant_of(place), place.id


def place_at(instant: datetime, id_: UUID) -> Place:
    """Tell the place of something that is ordered by an instant."""
    return Place((instant - _EPOCH) // _MICROSECOND, id_)


def instant_of(place: Place) -> datetime:
    """Tell the instant of a place."""
    return _EPOCH + place.rank * _MICROSECOND


def write_cursor(of: ListOf, place: Place) -> str:
    """Write a place as a cursor of its list."""
    raw = place.rank.to_bytes(_RANK_BYTES, "big") + place.id.bytes
    return urlsafe_b64encode(raw + _digest(of, raw)).rstrip(b"=").decode()


def read_cursor(of: ListOf, text: str) -> Place | None:
    """Read a cursor; None: it is none of this list."""
    try:
        whole = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        raw, digest = whole[:_PLACE_BYTES], whole[_PLACE_BYTES:]
        place = Place(int.from_bytes(raw[:_RANK_BYTES], "big"), UUID(bytes=raw[_RANK_BYTES:]))
        instant_of(place)
    except (ValueError, OverflowError):
        return None
    genuine = digest == _digest(of, raw) and write_cursor(of, place) == text
    return place if genuine else None


def _digest(of: ListOf, raw: bytes) -> bytes:
    return blake2b(of.name.encode() + of.owner.bytes + raw, digest_size=_DIGEST_BYTES, person=_PURPOSE).digest()
