"""Operators change the status of people."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from domain.authorization import permit
from domain.status import NO_PERSON
from resolvers import ids
from resolvers.operation import Operation
from resolvers.persons import person
from resolvers.refusals import refusal_view
from schema.status_mutations import (
    ReinstatePersonInput,
    ReinstatePersonPayload,
    SuspendPersonInput,
    SuspendPersonPayload,
    TerminatePersonInput,
    TerminatePersonPayload,
)
from services import status
from services.once import Once
from services.status import StatusChanged

_Payload = TypeVar("_Payload", SuspendPersonPayload, ReinstatePersonPayload, TerminatePersonPayload)


async def suspend_person(operation: Operation, asked: SuspendPersonInput) -> SuspendPersonPayload:
    """Suspend a person."""
    permit(operation.principal, "Mutation.suspendPerson")

    def suspend(id_: UUID) -> Awaitable[Once[StatusChanged]]:
        runtime, principal = operation.runtime, operation.principal
        return status.suspend_person(
            runtime, principal, id_, asked.reason, until=asked.until, key=asked.idempotency_key
        )

    return await _changed(operation, asked.person_id, suspend, SuspendPersonPayload)


async def reinstate_person(operation: Operation, asked: ReinstatePersonInput) -> ReinstatePersonPayload:
    """Reinstate a suspended person."""
    permit(operation.principal, "Mutation.reinstatePerson")

    def reinstate(id_: UUID) -> Awaitable[Once[StatusChanged]]:
        runtime, principal = operation.runtime, operation.principal
        return status.reinstate_person(runtime, principal, id_, asked.reason, key=asked.idempotency_key)

    return await _changed(operation, asked.person_id, reinstate, ReinstatePersonPayload)


async def terminate_person(operation: Operation, asked: TerminatePersonInput) -> TerminatePersonPayload:
    """Terminate an account."""
    permit(operation.principal, "Mutation.terminatePerson")

    def terminate(id_: UUID) -> Awaitable[Once[StatusChanged]]:
        runtime, principal = operation.runtime, operation.principal
        return status.terminate_person(runtime, principal, id_, asked.reason, key=asked.idempotency_key)

    return await _changed(operation, asked.person_id, terminate, TerminatePersonPayload)


async def _changed(
    operation: Operation,
    person_id: str,
    change: Callable[[UUID], Awaitable[Once[StatusChanged]]],
    payload: type[_Payload],
) -> _Payload:
    """Change a status and show the person as the change left them, later changes aside."""
    id_ = ids.read(ids.PERSON, person_id)
    refused, replayed, standing = NO_PERSON, False, None
    if id_ is not None:
        done = await change(id_)
        refused, replayed, standing = done.result.refused or NO_PERSON, done.replayed, done.result.standing
    shown = await person(operation, id_) if id_ and standing else None
    if shown is None or standing is None:
        return payload(person=None, replayed=False, errors=[refusal_view(operation.catalog, refused)])
    shown = replace(shown, status=standing.status, status_reason=standing.reason, status_until=standing.until)
    return payload(person=shown, replayed=replayed, errors=[])
