"""Invitation links: an administrator makes and revokes them (B3, B4).

*Decided.* A link is given to people by the administrator who made it; we send no e-mail, since an address that somebody
typed in is not one that has asked to hear from us. At most 100 links of an organisation are open at a time. Who is no
administrator finds no link to revoke: to them there is none.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.ids import uuid7
from domain.policies import Policies
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.traits import normal_email
from feed.topics import workspace_topic
from models.database import Connection
from services.audit import record
from services.invitation_reads import TOKEN_PREFIX, InvitationRow, is_open, read_invitation, token_hash
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import NO_ORGANISATION, lock_for, refuse_elsewhere
from services.posting import Requested
from services.requests import requested
from services.runtime import Runtime
from services.seats import HAS_ASSIGNABLE, NO_SEAT
from services.tokens import new_secret

OPEN_INVITATIONS_MAX = 100

# before the organisation's lock, as rows that name the person take this one, too
_LOCK = "SELECT FROM persons WHERE id = $1 FOR KEY SHARE"
_ROOM = f"""
SELECT {HAS_ASSIGNABLE} AS has_seat,
    (SELECT count(*) FROM invitations i WHERE i.organisation_id = $1 AND {is_open("$2")}) AS open
"""  # noqa: S608  (constant text)
_CREATE = """
INSERT INTO invitations (id, organisation_id, workspace_id, token_hash, created_by, created_at, expires_at, uses_max,
    uses, email)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)
"""
_ORGANISATION = "SELECT organisation_id FROM invitations WHERE id = $1"
_REVOKE = """
UPDATE invitations SET revoked_at = greatest($2, created_at), revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL
RETURNING workspace_id
"""

NO_INVITATION = Refusal(RefusalCode.NOT_FOUND, "There is no such invitation.", ("invitationId",))
"""What is answered about those of other organisations and those that do not exist: they look alike (B11)."""
_TOO_MANY = Refusal(
    RefusalCode.TOO_MANY_OPEN,
    f"There are {OPEN_INVITATIONS_MAX} open invitations: revoke some, or wait until some expire.",
    facts={"limit": str(OPEN_INVITATIONS_MAX)},
)


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What an administrator wants: a link for so many days, for so many people (None: any), for one address alone."""

    days: int
    uses_max: int | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class InvitationChanged:
    """Which link was made or revoked, or why none was. Kept; neither the token nor an address is."""

    id: UUID | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class InvitationDone:
    """A link as it is now. `token` of a new one is shown this once; None: it was shown before, or there is none."""

    invitation: InvitationRow | None
    refused: Refusal | None
    replayed: bool
    token: str | None = None

    def __repr__(self) -> str:
        """Leave the secret and the address out of logs and tracebacks."""
        return f"InvitationDone(refused={self.refused!r}, replayed={self.replayed!r})"


async def create_invitation(
    runtime: Runtime, principal: Principal, organisation_id: UUID | None, wanted: NewInvitation, key: str
) -> InvitationDone:
    """Make a link, as an administrator of the organisation. An id that is none is None.

    Refuses NO_SEAT_AVAILABLE and TOO_MANY_OPEN.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """
    permit(principal, "Mutation.createInvitation")
    wanted = _read(wanted, runtime.catalog.policies)
    facts = {"days": wanted.days, "uses_max": wanted.uses_max, "email": wanted.email}
    asked = requested(key, "createInvitation", {"organization": organisation_id, **facts})
    token = TOKEN_PREFIX + new_secret()

    async def create(connection: Connection, actor: UUID, topics: list[str]) -> InvitationChanged:
        if organisation_id is None:
            return InvitationChanged(refused=NO_ORGANISATION)
        if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id):
            return InvitationChanged(refused=refused)
        organisation = await lock_for(connection, organisation_id, actor, "Mutation.createInvitation")
        if isinstance(organisation, Refusal):
            return InvitationChanged(refused=organisation)
        now = runtime.clock()
        room = await connection.fetchrow(_ROOM, organisation.id, now)
        if room is None or not room["has_seat"]:
            return InvitationChanged(refused=NO_SEAT)
        if room["open"] >= OPEN_INVITATIONS_MAX:
            return InvitationChanged(refused=_TOO_MANY)
        id_, expires_at = uuid7(now, os.urandom(10)), now + timedelta(days=wanted.days)
        where = id_, organisation.id, organisation.workspace_id, token_hash(token)
        await connection.execute(_CREATE, *where, actor, now, expires_at, wanted.uses_max, wanted.email)
        # an audit is for ever, and an address is personal data
        after = {"expires_at": expires_at, "uses_max": wanted.uses_max, "bound": wanted.email is not None}
        await record(connection, now, actor, "createInvitation", id_, before={}, after=after, reason="")
        topics.append(workspace_topic(organisation.workspace_id))
        return InvitationChanged(id_)

    return await _once(runtime, principal, asked, create, token=token)


