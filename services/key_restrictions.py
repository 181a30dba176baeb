"""Restrictions of API keys by operators: made, and lifted (C4, G3)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import Unauthenticated
from domain.notices import NoticeKind
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from models.database import Connection
from services.audit import record
from services.leaving import read_reason
from services.notices import notify
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime
from services.violations import LockedKey, key_facts, lock_key, restrict, wake_key

NO_KEY = Refusal(RefusalCode.NOT_FOUND, "There is no such API key.", ("apiKeyId",))
_NOT_RESTRICTED = Refusal(RefusalCode.KEY_NOT_RESTRICTED, "This API key is not restricted.", ("apiKeyId",))

_PERSON = "SELECT person_id FROM credentials WHERE id = $1 AND kind = 'API_KEY'"
_LIFT = "UPDATE credentials SET restricted_at = NULL, restricted_because = NULL WHERE id = $1"
_LIFT_VIOLATIONS = """
UPDATE violations SET lifted_at = greatest(at, $2) WHERE credential_id = $1 AND lifted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class RestrictionChanged:
    """Since when and why the key is restricted after the change, or why there is none."""

    key_id: UUID | None
    restricted_at: datetime | None = None
    because: str | None = None
    refused: Refusal | None = None


_Change = Callable[[Connection, LockedKey, datetime], Awaitable[tuple[RestrictionChanged, frozenset[UUID]]]]


async def restrict_key(
    runtime: Runtime, principal: Principal, key_id: UUID | None, reason: str, *, key: str
) -> Once[RestrictionChanged]:
    """Restrict an API key: 14 statements. One that is restricted already gets the new reason.

    Its person is told; the reason they see with the key, since notices outlive reasons.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none.
    """

    async def change(
        connection: Connection, locked: LockedKey, now: datetime
    ) -> tuple[RestrictionChanged, frozenset[UUID]]:
        why = {
            "why.en": "somebody who runs the service has looked at its use",
            "why.zh-Hans": "经运营人员核查其使用情况",
        }
        wallets = await restrict(runtime, connection, locked, now, because=reason, why=why)
        return RestrictionChanged(locked.id, locked.restricted_at or now, reason), wallets

    permit(principal, "Mutation.restrictApiKey")
    return await _changed(runtime, principal, "restrictApiKey", key_id, change, reason=reason, key=key)


async def lift_restriction(
    runtime: Runtime, principal: Principal, key_id: UUID | None, reason: str, *, key: str
) -> Once[RestrictionChanged]:
    """Lift the restriction of an API key: 15 statements. The violations so far count no more.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none.
    """

    async def change(
        connection: Connection, locked: LockedKey, now: datetime
    ) -> tuple[RestrictionChanged, frozenset[UUID]]:
        if locked.restricted_at is None:
            return RestrictionChanged(locked.id, refused=_NOT_RESTRICTED), frozenset()
        await connection.execute(_LIFT, locked.id)
        await connection.execute(_LIFT_VIOLATIONS, locked.id, now)
        wallets = await notify(
            connection, locked.person_id, NoticeKind.KEY_FREED, key_facts(locked), email=True, clock=runtime.clock
        )
        return RestrictionChanged(locked.id), wallets

    permit(principal, "Mutation.liftRestriction")
    return await _changed(runtime, principal, "liftRestriction", key_id, change, reason=reason, key=key)


async def _changed(
    runtime: Runtime, principal: Principal, verb: str, key_id: UUID | None, change: _Change, *, reason: str, key: str
) -> Once[RestrictionChanged]:
    operator, now = principal.subject, runtime.clock()
    if operator is None:
        raise Unauthenticated("Only operators restrict API keys.")
    read_reason(reason)
    asked = requested(key, verb, {"key": key_id, "reason": reason})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    woken: list[tuple[LockedKey, frozenset[UUID]]] = []
    try:
        async with runtime.database.transaction() as connection:

            async def carry_out() -> RestrictionChanged:
                locked = await _lock(connection, key_id)
                if locked is None:
                    return RestrictionChanged(None, refused=NO_KEY)
                done, wallets = await change(connection, locked, now)
                if done.refused is None:
                    woken.append((locked, wallets))
                    before = {"restricted_at": locked.restricted_at, "because": locked.restricted_because}
                    after = {"restricted_at": done.restricted_at, "because": done.because}
                    await record(connection, now, operator, verb, locked.id, before=before, after=after, reason=reason)
                return done

            done = await once(connection, operator, asked, RestrictionChanged, carry_out, now=now, keys_kept=kept)
    except KeyReused:
        return Once(RestrictionChanged(None, refused=KEY_REUSED), replayed=False)
    for locked, wallets in woken:
        await wake_key(runtime, locked, wallets)
    return done


async def _lock(connection: Connection, key_id: UUID | None) -> LockedKey | None:
    person_id = await connection.fetchval(_PERSON, key_id) if key_id else None
    return await lock_key(connection, key_id, person_id) if key_id and person_id else None
