"""Joining an organisation (B5, B8, B9): membership, seat, wallet and benefits in one transaction.

*Decided.* Who comes back has their first membership again, with its first instant; the history of seats tells the rest.
They come back as MEMBER, whatever they were before they left.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.ids import uuid7
from domain.refusals import Refusal, RefusalCode
from domain.subscriptions import SubscriptionStatus
from domain.workspaces import MemberRole
from models.database import Connection
from services.benefits import benefits_posting
from services.notices import Told, write_notices
from services.organisations import Organisation
from services.posting import post
from services.runtime import Runtime
from services.seats import ASSIGNING, NO_SEAT, assigning_arguments
from services.wallets import INTO_WALLETS, empty

# without a seat where one is wanted, nothing is written at all
_JOIN = f"""
WITH {ASSIGNING}, member AS (
    INSERT INTO members AS m (id, workspace_id, person_id, role, joined_at)
    SELECT $8, $2, $3, $9, $4 WHERE NOT $7 OR EXISTS (SELECT FROM chosen)
    ON CONFLICT (workspace_id, person_id) DO UPDATE SET left_at = NULL,
        role = CASE WHEN m.left_at IS NULL THEN m.role ELSE excluded.role END
    RETURNING id
), opened AS (
    {INTO_WALLETS}
    SELECT $10, $2, $3, $4, false, true, {empty("$4")} FROM member
    ON CONFLICT (workspace_id, person_id) DO NOTHING
), used AS (
    UPDATE invitations SET uses = uses + 1 WHERE id = $11 AND EXISTS (SELECT FROM member)
), noted AS (
    INSERT INTO invitation_uses (id, invitation_id, workspace_id, person_id, used_at)
    SELECT $12::uuid, $11, $2, $3, $4 FROM member WHERE $11 IS NOT NULL
)
SELECT id AS member_id, (SELECT id FROM chosen) AS seat_id,
    coalesce((SELECT w.id FROM wallets w WHERE w.workspace_id = $2 AND w.person_id = $3), $10) AS wallet_id
FROM member
"""  # noqa: S608  (constant text)
ORGANISATIONS_OF: Final = """
(SELECT count(*) FROM members x JOIN organisations g ON g.workspace_id = x.workspace_id
    WHERE x.person_id = $1 AND x.left_at IS NULL)
+ (SELECT count(*) FROM orders b
    WHERE b.buyer_id = $1 AND b.kind = 'ORGANISATION' AND b.status = 'PENDING' AND b.expires_at > $2)
"""
"""How many organisations the person `$1` is in or about to buy at the instant `$2`, as part of a statement (B5)."""
_COUNT = f"SELECT {ORGANISATIONS_OF}"

EXPIRED = Refusal(
    RefusalCode.SUBSCRIPTION_EXPIRED,
    "The organization's subscription has expired. Its administrators can renew it.",
)


@dataclass(frozen=True, slots=True)
class Joined:
    """A membership that is in force. `changed` are the wallets with new entries: wake their feeds after the commit."""

    member_id: UUID
    seat_id: UUID | None
    wallet_id: UUID
    changed: frozenset[UUID]


async def join(
    connection: Connection,
    runtime: Runtime,
    organisation: Organisation,
    person_id: UUID,
    *,
    role: MemberRole,
    takes_seat: bool,
    now: datetime,
    actor: UUID | None,
    invitation_id: UUID | None = None,
    told: Sequence[Told] = (),
) -> Joined | Refusal:
    """Make a person a member of an organisation, within the caller's transaction: at most five statements.

    The caller holds the person's and the organisation's lock, and no wallet's; all wallets are locked here, at once.
    After the commit it wakes the wallets, `workspace_topic` and `access_topic(person_id)`. Done again, it changes
    nothing.

    Args:
        connection: in a transaction.
        runtime: for its clock.
        organisation: locked, and read after that.
        person_id: who joins.
        role: theirs from now on; who is a member already keeps their own.
        takes_seat: whether they take a seat, and have the benefits.
        now: when.
        actor: who does it; None: nobody in particular.
        invitation_id: the link that they use; one use of it is counted.
        told: notices that are written with it.

    Refuses SUBSCRIPTION_EXPIRED and NO_SEAT_AVAILABLE; then nothing has been written.
    """
    if organisation.subscription.status(now) is SubscriptionStatus.EXPIRED:
        return EXPIRED
    row = await connection.fetchrow(
        _JOIN,
        *assigning_arguments(organisation, person_id, now=now, actor=actor),
        takes_seat,
        _new_id(now),
        role,
        _new_id(now),
        invitation_id,
        _new_id(now),
    )
    if row is None:
        return NO_SEAT
    postings = await write_notices(connection, told, now) if told else []
    if row["seat_id"] is not None:
        postings.append(benefits_posting(organisation.subscription, row["wallet_id"]))
    changed: frozenset[UUID] = frozenset()
    if postings:
        batch = await post(connection, postings, runtime.clock)
        if refusals := [outcome for outcome in batch.outcomes if isinstance(outcome, Refusal)]:
            raise RuntimeError(f"benefits are given to whoever has a seat, not refused: {refusals[0].code}")
        changed = batch.changed
    return Joined(row["member_id"], row["seat_id"], row["wallet_id"], changed)


async def count_organisations(connection: Connection, person_id: UUID, now: datetime) -> int:
    """Count the organisations that a person is in, and those that they are about to buy (B5): one statement.

    It holds as long as the caller holds the person's lock.
    """
    count: int = await connection.fetchval(_COUNT, person_id, now)
    return count


def too_many_organisations(limit: int) -> Refusal:
    """Refuse one more organisation than a person may be in (B5)."""
    return Refusal(
        RefusalCode.TOO_MANY_ORGANIZATIONS,
        f"Nobody is in more than {limit} organizations at a time, those counted that they are about to buy.",
        facts={"limit": str(limit)},
    )


def _new_id(now: datetime) -> UUID:
    return uuid7(now, os.urandom(10))
