"""Announcing changes: operators say what changes and when, and everybody is told in time (A7)."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.changes import Change, ChangeKind, check_change, refuse_early
from domain.principals import Principal
from models.database import Connection
from services.announcements import announce
from services.once import Once
from services.publishing import Published, publish
from services.runtime import Runtime


async def announce_change(
    runtime: Runtime, principal: Principal, change: Change, reason: str, key: str
) -> Once[Published]:
    """Announce a change by banner, notice and e-mail.

    Refused where people would have less notice than they are due: a change of a price needs the policy's
    `change_notice_days`, anything else must not lie in the past. Publishing a plan version that changes a price asks
    `refuse_early` the same question.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: names the field.
    """

    async def act(connection: Connection, operator: UUID, now: datetime) -> Published:
        days = runtime.catalog.policies.change_notice_days if change.kind is ChangeKind.PRICE else 0
        if refusal := refuse_early(change.effective_at, now, timedelta(days=days)):
            return Published(refused=refusal)
        facts = change.text.facts("text")
        if change.effective_at is not None:
            facts["effective_at"] = change.effective_at.isoformat()
        banner_id = await announce(
            connection, change.kind, change.text, facts, effective_at=change.effective_at, operator=operator, now=now
        )
        return Published(banner_id=banner_id)

    permit(principal, "Mutation.announceChange")
    check_change(change)
    said = {"kind": change.kind, **change.text.facts("text"), "effective_at": change.effective_at}
    return await publish(runtime, principal, "announceChange", said, reason=reason, key=key, act=act)
