"""Switching to another workspace (B12): where the person begins from now on, and their other open pages are told."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.authorization import permit
from domain.commands import Tell
from domain.errors import Unauthenticated
from domain.ids import public_id
from domain.notices import Notice, NoticeKind
from domain.persons import Locale
from domain.principals import Principal
from domain.refusals import Refusal
from models.database import Connection
from services.notices import wake
from services.once import KEY_REUSED, KeyReused, Once, once
from services.platforms import WORKSPACE, elsewhere, enterprise_works, platform_refusal
from services.posting import Posting, post
from services.requests import requested
from services.runtime import Runtime
from services.settings import LOCK_PERSON, NO_WORKSPACE

# Who never switched is at home. The person's row is locked before, so that two who switch see each other.
_SWITCH = """
WITH home AS (SELECT id FROM workspaces WHERE owner_id = $1),
place AS (
    SELECT s.id FROM members m JOIN workspaces s ON s.id = m.workspace_id
    WHERE m.workspace_id = $2 AND m.person_id = $1 AND m.left_at IS NULL AND ($3::boolean OR s.kind = 'PERSONAL')
), moved AS (
    UPDATE persons p SET default_workspace_id = place.id FROM place
    WHERE p.id = $1 AND place.id IS DISTINCT FROM coalesce(p.default_workspace_id, (SELECT id FROM home))
    RETURNING p.locale
)
SELECT EXISTS (SELECT FROM place) AS is_member, (SELECT locale FROM moved) AS locale,
    (SELECT w.id FROM wallets w JOIN home ON home.id = w.workspace_id AND w.person_id = $1) AS wallet_id
"""


@dataclass(frozen=True, slots=True)
class Switched:
    """The workspace to show, and why it is not the one that was asked for; None: there is none to show."""

    workspace_id: UUID | None
    refused: Refusal | None = None


async def switch_workspace(runtime: Runtime, principal: Principal, workspace_id: UUID, key: str) -> Once[Switched]:
    """Begin in another workspace from now on, and say so in the feed of the personal wallet.

    Nine statements; who is there already changes nothing and tells nobody (six). From a surface on which it does not
    work, the personal workspace is given in its stead (B13), and nothing changes.

    Raises:
        Unauthenticated, Forbidden: the caller is no person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.switchWorkspace")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people switch between workspaces.")
    works = enterprise_works(runtime, principal)
    asked = requested(key, "switchWorkspace", {"workspace": workspace_id, "works": works})
    woken: frozenset[UUID] = frozenset()

    async def switch(connection: Connection) -> Switched:
        nonlocal woken
        if await connection.fetchval(LOCK_PERSON, person_id) is None:
            return Switched(None, NO_WORKSPACE)
        row = await connection.fetchrow(_SWITCH, person_id, workspace_id, works)
        if row is None or not row["is_member"]:
            return await _refused(runtime, principal, connection, workspace_id)
        if row["locale"] and row["wallet_id"]:
            facts = {"workspace": public_id(WORKSPACE, workspace_id)}
            notice = Notice(NoticeKind.WORKSPACE_SWITCHED, facts, None, Locale(row["locale"]))
            woken = (await post(connection, [Posting(Tell(notice), row["wallet_id"])], runtime.clock)).changed
        return Switched(workspace_id)

    try:
        async with runtime.database.transaction() as connection:
            kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
            done = await once(
                connection, person_id, asked, Switched, lambda: switch(connection), now=now, keys_kept=kept
            )
    except KeyReused:
        return Once(Switched(None, KEY_REUSED), replayed=False)
    await wake(runtime, woken)
    return done


async def _refused(runtime: Runtime, principal: Principal, connection: Connection, workspace_id: UUID) -> Switched:
    found = (await elsewhere(runtime, principal, [workspace_id], connection=connection)).get(workspace_id)
    if found is None:
        return Switched(None, NO_WORKSPACE)
    return Switched(found.personal_workspace_id, platform_refusal(found, "workspaceId"))
