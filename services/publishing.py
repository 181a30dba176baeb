"""What all publications of operators have in common: who may, why, once, and on the record (F5, G1, G3)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.principals import Principal
from domain.refusals import Refusal
from models.database import Connection
from services.audit import record
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime
from services.status import REASON_CHARACTERS_MAX


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: a version of the terms, a banner, both; or why nothing was."""

    version: int | None = None
    banner_id: UUID | None = None
    refused: Refusal | None = None


Publish = Callable[[Connection, UUID, datetime], Awaitable[Published]]
"""Publishes within a transaction, for an operator, at an instant."""


async def publish(
    runtime: Runtime,
    principal: Principal,
    verb: str,
    facts: Mapping[str, object],
    *,
    reason: str,
    key: str,
    act: Publish,
    recorded: Mapping[str, object] | None = None,
) -> Once[Published]:
    """Publish something once, with its audit entry, in one transaction.

    Args:
        runtime: what verbs work with.
        principal: the operator.
        verb: the name of the mutation.
        facts: everything that the operator said.
        reason: why, for the audit.
        key: the idempotency key.
        act: does it.
        recorded: what of the facts goes into the audit; None: all of them.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: the reason or the idempotency key is none.
    """
    permit(principal, f"Mutation.{verb}")
    operator = principal.subject
    if operator is None:
        raise Unauthenticated("Only operators publish.")
    if not 1 <= len(reason.strip()) <= len(reason) <= REASON_CHARACTERS_MAX or not reason.isprintable():
        raise InvalidInput(("input", "reason"), f"must be 1 to {REASON_CHARACTERS_MAX} printable characters")
    asked = requested(key, verb, {**facts, "reason": reason})
    kept, now = timedelta(days=runtime.catalog.policies.idempotency_retention_days), runtime.clock()
    try:
        async with runtime.database.transaction() as connection:

            async def published() -> Published:
                done = await act(connection, operator, now)
                if done.refused is None:
                    target = done.banner_id or UUID(int=done.version or 0)
                    after = {**(facts if recorded is None else recorded), "version": done.version}
                    await record(connection, now, operator, verb, target, before={}, after=after, reason=reason)
                return done

            return await once(connection, operator, asked, Published, published, now=now, keys_kept=kept)
    except KeyReused:
        return Once(Published(refused=KEY_REUSED), replayed=False)
