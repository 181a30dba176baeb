"""Profiles: how a person is called and spoken to, and where they begin (issue 3, item 8)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.persons import Locale, read_display_name, read_time_zone
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from services.once import KEY_REUSED, KeyReused, Once, once
from services.platforms import elsewhere, enterprise_works, platform_refusal
from services.requests import requested
from services.runtime import Runtime

NO_WORKSPACE = Refusal(RefusalCode.NOT_FOUND, "There is no such workspace.", ("defaultWorkspaceId",))

_CHANGE = """
UPDATE persons p SET
    display_name = coalesce($2, display_name),
    locale = coalesce($3, locale),
    time_zone = coalesce($4, time_zone),
    default_workspace_id = coalesce($5, default_workspace_id)
WHERE p.id = $1 AND p.status = 'ACTIVE' AND ($5::uuid IS NULL OR EXISTS (
    SELECT FROM members m JOIN workspaces s ON s.id = m.workspace_id
    WHERE m.workspace_id = $5 AND m.person_id = p.id AND m.left_at IS NULL AND ($6::boolean OR s.kind = 'PERSONAL')))
RETURNING p.id
"""


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What is to be different; None: it stays as it is."""

    display_name: str | None = None
    locale: Locale | None = None
    time_zone: str | None = None
    default_workspace_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """Whether it was refused. What it was changed to is personal data, and stands in the profile alone."""

    refused: Refusal | None = None


async def update_profile(
    runtime: Runtime, principal: Principal, change: ProfileChange, key: str
) -> Once[ProfileChanged]:
    """Change the caller's own profile.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """
    permit(principal, "Mutation.updateProfile")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have a profile.")
    name, zone = change.display_name, change.time_zone
    name = None if name is None else read_display_name(name, field=("input", "displayName"))
    zone = None if zone is None else read_time_zone(zone, field=("input", "timeZone"))
    asked = requested(
        key,
        "updateProfile",
        {"displayName": name, "locale": change.locale, "timeZone": zone, "workspace": change.default_workspace_id},
    )
    values = (name, change.locale, zone, change.default_workspace_id, enterprise_works(runtime, principal))

    async def write() -> ProfileChanged:
        if await connection.fetchval(_CHANGE, person_id, *values):
            return ProfileChanged()
        wanted = change.default_workspace_id
        found = await elsewhere(runtime, principal, [wanted] if wanted else [], connection=connection)
        return ProfileChanged(platform_refusal(found[wanted], *NO_WORKSPACE.field) if wanted in found else NO_WORKSPACE)

    try:
        async with runtime.database.transaction() as connection:
            kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
            return await once(connection, person_id, asked, ProfileChanged, write, now=now, keys_kept=kept)
    except KeyReused:
        return Once(ProfileChanged(KEY_REUSED), replayed=False)
