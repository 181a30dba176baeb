"""Seats: bought, given, vacated, settled, retired (B5-B8, B10). Each verb is one statement.

Whoever calls holds the organisation's lock and wakes `workspace_topic` after the commit. What happens to a seat stands
in `seat_changes`, which is append-only: `at` is when it happened, for a settlement the instant at which it was due,
whenever it was written. The history of a seat is in the order of `(at, id)`: instants never go back, and what happened
in one and the same instant is counted in the bits that a UUIDv7 keeps for that (RFC 9562, 6.2).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatChangeKind, SeatCounts, SeatEvent, SeatHolding, seat_holdings
from feed.topics import workspace_topic
from models.database import Connection
from services.organisation_reads import EXISTS, SEAT_COUNTS, seat_counts_row
from services.organisations import Organisation
from services.runtime import Runtime

SEATS_SETTLED_AT_ONCE_MAX = 256

NO_SEAT = Refusal(
    RefusalCode.NO_SEAT_AVAILABLE, "Every seat of the organization is held. Its administrators can buy more."
)


def uuid7_sql(at: str, nth: str = "0") -> str:
    """Write a new UUIDv7 of an instant as SQL; `nth` puts those of one instant in order."""
    milliseconds = f"substring(int8send(floor(extract(epoch FROM {at}) * 1000)::bigint) FROM 3)"
    version_and_nth = f"int2send((28672 + least({nth}, 4095))::int2)"  # 0x7000
    return f"""encode(overlay(overlay(uuid_send(gen_random_uuid())
        PLACING {milliseconds} FROM 1 FOR 6) PLACING {version_and_nth} FROM 7 FOR 2), 'hex')::uuid"""


_CHANGES = "INSERT INTO seat_changes (id, seat_id, workspace_id, at, kind, person_id, actor, order_id)"
_PERIODS = "INSERT INTO seat_periods (id, seat_id, workspace_id, person_id, period_start)"
_LAST_AT = "(SELECT max(k.at) FROM seat_changes k WHERE k.seat_id = s.id)"


def _nth(at: str) -> str:
    return f"(SELECT count(*) FROM seat_changes k WHERE k.seat_id = c.id AND k.at = {at})"  # noqa: S608  (constant text)


def _released(seats: str, now: str) -> str:
    """Write the settlements of seats that were due and not written, as rows of `seat_changes`."""
    return f"""
    SELECT {uuid7_sql("c.release_at", _nth("c.release_at"))}, c.id, c.workspace_id, c.release_at, 'RELEASED',
        c.person_id, NULL::uuid, NULL::uuid
    FROM {seats} c WHERE c.release_at <= {now}"""  # noqa: S608  (constant text)


def _first(free: str, now: str) -> str:
    """Write the search for the first assignable seat of those that an index lists: the free, or the pending ones."""
    return f"""(
        SELECT s.id, s.number FROM seats s
        WHERE s.organisation_id = $1 AND {free} AND s.starts_at <= {now} AND s.ends_at IS NULL
        ORDER BY s.number LIMIT 1)"""  # noqa: S608  (constant text)


HAS_ASSIGNABLE: Final = f"(EXISTS {_first('s.person_id IS NULL', '$2')} OR EXISTS {_first('s.release_at <= $2', '$2')})"
"""Whether the organisation `$1` has a seat that somebody may be given at the instant `$2`, as part of a statement."""

_ADD = f"""
WITH last AS (
    SELECT coalesce(max(number), 0) AS number FROM seats WHERE organisation_id = $1
), added AS (
    INSERT INTO seats (id, organisation_id, workspace_id, number, starts_at)
    SELECT {uuid7_sql("$5::timestamptz")}, $1, $2, last.number + each, $4 FROM last, generate_series(1, $3::int) AS each
    RETURNING id
)
{_CHANGES}
SELECT {uuid7_sql("$5::timestamptz")}, id, $2, $5, 'ADDED', NULL, NULL, $6 FROM added
"""  # noqa: S608  (constant text)

_RETIRE = f"""
WITH free AS (
    SELECT s.id, s.workspace_id, s.person_id, s.release_at, greatest($4::timestamptz, {_LAST_AT}) AS at FROM seats s
    WHERE s.organisation_id = $1 AND s.ends_at IS NULL AND s.starts_at <= $3
        AND (s.person_id IS NULL OR s.release_at <= $4)
    ORDER BY s.number DESC LIMIT $2
), enough AS (
    SELECT * FROM free WHERE (SELECT count(*) FROM free) = $2
), retired AS (
    UPDATE seats s SET ends_at = $3, person_id = NULL, assigned_at = NULL, release_at = NULL
    FROM enough c WHERE s.id = c.id
), changes AS (
    {_CHANGES} {_released("enough", "$4")}
    UNION ALL
    SELECT {uuid7_sql("c.at", f"{_nth('c.at')} + 1")}, c.id, c.workspace_id, c.at, 'RETIRED', NULL, NULL, $5
    FROM enough c
)
SELECT count(*) = $2 FROM enough
"""  # noqa: S608  (constant text)

ASSIGNING: Final = f"""
chosen AS (
    SELECT s.id, s.workspace_id, s.person_id, s.release_at, coalesce(s.release_at > $4, false) AS is_own_pending,
        coalesce(s.person_id = $3 AND s.release_at IS NULL, false) AS is_held,
        greatest($4::timestamptz, {_LAST_AT}) AS at
    FROM seats s WHERE $7::boolean AND s.id = coalesce(
        (SELECT o.id FROM seats o WHERE o.workspace_id = $2 AND o.person_id = $3),
        (SELECT f.id FROM ({_first("s.person_id IS NULL", "$4")} UNION ALL {_first("s.release_at <= $4", "$4")}) f
            ORDER BY f.number LIMIT 1))
), taken AS (
    UPDATE seats s SET person_id = $3, release_at = NULL,
        assigned_at = CASE WHEN c.is_own_pending THEN s.assigned_at ELSE $4 END
    FROM chosen c WHERE s.id = c.id AND NOT c.is_held
), changes AS (
    {_CHANGES} {_released("chosen", "$4")}
    UNION ALL
    SELECT {uuid7_sql("c.at", f"{_nth('c.at')} + 1")}, c.id, c.workspace_id, c.at,
        CASE WHEN c.is_own_pending THEN 'REASSIGNED' ELSE 'ASSIGNED' END, $3, $5, NULL
    FROM chosen c WHERE NOT c.is_held
), periods AS (
    {_PERIODS}
    SELECT {uuid7_sql("$4::timestamptz")}, c.id, c.workspace_id, $3, $6 FROM chosen c
    WHERE NOT c.is_held AND NOT EXISTS (
        SELECT FROM seat_periods p WHERE p.seat_id = c.id AND p.person_id = $3 AND p.period_start = $6)
)"""  # noqa: S608  (constant text)
"""Gives a person a seat, as parts of a statement (`chosen` is the seat, or empty): what joining adds to it is written
with it. $1 organisation, $2 workspace, $3 person, $4 now, $5 who does it, $6 start of the current period, $7 whether
they take a seat at all.

