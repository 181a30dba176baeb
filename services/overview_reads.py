"""Reading an organisation's overview: whole, in one snapshot of the database, for all pages that are watched (F9).

All parts of it agree: seats, figures, orders and invitations are those of one instant. What is due in members' wallets
by then is written first, as wherever figures are read (F2), so totals never depend on whether the worker has run.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.meters import Pool
from domain.orders import OrderStatus
from domain.seats import SeatCounts
from feed.overview import Reading
from models.database import Connection
from services.advancing import advance
from services.invitation_reads import INVITATION_COLUMNS, InvitationRow, invitation_row, is_open
from services.keyset import Page, Place, instant_of
from services.member_reads import (
    FIGURES_COLUMNS,
    MEMBER_COLUMNS,
    PERSON_AND_WALLET,
    SEAT,
    SEAT_COLUMNS,
    FiguresRow,
    MemberRow,
    figures_row,
    member_row,
)
from services.order_rows import ORDER_COLUMNS, OrderRow, order_of
from services.organisation_reads import EXISTS, SEAT_COUNTS, seat_counts_row
from services.organisations import ORGANISATION_COLUMNS, ORGANISATION_FROM, Organisation, organisation_of
from services.runtime import Runtime

OVERVIEW_MEMBERS_MAX = 200
OVERVIEW_ORDERS_MAX = 20
OVERVIEW_INVITATIONS_MAX = 100
ROUNDS_MAX = 3
"""How often what is due is written before a snapshot is shown in which something is due still."""
AGAIN_S = 1.0
"""When to read again then."""


@dataclass(frozen=True, slots=True)
class MembersAsked:
    """Which members an overview shows: the `first` so many that follow `after`."""

    first: int
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class MeterUsage:
    """Sums over all members' current quotas of a meter's pool. Thousandths; as in `Balance`, they add up."""

    meter: str
    pool: Pool
    granted: int
    used: int
    held: int
    remaining: int
    lapsed: int


@dataclass(frozen=True, slots=True)
class Overview:
    """An organisation at an instant. `organisation.role` is nobody's."""

    at: datetime = field(compare=False)  # as long as nothing else has changed, it is the same overview
    organisation: Organisation
    seats: SeatCounts
    usage: tuple[MeterUsage, ...]
    members: Page[tuple[MemberRow, FiguresRow | None]]
    orders: tuple[OrderRow, ...]
    invitations: tuple[InvitationRow, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """What one snapshot of the database holds. `due`: wallets in which something is due, so that it is not true."""

    pages: dict[MembersAsked, Overview]
    changes_at: datetime | None
    due: Sequence[UUID]


_ORGANISATION = f"SELECT {ORGANISATION_COLUMNS}, NULL AS role {ORGANISATION_FROM} WHERE o.id = $1"
_SEATS = f"""
SELECT {SEAT_COUNTS}, min(s.release_at) FILTER (WHERE s.release_at > $2) AS next_release,
    min(s.ends_at) AS next_end,
    (SELECT min(f.starts_at) FROM seats f WHERE f.organisation_id = $1 AND f.starts_at > $2) AS next_start
FROM seats s WHERE s.organisation_id = $1 AND {EXISTS}
"""  # noqa: S608  (constant text)
_WALLETS = """
FROM members m JOIN wallets w ON w.workspace_id = m.workspace_id AND w.person_id = m.person_id
WHERE m.workspace_id = $1 AND m.left_at IS NULL
"""
_USAGE = f"""
SELECT
    (SELECT json_agg(t) FROM (
        SELECT b.meter, b.pool, sum(b.granted)::bigint AS granted, sum(b.used)::bigint AS used,
            sum(b.held)::bigint AS held, sum(b.remaining)::bigint AS remaining, sum(b.lapsed)::bigint AS lapsed
        FROM (SELECT w.balances {_WALLETS}) q CROSS JOIN LATERAL jsonb_to_recordset(q.balances) AS b (
            meter text, pool text, allowance int, granted bigint, used bigint, held bigint, remaining bigint,
            lapsed bigint)
        WHERE b.allowance IS NOT NULL GROUP BY b.meter, b.pool ORDER BY b.meter, b.pool
    ) t) AS usage,
    due.due, due.next_due
FROM (
    SELECT array_agg(w.id) FILTER (WHERE w.next_due_at <= $2) AS due,
        min(w.next_due_at) FILTER (WHERE w.next_due_at > $2) AS next_due
    {_WALLETS}
) due
"""  # noqa: S608  (constant text)
_MEMBERS = f"""
SELECT asked.page, {MEMBER_COLUMNS}, {SEAT_COLUMNS}, {FIGURES_COLUMNS}
FROM unnest($3::timestamptz[], $4::uuid[], $5::int[]) WITH ORDINALITY AS asked (joined_at, id, size, page)
CROSS JOIN LATERAL (
    SELECT * FROM members i WHERE i.workspace_id = $1 AND i.left_at IS NULL
        AND (i.joined_at, i.id) > (asked.joined_at, asked.id)
    ORDER BY i.joined_at, i.id LIMIT asked.size + 1
) m
{PERSON_AND_WALLET} {SEAT}
ORDER BY asked.page, m.joined_at, m.id
"""  # noqa: S608  (constant text)
_ORDERS = f"""
SELECT {ORDER_COLUMNS} FROM orders o WHERE o.organisation_id = $1
ORDER BY o.created_at DESC, o.id DESC LIMIT {OVERVIEW_ORDERS_MAX}
"""  # noqa: S608  (constant text)

_INVITATIONS = f"""
SELECT {INVITATION_COLUMNS} FROM invitations i WHERE i.organisation_id = $1 AND {is_open("$2")}
ORDER BY i.created_at DESC, i.id DESC LIMIT {OVERVIEW_INVITATIONS_MAX}
"""  # noqa: S608  (constant text)

_USAGES = msgspec.json.Decoder(tuple[MeterUsage, ...])
_BEGINNING = Place(0, UUID(int=0))


async def read_overviews(
    runtime: Runtime, organisation_id: UUID, asked: Collection[MembersAsked]
) -> Reading[MembersAsked, Overview]:
    """Read an organisation with these pages of its members: eight statements, BEGIN and COMMIT included.

    Where something is due in members' wallets, it is written first, and all is read again.

    Raises:
        LookupError: there is no such organisation.
    """
    found = await _read(runtime, organisation_id, asked)
    for _ in range(ROUNDS_MAX):
        if not found.due:
            break
        await advance(runtime, found.due)
        found = await _read(runtime, organisation_id, asked)
    if found.due:  # it falls due faster than it is written, or cannot be: each figure is true at its entry, not now
        return Reading(found.pages, AGAIN_S)
    left = (found.changes_at - runtime.clock()).total_seconds() if found.changes_at else None
    return Reading(found.pages, left)


async def _read(runtime: Runtime, organisation_id: UUID, asked: Collection[MembersAsked]) -> _Read:
    now = runtime.clock()
    async with (
        runtime.database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        row = await connection.fetchrow(_ORGANISATION, organisation_id)
        seats = await connection.fetchrow(_SEATS, organisation_id, now)
        if row is None or seats is None:
            raise LookupError(f"there is no organisation {organisation_id}")
        organisation = organisation_of(row)
        usage = await connection.fetchrow(_USAGE, organisation.workspace_id, now)
        if usage is None:
            raise LookupError("an aggregate without groups has one row")
        members = await _members(connection, organisation.workspace_id, asked, now)
        orders = tuple(order_of(record).at(now) for record in await connection.fetch(_ORDERS, organisation_id))
        invitations = tuple(map(invitation_row, await connection.fetch(_INVITATIONS, organisation_id, now)))
    pages = {
        each: Overview(
            at=now,
            organisation=organisation,
            seats=seat_counts_row(seats),
            usage=_USAGES.decode(usage["usage"] or b"[]"),
            members=page,
            orders=orders,
            invitations=invitations,
        )
        for each, page in members.items()
    }
    instants = [seats["next_release"], seats["next_end"], seats["next_start"], usage["next_due"]]
    instants += [invitation.expires_at for invitation in invitations]
    instants += _instants(organisation, orders, now)
    changes_at = min((instant for instant in instants if instant is not None and instant > now), default=None)
    return _Read(pages, changes_at, usage["due"] or ())


def _instants(organisation: Organisation, orders: Collection[OrderRow], now: datetime) -> Iterator[datetime]:
    """List when something changes by itself."""
    subscription = organisation.subscription
    yield subscription.period(now).end
    yield subscription.benefits_until
    for term in subscription.terms:
        yield term.starts_at
        yield term.ends_at
    for order in orders:
        if order.status is OrderStatus.PENDING:
            yield order.expires_at


async def _members(
    connection: Connection, workspace_id: UUID, asked: Collection[MembersAsked], now: datetime
) -> dict[MembersAsked, Page[tuple[MemberRow, FiguresRow | None]]]:
    """Read pages of members, in one statement; those that begin at one place are read together."""
    sizes: dict[Place, int] = {}
    for each in asked:
        place = each.after or _BEGINNING
        sizes[place] = max(each.first, sizes.get(place, 0))
    found: dict[Place, list[tuple[MemberRow, FiguresRow | None]]] = {place: [] for place in sizes}
    places = list(sizes)
    rows = await connection.fetch(
        _MEMBERS,
        workspace_id,
        now,
        [instant_of(place) for place in places],
        [place.id for place in places],
        list(sizes.values()),
    )
    for row in rows:
        found[places[row["page"] - 1]].append((member_row(row, now), _figures(row)))
    return {each: _page(each, found[each.after or _BEGINNING]) for each in asked}


def _page(
    asked: MembersAsked, rows: Sequence[tuple[MemberRow, FiguresRow | None]]
) -> Page[tuple[MemberRow, FiguresRow | None]]:
    return Page(tuple(rows[: asked.first]), has_next=len(rows) > asked.first, has_previous=asked.after is not None)


def _figures(row: asyncpg.Record) -> FiguresRow | None:
    return figures_row(row) if row["wallet_id"] else None
