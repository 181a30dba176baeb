"""What falls due by itself: holds that time out, grants and benefits that end, quotas that refresh (F4, F10, B10).

Things due at one instant happen in one order: holds come free, then grants end, then benefits end, then the new
period's grant is given. Of several periods missed, only the one that `now` lies in is granted, at its start: in the
others nobody could have used anything, and nothing carries over. Where benefits ended meanwhile, it is the one in
which they ended: what is left of it may come back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.allowances import Allowance
from domain.benefits import Benefits, SuspensionReason
from domain.entries import Change, Entry, EntryKind
from domain.grants import Grant, GrantKind
from domain.pages import Draft
from domain.tasks import Task, TaskStatus
from domain.wallets import WalletState, opens_at

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Opening:
    """A period to be granted: the one of this allowance that contains `within`."""

    allowance: Allowance
    within: datetime


_Due = tuple[datetime, int, str, Task | Grant | Benefits | _Opening]


def write_due(draft: Draft, now: datetime) -> None:
    """Write everything that fell due at or before `now`, in order."""
    while due := min(_due(draft.state, now), default=None, key=_order):
        match due:
            case (at, _, _, Task() as task):
                resolve(draft, task, at, TaskStatus.TIMED_OUT, EntryKind.TIMEOUT)
            case (at, _, _, Grant() as grant):
                write_end(draft, grant, at, EntryKind.EXPIRE)
            case (at, _, _, Benefits() as ended):
                suspend(draft, replace(ended, suspended=SuspensionReason.SUBSCRIPTION_EXPIRED), at)
            case (at, _, _, _Opening() as opening):
                open_period(draft, opening.allowance, opening.within, at)


def resolve(draft: Draft, task: Task, at: datetime, status: TaskStatus, kind: EntryKind) -> Entry:
    """Set a task's hold free. What was held on a grant that has ended, or is suspended, lapses with it."""
    changes = [
        Change(held.grant, held=-held.amount, lapsed=held.amount)
        if lapses(draft.state, draft.state.grants[held.grant])
        else Change(held.grant, held=-held.amount, remaining=held.amount)
        for held in task.draws
    ]
    resolved = replace(task, status=status, resolved_at=at)
    return draft.write(kind, at, task.rule.meter, task.held, changes=changes, task=resolved)


def lapses(state: WalletState, grant: Grant) -> bool:
    """Tell whether what comes back to a grant cannot be used: it has ended, or benefits are suspended."""
    return grant.ended or (grant.allowance is not None and state.benefits.suspended is not None)


def suspend(draft: Draft, benefits: Benefits, at: datetime) -> Entry:
    """Suspend benefits: what remains of every allowance's grant lapses, but no grant ends by that (B7, B10)."""
    for grant in of_allowances(draft.state):
        if grant.remaining:
            change = Change(grant.number, remaining=-grant.remaining, lapsed=grant.remaining)
            draft.write(EntryKind.REVOKE, at, grant.meter, grant.remaining, changes=(change,))
    return draft.write(EntryKind.BENEFITS_SUSPENDED, at, "", 0, benefits=benefits)


def of_allowances(state: WalletState) -> Sequence[Grant]:
    """List the open periods' grants in the order of their numbers."""
    grants = (grant for grant in state.grants.values() if grant.allowance is not None and not grant.ended)
    return sorted(grants, key=lambda grant: grant.number)


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
    benefits, last = state.benefits, now
    if benefits.suspended:
        return
    if benefits.until is not None and benefits.until <= now:
        yield max(benefits.until, state.last_at), 2, "", benefits
        last = benefits.until - _INSTANT
    for allowance in state.allowances.values():
        opens = opens_at(state, allowance)
        if opens is not None and opens <= last:
            # a window that waited goes first: with any entry of that instant it would be one that opens on use again
            within, order = (opens, -1) if allowance.opens_on_use else (last, 3)
            start = max(allowance.period(within).start, state.last_at)
            yield start, order, f"{allowance.number:020d}", _Opening(allowance, within)


def _order(due: _Due) -> tuple[datetime, int, str]:
    return due[:3]
