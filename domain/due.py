"""What falls due by itself: holds that time out, grants that end, quotas that refresh (F4, F10).

Things due at one instant happen in one order: holds come free, then grants end, then the new period's grant is
given. Of several periods missed, only the one that `now` lies in is granted, at its start: in the others nobody
could have used anything, and nothing carries over.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from domain.allowances import Allowance
from domain.entries import Change, Entry, EntryKind
from domain.grants import Grant, GrantKind
from domain.pages import Draft
from domain.tasks import Task, TaskStatus
from domain.wallets import WalletState

_Due = tuple[datetime, int, str, Task | Grant | Allowance]


def write_due(draft: Draft, now: datetime) -> None:
    """Write everything that fell due at or before `now`, in order."""
    while due := min(_due(draft.state, now), default=None, key=_order):
        match due:
            case (at, _, _, Task() as task):
                resolve(draft, task, at, TaskStatus.TIMED_OUT, EntryKind.TIMEOUT)
            case (at, _, _, Grant() as grant):
                write_end(draft, grant, at, EntryKind.EXPIRE)
            case (at, _, _, Allowance() as allowance):
                open_period(draft, allowance, now, at)


def resolve(draft: Draft, task: Task, at: datetime, status: TaskStatus, kind: EntryKind) -> Entry:
    """Set a task's hold free. What was held on a grant that has ended lapses with it."""
    changes = [
        Change(held.grant, held=-held.amount, lapsed=held.amount)
        if draft.state.grants[held.grant].ended
        else Change(held.grant, held=-held.amount, remaining=held.amount)
        for held in task.draws
    ]
    resolved = replace(task, status=status, resolved_at=at)
    return draft.write(kind, at, task.rule.meter, task.held, changes=changes, task=resolved)


def write_end(draft: Draft, grant: Grant, at: datetime, kind: EntryKind) -> Entry:
    """End a grant: what remains of it lapses."""
    change = Change(grant.number, remaining=-grant.remaining, lapsed=grant.remaining, ends=True)
    return draft.write(kind, at, grant.meter, grant.remaining, changes=(change,))


def open_period(draft: Draft, allowance: Allowance, now: datetime, at: datetime) -> Entry:
    """Grant the full amount of the period that contains `now`, with effect from `at` (never prorated, B9)."""
    period = allowance.period(now)
    grant = Grant(
        number=draft.state.grants_made + 1,
        meter=allowance.meter,
        pool=allowance.pool,
        kind=GrantKind.PLAN,
        starts_at=at,
        ends_at=period.end,
        granted=allowance.amount,
        remaining=allowance.amount,
        allowance=allowance.number,
        period_start=period.start,
        source=allowance.source,
    )
    opened = replace(allowance, granted_until=period.end)
    return draft.write(EntryKind.GRANT, at, grant.meter, grant.granted, grant=grant, allowance=opened)


def _due(state: WalletState, now: datetime) -> Iterator[_Due]:
    for task in state.tasks.values():
        if task.expires_at <= now:
            yield max(task.expires_at, state.last_at), 0, task.id.hex, task
    for grant in state.grants.values():
        if not grant.ended and grant.ends_at is not None and grant.ends_at <= now:
            # a grant can be given when its end has passed already, by a clock that ran behind the ledger's
            yield max(grant.ends_at, state.last_at), 1, f"{grant.number:020d}", grant
    for allowance in state.allowances.values():
        since = allowance.granted_until or allowance.anchor
        if not allowance.opens_on_use and since <= now:
            start = max(allowance.period(now).start, state.last_at)
            yield start, 2, f"{allowance.number:020d}", allowance


def _order(due: _Due) -> tuple[datetime, int, str]:
    return due[:3]
