"""Accepting an invitation: everything is checked again under lock (B4, B5).

*Decided.* A link that is used up still answers those who hold a seat already: for them nothing happens, and it counts
as no use. An administrator without a seat takes one by a link of their own organisation.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.ids import public_id
from domain.invitations import InvitationStatus, invitation_status, is_for
from domain.notices import NoticeKind
from domain.persons import PersonStatus
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.workspaces import MemberRole
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.database import Connection
from services.invitation_reads import token_hash
from services.joining import ORGANISATIONS_OF, join, too_many_organisations
from services.notices import Told
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import ORGANISATION_COLUMNS, ORGANISATION_FROM, Organisation, organisation_of
from services.requests import requested
from services.runtime import Runtime
from services.tokens import unknown

ADMINISTRATORS_TOLD_MAX = 50

# The person first, then the organisation, if there is one to join: whoever shows no link that holds waits for nobody.
_LOCK = """
WITH person AS MATERIALIZED (
    SELECT status FROM persons WHERE id = $1 FOR NO KEY UPDATE
), link AS MATERIALIZED (
    SELECT i.id, i.workspace_id FROM invitations i JOIN organisations o ON o.id = i.organisation_id
    WHERE EXISTS (SELECT FROM person) AND i.token_hash = $2 AND i.revoked_at IS NULL AND i.expires_at > $3
    FOR NO KEY UPDATE OF o
)
SELECT person.status, link.id AS invitation_id, link.workspace_id FROM person LEFT JOIN link ON true
"""
# Administrators who are being erased just now are passed over: their rows are locked by who then waits for this one.
_FIND = f"""
SELECT {ORGANISATION_COLUMNS}, m.role, i.id AS invitation_id, i.expires_at, i.revoked_at, i.uses, i.uses_max, i.email,
    (SELECT email FROM persons WHERE id = $1) AS verified_email,
    EXISTS (SELECT FROM seats h WHERE h.workspace_id = i.workspace_id AND h.person_id = $1 AND h.release_at IS NULL)
        AS holds_seat,
    {ORGANISATIONS_OF} AS organisations,
    ARRAY(SELECT p.id FROM members a JOIN persons p ON p.id = a.person_id
        WHERE a.workspace_id = i.workspace_id AND a.role = 'ADMIN' AND a.left_at IS NULL AND a.person_id <> $1
            AND p.status IN ('ACTIVE', 'SUSPENDED')
        ORDER BY p.id LIMIT {ADMINISTRATORS_TOLD_MAX} FOR KEY SHARE OF p SKIP LOCKED) AS administrators
{ORGANISATION_FROM} JOIN invitations i ON i.workspace_id = o.workspace_id
LEFT JOIN members m ON m.workspace_id = o.workspace_id AND m.person_id = $1 AND m.left_at IS NULL
WHERE i.id = $3
"""  # noqa: S608  (constant text)
_WORKSPACE = "SELECT workspace_id FROM invitations WHERE token_hash = $1"

INVALID = Refusal(
    RefusalCode.INVITATION_INVALID,
    "There is no such invitation that you could use now. Ask whoever gave it to you for a new one.",
    ("token",),
)
"""The one answer to links that are unknown, expired, revoked, used up, or for somebody else (B4)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The workspace of which the caller is a member now, or why not."""

    workspace_id: UUID | None
    refused: Refusal | None = None


async def accept_invitation(runtime: Runtime, principal: Principal, token: str, key: str) -> Once[Accepted]:
    """Join an organisation by a link: ten statements, whatever its size.

    Refuses INVITATION_INVALID, TOO_MANY_ORGANIZATIONS, SUBSCRIPTION_EXPIRED and NO_SEAT_AVAILABLE, in this order.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.acceptInvitation")
    person_id, asked_at = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people join organizations.")
    hash_ = token_hash(token) or b""
    asked = requested(key, "acceptInvitation", {"token": hash_.hex()})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    act = _Act(runtime, person_id, hash_, asked_at)
    try:
        async with runtime.database.transaction() as connection:
            # None: it was done. That is what a key is taken with, so there is nothing to keep.
            kind = cast("type[Refusal | None]", Refusal | None)
            done = await once(
                connection, person_id, asked, kind, lambda: _accept(act, connection), now=asked_at, keys_kept=kept
            )
            if done.replayed and done.result is None:
                act.workspace_id = await connection.fetchval(_WORKSPACE, hash_)
    except KeyReused:
        return Once(Accepted(None, KEY_REUSED), replayed=False)
    if act.topics:
        await runtime.broker.wake(act.topics)
    return Once(Accepted(act.workspace_id, done.result), done.replayed)


@dataclass(slots=True)
class _Act:
    """Who accepts what; `workspace_id`: where they are a member then; `topics`: to be woken after the commit."""

    runtime: Runtime
    person_id: UUID
    token_hash: bytes
    asked_at: datetime
    workspace_id: UUID | None = None
    topics: list[str] = field(default_factory=list)


async def _accept(act: _Act, connection: Connection) -> Refusal | None:
    runtime, person_id = act.runtime, act.person_id
    locked = await connection.fetchrow(_LOCK, person_id, act.token_hash, act.asked_at)
    if locked is None or locked["status"] not in (PersonStatus.ACTIVE, PersonStatus.SUSPENDED):
        raise unknown()  # the account has ended while this waited
    if locked["invitation_id"] is None:
        return INVALID
    now = runtime.clock()
    found = await connection.fetchrow(_FIND, person_id, now, locked["invitation_id"])
    if found is None or not _is_valid(found, now):
        return INVALID
    if found["holds_seat"]:
        act.workspace_id = found["workspace_id"]
        return None
    limit = runtime.catalog.policies.organisations_per_person_max
    if found["role"] is None and found["organisations"] >= limit:
        return too_many_organisations(limit)
    organisation = organisation_of(found)
    joined = await join(
        connection,
        runtime,
        organisation,
        person_id,
        role=MemberRole.MEMBER,
        takes_seat=True,
        now=now,
        actor=person_id,
        invitation_id=found["invitation_id"],
        told=_told(organisation, person_id, found["administrators"]),
    )
    if isinstance(joined, Refusal):
        return joined
    act.workspace_id = organisation.workspace_id
    act.topics += [workspace_topic(organisation.workspace_id), access_topic(person_id)]
    act.topics += map(wallet_topic, joined.changed)
    return None


def _is_valid(found: asyncpg.Record, now: datetime) -> bool:
    status = invitation_status(
        expires_at=found["expires_at"],
        revoked_at=found["revoked_at"],
        uses=found["uses"],
        uses_max=None if found["holds_seat"] else found["uses_max"],
        now=now,
    )
    return status is InvitationStatus.OPEN and is_for(found["email"], found["verified_email"])


def _told(organisation: Organisation, person_id: UUID, administrators: list[UUID]) -> list[Told]:
    facts = {
        "organization": public_id("org", organisation.id),
        "workspace": public_id("wsp", organisation.workspace_id),
    }
    told = [Told(person_id, NoticeKind.ORGANIZATION_JOINED, facts, email=False)]
    return told + [Told(each, NoticeKind.MEMBER_JOINED, facts, email=False) for each in administrators]
