"""Lists read page by page: cursors that mean nothing elsewhere, and pages that lose nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.credentials import ServiceAccount
from services.keyset import Keyset, ListOf, Page, Place, Rank, Window, instant_of, place_at, read_cursor, write_cursor
from services.runtime import Runtime
from tests.factories.clock import NOW

pytestmark = pytest.mark.anyio

MINE = ListOf("members", UUID(int=1))
instants = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  (bounds)


@given(instants, st.uuids())
def test_a_place_is_exact(instant: datetime, id_: UUID) -> None:
    place = place_at(instant, id_)
    assert instant_of(place) == instant
    assert read_cursor(MINE, write_cursor(MINE, place)) == place


@given(st.integers(0, 2**31 - 1), st.uuids(), st.text(max_size=60))
@settings(max_examples=300)
def test_b11_a_cursor_of_another_list_is_as_bad_as_nonsense(rank: int, id_: UUID, nonsense: str) -> None:
    place = Place(rank, id_)
    mine = write_cursor(MINE, place)
    others = (
        write_cursor(ListOf("seats", MINE.owner), place),
        write_cursor(ListOf("members", UUID(int=2)), place),
        nonsense,
        mine[:-1],
        mine + "A",
        mine + "=",
        mine.swapcase(),
        "",
        "é",
        "A" * 43,
        "x" * 10_000,
    )
    assert read_cursor(MINE, mine) == place
    assert [read_cursor(MINE, other) for other in others] == [None] * len(others)


async def test_every_window_of_a_list_is_what_it_says(runtime: Runtime) -> None:
    """All windows of a short list, in which instants repeat, against slices of it."""
    rows = sorted((NOW + timedelta(microseconds=each // 2), uuid4()) for each in range(5))
    for name, some in (("mine", rows), ("theirs", [(NOW, uuid4())])):
        await ServiceAccount.bulk_create(ServiceAccount(id=id_, name=name, created_at=at) for at, id_ in some)
    for descending in (False, True):
        accounts = Keyset(
            "service_accounts a",
            where="a.name = $1",
            arguments=1,
            rank="created_at",
            descending=descending,
            columns="a.id, a.created_at",
        )
        whole = [place_at(at, id_) for at, id_ in (reversed(rows) if descending else rows)]
        for window in windows(whole):
            found = await accounts.page(runtime.database.pool, window, "mine")
            page = found.map(lambda row: place_at(row["created_at"], row["id"]))
            assert page == expected(whole, window), window


async def test_numbers_rank_as_instants_do(runtime: Runtime) -> None:
    numbers = Keyset(
        "(SELECT n, '00000000-0000-0000-0000-000000000000'::uuid AS id FROM generate_series(1, 4) AS n) t",
        where="t.n > $1",
        arguments=1,
        rank="n",
        by=Rank.NUMBER,
        columns="t.n",
    )
    whole = [Place(number, UUID(int=0)) for number in (2, 3, 4)]
    for window in (*windows(whole), Window(3, after=Place(2**63, UUID(int=0)))):
        found = await numbers.page(runtime.database.pool, window, 1)
        page = found.map(lambda row: Place(row["n"], UUID(int=0)))
        assert page == expected(whole, window), window


def windows(whole: Sequence[Place]) -> Iterator[Window]:
    for backward, limit in product((False, True), (1, 2, 100)):
        for after, before in product((None, *whole), repeat=2):
            yield Window(limit, backward, after, before)


def expected(whole: Sequence[Place], window: Window) -> Page[Place]:
    """What a window shows of a list in its order, and what is on both sides."""
    first = whole.index(window.after) + 1 if window.after in whole else len(whole) if window.after else 0
    last = whole.index(window.before) if window.before else len(whole)
    inside = list(whole[first:last])
    if window.backward:
        rows, more = inside[-window.limit :], len(inside) > window.limit
        return Page(tuple(rows), has_next=window.before is not None, has_previous=more)
    return Page(tuple(inside[: window.limit]), len(inside) > window.limit, has_previous=window.after is not None)
