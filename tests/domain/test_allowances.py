"""Allowances (B7–B9, C2): full periods, never two grants for one."""

from datetime import UTC, datetime, timedelta

from domain.commands import EndAllowance
from domain.entries import EntryKind
from domain.grants import GrantKind
from domain.ledger import Accepted, Refused
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from domain.refusals import RefusalCode
from domain.wallets import balances
from tests.domain.strategies import CREDIT, MONTH, T0, TOKEN, WEEK, Run, Spend, Start, Subscribe, Unsubscribe, play

NOW = timedelta()
DAY = timedelta(days=1)


def _code(run: Run, action: Subscribe | Unsubscribe, after: timedelta = NOW) -> RefusalCode:
    decision = run.step((after, action))
    assert isinstance(decision, Refused)
    return decision.refusal.code


def test_b9_a_member_who_joins_late_has_the_full_quota_of_the_organisations_period() -> None:
    joined = Subscribe(CREDIT, Pool.MAIN, 100_000, MONTH, timedelta(days=-20))
    run = play([(NOW, joined)])
    started, granted = run.entries
    assert (started.kind, granted.kind) == (EntryKind.ALLOWANCE_STARTED, EntryKind.GRANT)
    [quota] = balances(run.state)
    assert (quota.granted, quota.remaining) == (100_000, 100_000)
    assert quota.period_start == T0 - 20 * DAY
    assert quota.resets_at == datetime(2024, 2, 11, 9, 30, tzinfo=UTC)
    assert run.grants[1].starts_at == T0


def test_b8_no_second_quota_of_a_meter_and_pool() -> None:
    run = play([(NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK))])
    assert _code(run, Subscribe(CREDIT, Pool.MAIN, 100_000, MONTH), 3 * DAY) is RefusalCode.ALREADY_GRANTED
    assert isinstance(run.step((NOW, Subscribe(TOKEN, Pool.MAIN, 100_000, WEEK))), Accepted)
    assert isinstance(run.step((NOW, Subscribe(CREDIT, Pool.WINDOW, 100_000, WEEK))), Accepted)


def test_b8_leaving_and_coming_back_in_one_period_gives_nothing_twice() -> None:
    month = Cycle(CycleUnit.MONTHS, 1)
    run = play(
        [
            (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, month, -5 * DAY)),
            (NOW, Spend(CREDIT, 75_000)),
            (DAY, Unsubscribe(0)),
        ]
    )
    anchored = T0 - 5 * DAY
    back = Subscribe(CREDIT, Pool.MAIN, 100_000, month, anchored - run.now - DAY)
    assert _code(run, back, DAY) is RefusalCode.ALREADY_GRANTED
    again = Subscribe(CREDIT, Pool.MAIN, 100_000, month, anchored - run.now - 40 * DAY)
    assert isinstance(run.step((40 * DAY, again)), Accepted)


def test_b7_ending_an_allowance_revokes_the_rest_of_its_period() -> None:
    run = play(
        [(NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (NOW, Spend(CREDIT, 30_000)), (DAY, Unsubscribe(0))]
    )
    revoke, ended = run.entries[-2:]
    assert (revoke.kind, revoke.amount, revoke.at) == (EntryKind.REVOKE, 70_000, T0 + DAY)
    assert (ended.kind, ended.amount, ended.balances) == (EntryKind.ALLOWANCE_ENDED, 100_000, ())
    assert run.allowances[1].ends_at == T0 + DAY
    assert not run.state.allowances
    run.step((100 * DAY, Spend(CREDIT, 1_000)))
    assert run.state.last_entry == ended.number, "it never refreshes again"


def test_b7_a_running_task_keeps_what_it_holds_when_its_allowance_ends() -> None:
    run = play(
        [
            (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)),
            (NOW, Start(CREDIT, 30_000, DAY)),
            (NOW, Unsubscribe(0)),
        ]
    )
    assert (run.grants[1].held, run.grants[1].lapsed) == (30_000, 70_000)


def test_b7_an_allowance_ends_once() -> None:
    run = play([(NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (DAY, Unsubscribe(0))])
    for number in (1, 0, 2, -1):
        decision = run.answer(EndAllowance(number))
        assert isinstance(decision, Refused)
        assert decision.refusal.code is RefusalCode.NOT_FOUND


def test_c7_a_new_anchor_after_an_end_is_a_fresh_allocation() -> None:
    run = play([(NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (DAY, Unsubscribe(0))])
    assert isinstance(run.step((NOW, Subscribe(CREDIT, Pool.MAIN, 200_000, WEEK))), Accepted)
    [quota] = balances(run.state)
    assert (quota.allowance, quota.remaining, quota.period_start) == (2, 200_000, T0 + DAY)


def test_c2_nothing_carries_over() -> None:
    run = play([(NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK)), (7 * DAY, Spend(CREDIT, 75_000))])
    [quota] = balances(run.state)
    assert (quota.granted, quota.remaining) == (100_000, 25_000)
    assert run.grants[1].lapsed == 100_000
    assert run.grants[2].kind is GrantKind.PLAN
