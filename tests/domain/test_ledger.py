"""The ledger's law over random histories (F1–F4, F10, D2, C5)."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given

from domain.balances import Balance
from domain.entries import RESOLUTIONS, Entry, EntryKind
from domain.grants import Grant
from domain.ledger import Accepted, Decision, Refused, advance
from domain.meters import Pool
from domain.refusals import RefusalCode
from domain.tasks import TaskStatus
from domain.wallets import WalletState, apply, balances
from tests.domain.strategies import RULES, History, Run, histories

TASK_CODES = {RefusalCode.TASK_ALREADY_RESOLVED, RefusalCode.TOO_MANY_RUNNING_TASKS}
SHORTAGES = {RefusalCode.WINDOW_LIMIT_REACHED, RefusalCode.QUOTA_EXHAUSTED, RefusalCode.INSUFFICIENT_CREDITS}


@given(histories)
def test_f1_f2_f3_every_step_keeps_the_books(history: History) -> None:
    run, replayed = Run(), WalletState()
    for step in history:
        before = run.state
        decision = run.step(step)
        for entry in decision.page.entries:
            _check_entry(replayed, entry)
            replayed = apply(replayed, entry)
            assert entry.balances == balances(replayed)
        assert replayed == run.state == decision.page.state
        _check_state(run)
        _check_rows(run)
        _check_decision(before, decision, run)
        _check_benefits(run, decision)
    _check_history(run)


def _check_entry(before: WalletState, entry: Entry) -> None:
    assert entry.number == before.last_entry + 1
    assert entry.at >= before.last_at
    for balance in entry.balances:
        _check_figures(balance)
    if entry.receipt:
        receipt = entry.receipt
        assert receipt.charged + receipt.waived == receipt.price
        assert receipt.charged == entry.amount
        assert min(receipt.charged, receipt.waived) >= 0
        assert entry.kind is EntryKind.SETTLE or not receipt.waived
        used = Counter[int]()
        for drawn in receipt.draws:
            assert drawn.amount > 0
            used[drawn.grant] += drawn.amount
        assert used == {change.grant: change.used for change in entry.changes if change.used}


def _check_figures(row: Balance | Grant) -> None:
    figures = (row.used, row.held, row.remaining, row.lapsed)
    assert min(figures) >= 0
    assert sum(figures) == row.granted


def _check_state(run: Run) -> None:
    state = run.state
    holds = Counter[int]()
    for task in state.tasks.values():
        assert task.status is TaskStatus.RUNNING
        assert task.expires_at > run.now or task.expires_at > state.last_at
        by_pool = Counter[str]()
        for drawn in task.draws:
            holds[drawn.grant] += drawn.amount
            by_pool[state.grants[drawn.grant].pool] += drawn.amount
        assert set(by_pool.values()) <= {task.held}
    for grant in state.grants.values():
        _check_figures(grant)
        assert grant.held == holds[grant.number]
        assert not grant.closed
        assert not (grant.ended and grant.remaining)
        if grant.allowance is not None and not grant.ended:
            assert not (grant.remaining if state.benefits.suspended else grant.lapsed)
    figures = balances(state)
    keys = [(row.meter, row.pool, row.allowance) for row in figures]
    assert len(set(keys)) == len(keys)
    assert [row.allowance for row in figures if row.allowance is not None] == sorted(state.allowances)
    for row in figures:
        _check_figures(row)


def _check_rows(run: Run) -> None:
    """What pages say to store is what replay says, for the living and for the dead."""
    state = run.state
    assert {number: grant for number, grant in run.grants.items() if not grant.closed} == state.grants
    assert {id_: task for id_, task in run.tasks.items() if task.status is TaskStatus.RUNNING} == state.tasks
    assert {number: row for number, row in run.allowances.items() if row.ends_at is None} == state.allowances
    assert sorted(run.grants) == list(range(1, state.grants_made + 1))
    assert sorted(run.allowances) == list(range(1, state.allowances_made + 1))
    for grant in run.grants.values():
        _check_figures(grant)
    periods = [(grant.meter, grant.pool, grant.period_start) for grant in run.grants.values() if grant.allowance]
    assert len(set(periods)) == len(periods), "two grants for one period (B8)"
    for meter in RULES:
        gifts = [grant for grant in run.grants.values() if grant.meter == meter and grant.allowance is None]
        shown = [row for row in balances(state) if row.meter == meter and row.allowance is None]
        assert bool(gifts) == bool(shown)
        for row in shown:
            assert (row.granted, row.used, row.held, row.remaining, row.lapsed) == _sums(gifts)


def _sums(grants: Sequence[Grant]) -> tuple[int, int, int, int, int]:
    return (
        sum(grant.granted for grant in grants),
        sum(grant.used for grant in grants),
        sum(grant.held for grant in grants),
        sum(grant.remaining for grant in grants),
        sum(grant.lapsed for grant in grants),
    )


def _check_benefits(run: Run, decision: Decision) -> None:
    state = run.state
    assert state.benefits.suspended or state.benefits.until is None or state.benefits.until > state.last_at
    if isinstance(decision, Accepted) and decision.entry and decision.entry.kind is EntryKind.BENEFITS_SUSPENDED:
        assert state.benefits == decision.entry.benefits


def _check_decision(before: WalletState, decision: Decision, run: Run) -> None:
    due = advance(before, run.now)
    assert decision.page.entries[: len(due.entries)] == due.entries
    match decision:
        case Accepted(page, None):
            assert page == due
        case Accepted(page, entry):
            assert entry is page.entries[-1]
            assert entry.at == max(run.now, before.last_at)
        case Refused(page, refusal):
            assert page == due, "a refusal writes nothing of its own (C5)"
            assert refusal.code not in SHORTAGES or refusal.limits
            assert refusal.code not in TASK_CODES or not refusal.limits
            for limit in refusal.limits:
                rows = [row for row in balances(page.state) if (row.meter, row.pool) == (limit.meter, limit.pool)]
                shown = [row for row in rows if row.resets_at is not None and row.resets_at > run.now]
                assert limit.used == sum(row.used for row in rows)
                assert limit.held == sum(row.held for row in rows)
                assert limit.remaining == sum(row.remaining for row in rows)
                assert limit.limit == limit.used + limit.held + limit.remaining
                refreshes = limit.pool is Pool.CONCURRENCY or not page.state.benefits.suspended
                resets = [row.resets_at for row in shown if row.resets_at and refreshes]
                assert limit.resets_at == min(resets, default=None)
                assert refusal.requested is not None
                assert limit.remaining < refusal.requested


def _check_history(run: Run) -> None:
    granted, used, held, remaining, lapsed = _sums(list(run.grants.values()))
    assert granted == used + held + remaining + lapsed
    given_out = sum(entry.amount for entry in run.entries if entry.kind is EntryKind.GRANT)
    assert granted == given_out
    resolved = Counter(entry.task_id for entry in run.entries if entry.kind in RESOLUTIONS)
    assert all(times == 1 for times in resolved.values())
    assert set(resolved) <= set(run.started)
    for task_id in run.started:
        assert (task_id in run.state.tasks) != (task_id in resolved)
