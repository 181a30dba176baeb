"""Platforms: on which surfaces a caller's enterprise workspaces exist, and what they are told on the others (B13).

On a surface where it does not work, an enterprise workspace and everything in it does not exist for its members: the
condition of all reads says so (`services.reads.visible_to`). Who asks for it there is told why, and where to go on;
that is looked up only once nothing was found, so that callers from the web pay nothing for the rule.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from domain.errors import PlatformNotSupported
from domain.ids import public_id
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from models.database import Connection
from services.runtime import Runtime

WORKSPACE: Final = "wsp"

_ELSEWHERE = """
WITH mine AS (
    SELECT m.workspace_id, m.role, w.id AS wallet_id
    FROM members m JOIN workspaces s ON s.id = m.workspace_id AND s.kind = 'ENTERPRISE'
    LEFT JOIN wallets w ON w.workspace_id = m.workspace_id AND w.person_id = m.person_id
    WHERE m.person_id = $1 AND m.left_at IS NULL
), found AS (
    SELECT workspace_id AS id FROM mine WHERE workspace_id = ANY ($2::uuid[])
    UNION ALL SELECT wallet_id FROM mine WHERE wallet_id = ANY ($2::uuid[])
    UNION ALL SELECT t.id FROM tasks t JOIN mine ON mine.wallet_id = t.wallet_id WHERE t.id = ANY ($2::uuid[])
    UNION ALL SELECT t.id FROM refusals t JOIN mine ON mine.wallet_id = t.wallet_id WHERE t.id = ANY ($2::uuid[])
    UNION ALL SELECT t.id FROM organisations t JOIN mine USING (workspace_id) WHERE t.id = ANY ($2::uuid[])
    UNION ALL SELECT t.id FROM members t JOIN mine USING (workspace_id)
        WHERE t.id = ANY ($2::uuid[]) AND mine.role = 'ADMIN'
    UNION ALL SELECT t.id FROM seats t JOIN mine USING (workspace_id)
        WHERE t.id = ANY ($2::uuid[]) AND mine.role = 'ADMIN'
    UNION ALL SELECT t.id FROM invitations t JOIN mine USING (workspace_id)
        WHERE t.id = ANY ($2::uuid[]) AND mine.role = 'ADMIN'
)
SELECT found.id, home.id AS home FROM found LEFT JOIN workspaces home ON home.owner_id = $1
"""


def enterprise_works(runtime: Runtime, principal: Principal) -> bool:
    """Tell whether enterprise workspaces exist for a caller where they are. Who does not say is on a web page.

    Services are nowhere: the rule is about people, and about the usage that services report of them.
    """
    surface = principal.surface or Surface.WEB
    return principal.person_id is None or surface in runtime.catalog.policies.enterprise_surfaces


async def elsewhere(
    runtime: Runtime, principal: Principal, ids: Collection[UUID], *, connection: "Connection | None" = None
) -> dict[UUID, PlatformNotSupported]:
    """Find what of these does not exist for a person on this surface alone: one statement, or none from the web.

    Args:
        runtime: what to work with.
        principal: the caller.
        ids: of workspaces, wallets, tasks and organisations that were not found, and of the seats, members and
            invitations that administrators alone are shown.
        connection: of a transaction that asks; None: any.
    """
    if enterprise_works(runtime, principal):
        return {}
    fetch = connection.fetch if connection else runtime.database.pool.fetch
    rows = await fetch(_ELSEWHERE, principal.person_id, list(ids))
    surfaces = runtime.catalog.policies.enterprise_surfaces
    return {row["id"]: PlatformNotSupported(row["home"], surfaces) for row in rows}


def platform_refusal(error: PlatformNotSupported, *field: str) -> Refusal:
    """Say it as a verb's answer; `field` is the input's that named the workspace."""
    facts = {"surfaces": " ".join(error.surfaces)}
    if error.personal_workspace_id:
        facts["workspaceId"] = public_id(WORKSPACE, error.personal_workspace_id)
    return Refusal(RefusalCode.PLATFORM_NOT_SUPPORTED, str(error), field, facts=facts)
