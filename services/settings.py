"""Settings: what a member has set for themselves in one workspace; another workspace knows nothing of it (B11, B12)."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.ids import uuid7
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.settings import SETTINGS_MAX, SettingsChange
from models.database import Connection
from services.once import KEY_REUSED, KeyReused, Once, once
from services.platforms import elsewhere, enterprise_works, platform_refusal
from services.requests import requested
from services.runtime import Runtime

NO_WORKSPACE = Refusal(RefusalCode.NOT_FOUND, "There is no such workspace.", ("workspaceId",))
"""What is answered to who is no member of it: the very words that unknown ids get (B11)."""

LOCK_PERSON = "SELECT 1 FROM persons WHERE id = $1 AND status = 'ACTIVE' FOR NO KEY UPDATE"
"""Orders what one person does: so their settings stay within the limit, and nothing is written after an erasure."""

# all of it or nothing: what is there afterwards is counted first
_CHANGE = f"""
WITH place AS (
    SELECT FROM members m JOIN workspaces s ON s.id = m.workspace_id
    WHERE m.workspace_id = $1 AND m.person_id = $2 AND m.left_at IS NULL AND ($3::boolean OR s.kind = 'PERSONAL')
), there AS (
    SELECT name FROM workspace_settings WHERE workspace_id = $1 AND person_id = $2
), after AS (
    SELECT count(*) AS names FROM (
        SELECT name FROM there WHERE name <> ALL ($7::text[]) UNION SELECT unnest($5::text[])) AS n (name)
), allowed AS (
    SELECT FROM after WHERE names <= {SETTINGS_MAX} AND EXISTS (SELECT FROM place)
), removed AS (
    DELETE FROM workspace_settings
    WHERE workspace_id = $1 AND person_id = $2 AND name = ANY ($7::text[]) AND EXISTS (SELECT FROM allowed)
), written AS (
    INSERT INTO workspace_settings AS s (id, workspace_id, person_id, name, value, updated_at)
    SELECT a.id, $1, $2, a.name, a.value, $8
    FROM unnest($4::uuid[], $5::text[], $6::text[]) AS a (id, name, value) WHERE EXISTS (SELECT FROM allowed)
    ON CONFLICT (workspace_id, person_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
        WHERE s.value <> excluded.value
)
SELECT EXISTS (SELECT FROM place) AS is_member, names FROM after
"""  # noqa: S608  (constant text)

_SETTINGS = """
SELECT t.workspace_id, t.name, t.value FROM workspace_settings t
JOIN members m ON m.workspace_id = t.workspace_id AND m.person_id = t.person_id AND m.left_at IS NULL
WHERE t.person_id = $1 AND t.workspace_id = ANY ($2::uuid[])
ORDER BY t.workspace_id, t.name COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """Whether it was refused. What was set stands in the settings alone."""

    refused: Refusal | None = None


async def settings_of(
    runtime: Runtime, principal: Principal, workspace_ids: Collection[UUID]
) -> dict[UUID, tuple[Setting, ...]]:
    """Load a person's settings in workspaces, sorted by name: one statement. Others have none."""
    if principal.person_id is None:
        return {}
    rows = await runtime.database.pool.fetch(_SETTINGS, principal.person_id, list(workspace_ids))
    found: dict[UUID, list[Setting]] = {}
    for row in rows:
        found.setdefault(row["workspace_id"], []).append(Setting(row["name"], row["value"]))
    return {workspace_id: tuple(settings) for workspace_id, settings in found.items()}


async def update_settings(
    runtime: Runtime, principal: Principal, workspace_id: UUID, change: SettingsChange, key: str
) -> Once[SettingsChanged]:
    """Change the caller's settings in one of their workspaces: six statements, however many they are.

    Refused as a whole with TOO_MANY_SETTINGS if there would be more than 50 afterwards.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.updateWorkspaceSettings")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have settings.")
    works = enterprise_works(runtime, principal)
    facts = {"workspace": workspace_id, "set": dict(change.values), "remove": sorted(change.removed), "works": works}
    asked = requested(key, "updateWorkspaceSettings", facts)

    async def write(connection: Connection) -> SettingsChanged:
        if await connection.fetchval(LOCK_PERSON, person_id) is None:
            return SettingsChanged(NO_WORKSPACE)
        row = await connection.fetchrow(
            _CHANGE,
            workspace_id,
            person_id,
            works,
            [uuid7(now, os.urandom(10)) for _ in change.values],
            list(change.values.keys()),
            list(change.values.values()),
            list(change.removed),
            now,
        )
        if row is None or not row["is_member"]:
            refused = (await elsewhere(runtime, principal, [workspace_id], connection=connection)).get(workspace_id)
            return SettingsChanged(platform_refusal(refused, "workspaceId") if refused else NO_WORKSPACE)
        return SettingsChanged(_too_many(row["names"]) if row["names"] > SETTINGS_MAX else None)

    try:
        async with runtime.database.transaction() as connection:
            kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
            return await once(
                connection, person_id, asked, SettingsChanged, lambda: write(connection), now=now, keys_kept=kept
            )
    except KeyReused:
        return Once(SettingsChanged(KEY_REUSED), replayed=False)


def _too_many(names: int) -> Refusal:
    return Refusal(
        RefusalCode.TOO_MANY_SETTINGS,
        f"There would be {names} settings, and at most {SETTINGS_MAX} are kept in a workspace: remove some.",
        ("set",),
        facts={"max": str(SETTINGS_MAX)},
    )
