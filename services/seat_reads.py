"""Seats of organisations as administrators see them: who holds them, and what happened to them (B6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.principals import Principal
from domain.seats import SeatChangeKind, SeatStatus
from services.keyset import Keyset, ListOf, Page, Place, Rank, Window
from services.member_reads import (
    MEMBER_COLUMNS,
    PERSON_AND_WALLET,
    SEAT_COLUMNS,
    MemberRow,
    SeatRow,
    administers,
    member_row,
    seat_row,
)
from services.organisation_reads import EXISTS, FREE
from services.platforms import enterprise_works
from services.runtime import Runtime

SEAT_CHANGES_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A seat, and whoever holds it."""

    seat: SeatRow
    holder: MemberRow | None

    @property
    def place(self) -> Place:
        """Where the seat stands."""
        return self.seat.place


@dataclass(frozen=True, slots=True)
class SeatChangeRow:
    """What happened to a seat. `actor` did it, None: it fell due; without `actor_name` the actor is no person."""

    at: datetime
    kind: SeatChangeKind
    person_id: UUID | None
    person_name: str | None
    actor: UUID | None
    actor_name: str | None
    order_id: UUID | None


# condition by condition, so that the planner knows how many seats are of a status
_OF_STATUS = f"""
CASE $3::text WHEN 'UNALLOCATED' THEN {FREE} WHEN 'ALLOCATED' THEN NOT {FREE} AND s.release_at IS NULL
    WHEN 'PENDING_RELEASE' THEN NOT {FREE} AND s.release_at IS NOT NULL ELSE true END
"""
_HOLDER = f"""
LEFT JOIN LATERAL (
    SELECT * FROM members i WHERE i.workspace_id = s.workspace_id AND i.person_id = s.person_id AND NOT {FREE} LIMIT 1
) m ON true
{PERSON_AND_WALLET}
"""  # noqa: S608  (constant text)
_SEATS = Keyset(
    "seats s",
    where=f"s.organisation_id = $1 AND {EXISTS} AND {_OF_STATUS}",
    arguments=3,
    rank="number",
    by=Rank.NUMBER,
    columns=f"{SEAT_COLUMNS}, {MEMBER_COLUMNS}",
    joins=_HOLDER,
)
_SEAT = f"""
SELECT {SEAT_COLUMNS}, {MEMBER_COLUMNS} FROM seats s {_HOLDER}
WHERE s.id = $1 AND {administers("s.workspace_id", "$3")}
"""  # noqa: S608  (constant text)
_CHANGES = f"""
SELECT c.seat_id, c.at, c.kind, c.person_id, c.actor, c.order_id,
    (SELECT display_name FROM persons WHERE id = c.person_id) AS person_name,
    (SELECT display_name FROM persons WHERE id = c.actor) AS actor_name
FROM seats s
CROSS JOIN LATERAL (
    SELECT * FROM seat_changes i WHERE i.seat_id = s.id ORDER BY i.at DESC, i.id DESC LIMIT {SEAT_CHANGES_SHOWN_MAX}
) c
WHERE s.id = ANY ($1::uuid[]) AND {administers("s.workspace_id", "$2")}
ORDER BY c.seat_id, c.at DESC, c.id DESC
"""  # noqa: S608  (constant text)


def seats_of(organisation_id: UUID) -> ListOf:
    """Name the list of an organisation's seats."""
    return ListOf("seats", organisation_id)


async def seats_page(
    runtime: Runtime, organisation_id: UUID, window: Window, status: SeatStatus | None = None
) -> Page[SeatHeld]:
    """Load a page of the seats that an organisation has now, by number; None: of any status. One statement."""
    now = runtime.clock()
    page = await _SEATS.page(runtime.database.pool, window, organisation_id, now, status)
    return page.map(lambda row: _held(row, now))


async def seat(runtime: Runtime, principal: Principal, id_: UUID) -> SeatHeld | None:
    """Load a seat of an organisation that the caller administers; None: there is none of this id for them."""
    if not enterprise_works(runtime, principal):
        return None
    now = runtime.clock()
    row = await runtime.database.pool.fetchrow(_SEAT, id_, now, principal.person_id)
    return _held(row, now) if row else None


async def seat_changes(
    runtime: Runtime, principal: Principal, seat_ids: Collection[UUID]
) -> dict[UUID, tuple[SeatChangeRow, ...]]:
    """Load the newest changes of seats, 20 of each, the newest first. One statement."""
    found: dict[UUID, list[SeatChangeRow]] = {}
    for row in await runtime.database.pool.fetch(_CHANGES, list(seat_ids), principal.person_id):
        found.setdefault(row["seat_id"], []).append(_change(row))
    return {seat_id: tuple(changes) for seat_id, changes in found.items()}


def _held(row: asyncpg.Record, now: datetime) -> SeatHeld:
    return SeatHeld(seat_row(row, now), member_row(row, now) if row["member_id"] else None)


def _change(row: asyncpg.Record) -> SeatChangeRow:
    return SeatChangeRow(
        at=row["at"],
        kind=SeatChangeKind(row["kind"]),
        person_id=row["person_id"],
        person_name=row["person_name"],
        actor=row["actor"],
        actor_name=row["actor_name"],
        order_id=row["order_id"],
    )
