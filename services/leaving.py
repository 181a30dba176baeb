"""Ending memberships: an administrator removes somebody, or people leave (B7).

*Decided.* An organisation that has benefits or members always has an administrator who stays: whoever is the only one
can neither be removed nor leave, also when nobody else is there, since then nobody could ever come in again, renew or
look after what is paid. An administrator who has asked for their deletion does not count as one who stays. The way out
is the role handed over by an operator, or the deletion of the account: when the last member is erased, the organisation
is closed (`leave_all`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.ids import public_id
from domain.notices import NoticeKind
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.workspaces import MemberRole
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.database import Connection
from services.audit import record
from services.benefits import revoking_posting
from services.notices import Told, write_notices
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import (
    ANOTHER_ADMINISTRATOR_STAYS,
    NO_ORGANISATION,
    Organisation,
    lock_for,
    lock_organisation,
    lock_organisations_of,
    refuse_elsewhere,
)
from services.posting import Clock, Requested, post
from services.requests import requested
from services.runtime import Runtime
from services.seats import vacate_seat

REASON_CHARACTERS_MAX = 500

_LOCK = "SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE"
# for an administrator of theirs alone: whoever is none waits for nobody
_LOCK_MEMBER = """
SELECT p.id FROM members m JOIN persons p ON p.id = m.person_id
WHERE m.id = $1 AND EXISTS (
    SELECT FROM organisations o JOIN members a ON a.workspace_id = o.workspace_id
    WHERE o.id = $2 AND o.workspace_id = m.workspace_id
        AND a.person_id = $3 AND a.role = 'ADMIN' AND a.left_at IS NULL)
FOR NO KEY UPDATE OF p
"""
_MEMBER = f"""
SELECT m.id, m.role, m.role <> 'ADMIN' OR {ANOTHER_ADMINISTRATOR_STAYS} AS may_go,
    EXISTS (SELECT FROM seats s WHERE s.workspace_id = m.workspace_id AND s.person_id = m.person_id
        AND s.release_at IS NULL) AS holds_seat
FROM members m WHERE m.workspace_id = $1 AND m.person_id = $2 AND m.left_at IS NULL
"""  # noqa: S608  (constant text)
_END = """
WITH ended AS (
    UPDATE members SET left_at = greatest($3::timestamptz, joined_at), role = 'MEMBER'
    WHERE workspace_id = $1 AND person_id = $2 AND left_at IS NULL
    RETURNING workspace_id, person_id
), keys AS (
    UPDATE credentials c SET revoked_at = greatest($3::timestamptz, c.created_at) FROM ended e
    WHERE c.person_id = e.person_id AND c.workspace_id = e.workspace_id AND c.revoked_at IS NULL
), begins AS (
    UPDATE persons p SET default_workspace_id = NULL FROM ended e
    WHERE p.id = e.person_id AND p.default_workspace_id = e.workspace_id
)
SELECT w.id AS wallet_id FROM ended e
LEFT JOIN wallets w ON w.workspace_id = e.workspace_id AND w.person_id = e.person_id
"""
_CLOSE = """
WITH empty AS (
    SELECT o.id FROM organisations o WHERE o.workspace_id = ANY ($1::uuid[]) AND NOT EXISTS (
        SELECT FROM members m WHERE m.workspace_id = o.workspace_id AND m.left_at IS NULL)
), revoked AS (
    UPDATE invitations i SET revoked_at = greatest($2::timestamptz, i.created_at) FROM empty
    WHERE i.organisation_id = empty.id AND i.revoked_at IS NULL
)
UPDATE subscriptions u SET auto_renew = false, mandate = NULL, renewal_try_at = NULL,
    benefits_until = least(u.benefits_until, greatest($2::timestamptz,
        (SELECT max(t.ends_at) FROM subscription_terms t WHERE t.subscription_id = u.id)))
