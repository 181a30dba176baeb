"""Reporting usage in two steps: start holds, complete settles, fail and cancel release, a heartbeat extends (F4)."""

import os
from datetime import timedelta
from uuid import UUID

from domain.authorization import permit
from domain.commands import Command, CompleteTask, ExtendTask, ReleaseTask, StartTask
from domain.ids import uuid7
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.tasks import TaskStatus
from domain.usage import check_quantity
from services.key_use import note_use, payer_of
from services.posting import Outcome, Posting
from services.reads import tasks
from services.requests import priced, reporter, requested
from services.runtime import Runtime
from services.usage import by_key, facts_of, usage_of
from services.usage_reports import UsageReport


async def start_task(runtime: Runtime, principal: Principal, report: UsageReport, key: str) -> Outcome:
    """Hold the price of an estimate (`report.quantity`) and start a task; its id is in the entry's task.

    Raises:
        Unauthenticated, Forbidden: the caller may not report usage.
        InvalidInput: names the field.
        Overloaded: try again later.
    """
    permit(principal, "Mutation.startTask")
    product, rule = priced(runtime.catalog, report.product)
    check_quantity(product, report.quantity, field=("input", "estimate"), least=1)
    usage, policies = usage_of(report, principal), runtime.catalog.policies
    payer = await payer_of(runtime, principal, report)
    if isinstance(payer, Refusal):
        return payer
    command = StartTask(
        uuid7(runtime.clock(), os.urandom(10)),
        by_key(usage, payer),
        rule,
        timedelta(hours=policies.hold_timeout_hours),
        policies.running_tasks_per_wallet_max,
        policies.enterprise_surfaces,
    )
    asked = requested(key, "startTask", facts_of(report, payer))
    outcome = await runtime.poster.submit(Posting(command, payer.wallet_id, reporter(principal), asked))
    await note_use(runtime, payer, report)
    return outcome


async def complete_task(runtime: Runtime, principal: Principal, task_id: UUID, quantity: int, key: str) -> Outcome:
    """Settle what a task really used, in thousandths; 0 is allowed.

    Raises:
        Unauthenticated, Forbidden: the caller may not report usage.
        InvalidInput: names the field.
        Overloaded: try again later.
    """
    permit(principal, "Mutation.completeTask")
    known = (await tasks(runtime, principal, [task_id])).get(task_id)
    if known is None:
        return Refusal(RefusalCode.NOT_FOUND, "There is no such task.", ("taskId",))
    product, _ = priced(runtime.catalog, known[1].usage.product)
    check_quantity(product, quantity, field=("input", "quantity"), least=0)
    return await _about(runtime, principal, CompleteTask(task_id, quantity), key, "completeTask", quantity=quantity)


async def fail_task(runtime: Runtime, principal: Principal, task_id: UUID, key: str) -> Outcome:
    """Release a task's hold because it failed. Errors as for `complete_task`."""
    permit(principal, "Mutation.failTask")
    return await _about(runtime, principal, ReleaseTask(task_id, TaskStatus.FAILED), key, "failTask")


async def cancel_task(runtime: Runtime, principal: Principal, task_id: UUID, key: str) -> Outcome:
    """Release a task's hold because it was cancelled. Errors as for `complete_task`."""
    permit(principal, "Mutation.cancelTask")
    return await _about(runtime, principal, ReleaseTask(task_id, TaskStatus.CANCELLED), key, "cancelTask")


async def extend_task(runtime: Runtime, principal: Principal, task_id: UUID, key: str) -> Outcome:
    """Say that a task still runs: its hold lasts the whole time-out from now on. Errors as for `complete_task`."""
    permit(principal, "Mutation.extendTask")
    hold_for = timedelta(hours=runtime.catalog.policies.hold_timeout_hours)
    return await _about(runtime, principal, ExtendTask(task_id, hold_for), key, "extendTask")


async def _about(
    runtime: Runtime, principal: Principal, command: Command, key: str, verb: str, **facts: object
) -> Outcome:
    task_id = getattr(command, "task_id", None)
    posting = Posting(command, None, reporter(principal), requested(key, verb, {"task": task_id, **facts}))
    return await runtime.poster.submit(posting)
