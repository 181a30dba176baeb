"""The ledger's law: `advance` writes what fell due, `decide` answers a command. Pure and total (DESIGN.md §3).

Neither reads a clock, and `decide` writes first whatever is due. So an answer depends on the entries, the
command and `now` alone, never on whether a background job has run. The law in words: `domain/README.md`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from domain.commands import (
    Advance,
    Command,
    CompleteTask,
    Consume,
    EndAllowance,
    ExtendTask,
    OpenGrant,
    ReleaseTask,
    RevokeGrants,
    SetBenefits,
    StartAllowance,
    StartTask,
    SuspendBenefits,
    TakeBack,
    Tell,
)
from domain.draws import changes_of, extra_for, held_first, take
from domain.due import resolve, write_due, write_end
from domain.entitlements import end_allowance, set_benefits, start_allowance, suspend_benefits
from domain.entries import Change, Entry, EntryKind
from domain.grants import Grant, draw
from domain.limits import refuse_exhausted
from domain.meters import Pool
from domain.pages import Draft, Page
from domain.pricing import Receipt, price
from domain.refusals import Refusal, RefusalCode
from domain.tasks import Task, TaskStatus
from domain.wallets import WalletState


@dataclass(frozen=True, slots=True)
class Accepted:
    """Carried out: `entry` is the command's own entry; `page` holds what fell due before it as well."""

    page: Page
    entry: Entry | None
    """None where there was nothing to write: `Advance`, and what is as the command wants it already."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Not carried out: `page` holds at most what fell due anyway."""

    page: Page
    refusal: Refusal


Decision = Accepted | Refused


def advance(state: WalletState, now: datetime) -> Page:
    """Write everything that fell due at or before `now`."""
    draft = Draft(state)
    write_due(draft, max(now, state.last_at))
    draft.all_due_is_written()
    return draft.page()


def decide(state: WalletState, command: Command, now: datetime) -> Decision:
    """Answer one command at `now`. A clock that runs behind the last entry counts as that entry's instant."""
    draft = Draft(state)
    now = max(now, state.last_at)
    write_due(draft, now)
    draft.all_due_is_written()
    answer = _answer(draft, command, now)
    if isinstance(answer, Refusal):
        return Refused(draft.page(), answer)
    return Accepted(draft.page(), answer)


def _answer(  # noqa: C901, PLR0911, PLR0912  (one case and one return for each command of the closed set)
    draft: Draft, command: Command, now: datetime
) -> Entry | Refusal | None:
    match command:
        case Consume():
            return _consume(draft, command, now)
        case StartTask():
            return _start_task(draft, command, now)
        case CompleteTask():
            return _complete_task(draft, command, now)
        case ReleaseTask():
            return _release_task(draft, command, now)
        case ExtendTask():
            return _extend_task(draft, command, now)
        case OpenGrant():
            return _open_grant(draft, command, now)
        case StartAllowance():
            return start_allowance(draft, command, now)
        case EndAllowance():
            return end_allowance(draft, command, now)
        case SetBenefits():
            return set_benefits(draft, command, now)
        case SuspendBenefits():
            return suspend_benefits(draft, command, now)
        case RevokeGrants():
            return _revoke_grants(draft, command, now)
        case TakeBack():
            return _take_back(draft, command, now)
        case Tell():
            return draft.write(EntryKind.NOTICE, now, "", 0, notice=command.notice)
        case Advance():
            return None
    assert_never(command)


def _consume(draft: Draft, command: Consume, now: datetime) -> Entry | Refusal:
    meter, amount = command.rule.meter, price(command.rule, command.usage.quantity)
    if refusal := refuse_exhausted(draft.state, meter, amount, now):
        return refusal
    draws = take(draft, meter, amount, now)
    receipt = Receipt(command.usage, command.rule, amount, amount, 0, draws)
    changes = [Change(drawn.grant, used=drawn.amount, remaining=-drawn.amount) for drawn in draws]
    return draft.write(EntryKind.CONSUME, now, meter, amount, changes=changes, receipt=receipt)


