"""Watching an organisation as its administrator (F9)."""

from collections.abc import AsyncGenerator
from functools import partial
from uuid import UUID

from domain.authorization import permit, permit_role
from domain.errors import Inactive, NotFound, Unauthenticated
from domain.principals import Principal
from domain.workspaces import MemberRole
from feed.events import AccessEnd, AccessEnded
from feed.overview import Shown
from feed.topics import access_topic, workspace_topic
from services.authentication import check
from services.overview_reads import MembersAsked, Overview, read_overviews
from services.platforms import elsewhere
from services.runtime import Runtime

_ROLE = """
SELECT o.workspace_id, m.role FROM organisations o
JOIN members m ON m.workspace_id = o.workspace_id AND m.person_id = $2 AND m.left_at IS NULL
WHERE o.id = $1
"""


async def follow_overview(
    runtime: Runtime, principal: Principal, organisation_id: UUID, asked: MembersAsked
) -> AsyncGenerator[Shown[Overview], None]:
    """Watch an organisation as its administrator: how it is, and again after each change, at the policy's pace.

    Returns the feed, which raises `AccessEnded` with the reason when credential, person, membership or role end.

    Raises:
        Unauthenticated, Forbidden: the caller is no person, or no administrator of it.
        NotFound: there is no such organisation for this caller.
        PlatformNotSupported: there is, and its workspace does not work where they are (B13).
    """
    permit(principal, "Subscription.organizationOverview")
    row = await runtime.database.pool.fetchrow(_ROLE, organisation_id, principal.person_id)
    if row is None:
        raise NotFound(("organizationId",), "There is no such organization.")
    workspace_id: UUID = row["workspace_id"]
    if refused := (await elsewhere(runtime, principal, [workspace_id])).get(workspace_id):
        raise refused
    permit_role(MemberRole(row["role"]), "Subscription.organizationOverview")

    async def allowed() -> bool:
        try:
            await check(runtime, principal)
        except Inactive as why:
            raise AccessEnded(AccessEnd(why.code), str(why)) from why
        except Unauthenticated as why:
            raise AccessEnded(AccessEnd.CREDENTIAL_ENDED) from why
        found = await runtime.database.pool.fetchrow(_ROLE, organisation_id, principal.person_id)
        if found is None:
            raise AccessEnded(AccessEnd.MEMBERSHIP_ENDED)
        if found["role"] != MemberRole.ADMIN:
            raise AccessEnded(AccessEnd.FORBIDDEN)
        return True

    return runtime.feed.overviews.follow(
        workspace_topic(workspace_id),
        asked,
        partial(read_overviews, runtime, organisation_id),
        interval_s=1 / runtime.catalog.policies.overview_updates_per_second_max,
        allowed=allowed,
        watch=[access_topic(principal.subject)] if principal.subject else [],
    )