FROM empty WHERE u.organisation_id = empty.id
"""

NO_MEMBER = Refusal(RefusalCode.NOT_FOUND, "There is no such member.", ("memberId",))
"""What is answered about who was never in the organisation, has left it, or does not exist: they look alike (B11)."""
_YOURSELF = Refusal(
    RefusalCode.CANNOT_REMOVE_YOURSELF, "Nobody removes themselves: leave the organization instead.", ("memberId",)
)


@dataclass(frozen=True, slots=True)
class MembershipEnded:
    """Whose membership has ended, or why it has not. `seat_releases_at`: None where they held no seat."""

    member_id: UUID | None = None
    person_id: UUID | None = None
    seat_releases_at: datetime | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does what, and why; what is to be woken after the commit gathers in `topics`."""

    runtime: Runtime
    connection: Connection
    actor: UUID
    verb: str
    reason: str
    topics: list[str]


async def remove_member(
    runtime: Runtime,
    principal: Principal,
    organisation_id: UUID | None,
    member_id: UUID | None,
    *,
    reason: str | None,
    key: str,
) -> Once[MembershipEnded]:
    """Remove a member from an organisation, as its administrator: 15 statements. Ids that are none are None.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the reason or the idempotency key is none.
    """
    permit(principal, "Mutation.removeMember")
    said = "" if reason is None else read_reason(reason)
    asked = requested(key, "removeMember", {"organization": organisation_id, "member": member_id, "reason": reason})

    async def remove(connection: Connection, actor: UUID, topics: list[str]) -> MembershipEnded:
        if organisation_id is None:
            return MembershipEnded(refused=NO_ORGANISATION)
        if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id):
            return MembershipEnded(refused=refused)
        person_id = await connection.fetchval(_LOCK_MEMBER, member_id, organisation_id, actor)
        organisation = await lock_for(connection, organisation_id, actor, "Mutation.removeMember")
        if isinstance(organisation, Refusal):
            return MembershipEnded(refused=organisation)
        if person_id == actor:
            return MembershipEnded(refused=_YOURSELF)
        act = _Act(runtime, connection, actor, "removeMember", said, topics)
        return await _end(act, organisation, person_id, _sole("memberId"))

    return await _once(runtime, principal, asked, remove)