def _start_task(draft: Draft, command: StartTask, now: datetime) -> Entry | Refusal:
    meter, amount = command.rule.meter, price(command.rule, command.usage.quantity)
    if refusal := refuse_exhausted(draft.state, meter, amount, now, starts_task=True):
        return refusal
    if len(draft.state.tasks) >= command.running_max:
        return Refusal(
            RefusalCode.TOO_MANY_RUNNING_TASKS,
            f"This wallet already has as many running tasks as it may have: {command.running_max}.",
        )
    draws = take(draft, meter, amount, now)
    task = Task(command.task_id, command.usage, command.rule, amount, draws, now, now + command.hold_for)
    changes = [Change(drawn.grant, held=drawn.amount, remaining=-drawn.amount) for drawn in draws]
    return draft.write(EntryKind.HOLD, now, meter, amount, changes=changes, task=task)


def _complete_task(draft: Draft, command: CompleteTask, now: datetime) -> Entry | Refusal:
    task = draft.state.tasks.get(command.task_id)
    if task is None:
        return _resolved()
    meter, amount = task.rule.meter, price(task.rule, command.quantity)
    extra = extra_for(draft.state, meter, max(0, amount - task.held), now)
    charged = min(amount, task.held) + extra
    from_hold = held_first(draft.state, task.draws, min(amount, task.held))
    beyond = take(draft, meter, extra, now) if extra else ()
    usage = replace(task.usage, quantity=command.quantity)
    receipt = Receipt(usage, task.rule, amount, charged, amount - charged, (*from_hold, *beyond))
    completed = replace(task, status=TaskStatus.COMPLETED, resolved_at=now)
    changes = changes_of(draft.state, task.draws, from_hold, beyond)
    return draft.write(EntryKind.SETTLE, now, meter, charged, changes=changes, task=completed, receipt=receipt)


def _release_task(draft: Draft, command: ReleaseTask, now: datetime) -> Entry | Refusal:
    task = draft.state.tasks.get(command.task_id)
    if task is None:
        return _resolved()
    return resolve(draft, task, now, command.outcome, EntryKind.RELEASE)


def _extend_task(draft: Draft, command: ExtendTask, now: datetime) -> Entry | Refusal:
    task = draft.state.tasks.get(command.task_id)
    if task is None:
        return _resolved()
    extended = replace(task, expires_at=max(task.expires_at, now + command.hold_for))
    return draft.write(EntryKind.EXTEND, now, task.rule.meter, 0, task=extended)


def _open_grant(draft: Draft, command: OpenGrant, now: datetime) -> Entry:
    grant = Grant(
        number=draft.state.grants_made + 1,
        meter=command.meter,
        pool=Pool.MAIN,
        kind=command.kind,
        starts_at=now,
        ends_at=command.ends_at,
        granted=command.amount,
        remaining=command.amount,
        source=command.source,
    )
    return draft.write(EntryKind.GRANT, now, grant.meter, grant.granted, grant=grant)


def _revoke_grants(draft: Draft, command: RevokeGrants, now: datetime) -> Entry | None:
    last = None
    for grant in list(draft.state.grants.values()):
        meant = grant.kind is command.kind and command.source in (None, grant.source)
        if meant and grant.allowance is None and not grant.ended:
            last = write_end(draft, grant, now, EntryKind.REVOKE)
    return last


def _take_back(draft: Draft, command: TakeBack, now: datetime) -> Entry | None:
    given = (
        grant
        for grant in draft.state.grants.values()
        if grant.meter == command.meter and grant.allowance is None and grant.in_force(now)
    )
    draws, missing = draw(given, command.amount)
    if not draws:
        return None
    changes = [Change(drawn.grant, remaining=-drawn.amount, lapsed=drawn.amount) for drawn in draws]
    return draft.write(EntryKind.REVOKE, now, command.meter, command.amount - missing, changes=changes)


def _resolved() -> Refusal:
    return Refusal(
        RefusalCode.TASK_ALREADY_RESOLVED,
        "This task was completed, failed, cancelled or timed out before; a task resolves at most once.",
        ("taskId",),
    )