async def revoke_invitation(
    runtime: Runtime, principal: Principal, invitation_id: UUID | None, key: str
) -> InvitationDone:
    """Revoke a link, as an administrator of its organisation; one that is revoked stays so. A bad id is None.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.revokeInvitation")
    asked = requested(key, "revokeInvitation", {"invitation": invitation_id})

    async def revoke(connection: Connection, actor: UUID, topics: list[str]) -> InvitationChanged:
        organisation_id = await connection.fetchval(_ORGANISATION, invitation_id) if invitation_id else None
        if invitation_id is None or organisation_id is None:
            return InvitationChanged(refused=NO_INVITATION)
        organisation = await lock_for(connection, organisation_id, actor, "Mutation.revokeInvitation")
        if isinstance(organisation, Refusal):
            return InvitationChanged(refused=NO_INVITATION)
        if refused := await refuse_elsewhere(connection, runtime, principal, organisation_id, "invitationId"):
            return InvitationChanged(refused=refused)
        now = runtime.clock()
        if await connection.fetchval(_REVOKE, invitation_id, now, actor):
            verb, after = "revokeInvitation", {"revoked_at": now}
            await record(connection, now, actor, verb, invitation_id, before={}, after=after, reason="")
            topics.append(workspace_topic(organisation.workspace_id))
        return InvitationChanged(invitation_id)

    return await _once(runtime, principal, asked, revoke)


def _read(wanted: NewInvitation, policies: Policies) -> NewInvitation:
    if wanted.days not in policies.invitation_days:
        allowed = " or ".join(map(str, policies.invitation_days))
        raise InvalidInput(("input", "days"), f"must be {allowed}")
    if wanted.uses_max is not None and not 1 <= wanted.uses_max <= policies.seats_max:
        raise InvalidInput(("input", "usesMax"), f"must be 1 to {policies.seats_max}, or null: any number")
    if wanted.email is None:
        return wanted
    try:
        return NewInvitation(wanted.days, wanted.uses_max, normal_email(wanted.email))
    except ValueError as error:
        raise InvalidInput(("input", "email"), str(error)) from None


async def _once(
    runtime: Runtime,
    principal: Principal,
    asked: Requested,
    change: Callable[[Connection, UUID, list[str]], Awaitable[InvitationChanged]],
    *,
    token: str | None = None,
) -> InvitationDone:
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people administer organizations.")
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    topics: list[str] = []
    try:
        async with runtime.database.transaction() as connection:

            async def changed() -> InvitationChanged:
                await connection.execute(_LOCK, person_id)
                return await change(connection, person_id, topics)

            done = await once(connection, person_id, asked, InvitationChanged, changed, now=now, keys_kept=kept)
            shown = await _shown(connection, person_id, done, token)
    except KeyReused:
        return InvitationDone(None, KEY_REUSED, replayed=False)
    if topics:
        await runtime.broker.wake(topics)
    return shown


async def _shown(
    connection: Connection, person_id: UUID, done: Once[InvitationChanged], token: str | None
) -> InvitationDone:
    id_, refused = done.result.id, done.result.refused
    if id_ is None:
        return InvitationDone(None, refused, done.replayed)
    found = await read_invitation(connection, person_id, id_)
    return InvitationDone(found, refused, done.replayed, None if done.replayed else token)
