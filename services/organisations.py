"""Organisations: finding one for a caller, locking it, knowing its subscription (B3, B11).

Lock order of everything about organisations: person, order, organisation, members and seats, wallets (the poster). The
organisation's row is the lock under which its seats, members, invitations and terms change.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.authorization import ROLES
from domain.plans import BillingInterval, Plan
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.subscriptions import Subscription, Term
from domain.workspaces import MemberRole
from models.database import Connection
from services.platforms import elsewhere, enterprise_works, platform_refusal
from services.runtime import Runtime

ORGANISATION_COLUMNS = """
o.id, o.workspace_id, o.created_at, s.name, u.id AS subscription_id, u.plan, u.interval, u.currency, u.anchor, u.zone,
    u.auto_renew, u.benefits_until,
    (SELECT json_agg(json_build_object('number', t.number, 'starts_at', t.starts_at, 'ends_at', t.ends_at,
            'unit_price_minor', t.unit_price_minor) ORDER BY t.number)
        FROM subscription_terms t WHERE t.subscription_id = u.id
            AND t.number >= (SELECT max(l.number) - 3 FROM subscription_terms l WHERE l.subscription_id = u.id)
    ) AS terms
"""
ORGANISATION_FROM = """
FROM organisations o JOIN workspaces s ON s.id = o.workspace_id JOIN subscriptions u ON u.organisation_id = o.id
"""
_ROLE = "(SELECT role FROM members m WHERE m.workspace_id = $1 AND m.person_id = $2 AND m.left_at IS NULL)"

_LOCK = """
SELECT o.workspace_id FROM organisations o
WHERE o.id = $1 AND ($2::uuid IS NULL OR EXISTS (
    SELECT FROM members m WHERE m.workspace_id = o.workspace_id AND m.person_id = $2 AND m.left_at IS NULL))
FOR NO KEY UPDATE OF o
"""
_FIND = f"""
SELECT {ORGANISATION_COLUMNS}, {_ROLE} AS role {ORGANISATION_FROM} WHERE o.workspace_id = $1
"""
_LOCK_ALL_OF = """
SELECT o.id FROM members m JOIN organisations o ON o.workspace_id = m.workspace_id
WHERE m.person_id = $1 AND m.left_at IS NULL ORDER BY o.id FOR NO KEY UPDATE OF o
"""
_WORKSPACE = "SELECT workspace_id FROM organisations WHERE id = $1"

_PLAN = msgspec.json.Decoder(Plan)
_TERMS = msgspec.json.Decoder(list[Term])

ANOTHER_ADMINISTRATOR_STAYS = """
EXISTS (
    SELECT FROM members other JOIN persons p ON p.id = other.person_id AND p.status IN ('ACTIVE', 'SUSPENDED')
    WHERE other.workspace_id = m.workspace_id AND other.person_id <> m.person_id
        AND other.role = 'ADMIN' AND other.left_at IS NULL
        AND NOT EXISTS (
            SELECT FROM deletions d
            WHERE d.person_id = other.person_id AND d.called_back_at IS NULL AND d.done_at IS NULL))
"""
"""Of a membership `m`: whether its workspace has another administrator, who has not asked for their deletion (A5)."""

NO_ORGANISATION = Refusal(RefusalCode.NOT_FOUND, "There is no such organization.", ("organizationId",))
"""What is answered to who is no member of it: the very words that unknown ids get (B11)."""
NOT_ADMINISTRATOR = Refusal(
    RefusalCode.NOT_ADMINISTRATOR, "Only administrators of the organization may do this.", ("organizationId",)
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as a transaction that holds its lock knows it. `role`: the asking person's; None: no member.

    `subscription.terms` are the last terms that were paid, ascending: at most four.
    """

    id: UUID
    workspace_id: UUID
    name: str
    created_at: datetime
    subscription: Subscription
    role: MemberRole | None


async def lock_organisation(connection: Connection, organisation_id: UUID) -> Organisation | None:
    """Lock an organisation until the transaction ends, and read it: two statements, the second after the lock.

    The transaction must hold no lock of a seat, member or wallet yet.
    """
    workspace_id = await connection.fetchval(_LOCK, organisation_id, None)
    return None if workspace_id is None else await _read(connection, workspace_id, None)


async def lock_for(
    connection: Connection, organisation_id: UUID, person_id: UUID | None, field: str
) -> Organisation | Refusal:
    """Lock an organisation for a member who does something there: `field` has a row in `ROLES`. Two statements.

    Who is no member gets `NOT_FOUND` as for an id that does not exist, and waits for nobody; who is, and lacks the
    role, `NOT_ADMINISTRATOR`.
    """
    if person_id is None:
        return NO_ORGANISATION
    workspace_id = await connection.fetchval(_LOCK, organisation_id, person_id)
    found = None if workspace_id is None else await _read(connection, workspace_id, person_id)
    if found is None or found.role is None:
        return NO_ORGANISATION
    return found if found.role in ROLES[field] else NOT_ADMINISTRATOR


async def refuse_elsewhere(
    connection: Connection, runtime: Runtime, principal: Principal, organisation_id: UUID, field: str = "organizationId"
) -> Refusal | None:
    """Refuse on a surface where enterprise workspaces do not work, to members with the reason (B13).

    One statement; none where they work.
    """
    if enterprise_works(runtime, principal):
        return None
    error = (await elsewhere(runtime, principal, [organisation_id], connection=connection)).get(organisation_id)
    return platform_refusal(error, field) if error else NO_ORGANISATION


async def lock_organisations_of(connection: Connection, person_id: UUID) -> list[UUID]:
    """Lock all organisations that a person is a member of until the transaction ends: one statement.

    In the order of their ids, so that two who hold several never wait for each other; nothing else waits for more than
    one. The transaction holds the person's row, so that they join no other meanwhile. Whoever was removed while this
    waited is still listed.
    """
    return [row["id"] for row in await connection.fetch(_LOCK_ALL_OF, person_id)]


async def read_organisation(
    connection: Connection, organisation_id: UUID, person_id: UUID | None = None
) -> Organisation | None:
    """Read an organisation without locking it: for previews and quotes."""
    workspace_id = await connection.fetchval(_WORKSPACE, organisation_id)
    return None if workspace_id is None else await _read(connection, workspace_id, person_id)


async def _read(connection: Connection, workspace_id: UUID, person_id: UUID | None) -> Organisation | None:
    row = await connection.fetchrow(_FIND, workspace_id, person_id)
    return None if row is None else organisation_of(row)


def organisation_of(row: asyncpg.Record) -> Organisation:
    """Decode a row of `ORGANISATION_COLUMNS` with a role."""
    subscription = Subscription(
        id=row["subscription_id"],
        workspace_id=row["workspace_id"],
        organisation_id=row["id"],
        plan=_PLAN.decode(row["plan"]),
        interval=BillingInterval(row["interval"]),
        currency=row["currency"],
        anchor=row["anchor"],
        zone=row["zone"],
        terms=tuple(_TERMS.decode(row["terms"])),
        auto_renew=row["auto_renew"],
        benefits_until=row["benefits_until"],
    )
    role = MemberRole(row["role"]) if row["role"] else None
    return Organisation(row["id"], row["workspace_id"], row["name"], row["created_at"], subscription, role)