async def leave_organisation(
    runtime: Runtime, principal: Principal, organisation_id: UUID | None, key: str
) -> Once[MembershipEnded]:
    """Leave an organisation: 13 statements. An id that is none is None.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.leaveOrganization")
    asked = requested(key, "leaveOrganization", {"organization": organisation_id})

    async def leave(connection: Connection, actor: UUID, topics: list[str]) -> MembershipEnded:
        if organisation_id is None:
            return MembershipEnded(refused=NO_ORGANISATION)
        if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id):
            return MembershipEnded(refused=refused)
        await connection.execute(_LOCK, actor)
        organisation = await lock_for(connection, organisation_id, actor, "Mutation.leaveOrganization")
        if isinstance(organisation, Refusal):
            return MembershipEnded(refused=organisation)
        act = _Act(runtime, connection, actor, "leaveOrganization", "", topics)
        return await _end(act, organisation, actor, _sole("organizationId"))

    return await _once(runtime, principal, asked, leave)


async def end_membership(
    connection: Connection,
    organisation: Organisation,
    person_id: UUID,
    *,
    now: datetime,
    actor: UUID,
    clock: Clock,
    told: Sequence[Told] = (),
) -> frozenset[UUID]:
    """End a membership within the caller's transaction, which holds the locks of the person and the organisation.

    Access ends, the seat is PENDING_RELEASE, the rest of the period's quota is revoked; running tasks keep what they
    hold (F4). Who comes back is a MEMBER, whatever they were. Of whoever is no member nothing ends.

    Args:
        connection: in a transaction that holds no lock of a wallet yet.
        organisation: read under its lock.
        person_id: whose.
        now: when it ends, read under the lock, since the seat falls free with the period that is current then.
        actor: who ends it.
        clock: reads the present.
        told: notices that are written with it.

    Returns the wallets with new entries. After the commit wake these, `access_topic(person_id)`, by which open feeds
    look again at the membership, and the `workspace_topic`.
    """
    ended = await connection.fetchrow(_END, organisation.workspace_id, person_id, now)
    if ended is None:
        return frozenset()
    await vacate_seat(connection, organisation, person_id, now=now, actor=actor)
    postings = await write_notices(connection, told, now) if told else []
    if ended["wallet_id"] is not None:
        postings.append(revoking_posting(ended["wallet_id"]))
    return (await post(connection, postings, clock)).changed


async def leave_all(connection: Connection, person_id: UUID, now: datetime) -> frozenset[UUID]:
    """Take a person who is erased out of all their organisations; return the workspaces, to be woken.

    Their seats are released as after a removal. An organisation that nobody is in afterwards is closed: its links are
    revoked, and it is not renewed any more. The transaction holds the person's row, and no wallet: what is in those is
    left to the caller, who locks all of them at once.
    """
    left = []
    for id_ in await lock_organisations_of(connection, person_id):
        organisation = await lock_organisation(connection, id_)
        if organisation and await connection.fetchrow(_END, organisation.workspace_id, person_id, now):
            await vacate_seat(connection, organisation, person_id, now=now, actor=person_id)
            left.append(organisation.workspace_id)
    if left:
        await connection.execute(_CLOSE, left, now)
    return frozenset(left)


def read_reason(text: str) -> str:
    """Check why somebody does something.

    Raises:
        InvalidInput: it is empty, too long, or holds control characters.
    """
    if not text.strip() or len(text) > REASON_CHARACTERS_MAX or not text.isprintable():
        raise InvalidInput(("input", "reason"), f"must be 1 to {REASON_CHARACTERS_MAX} printable characters")
    return text


def _sole(field: str) -> Refusal:
    words = "No other administrator would stay in the organization: have the role handed over first."
    return Refusal(RefusalCode.SOLE_ADMINISTRATOR, words, (field,))


async def _end(act: _Act, organisation: Organisation, person_id: UUID | None, sole: Refusal) -> MembershipEnded:
    workspace_id, connection = organisation.workspace_id, act.connection
    member = await connection.fetchrow(_MEMBER, workspace_id, person_id)
    if person_id is None or member is None:
        return MembershipEnded(refused=NO_MEMBER)
    if not member["may_go"]:
        return MembershipEnded(refused=sole)
    now, own = act.runtime.clock(), person_id == act.actor
    releases_at = organisation.subscription.period(now).end if member["holds_seat"] else None
    facts = {"organization": public_id("org", organisation.id), "ended_at": now.isoformat()}
    told = [] if own else [Told(person_id, NoticeKind.MEMBERSHIP_ENDED, facts, email=True)]
    wallets = await end_membership(
        connection, organisation, person_id, now=now, actor=act.actor, clock=act.runtime.clock, told=told
    )
    if organisation.role is MemberRole.ADMIN:
        await record(
            connection,
            now,
            act.actor,
            act.verb,
            member["id"],
            before={"role": member["role"], "left_at": None},
            after={"role": MemberRole.MEMBER, "left_at": now, "seat_releases_at": releases_at},
            reason=act.reason,
        )
    act.topics.extend([access_topic(person_id), workspace_topic(workspace_id), *map(wallet_topic, wallets)])
    return MembershipEnded(member["id"], person_id, releases_at)


async def _once(
    runtime: Runtime,
    principal: Principal,
    asked: Requested,
    change: Callable[[Connection, UUID, list[str]], Awaitable[MembershipEnded]],
) -> Once[MembershipEnded]:
    actor, topics = principal.person_id, list[str]()
    if actor is None:
        raise Unauthenticated("Only people are members of organizations.")
    now, kept = runtime.clock(), timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:
            done = await once(
                connection,
                actor,
                asked,
                MembershipEnded,
                lambda: change(connection, actor, topics),
                now=now,
                keys_kept=kept,
            )
    except KeyReused:
        return Once(MembershipEnded(refused=KEY_REUSED), replayed=False)
    if topics:
        await runtime.broker.wake(topics)
    return done
