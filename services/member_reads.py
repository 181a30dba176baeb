"""Members of organisations as administrators see them: who they are, their seat, their figures (B3, F9).

Every read here is for administrators: the pages for who was shown the organisation as one, and the statements that
begin with an id find nothing for anybody else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.allowances import Allowance
from domain.balances import Balance
from domain.benefits import Benefits
from domain.principals import Principal
from domain.seats import SeatStatus, seat_status
from domain.workspaces import MemberRole
from models.ledger_load import benefits_of
from services.advancing import advance
from services.keyset import Keyset, ListOf, Page, Place, Window, place_at
from services.platforms import enterprise_works
from services.reads import by_number
from services.runtime import Runtime

_BALANCES = msgspec.json.Decoder(tuple[Balance, ...])


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat as it was at the instant of reading. `held_since` and `release_at` are its holder's, None without one."""

    id: UUID
    number: int
    status: SeatStatus
    starts_at: datetime
    ends_at: datetime | None
    held_since: datetime | None
    release_at: datetime | None

    @property
    def place(self) -> Place:
        """Where it stands among its organisation's seats."""
        return Place(self.number, self.id)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member, or one who has left (`left_at`) and whose seat is not settled yet; `seat` None: they hold none."""

    id: UUID
    person_id: UUID
    display_name: str
    email: str | None
    role: MemberRole
    joined_at: datetime
    left_at: datetime | None
    wallet_id: UUID | None
    seat: SeatRow | None

    @property
    def place(self) -> Place:
        """Where they stand among the members."""
        return place_at(self.joined_at, self.id)


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """The figures of a member's wallet, true at entry `last_entry`, which took effect `at`."""

    wallet_id: UUID
    last_entry: int
    at: datetime
    balances: tuple[Balance, ...]
    allowances: Mapping[int, Allowance]
    benefits: Benefits


SEAT_COLUMNS = """
s.id AS seat_id, s.number AS seat_number, s.starts_at AS seat_starts_at, s.ends_at AS seat_ends_at,
s.person_id AS seat_person_id, s.assigned_at AS seat_assigned_at, s.release_at AS seat_release_at
"""
MEMBER_COLUMNS = """
m.id AS member_id, m.person_id, m.role, m.joined_at, m.left_at, p.display_name, p.email, w.id AS wallet_id
"""
FIGURES_COLUMNS = """
w.last_entry, w.last_at, w.next_due_at, w.balances, w.benefits_until, w.suspended, w.concurrency_max,
(SELECT json_agg(row_to_json(a)) FROM allowances a WHERE a.wallet_id = w.id AND a.ends_at IS NULL) AS allowances
"""

# Single rows by unique indexes. LIMIT keeps them from becoming joins whose plans young tables get wrong.
PERSON_AND_WALLET = """
LEFT JOIN LATERAL (SELECT * FROM persons i WHERE i.id = m.person_id LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT * FROM wallets i WHERE i.workspace_id = m.workspace_id AND i.person_id = m.person_id LIMIT 1
) w ON true
"""
"""Joins what `MEMBER_COLUMNS` and `FIGURES_COLUMNS` need to a member `m`."""
SEAT = """
LEFT JOIN LATERAL (
    SELECT * FROM seats i WHERE i.workspace_id = m.workspace_id AND i.person_id = m.person_id
        AND (i.release_at IS NULL OR i.release_at > $2) LIMIT 1
) s ON true
"""
"""Joins the seat that a member `m` holds at the instant `$2`."""


def administers(workspace: str, person: str) -> str:
    """Write the condition under which a person administers the organisation of a workspace."""
    return f"""
        EXISTS (SELECT FROM members a WHERE a.workspace_id = {workspace} AND a.person_id = {person}
            AND a.role = 'ADMIN' AND a.left_at IS NULL)
    """


