"""Automatic renewal, as administrators switch it (D5). What the worker does: `services/due_subscriptions.py`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.principals import Principal
from domain.refusals import Refusal
from domain.renewals import with_automatic_renewal
from feed.topics import wallet_topic, workspace_topic
from models.database import Connection
from services.audit import record
from services.benefit_posting import post_benefits
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import Organisation, lock_for, refuse_elsewhere
from services.requests import requested
from services.runtime import Runtime

_SWITCH = """
UPDATE subscriptions SET auto_renew = $2, benefits_until = $3, benefits_version = benefits_version + 1,
    renewal_try_at = $4
WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class OrganisationChanged:
    """The organisation that was changed, or why none was."""

    organisation_id: UUID | None
    refused: Refusal | None = None


async def set_automatic_renewal(
    runtime: Runtime, principal: Principal, organisation_id: UUID, *, enabled: bool, key: str
) -> Once[OrganisationChanged]:
    """Let a subscription go on by itself when its term ends, or not any more: for administrators.

    All members' benefits change with it, by the days of grace. Switched off in those, they end at once; switched on
    when the term has ended is refused with `SUBSCRIPTION_EXPIRED`. At most fourteen statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.setAutomaticRenewal")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people administer organizations.")
    asked = requested(key, "setAutomaticRenewal", {"organisation": str(organisation_id), "enabled": enabled})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    topics: list[str] = []
    try:
        async with runtime.database.transaction() as connection:

            async def switched() -> OrganisationChanged:
                if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id):
                    return OrganisationChanged(None, refused)
                found = await lock_for(connection, organisation_id, person_id, "Mutation.setAutomaticRenewal")
                if isinstance(found, Refusal):
                    return OrganisationChanged(None, found)
                refused = await _switched(runtime, connection, found, now, topics, enabled=enabled)
                if refused:
                    return OrganisationChanged(None, refused)
                if topics:
                    before, after = {"enabled": not enabled}, {"enabled": enabled}
                    await record(
                        connection,
                        now,
                        person_id,
                        "setAutomaticRenewal",
                        found.id,
                        before=before,
                        after=after,
                        reason="",
                    )
                return OrganisationChanged(found.id)

            done = await once(connection, person_id, asked, OrganisationChanged, switched, now=now, keys_kept=kept)
    except KeyReused:
        return Once(OrganisationChanged(None, KEY_REUSED), replayed=False)
    await runtime.broker.wake(topics)
    return done


async def _switched(
    runtime: Runtime,
    connection: Connection,
    found: Organisation,
    now: datetime,
    topics: list[str],
    *,
    enabled: bool,
) -> Refusal | None:
    grace_days = runtime.catalog.policies.payment_grace_days
    after = with_automatic_renewal(found.subscription, now, grace_days, enabled=enabled)
    if isinstance(after, Refusal):
        return after
    if after == found.subscription:
        return None
    await connection.execute(_SWITCH, after.id, after.auto_renew, after.benefits_until, now)
    changed = Organisation(found.id, found.workspace_id, found.name, found.created_at, after, found.role)
    posted = await post_benefits(connection, changed, runtime.clock)
    topics += [*map(wallet_topic, posted.wallets), workspace_topic(found.workspace_id)]
    return None
