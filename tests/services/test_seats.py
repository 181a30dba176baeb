"""Seats in the database: bought, given, vacated, settled, retired; their counts and their history (B6, B7, B8, B10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.seats import SeatChangeKind, SeatCounts, SeatHolding
from feed.topics import workspace_topic
from models.database import Connection
from services.organisations import Organisation
from services.runtime import Runtime
from services.seats import (
    SEATS_SETTLED_AT_ONCE_MAX,
    add_seats,
    assign_seat,
    holdings_of,
    retire_seats,
    seat_counts,
    settle_seats,
    vacate_seat,
)
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import (
    OrganisationRef,
    fill,
    locked,
    make_account,
    make_organisation,
    put_member,
)
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

A_MOMENT, A_DAY = timedelta(microseconds=1), timedelta(days=1)
SETTLEMENT = datetime.fromisoformat("2026-02-15T12:00:00Z")
"""The end of the first period of an organisation that begins at `NOW`."""


@dataclass
class Seats:
    """The seats of an organisation, and short words for what is done to them."""

    runtime: Runtime
    ref: OrganisationRef

    async def counts(self, now: datetime | None = None) -> SeatCounts:
        async with self.runtime.database.pool.acquire() as connection:
            return await seat_counts(connection, self.ref.id, now or self.runtime.clock())

    async def assign(self, person_id: UUID) -> UUID | None:
        async with self.runtime.database.transaction() as connection:
            organisation = await locked(connection, self.ref.id)
            now = self.runtime.clock()
            return await assign_seat(connection, organisation, person_id, now=now, actor=person_id)

    async def vacate(self, person_id: UUID) -> bool:
        async with self.runtime.database.transaction() as connection:
            organisation = await locked(connection, self.ref.id)
            now, actor = self.runtime.clock(), self.ref.admin_id
            return await vacate_seat(connection, organisation, person_id, now=now, actor=actor)

    async def retire(self, count: int, ends_at: datetime) -> bool:
        async with self.runtime.database.transaction() as connection:
            await locked(connection, self.ref.id)
            now = self.runtime.clock()
            return await retire_seats(connection, self.ref.id, count, ends_at=ends_at, now=now, order_id=None)

    async def add(self, count: int, starts_at: datetime) -> None:
        async with self.runtime.database.transaction() as connection:
            ref, now = self.ref, self.runtime.clock()
            await add_seats(connection, ref.id, ref.workspace_id, count, starts_at=starts_at, now=now, order_id=None)

    async def number(self, seat_id: UUID | None) -> int:
        number: int = await self.runtime.database.pool.fetchval("SELECT number FROM seats WHERE id = $1", seat_id)
        return number

    async def history(self, seat_id: UUID | None) -> list[tuple[str, datetime, UUID | None]]:
        rows = await self.runtime.database.pool.fetch(
            "SELECT kind, at, person_id FROM seat_changes WHERE seat_id = $1 ORDER BY at, id", seat_id
        )
        return [tuple(row) for row in rows]

    async def holdings(self, seat_id: UUID | None) -> tuple[SeatHolding, ...]:
        assert seat_id
        async with self.runtime.database.pool.acquire() as connection:
            return (await holdings_of(connection, [seat_id]))[seat_id]

    async def colleague(self, name: str = "Bo") -> UUID:
        """A member who has no seat."""
        person = (await make_account(self.runtime, name)).person_id
        await put_member(self.runtime, self.ref.id, person, takes_seat=False)
        return person


@pytest.fixture
async def seats(runtime: Runtime) -> Seats:
    """Five free seats; Ada administers them and has none."""
    return Seats(runtime, await make_organisation(runtime, seats=5, admin_takes_seat=False))


async def test_b6_seats_are_numbered_without_a_gap_and_go_on_from_the_last(seats: Seats) -> None:
    await seats.add(3, NOW)
    rows = await seats.runtime.database.pool.fetch("SELECT number, person_id FROM seats ORDER BY number")
    assert [tuple(row) for row in rows] == [(number, None) for number in range(1, 9)]
    kinds = await seats.runtime.database.pool.fetch("SELECT kind, at, person_id FROM seat_changes")
    assert [tuple(row) for row in kinds] == [("ADDED", NOW, None)] * 8
    versions = await seats.runtime.database.pool.fetch("SELECT substr(id::text, 15, 1) FROM seat_changes")
    assert {row[0] for row in versions} == {"7"}
    assert await seats.counts() == SeatCounts(8, 0, 0, 8)


async def test_b6_counts_add_up_whatever_happens_and_whether_or_not_the_worker_ran(
    seats: Seats, clock: TestClock
) -> None:
    ada, bo = seats.ref.admin_id, await seats.colleague()
    assert await seats.assign(ada)
    assert await seats.assign(bo)
    assert await seats.counts() == SeatCounts(3, 2, 0, 3)
    assert await seats.vacate(bo)
    assert await seats.counts() == SeatCounts(3, 1, 1, 3)
    assert await seats.counts(SETTLEMENT - A_MOMENT) == SeatCounts(3, 1, 1, 3)
    assert await seats.counts(SETTLEMENT) == SeatCounts(4, 1, 0, 4)
    clock.now = SETTLEMENT
    assert await settle_seats(seats.runtime) == 1
    assert await seats.counts() == SeatCounts(4, 1, 0, 4)
    assert await settle_seats(seats.runtime) == 0


async def test_b6_seats_count_from_their_start_to_their_end(seats: Seats, clock: TestClock) -> None:
    assert await seats.retire(1, NOW + 2 * A_DAY)
    await seats.add(2, NOW + A_DAY)
    assert await seats.counts() == SeatCounts(5, 0, 0, 4)
    assert await seats.counts(NOW + A_DAY) == SeatCounts(7, 0, 0, 6)
    assert await seats.counts(NOW + 2 * A_DAY - A_MOMENT) == SeatCounts(7, 0, 0, 6)
    assert await seats.counts(NOW + 2 * A_DAY) == SeatCounts(6, 0, 0, 6)
    people = [await seats.colleague() for _ in range(5)]
    given = [await seats.assign(person) for person in people]
    assert [await seats.number(seat) for seat in given[:4]] == [1, 2, 3, 4]
    assert given[4] is None
    clock.now = NOW + A_DAY
    assert await seats.number(await seats.assign(people[4])) == 6


async def test_b5_the_first_free_seat_is_given_and_none_when_all_are_held(seats: Seats) -> None:
    people = [await seats.colleague() for _ in range(6)]
    given = [await seats.assign(person) for person in people]
    assert [await seats.number(seat) for seat in given[:5]] == [1, 2, 3, 4, 5]
    assert given[5] is None
    before = await content(seats.runtime.database)
    assert await seats.assign(people[2]) == given[2]  # again: they keep it
    assert await seats.assign(people[5]) is None
    assert await content(seats.runtime.database) == before


async def test_b7_a_vacated_seat_is_given_to_nobody_else_before_the_settlement(seats: Seats, clock: TestClock) -> None:
    people = [await seats.colleague() for _ in range(6)]
    given = [await seats.assign(person) for person in people[:5]]
    assert await seats.vacate(people[3])
    assert not await seats.vacate(people[3])
    clock.now = SETTLEMENT - A_MOMENT
    assert await seats.assign(people[5]) is None
    clock.now = SETTLEMENT
    assert await seats.assign(people[5]) == given[3]
    assert await seats.history(given[3]) == [
        ("ADDED", NOW, None),
        ("ASSIGNED", NOW, people[3]),
        ("VACATED", NOW, people[3]),
        ("RELEASED", SETTLEMENT, people[3]),
        ("ASSIGNED", SETTLEMENT, people[5]),
    ]
    assert await settle_seats(seats.runtime) == 0  # it was settled when it was given


async def test_b8_the_same_person_gets_the_very_seat_back_within_the_period(seats: Seats, clock: TestClock) -> None:
    ada, bo = await seats.colleague("Ada"), await seats.colleague("Bo")
    first, second = await seats.assign(ada), await seats.assign(bo)
    await seats.vacate(ada)
    await seats.vacate(bo)
    clock.advance(A_DAY)
    assert await seats.assign(bo) == second
    for _ in range(3):  # all in one instant: the order is told nevertheless
        await seats.vacate(bo)
        assert await seats.assign(bo) == second
    assert [kind for kind, _, _ in await seats.history(second)] == [
        "ADDED",
        "ASSIGNED",
        "VACATED",
        *["REASSIGNED", "VACATED"] * 3,
        "REASSIGNED",
    ]
    clock.now = SETTLEMENT
    assert await seats.assign(ada) == first  # after the release, and it is the first one that is free
    begun = SeatHolding(bo, SeatChangeKind.ASSIGNED, NOW, NOW, NOW + A_DAY)
    assert (await seats.holdings(second))[0] == begun
    assert await seats.holdings(first) == (
        SeatHolding(ada, SeatChangeKind.ASSIGNED, NOW, NOW, SETTLEMENT),
        SeatHolding(ada, SeatChangeKind.ASSIGNED, SETTLEMENT),
    )


async def test_b8_who_comes_back_after_the_release_joins_anew_whether_or_not_it_was_written(
    seats: Seats, clock: TestClock
) -> None:
    ada = await seats.colleague("Ada")
    seat = await seats.assign(ada)
    await seats.vacate(ada)
    clock.now = SETTLEMENT
    assert await seats.holdings(seat) == (SeatHolding(ada, SeatChangeKind.ASSIGNED, NOW, NOW, SETTLEMENT),)
    assert await seats.assign(ada) == seat
    assert [kind for kind, _, _ in await seats.history(seat)][-3:] == ["VACATED", "RELEASED", "ASSIGNED"]


async def test_b8_a_period_on_a_seat_is_noted_when_it_is_given_and_when_it_is_vacated(
    seats: Seats, clock: TestClock
) -> None:
    ada = await seats.colleague("Ada")
    seat = await seats.assign(ada)
    await seats.vacate(ada)
    await seats.assign(ada)
    clock.now = SETTLEMENT + A_DAY
    await seats.vacate(ada)
    rows = await seats.runtime.database.pool.fetch("SELECT seat_id, person_id, period_start FROM seat_periods")
    assert {tuple(row) for row in rows} == {(seat, ada, NOW), (seat, ada, SETTLEMENT)}
    assert len(rows) == 2


async def test_b8_the_database_refuses_a_second_person_on_a_seat_and_a_second_seat_in_a_period(seats: Seats) -> None:
    ada, bo = await seats.colleague("Ada"), await seats.colleague("Bo")
    first, _ = await seats.assign(ada), await seats.assign(bo)
    workspace, other = seats.ref.workspace_id, await make_organisation(seats.runtime)
    free = await seats.runtime.database.pool.fetchval(
        "SELECT id FROM seats WHERE workspace_id = $1 AND number = 3", workspace
    )
    period = """INSERT INTO seat_periods (id, seat_id, workspace_id, person_id, period_start)
        VALUES (gen_random_uuid(), $1, $2, $3, $4)"""
    unique, foreign = asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError
    refusals: list[tuple[str, type[Exception], str, tuple[object, ...]]] = [
        (period, unique, "seat_periods_one_person", (first, workspace, bo, NOW)),
        (period, unique, "seat_periods_one_seat", (free, workspace, ada, NOW)),
        (period, foreign, "seat_periods_of_members", (first, workspace, uuid4(), NOW + A_DAY)),
        (period, foreign, "seat_periods_in_the_seats", (free, other.workspace_id, other.admin_id, NOW + A_DAY)),
        ("UPDATE seats SET person_id = $2 WHERE id = $1", unique, "seats_one_per_member", (first, bo)),
        ("UPDATE seats SET person_id = $2 WHERE id = $1", foreign, "seats_of_members", (first, other.admin_id)),
        ("UPDATE seats SET person_id = NULL WHERE id = $1", asyncpg.CheckViolationError, "seats_held", (first,)),
        ("DELETE FROM seat_changes WHERE seat_id = $1", asyncpg.RestrictViolationError, "append-only", (first,)),
        (
            "UPDATE seat_changes SET person_id = $2 WHERE seat_id = $1",
            asyncpg.RestrictViolationError,
            "append-only",
            (first, bo),
        ),
    ]
    before = await content(seats.runtime.database)
    for sql, error, name, arguments in refusals:
        with pytest.raises(error, match=name):
            await seats.runtime.database.pool.execute(sql, *arguments)
    assert await content(seats.runtime.database) == before


async def test_b10_the_unheld_seats_with_the_highest_numbers_are_retired_or_none(
    seats: Seats, clock: TestClock
) -> None:
    people = [await seats.colleague() for _ in range(5)]
    given = [await seats.assign(person) for person in people]
    before = await content(seats.runtime.database)
    assert not await seats.retire(1, NOW + A_DAY)
    await seats.vacate(people[4])
    held_back = await content(seats.runtime.database)
    assert not await seats.retire(1, NOW + A_DAY)  # pending: it is still somebody's
    assert await content(seats.runtime.database) == held_back != before
    await seats.vacate(people[1])
    clock.now = SETTLEMENT  # and no worker has run
    ends_at = SETTLEMENT + A_DAY
    assert not await seats.retire(3, ends_at)
    assert await seats.retire(1, ends_at)
    assert await seats.history(given[4]) == [
        ("ADDED", NOW, None),
        ("ASSIGNED", NOW, people[4]),
        ("VACATED", NOW, people[4]),
        ("RELEASED", SETTLEMENT, people[4]),
        ("RETIRED", SETTLEMENT, None),
    ]
    assert await seats.counts() == SeatCounts(2, 3, 0, 1)
    assert await seats.assign(people[4]) == given[1]
    assert await seats.assign(people[1]) is None
    assert await seats.counts(ends_at) == SeatCounts(0, 4, 0, 0)
    assert await seats.retire(0, ends_at)


async def test_b6_settlements_are_written_in_bounded_rounds_and_overviews_are_woken(
    runtime: Runtime, clock: TestClock
) -> None:
    small, large = await make_organisation(runtime, members=1), await make_organisation(runtime, seats=301)
    await fill(runtime, large, 300, benefits=False)
    await runtime.database.pool.execute(
        "UPDATE seats SET release_at = $1 WHERE person_id <> ALL ($2::uuid[])",
        SETTLEMENT,
        [small.admin_id, large.admin_id],
    )
    clock.now = SETTLEMENT - A_MOMENT
    assert await settle_seats(runtime) == 0
    clock.now = SETTLEMENT + A_DAY
    rounds = [await settle_seats(runtime) for _ in range(3)]
    assert rounds == [SEATS_SETTLED_AT_ONCE_MAX, 301 - SEATS_SETTLED_AT_ONCE_MAX, 0]
    released = await runtime.database.pool.fetch("SELECT DISTINCT at, actor FROM seat_changes WHERE kind = 'RELEASED'")
    assert [tuple(row) for row in released] == [(SETTLEMENT, None)]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM seats WHERE release_at IS NOT NULL") == 0


async def test_b6_an_organisation_that_somebody_changes_is_settled_in_the_next_round(
    seats: Seats, clock: TestClock
) -> None:
    runtime, ada = seats.runtime, await seats.colleague()
    await seats.assign(ada)
    await seats.vacate(ada)
    clock.now = SETTLEMENT
    with runtime.broker.listen(workspace_topic(seats.ref.workspace_id)) as woken:
        async with runtime.database.transaction() as connection:
            await locked(connection, seats.ref.id)
            assert await settle_seats(runtime) == 0
            assert not woken.take()
        assert await settle_seats(runtime) == 1
        assert woken.take()


async def test_b6_each_verb_of_seats_is_one_statement(seats: Seats, clock: TestClock) -> None:
    runtime, ada = seats.runtime, await seats.colleague()
    async with runtime.database.transaction() as connection:
        organisation = await locked(connection, seats.ref.id)
        async with recorded(runtime.database.pool) as statements:
            await _one_of_each(connection, organisation, ada)
    assert len(statements) == 6
    clock.now = SETTLEMENT
    async with recorded(runtime.database.pool) as statements:
        assert await settle_seats(runtime) == 1
    assert [statement.split()[0] for statement in statements] == ["SELECT", "BEGIN;", "SELECT", "WITH", "COMMIT;"]
    async with recorded(runtime.database.pool) as statements:
        assert await settle_seats(runtime) == 0
    assert len(statements) == 1


async def _one_of_each(connection: Connection, organisation: Organisation, person: UUID) -> None:
    id_, workspace = organisation.id, organisation.workspace_id
    await add_seats(connection, id_, workspace, 1, starts_at=NOW, now=NOW, order_id=None)
    seat = await assign_seat(connection, organisation, person, now=NOW, actor=person)
    assert seat
    assert await vacate_seat(connection, organisation, person, now=NOW, actor=person)
    assert await retire_seats(connection, id_, 1, ends_at=NOW + A_DAY, now=NOW, order_id=None)
    assert (await seat_counts(connection, id_, NOW)).total == 6
    assert len((await holdings_of(connection, [seat]))[seat]) == 1


async def test_b11_a_person_of_another_organisation_gets_no_seat(seats: Seats) -> None:
    stranger = await make_organisation(seats.runtime)
    before = await content(seats.runtime.database)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await seats.assign(stranger.admin_id)
    assert not await seats.vacate(stranger.admin_id)
    assert await content(seats.runtime.database) == before