_MEMBERS = Keyset(
    "members m",
    where="m.workspace_id = $1 AND m.left_at IS NULL AND ($3::text IS NULL OR m.role = $3)",
    arguments=3,
    rank="joined_at",
    columns=f"{MEMBER_COLUMNS}, {SEAT_COLUMNS}",
    joins=f"{PERSON_AND_WALLET} {SEAT}",
)
_MEMBER = f"""
SELECT {MEMBER_COLUMNS}, {SEAT_COLUMNS} FROM members m {PERSON_AND_WALLET} {SEAT}
WHERE m.id = $1 AND {administers("m.workspace_id", "$3")}
"""  # noqa: S608  (constant text)
_FIGURES = f"""
SELECT w.id AS wallet_id, {FIGURES_COLUMNS} FROM wallets w
WHERE w.id = ANY ($1::uuid[]) AND {administers("w.workspace_id", "$2")}
"""  # noqa: S608  (constant text)


def members_of(organisation_id: UUID) -> ListOf:
    """Name the list of an organisation's members."""
    return ListOf("members", organisation_id)


async def members_page(
    runtime: Runtime, workspace_id: UUID, window: Window, role: MemberRole | None = None
) -> Page[MemberRow]:
    """Load a page of an organisation's members in the order in which they joined; None: of any role. One statement."""
    now = runtime.clock()
    page = await _MEMBERS.page(runtime.database.pool, window, workspace_id, now, role)
    return page.map(lambda row: member_row(row, now))


async def member(runtime: Runtime, principal: Principal, id_: UUID) -> MemberRow | None:
    """Load a member of an organisation that the caller administers; None: there is none of this id for them."""
    if not enterprise_works(runtime, principal):
        return None
    now = runtime.clock()
    row = await runtime.database.pool.fetchrow(_MEMBER, id_, now, principal.person_id)
    return member_row(row, now) if row else None


async def figures(runtime: Runtime, principal: Principal, wallet_ids: Collection[UUID]) -> dict[UUID, FiguresRow]:
    """Load the figures of members of organisations that the caller administers, as of this instant.

    One statement; where something is due, what is due is written first and the statement is repeated (F2).
    """
    arguments = list(wallet_ids), principal.person_id
    rows = await runtime.database.pool.fetch(_FIGURES, *arguments)
    now = runtime.clock()
    due = [row["wallet_id"] for row in rows if row["next_due_at"] is not None and row["next_due_at"] <= now]
    if due:
        await advance(runtime, due)
        rows = await runtime.database.pool.fetch(_FIGURES, *arguments)
    return {row["wallet_id"]: figures_row(row) for row in rows}


def member_row(row: asyncpg.Record, now: datetime) -> MemberRow:
    """Decode `MEMBER_COLUMNS` and `SEAT_COLUMNS`, read as of `now`."""
    left_at = row["left_at"]
    return MemberRow(
        id=row["member_id"],
        person_id=row["person_id"],
        display_name=row["display_name"],
        email=None if left_at else row["email"],
        role=MemberRole(row["role"]),
        joined_at=row["joined_at"],
        left_at=left_at,
        wallet_id=row["wallet_id"],
        seat=seat_row(row, now) if row["seat_id"] else None,
    )


def seat_row(row: asyncpg.Record, now: datetime) -> SeatRow:
    """Decode `SEAT_COLUMNS`, read as of `now`."""
    status = seat_status(held=row["seat_person_id"] is not None, release_at=row["seat_release_at"], now=now)
    held = status is not SeatStatus.UNALLOCATED
    return SeatRow(
        id=row["seat_id"],
        number=row["seat_number"],
        status=status,
        starts_at=row["seat_starts_at"],
        ends_at=row["seat_ends_at"],
        held_since=row["seat_assigned_at"] if held else None,
        release_at=row["seat_release_at"] if held else None,
    )


def figures_row(row: asyncpg.Record) -> FiguresRow:
    """Decode `FIGURES_COLUMNS` with `wallet_id`."""
    return FiguresRow(
        wallet_id=row["wallet_id"],
        last_entry=row["last_entry"],
        at=row["last_at"],
        balances=_BALANCES.decode(row["balances"]),
        allowances=by_number(row["allowances"]),
        benefits=benefits_of(row),
    )