One's own seat comes first, be it held, pending, or released by now; otherwise it is the one with the lowest number.
Another person's period on the seat, or another seat of theirs in the period, is refused by the database (B8)."""

_ASSIGN = f"WITH {ASSIGNING} SELECT id FROM chosen"  # noqa: S608  (constant text)

_VACATE = f"""
WITH held AS (
    SELECT s.id, s.workspace_id, greatest($4::timestamptz, {_LAST_AT}) AS at FROM seats s
    WHERE s.organisation_id = $1 AND s.workspace_id = $2 AND s.person_id = $3 AND s.release_at IS NULL
), vacated AS (
    UPDATE seats s SET release_at = $7 FROM held c WHERE s.id = c.id
), changes AS (
    {_CHANGES}
    SELECT {uuid7_sql("c.at", f"{_nth('c.at')} + 1")}, c.id, c.workspace_id, c.at, 'VACATED', $3, $5, NULL FROM held c
), periods AS (
    {_PERIODS}
    SELECT {uuid7_sql("$4::timestamptz")}, c.id, c.workspace_id, $3, $6 FROM held c
    WHERE NOT EXISTS (
        SELECT FROM seat_periods p WHERE p.seat_id = c.id AND p.person_id = $3 AND p.period_start = $6)
)
SELECT EXISTS (SELECT FROM held)
"""  # noqa: S608  (constant text)

_COUNTS = f"SELECT {SEAT_COUNTS} FROM seats s WHERE s.organisation_id = $1 AND {EXISTS}"  # noqa: S608  (constant text)

_DUE = "SELECT organisation_id FROM seats WHERE release_at <= $1 ORDER BY release_at LIMIT $2"
_LOCK_DUE = """
SELECT id FROM organisations WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
_SETTLE = f"""
WITH due AS (
    SELECT id, workspace_id, person_id, release_at FROM seats
    WHERE release_at <= $1 AND organisation_id = ANY ($2::uuid[]) ORDER BY release_at LIMIT $3
), freed AS (
    UPDATE seats s SET person_id = NULL, assigned_at = NULL, release_at = NULL FROM due c WHERE s.id = c.id
), changes AS (
    {_CHANGES} {_released("due", "$1")}
)
SELECT workspace_id FROM due
"""  # noqa: S608  (constant text)

_HOLDINGS = """
SELECT s.id, s.release_at, array_agg(k.at ORDER BY k.at, k.id) AS instants,
    array_agg(k.kind ORDER BY k.at, k.id) AS kinds, array_agg(k.person_id ORDER BY k.at, k.id) AS persons
