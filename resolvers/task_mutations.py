"""Reporting usage in two steps."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from domain.authorization import permit
from domain.refusals import Refusal
from resolvers import ids
from resolvers.entries import entry_view
from resolvers.operation import Operation
from resolvers.refusals import NO_TASK, NO_WALLET, refusal_view
from schema.task_mutations import (
    CancelTaskInput,
    CancelTaskPayload,
    CompleteTaskInput,
    CompleteTaskPayload,
    ExtendTaskInput,
    ExtendTaskPayload,
    FailTaskInput,
    FailTaskPayload,
    StartTaskInput,
    StartTaskPayload,
    TaskPayload,
)
from services import tasks
from services.key_use import check_payer
from services.posting import Outcome
from services.usage import UsageReport

_Payload = TypeVar("_Payload", bound=TaskPayload)


async def start_task(operation: Operation, asked: StartTaskInput) -> StartTaskPayload:
    """Hold the price of an estimate and start a task."""
    permit(operation.principal, "Mutation.startTask")
    check_payer(operation.principal, asked.wallet_id, asked.api_key)
    wallet_id = ids.read(ids.WALLET, asked.wallet_id) if asked.wallet_id is not None else None
    if wallet_id is None and asked.api_key is None:
        return _payload(operation, NO_WALLET, StartTaskPayload)
    report = UsageReport(
        wallet_id,
        asked.product,
        asked.estimate,
        asked.surface,
        asked.client,
        asked.api_key,
        asked.client_proof,
        asked.client_address,
    )
    outcome = await tasks.start_task(operation.runtime, operation.principal, report, asked.idempotency_key)
    return _payload(operation, outcome, StartTaskPayload)


async def complete_task(operation: Operation, asked: CompleteTaskInput) -> CompleteTaskPayload:
    """Settle what a task really used."""
    permit(operation.principal, "Mutation.completeTask")

    def complete(task_id: UUID) -> Awaitable[Outcome]:
        runtime, principal = operation.runtime, operation.principal
        return tasks.complete_task(runtime, principal, task_id, asked.quantity, asked.idempotency_key)

    return _payload(operation, await _about(asked.task_id, complete), CompleteTaskPayload)


async def fail_task(operation: Operation, asked: FailTaskInput) -> FailTaskPayload:
    """Release a task's hold because it failed."""
    permit(operation.principal, "Mutation.failTask")

    def fail(task_id: UUID) -> Awaitable[Outcome]:
        return tasks.fail_task(operation.runtime, operation.principal, task_id, asked.idempotency_key)

    return _payload(operation, await _about(asked.task_id, fail), FailTaskPayload)


async def cancel_task(operation: Operation, asked: CancelTaskInput) -> CancelTaskPayload:
    """Release a task's hold because it was cancelled."""
    permit(operation.principal, "Mutation.cancelTask")

    def cancel(task_id: UUID) -> Awaitable[Outcome]:
        return tasks.cancel_task(operation.runtime, operation.principal, task_id, asked.idempotency_key)

    return _payload(operation, await _about(asked.task_id, cancel), CancelTaskPayload)


async def extend_task(operation: Operation, asked: ExtendTaskInput) -> ExtendTaskPayload:
    """Give a running task more time."""
    permit(operation.principal, "Mutation.extendTask")

    def extend(task_id: UUID) -> Awaitable[Outcome]:
        return tasks.extend_task(operation.runtime, operation.principal, task_id, asked.idempotency_key)

    return _payload(operation, await _about(asked.task_id, extend), ExtendTaskPayload)


async def _about(id_: str, verb: Callable[[UUID], Awaitable[Outcome]]) -> Outcome:
    """Do something to a task; an id that is none is answered as if it were unknown."""
    task_id = ids.read(ids.TASK, id_)
    return await verb(task_id) if task_id else NO_TASK


def _payload(operation: Operation, outcome: Outcome, payload: type[_Payload]) -> _Payload:
    if isinstance(outcome, Refusal):
        refusal = refusal_view(operation.catalog, outcome)
        return payload(task=None, entry=None, balance=None, replayed=False, errors=[refusal])
    entry = entry_view(operation.catalog, outcome.wallet_id, outcome.entry) if outcome.entry else None
    return payload(
        task=entry.task if entry else None,
        entry=entry,
        balance=entry.balance if entry else None,
        replayed=outcome.replayed,
        errors=[],
    )
