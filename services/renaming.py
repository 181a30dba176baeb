"""Renaming an organisation, and its workspace with it."""

from datetime import timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.principals import Principal
from domain.purchases import check_organisation_name
from domain.refusals import Refusal
from feed.topics import workspace_topic
from services.audit import record
from services.automatic_renewals import OrganisationChanged
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import lock_for, refuse_elsewhere
from services.purchases import UNDER_INPUT
from services.requests import requested
from services.runtime import Runtime

_RENAME = "UPDATE workspaces SET name = $2 WHERE id = $1"


async def rename_organisation(
    runtime: Runtime, principal: Principal, organisation_id: UUID, name: str, key: str
) -> Once[OrganisationChanged]:
    """Rename an organisation: for administrators. Orders and receipts keep the name that they were made with.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: name or idempotency key are none.
    """
    permit(principal, "Mutation.renameOrganization")
    check_organisation_name(name, UNDER_INPUT)
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people administer organizations.")
    asked = requested(key, "renameOrganization", {"organisation": str(organisation_id), "name": name})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    woken: list[str] = []
    try:
        async with runtime.database.transaction() as connection:

            async def renamed() -> OrganisationChanged:
                if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id):
                    return OrganisationChanged(None, refused)
                found = await lock_for(connection, organisation_id, person_id, "Mutation.renameOrganization")
                if isinstance(found, Refusal):
                    return OrganisationChanged(None, found)
                if name != found.name:
                    await connection.execute(_RENAME, found.workspace_id, name)
                    before, after = {"name": found.name}, {"name": name}
                    await record(
                        connection,
                        now,
                        person_id,
                        "renameOrganization",
                        found.id,
                        before=before,
                        after=after,
                        reason="",
                    )
                    woken.append(workspace_topic(found.workspace_id))
                return OrganisationChanged(found.id)

            done = await once(connection, person_id, asked, OrganisationChanged, renamed, now=now, keys_kept=kept)
    except KeyReused:
        return Once(OrganisationChanged(None, KEY_REUSED), replayed=False)
    await runtime.broker.wake(woken)
    return done