FROM seats s JOIN seat_changes k ON k.seat_id = s.id
WHERE s.id = ANY ($1::uuid[]) GROUP BY s.id
"""


async def add_seats(
    connection: Connection,
    organisation_id: UUID,
    workspace_id: UUID,
    count: int,
    *,
    starts_at: datetime,
    now: datetime,
    order_id: UUID | None,
) -> None:
    """Add seats that exist from `starts_at` on; their numbers go on from the last one. One statement."""
    await connection.execute(_ADD, organisation_id, workspace_id, count, starts_at, now, order_id)


async def retire_seats(
    connection: Connection,
    organisation_id: UUID,
    count: int,
    *,
    ends_at: datetime,
    now: datetime,
    order_id: UUID | None,
) -> bool:
    """Let seats that nobody holds end at `ends_at`, those with the highest numbers; nobody is given them meanwhile.

    False: not so many are unheld, and nothing has changed. One statement.
    """
    done: bool = await connection.fetchval(_RETIRE, organisation_id, count, ends_at, now, order_id)
    return done


async def assign_seat(
    connection: Connection, organisation: Organisation, person_id: UUID, *, now: datetime, actor: UUID | None
) -> UUID | None:
    """Give a member a seat: their own, if it is not given to anybody else, or the first free one (B5, B8).

    A seat whose release was due and not written yet is settled with it. Returns None where there is no seat; who holds
    one already keeps it. One statement.
    """
    seat_id: UUID | None = await connection.fetchval(
        _ASSIGN, *assigning_arguments(organisation, person_id, now=now, actor=actor), True
    )
    return seat_id


def assigning_arguments(
    organisation: Organisation, person_id: UUID, *, now: datetime, actor: UUID | None
) -> tuple[UUID, UUID, UUID, datetime, UUID | None, datetime]:
    """List the arguments $1 to $6 of `ASSIGNING`."""
    period_start = organisation.subscription.period(now).start
    return organisation.id, organisation.workspace_id, person_id, now, actor, period_start


async def vacate_seat(
    connection: Connection, organisation: Organisation, person_id: UUID, *, now: datetime, actor: UUID | None
) -> bool:
    """Take a seat from its member: until the next settlement nobody else can have it (B7).

    False: they hold none. One statement.
    """
    arguments = assigning_arguments(organisation, person_id, now=now, actor=actor)
    done: bool = await connection.fetchval(_VACATE, *arguments, organisation.subscription.period(now).end)
    return done


async def seat_counts(connection: Connection, organisation_id: UUID, now: datetime) -> SeatCounts:
    """Count the seats that exist now, by status: one statement, so that they add up whatever others do (B6)."""
    row = await connection.fetchrow(_COUNTS, organisation_id, now)
    if row is None:
        raise LookupError("a count without groups has one row")
    return seat_counts_row(row)


async def settle_seats(runtime: Runtime) -> int:
    """Write up to 256 settlements that are due (B6, B7); return how many. They are true already.

    Organisations that somebody changes just now are left for the next round.
    """
    now = runtime.clock()
    due = await runtime.database.pool.fetch(_DUE, now, SEATS_SETTLED_AT_ONCE_MAX)
    if not due:
        return 0
    async with runtime.database.transaction() as connection:
        locked = await connection.fetch(_LOCK_DUE, list({row["organisation_id"] for row in due}))
        organisations = [row["id"] for row in locked]
        settled = await connection.fetch(_SETTLE, now, organisations, SEATS_SETTLED_AT_ONCE_MAX)
    if settled:
        await runtime.broker.wake(sorted({workspace_topic(row["workspace_id"]) for row in settled}))
    return len(settled)


async def holdings_of(connection: Connection, seat_ids: Collection[UUID]) -> dict[UUID, tuple[SeatHolding, ...]]:
    """Tell who held seats from when to when, in order, by seat: one statement."""
    return {
        row["id"]: seat_holdings(
            (
                SeatEvent(at, SeatChangeKind(kind), person)
                for at, kind, person in zip(row["instants"], row["kinds"], row["persons"], strict=True)
            ),
            row["release_at"],
        )
        for row in await connection.fetch(_HOLDINGS, list(seat_ids))
    }
