"""Status of people, changed by operators: suspended, reinstated, terminated; each time with a reason (A4, G3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain import status
from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import Principal
from domain.refusals import Refusal
from domain.status import NO_PERSON, Standing
from feed.topics import access_topic
from models.database import Connection
from services.audit import record
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime

REASON_CHARACTERS_MAX = 500

_LOCK = "SELECT status, status_reason, status_until FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_CHANGE = """
UPDATE persons SET status = $2, status_reason = $3, status_until = $4, status_by = $5, status_at = $6 WHERE id = $1
"""


_Change = Callable[[Standing], Standing | Refusal]


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """What the change made of the person's standing, or why there is none."""

    person_id: UUID
    standing: Standing | None
    refused: Refusal | None = None


async def suspend_person(
    runtime: Runtime, principal: Principal, person_id: UUID, reason: str, *, until: datetime | None, key: str
) -> Once[StatusChanged]:
    """Turn a person away at the door, until an instant or until they are reinstated.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason is none, `until` is not in the future, or the idempotency key is none.
    """
    permit(principal, "Mutation.suspendPerson")
    act = _act(runtime, principal, person_id, "suspendPerson", reason)

    def change(standing: Standing) -> Standing | Refusal:
        # here, so that the same request asked again later gets its result
        if until is not None and until <= act.now:
            raise InvalidInput(("input", "until"), "must be in the future")
        return status.suspend(standing, reason, until)

    return await _once(runtime, act, key, change, {"until": until})


async def reinstate_person(
    runtime: Runtime, principal: Principal, person_id: UUID, reason: str, *, key: str
) -> Once[StatusChanged]:
    """Let a suspended person come back: everything is there that has not expired.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none.
    """
    permit(principal, "Mutation.reinstatePerson")
    act = _act(runtime, principal, person_id, "reinstatePerson", reason)
    return await _once(runtime, act, key, status.reinstate, {})


async def terminate_person(
    runtime: Runtime, principal: Principal, person_id: UUID, reason: str, *, key: str
) -> Once[StatusChanged]:
    """End an account for good.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none.
    """
    permit(principal, "Mutation.terminatePerson")
    act = _act(runtime, principal, person_id, "terminatePerson", reason)
    return await _once(runtime, act, key, lambda standing: status.terminate(standing, reason), {})


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does what to whom, why and when."""

    operator: UUID
    person_id: UUID
    verb: str
    reason: str
    now: datetime


def _act(runtime: Runtime, principal: Principal, person_id: UUID, verb: str, reason: str) -> _Act:
    if principal.subject is None:
        raise Unauthenticated("Only operators change the status of people.")
    if not reason.strip() or len(reason) > REASON_CHARACTERS_MAX or not reason.isprintable():
        raise InvalidInput(("input", "reason"), f"must be 1 to {REASON_CHARACTERS_MAX} printable characters")
    return _Act(principal.subject, person_id, verb, reason, runtime.clock())


async def _once(
    runtime: Runtime, act: _Act, key: str, change: _Change, facts: Mapping[str, object]
) -> Once[StatusChanged]:
    asked = requested(key, act.verb, {"person": str(act.person_id), "reason": act.reason, **facts})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:
            done = await once(
                connection,
                act.operator,
                asked,
                StatusChanged,
                lambda: _changed(connection, act, change),
                now=act.now,
                keys_kept=kept,
            )
    except KeyReused:
        return Once(StatusChanged(act.person_id, None, KEY_REUSED), replayed=False)
    if not done.replayed and done.result.standing:
        await runtime.broker.wake([access_topic(act.person_id)])
    return done


async def _changed(connection: Connection, act: _Act, change: _Change) -> StatusChanged:
    row = await connection.fetchrow(_LOCK, act.person_id)
    if row is None:
        return StatusChanged(act.person_id, None, NO_PERSON)
    before = Standing(PersonStatus(row["status"]), row["status_reason"], row["status_until"])
    after = change(before.at(act.now))
    if isinstance(after, Refusal):
        return StatusChanged(act.person_id, None, after)
    await connection.execute(_CHANGE, act.person_id, after.status, after.reason, after.until, act.operator, act.now)
    await record(
        connection,
        act.now,
        act.operator,
        act.verb,
        act.person_id,
        before=_facts(before),
        after=_facts(after),
        reason=act.reason,
    )
    return StatusChanged(act.person_id, after)


def _facts(standing: Standing) -> Mapping[str, object]:
    return {"status": standing.status, "reason": standing.reason, "until": standing.until}
