"""Handing administration over: operators alone give and take the role of an administrator (B3).

*Decided.* The role goes to an active member whose account can be used or will be again, so never to who is terminated.
Whoever hands it over stays a member, and keeps their seat. To whom has the role already nothing is given again.
"""

from dataclasses import dataclass
from datetime import timedelta
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
from services.leaving import read_reason
from services.notices import Told, notify_all
from services.once import KEY_REUSED, KeyReused, Once, once
from services.organisations import NO_ORGANISATION, lock_organisation
from services.requests import requested
from services.runtime import Runtime

_LOCK = "SELECT FROM persons WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_ROLES = """
SELECT m.id, m.person_id, m.role, p.status IN ('ACTIVE', 'SUSPENDED') AS stays
FROM members m JOIN persons p ON p.id = m.person_id
WHERE m.workspace_id = $1 AND m.person_id = ANY ($2::uuid[]) AND m.left_at IS NULL
"""
_CHANGE = "UPDATE members SET role = $2 WHERE id = $1"

_NO_RECEIVER = Refusal(RefusalCode.NOT_FOUND, "There is no such member.", ("toPersonId",))
_NO_GIVER = Refusal(RefusalCode.NOT_FOUND, "There is no such administrator.", ("fromPersonId",))


@dataclass(frozen=True, slots=True)
class HandOver:
    """To whom the role goes, who gives it up (None: nobody does), and why. Ids that are none are None.

    `gives_up`: somebody was named who gives it up.
    """

    organisation_id: UUID | None
    to_person_id: UUID | None
    from_person_id: UUID | None
    gives_up: bool
    reason: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Whether it was refused."""

    refused: Refusal | None = None


async def hand_over_administration(
    runtime: Runtime, principal: Principal, asked: HandOver, key: str
) -> Once[HandedOver]:
    """Make a member of an organisation its administrator, in the place of one or in addition: 16 statements.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none, or both are the same person.
    """
    permit(principal, "Mutation.handOverAdministration")
    operator = principal.subject
    if operator is None:
        raise Unauthenticated("Only operators hand administration over.")
    read_reason(asked.reason)
    if asked.gives_up and asked.from_person_id is not None and asked.from_person_id == asked.to_person_id:
        raise InvalidInput(("input", "fromPersonId"), "must be somebody else than toPersonId")
    bound = requested(
        key,
        "handOverAdministration",
        {
            "organization": asked.organisation_id,
            "to": asked.to_person_id,
            "from": asked.from_person_id,
            "gives_up": asked.gives_up,
            "reason": asked.reason,
        },
    )
    now, topics = runtime.clock(), list[str]()
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:

            async def hand_over() -> HandedOver:
                return HandedOver(await _hand_over(runtime, connection, operator, asked, topics))

            done = await once(connection, operator, bound, HandedOver, hand_over, now=now, keys_kept=kept)
    except KeyReused:
        return Once(HandedOver(KEY_REUSED), replayed=False)
    if topics:
        await runtime.broker.wake(topics)
    return done


async def _hand_over(
    runtime: Runtime, connection: Connection, operator: UUID, asked: HandOver, topics: list[str]
) -> Refusal | None:
    if asked.organisation_id is None:
        return NO_ORGANISATION
    people = [id_ for id_ in (asked.to_person_id, asked.from_person_id) if id_ is not None]
    await connection.execute(_LOCK, people)
    organisation = await lock_organisation(connection, asked.organisation_id)
    if organisation is None:
        return NO_ORGANISATION
    members = {row["person_id"]: row for row in await connection.fetch(_ROLES, organisation.workspace_id, people)}
    receiver, giver = members.get(asked.to_person_id), members.get(asked.from_person_id)
    if receiver is None or not receiver["stays"]:
        return _NO_RECEIVER
    if asked.gives_up and (giver is None or giver["role"] != MemberRole.ADMIN):
        return _NO_GIVER
    changes = [(receiver, MemberRole.ADMIN)] if receiver["role"] != MemberRole.ADMIN else []
    if giver is not None:
        changes.append((giver, MemberRole.MEMBER))
    now = runtime.clock()
    for member, role in changes:
        before, after = {"role": member["role"]}, {"role": role}
        await connection.execute(_CHANGE, member["id"], role)
        await record(
            connection,
            now,
            operator,
            "handOverAdministration",
            member["id"],
            before=before,
            after=after,
            reason=asked.reason,
        )
    facts = {"organization": public_id("org", organisation.id)}
    told = [
        Told(member["person_id"], NoticeKind.ADMINISTRATION_HANDED_OVER, {**facts, "role": role}, email=True)
        for member, role in changes
    ]
    wallets = await notify_all(connection, told, clock=runtime.clock) if told else frozenset()
    topics.extend(map(wallet_topic, wallets))
    topics.extend(access_topic(member["person_id"]) for member, _ in changes)
    if changes:
        topics.append(workspace_topic(organisation.workspace_id))
    return None
