"""A wallet's state, and how an entry changes it. Replaying all entries gives exactly the state (F2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from domain.allowances import Allowance
from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.balances import Balance, Totals
from domain.benefits import Benefits
from domain.entries import Change, Entry, EntryKind
from domain.grants import Grant
from domain.meters import RUNNING_TASK, Pool
from domain.tasks import Task, TaskStatus

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WalletState:
    """What is needed to decide about a wallet, and no more: its size does not grow with its history.

    `grants` that are not closed, `allowances` in force, `tasks` that run; `spent` sums up the closed one-off grants
    of each meter, and `periods` is the start of the last period granted for each meter and pool, so that none
    is granted twice. `benefits` say whether the allowances can be used now. Mappings are never changed in place.
    """

    last_entry: int = 0
    last_at: datetime = BEGINNING
    grants_made: int = 0
    allowances_made: int = 0
    grants: Mapping[int, Grant] = field(default_factory=dict)
    allowances: Mapping[int, Allowance] = field(default_factory=dict)
    tasks: Mapping[UUID, Task] = field(default_factory=dict)
    spent: Mapping[str, Totals] = field(default_factory=dict)
    periods: Mapping[str, datetime] = field(default_factory=dict)
    benefits: Benefits = field(default_factory=Benefits)


def period_key(meter: str, pool: Pool) -> str:
    """Key of `WalletState.periods`."""
    return f"{meter}/{pool}"


def apply(state: WalletState, entry: Entry) -> WalletState:
    """Apply the next entry: the one place where a wallet's state changes.

    Raises:
        ValueError: the entry is not the next one, or goes back in time, or breaks a grant's sum, or would make a
            running task's hold forgotten.
    """
    if entry.number != state.last_entry + 1 or entry.at < state.last_at:
        raise ValueError(f"entry {entry.number} at {entry.at} does not follow {state.last_entry} at {state.last_at}")
    if entry.kind is EntryKind.HOLD and entry.task_id in state.tasks:
        raise ValueError(f"task {entry.task_id} is running already")
    grants, spent, changes = dict(state.grants), state.spent, entry.changes
    if entry.grant:
        grants[entry.grant.number] = entry.grant
        changes = (Change(entry.grant.number), *changes)  # a grant of nothing is closed as soon as it is given
    for change in changes:
        grant = changed(grants[change.grant], change)
        if not grant.closed:
            grants[grant.number] = grant
            continue
        del grants[grant.number]
        if grant.allowance is None:
            spent = {**spent, grant.meter: _add(spent.get(grant.meter, Totals()), grant)}
    return WalletState(
        last_entry=entry.number,
        last_at=entry.at,
        grants_made=state.grants_made + (entry.grant is not None),
        allowances_made=state.allowances_made + (entry.kind is EntryKind.ALLOWANCE_STARTED),
        grants=grants,
        allowances=_with_allowance(state.allowances, entry),
        tasks=_with_task(state.tasks, entry.task),
        spent=spent,
        periods=_with_period(state.periods, entry.grant),
        benefits=entry.benefits or state.benefits,
    )


def changed(grant: Grant, change: Change) -> Grant:
    """Apply one change to its grant; refuse one that would make a figure negative or lose or make an amount."""
    after = replace(
        grant,
        used=grant.used + change.used,
        held=grant.held + change.held,
        remaining=grant.remaining + change.remaining,
        lapsed=grant.lapsed + change.lapsed,
        ended=grant.ended or change.ends,
    )
    figures = (after.used, after.held, after.remaining, after.lapsed)
    if min(figures) < 0 or sum(figures) != grant.granted:
        raise ValueError(f"{change} does not fit {grant}")
    return after


def balances(state: WalletState) -> tuple[Balance, ...]:
    """Give all figures of a wallet: quotas by number of allowance, running tasks if limited, then credits by meter."""
    current = {
        grant.allowance: grant for grant in state.grants.values() if grant.allowance is not None and not grant.ended
    }
    quotas = [
        _quota(grant) if (grant := current.get(number)) else _unopened(state, allowance)
        for number, allowance in sorted(state.allowances.items())
    ]
    return (*quotas, *_concurrency(state), *_credits(state))


def waits_until(state: WalletState, allowance: Allowance) -> datetime | None:
    """Return the end of the present period where that was granted to this wallet before the allowance began (B8).

    None, as almost always: it was not.
    """
    if allowance.granted_until is not None:
        return None
    last = state.periods.get(period_key(allowance.meter, allowance.pool))
    if last is None or last < allowance.anchor:
        return None
    end = allowance.period(last).end
    return end if state.last_at < end else None


def opens_at(state: WalletState, allowance: Allowance) -> datetime | None:
    """Return the instant at which its next period is granted by itself while benefits are in force.

    None: it opens on use. One that waits opens once by itself, so that an entry says when its figure comes back.
    """
    waits = waits_until(state, allowance)
    if allowance.opens_on_use:
        return waits
    return waits or allowance.granted_until or allowance.anchor


def next_due(state: WalletState) -> datetime | None:
    """Return the instant at which the next thing falls due by itself, or None."""
    return min((instant for instant in _due_instants(state) if instant is not None), default=None)


def _due_instants(state: WalletState) -> Iterator[datetime | None]:
    for task in state.tasks.values():
        yield task.expires_at
    for grant in state.grants.values():
        if not grant.ended:
            yield grant.ends_at
    if state.benefits.suspended:
        return
    yield state.benefits.until
    for allowance in state.allowances.values():
        yield opens_at(state, allowance)


def _with_allowance(allowances: Mapping[int, Allowance], entry: Entry) -> Mapping[int, Allowance]:
    if entry.allowance is None:
        return allowances
    if entry.kind is EntryKind.ALLOWANCE_ENDED:
        return {number: kept for number, kept in allowances.items() if number != entry.allowance.number}
    return {**allowances, entry.allowance.number: entry.allowance}


def _with_task(tasks: Mapping[UUID, Task], task: Task | None) -> Mapping[UUID, Task]:
    if task is None:
        return tasks
    if task.status is TaskStatus.RUNNING:
        return {**tasks, task.id: task}
    return {id_: running for id_, running in tasks.items() if id_ != task.id}


def _with_period(periods: Mapping[str, datetime], grant: Grant | None) -> Mapping[str, datetime]:
    if grant is None or grant.period_start is None:
        return periods
    return {**periods, period_key(grant.meter, grant.pool): grant.period_start}


def _add(totals: Totals, grant: Grant) -> Totals:
    return Totals(totals.granted + grant.granted, totals.used + grant.used, totals.lapsed + grant.lapsed)


def _unopened(state: WalletState, allowance: Allowance) -> Balance:
    """Give the figures of an allowance without an open period: nothing of it is used or held."""
    meter, pool, number, amount = allowance.meter, allowance.pool, allowance.number, allowance.amount
    if state.benefits.suspended:  # it would be given in full if they came back now
        return Balance(meter, pool, number, amount, 0, 0, 0, amount)
    if waits := waits_until(state, allowance):
        return Balance(meter, pool, number, 0, 0, 0, 0, 0, allowance.period(state.last_at).start, waits)
    if allowance.opens_on_use:
        return Balance(meter, pool, number, amount, 0, 0, amount, 0)
    return Balance(meter, pool, number, 0, 0, 0, 0, 0)  # between two periods


def _quota(grant: Grant) -> Balance:
    return Balance(
        grant.meter,
        grant.pool,
        grant.allowance,
        grant.granted,
        grant.used,
        grant.held,
        grant.remaining,
        grant.lapsed,
        grant.period_start,
        grant.ends_at,
    )


def _concurrency(state: WalletState) -> Iterable[Balance]:
    most = state.benefits.concurrency_max
    if most is None:
        return
    held = len(state.tasks) * THOUSANDTHS_PER_UNIT
    limit = max(most * THOUSANDTHS_PER_UNIT, held)
    first = min((task.expires_at for task in state.tasks.values()), default=None)
    yield Balance(RUNNING_TASK, Pool.CONCURRENCY, None, limit, 0, held, limit - held, 0, None, first)


def _credits(state: WalletState) -> Iterable[Balance]:
    figures: dict[str, list[int]] = {
        meter: [totals.granted, totals.used, 0, 0, totals.lapsed] for meter, totals in state.spent.items()
    }
    for grant in state.grants.values():
        if grant.allowance is None:
            sums = figures.setdefault(grant.meter, [0, 0, 0, 0, 0])
            for index, amount in enumerate((grant.granted, grant.used, grant.held, grant.remaining, grant.lapsed)):
                sums[index] += amount
    for meter, (granted, used, held, remaining, lapsed) in sorted(figures.items()):
        yield Balance(meter, Pool.MAIN, None, granted, used, held, remaining, lapsed)
