"""Organisations as their members see them: who they are to the caller, and how many seats there are (B3, B6, B11)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.principals import Principal
from domain.seats import SeatCounts
from services.organisations import ORGANISATION_COLUMNS, ORGANISATION_FROM, Organisation, organisation_of
from services.platforms import enterprise_works
from services.runtime import Runtime

_OF_MEMBER = f"""
SELECT {ORGANISATION_COLUMNS}, m.role {ORGANISATION_FROM}
JOIN members m ON m.workspace_id = o.workspace_id AND m.person_id = $2 AND m.left_at IS NULL
"""
_BY_ID = f"{_OF_MEMBER} WHERE o.id = ANY ($1::uuid[])"
_BY_WORKSPACE = f"{_OF_MEMBER} WHERE o.workspace_id = ANY ($1::uuid[])"

FREE = "(s.person_id IS NULL OR (s.release_at IS NOT NULL AND s.release_at <= $2))"
"""A seat that nobody holds at the instant `$2`, whether or not its settlement was written (B6)."""
EXISTS = "s.starts_at <= $2 AND (s.ends_at IS NULL OR s.ends_at > $2)"
"""A seat that exists at the instant `$2`."""

SEAT_COUNTS = f"""
count(*) FILTER (WHERE {FREE}) AS unallocated,
count(*) FILTER (WHERE NOT {FREE} AND s.release_at IS NULL) AS allocated,
count(*) FILTER (WHERE NOT {FREE} AND s.release_at IS NOT NULL) AS pending_release,
count(*) FILTER (WHERE {FREE} AND s.ends_at IS NULL) AS assignable
"""
_SEAT_COUNTS = f"""
SELECT s.organisation_id, {SEAT_COUNTS} FROM seats s
WHERE s.organisation_id = ANY ($1::uuid[]) AND {EXISTS} GROUP BY s.organisation_id
"""  # noqa: S608  (constant text)


async def organisations(runtime: Runtime, principal: Principal, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Load organisations that the caller is a member of, by their ids, with the caller's role. One statement.

    On a surface on which their workspaces do not work they do not exist (B13).
    """
    return {row["id"]: organisation_of(row) for row in await _read(runtime, principal, _BY_ID, ids)}


async def organisations_of_workspaces(
    runtime: Runtime, principal: Principal, workspace_ids: Collection[UUID]
) -> dict[UUID, Organisation]:
    """Load the organisations of workspaces that the caller is a member of, by workspace. One statement."""
    rows = await _read(runtime, principal, _BY_WORKSPACE, workspace_ids)
    return {row["workspace_id"]: organisation_of(row) for row in rows}


async def seat_counts_of(
    runtime: Runtime, organisation_ids: Collection[UUID]
) -> Mapping[UUID, tuple[SeatCounts, datetime]]:
    """Count the seats of organisations by status, at the instant that is told with them. One statement (B6).

    For organisations that the caller was shown.
    """
    now = runtime.clock()
    rows = await runtime.database.pool.fetch(_SEAT_COUNTS, list(organisation_ids), now)
    found = {row["organisation_id"]: seat_counts_row(row) for row in rows}
    none = SeatCounts(0, 0, 0, 0)
    return {id_: (found.get(id_, none), now) for id_ in organisation_ids}


def seat_counts_row(row: asyncpg.Record) -> SeatCounts:
    """Decode the columns of `SEAT_COUNTS`."""
    return SeatCounts(row["unallocated"], row["allocated"], row["pending_release"], row["assignable"])


async def _read(runtime: Runtime, principal: Principal, sql: str, ids: Collection[UUID]) -> list[asyncpg.Record]:
    if principal.person_id is None or not enterprise_works(runtime, principal):
        return []
    return await runtime.database.pool.fetch(sql, list(ids), principal.person_id)
