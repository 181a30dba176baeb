"""Benefits: suspended, restored, moved; never granted twice (B7–B10)."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.balances import Balance
from domain.benefits import Benefits, SuspensionReason
from domain.commands import Advance, SetBenefits, StartAllowance, SuspendBenefits
from domain.entries import Entry, EntryKind
from domain.grants import GrantKind
from domain.ledger import Accepted, Refused, advance
from domain.meters import Pool
from domain.refusals import LimitState, RefusalCode
from domain.tasks import TaskStatus
from domain.wallets import balances, next_due
from tests.domain.strategies import (
    CREDIT,
    ENTITLEMENTS,
    MONTH,
    RAISED,
    SEAT,
    T0,
    TURNED,
    WEEK,
    Entitle,
    Finish,
    Give,
    History,
    Nothing,
    Run,
    Spend,
    Start,
    Step,
    Subscribe,
    Suspend,
    Unsubscribe,
    delays,
    histories,
    play,
    share,
)

NOW, HOUR, DAY = timedelta(), timedelta(hours=1), timedelta(days=1)
EXPIRED, ENDED = SuspensionReason.SUBSCRIPTION_EXPIRED, SuspensionReason.MEMBERSHIP_ENDED
YEAR = 366 * DAY
JOINED = (NOW, Entitle(SEAT, NOW, YEAR))
LEFT = (HOUR, Suspend(ENDED))
BACK = (HOUR, Entitle(SEAT, NOW, YEAR))
GIFT = (NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None))


def _told(run: Run, since: int = 0) -> list[tuple[EntryKind, int]]:
    return [(entry.kind, entry.amount) for entry in run.entries[since:]]


def _quota(run: Run, meter: str = CREDIT, pool: Pool = Pool.MAIN) -> Balance:
    return next(row for row in balances(run.state) if (row.meter, row.pool) == (meter, pool) and row.allowance)


def _code(run: Run, step: Step) -> RefusalCode:
    decision = run.step(step)
    assert isinstance(decision, Refused)
    return decision.refusal.code


def test_b9_benefits_begin_with_the_full_quota_of_the_organisations_period() -> None:
    run = play([(NOW, Entitle(SEAT, -20 * DAY, YEAR))])
    assert [kind for kind, _ in _told(run)] == [
        *[EntryKind.ALLOWANCE_STARTED] * 3,
        EntryKind.BENEFITS_CHANGED,
        *[EntryKind.GRANT] * 2,  # the window opens on use
    ]
    quota = _quota(run)
    assert (quota.granted, quota.remaining) == (100_000, 100_000)
    assert (quota.period_start, quota.resets_at) == (T0 - 20 * DAY, datetime(2024, 2, 11, 9, 30, tzinfo=UTC))
    assert run.state.benefits == Benefits(T0 + YEAR)


def test_b9_members_with_one_anchor_turn_over_together() -> None:
    early, late = play([JOINED]), play([JOINED])
    late.state, late.now = Run().state, T0 + 17 * DAY
    late.step((NOW, Entitle(SEAT, NOW, YEAR)))
    for run in (early, late):
        run.entries.clear()
        while (due := next_due(run.state)) and due < T0 + 120 * DAY:
            run.keep(advance(run.state, due))
    turns = [[(row.kind, row.at, row.meter) for row in run.entries if row.at > late.now] for run in (early, late)]
    assert turns[0] == turns[1]
    assert len(turns[0]) > 30


def test_b7_suspension_takes_the_rest_of_the_period_and_ends_no_grant() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000))])
    before = len(run.entries)
    run.step(LEFT)
    assert _told(run, before) == [
        (EntryKind.REVOKE, 70_000),
        (EntryKind.REVOKE, 80_001),
        (EntryKind.REVOKE, 30_000),
        (EntryKind.BENEFITS_SUSPENDED, 0),
    ]
    assert run.entries[-1].benefits == run.state.benefits == Benefits(T0 + YEAR, ENDED)
    assert not any(change.ends for entry in run.entries for change in entry.changes)
    quota, window = _quota(run), _quota(run, pool=Pool.WINDOW)
    assert (quota.used, quota.remaining, quota.lapsed) == (30_000, 0, 70_000)
    assert (window.used, window.remaining, window.lapsed) == (30_000, 0, 30_000)


def test_b7_a_former_member_uses_nothing_not_even_credits() -> None:
    run = play([JOINED, GIFT, LEFT])
    assert _code(run, (NOW, Spend(CREDIT, 1_000))) is RefusalCode.MEMBERSHIP_ENDED
    assert _code(run, (NOW, Start(CREDIT, 1_000, DAY))) is RefusalCode.MEMBERSHIP_ENDED


def test_b7_f4_a_former_members_task_settles_from_what_it_holds() -> None:
    run = play([JOINED, GIFT, (NOW, Start(CREDIT, 30_000, DAY)), LEFT])
    assert (_quota(run).held, _quota(run).lapsed) == (30_000, 70_000)
    run.step((NOW, Finish(0, TaskStatus.COMPLETED, 75_000)))
    receipt = run.entries[-1].receipt
    assert receipt is not None
    assert (receipt.price, receipt.charged, receipt.waived) == (75_000, 30_000, 45_000)


@pytest.mark.parametrize("outcome", [TaskStatus.COMPLETED, TaskStatus.FAILED, None])
def test_b7_b8_what_a_task_gives_back_meanwhile_lapses_and_comes_back(outcome: TaskStatus | None) -> None:
    run = play([JOINED, (NOW, Start(CREDIT, 30_000, 2 * HOUR)), LEFT])
    used = 10_000 if outcome is TaskStatus.COMPLETED else 0
    run.step((NOW, Finish(0, outcome, used)) if outcome else (2 * HOUR, Nothing()))
    assert (_quota(run).used, _quota(run).held, _quota(run).remaining) == (used, 0, 0)
    run.step(BACK)
    assert (_quota(run).used, _quota(run).remaining) == (used, 100_000 - used)


def test_b8_coming_back_within_the_period_restores_what_was_left() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000))])
    figures = balances(run.state)
    run.step(LEFT)
    before = len(run.entries)
    run.step(BACK)
    assert _told(run, before) == [
        (EntryKind.BENEFITS_CHANGED, 0),
        (EntryKind.RESTORE, 70_000),
        (EntryKind.RESTORE, 80_001),
        (EntryKind.RESTORE, 30_000),
    ]
    assert balances(run.state) == figures


def test_b8_coming_back_in_a_later_period_gives_that_one_in_full() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000)), LEFT, (40 * DAY, Entitle(SEAT, NOW, YEAR))])
    assert (_quota(run).granted, _quota(run).remaining) == (100_000, 100_000)
    starts = [grant.period_start for grant in run.grants.values() if grant.meter == CREDIT and grant.pool is Pool.MAIN]
    assert starts == [T0, datetime(2024, 2, 29, 8, 30, tzinfo=UTC) + HOUR]
    assert run.grants[max(run.grants)].starts_at == run.now


def test_b8_an_allowance_that_begins_again_in_a_period_it_gave_waits_for_the_next() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000)), (HOUR, Entitle((), NOW, YEAR)), BACK])
    assert len(run.state.allowances) == 3
    for quota, end in ((_quota(run), datetime(2024, 2, 29, 9, 30, tzinfo=UTC)), (_quota(run, pool=Pool.WINDOW), None)):
        assert (quota.granted, quota.remaining) == (0, 0)
        assert quota.resets_at == (end or T0 + 5 * HOUR)
    run.step((NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None)))
    assert _code(run, (NOW, Spend(CREDIT, 1_000))) is RefusalCode.WINDOW_LIMIT_REACHED
    run.step((3 * HOUR, Spend(CREDIT, 1_000)))  # the window has opened again, by itself
    assert (run.entries[-2].kind, run.entries[-2].at) == (EntryKind.GRANT, T0 + 5 * HOUR)
    assert _quota(run).granted == 0
    run.step((29 * DAY, Nothing()))
    assert _quota(run).remaining == 100_000


def test_b8_a_waiting_allowance_that_is_suspended_opens_once_it_may() -> None:
    run = play([JOINED, (HOUR, Entitle((), NOW, YEAR)), BACK, (NOW, Suspend(ENDED)), (40 * DAY, Nothing())])
    assert run.entries[-1].kind is EntryKind.BENEFITS_SUSPENDED
    assert next_due(run.state) is None
    run.step((NOW, Entitle(SEAT, NOW, YEAR)))
    assert _quota(run).remaining == 100_000
    assert (_quota(run, pool=Pool.WINDOW).remaining, _quota(run, pool=Pool.WINDOW).resets_at) == (60_000, None)


def test_b9_set_benefits_refuses_nothing_where_start_allowance_does() -> None:
    run = play([JOINED, (HOUR, Unsubscribe(2))])
    again = Subscribe(CREDIT, Pool.MAIN, 100_000, MONTH, -HOUR)
    assert _code(run, (NOW, again)) is RefusalCode.ALREADY_GRANTED
    assert isinstance(run.step((NOW, Entitle(SEAT, NOW, YEAR))), Accepted)


def test_b9_another_amount_holds_from_the_next_period_on() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000))])
    before = len(run.entries)
    run.step((HOUR, Entitle(RAISED, NOW, YEAR)))
    assert _told(run, before) == [
        (EntryKind.ALLOWANCE_CHANGED, 107_000),
        (EntryKind.ALLOWANCE_CHANGED, 67_000),
        (EntryKind.ALLOWANCE_CHANGED, 87_001),
    ]
    assert (_quota(run).granted, _quota(run).remaining) == (100_000, 70_000)
    run.step((30 * DAY, Nothing()))
    assert (_quota(run).granted, _quota(run, pool=Pool.WINDOW).granted) == (107_000, 67_000)


def test_b9_another_source_alone_is_a_change_too() -> None:
    run = play([(NOW, Nothing())])
    old, new = (
        StartAllowance(CREDIT, Pool.MAIN, 1_000, MONTH, source, anchor=T0) for source in ("plan:a@1", "plan:a@2")
    )
    run.answer(SetBenefits((old,), None))
    run.answer(SetBenefits((new,), None))
    assert run.entries[-1].kind is EntryKind.ALLOWANCE_CHANGED
    assert run.state.allowances[1].source == "plan:a@2"


def test_b10_a_new_anchor_begins_anew() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000)), (10 * DAY, Entitle(SEAT, None, 3_000 * DAY))])
    assert (_quota(run).granted, _quota(run).remaining) == (100_000, 100_000)
    assert _quota(run).period_start == run.now
    ended = [allowance for allowance in run.allowances.values() if allowance.ends_at]
    assert [allowance.ends_at for allowance in ended] == [run.now] * 3


def test_b9_other_quotas_replace_those_that_are_not_wanted() -> None:
    run = play([JOINED, (HOUR, Entitle(TURNED, NOW, YEAR))])
    shown = {(row.meter, row.pool, row.granted) for row in run.entries[-1].balances}
    asked = [allowance.amount for allowance in run.state.allowances.values()]
    assert asked == [30_000, 100_000, 9_000]
    assert {(meter, pool) for meter, pool, _ in shown} == {(meter, pool) for meter, pool, *_ in TURNED}


def test_b9_without_an_anchor_the_allowance_in_force_goes_on() -> None:
    run = play([(NOW, Nothing())])
    wanted = StartAllowance(CREDIT, Pool.MAIN, 1_000, WEEK, "seat")
    run.answer(SetBenefits((wanted,), None))
    run.now += DAY
    decision = run.answer(SetBenefits((wanted,), None))
    assert isinstance(decision, Accepted)
    assert decision.entry is None


def test_b9_two_allowances_of_one_meter_and_pool_are_a_fault() -> None:
    wanted = StartAllowance(CREDIT, Pool.MAIN, 1_000, WEEK, "seat")
    with pytest.raises(ValueError, match="one allowance for each meter and pool"):
        Run().answer(SetBenefits((wanted, wanted), None))


def test_b10_benefits_end_at_their_instant_without_anybody_asking() -> None:
    run = play([(NOW, Entitle(SEAT, NOW, 40 * DAY)), GIFT, (NOW, Spend(CREDIT, 30_000))])
    assert advance(run.state, T0 + 40 * DAY - timedelta(microseconds=1)).state.benefits.suspended is None
    run.step((60 * DAY, Nothing()))
    suspended = next(entry for entry in run.entries if entry.kind is EntryKind.BENEFITS_SUSPENDED)
    assert (suspended.at, suspended.benefits) == (T0 + 40 * DAY, Benefits(T0 + 40 * DAY, EXPIRED))
    assert next_due(run.state) is None


def test_b10_expired_quota_is_refused_and_credits_stay_usable() -> None:
    run = play([(NOW, Entitle(SEAT, NOW, 40 * DAY)), GIFT, (41 * DAY, Nothing())])
    refused = run.step((NOW, Spend(CREDIT, 75_000)))
    assert isinstance(refused, Refused)
    assert refused.refusal.code is RefusalCode.SUBSCRIPTION_EXPIRED
    assert refused.refusal.requested == 75_000
    assert refused.refusal.limits == (LimitState(CREDIT, Pool.MAIN, 50_000, 0, 0, 50_000, None),)
    run.step((NOW, Spend(CREDIT, 30_000)))  # no window limits what a suspended one does not give
    assert run.entries[-1].kind is EntryKind.CONSUME
    assert _code(run, (NOW, Spend("work-token", 1_000))) is RefusalCode.SUBSCRIPTION_EXPIRED


def test_b10_f4_after_expiry_a_task_takes_what_credits_there_are_beyond_its_hold() -> None:
    run = play([(NOW, Entitle(SEAT, NOW, 2 * HOUR)), (NOW, Start(CREDIT, 30_000, DAY)), GIFT, (3 * HOUR, Nothing())])
    run.step((NOW, Finish(0, TaskStatus.COMPLETED, 100_000)))
    receipt = run.entries[-1].receipt
    assert receipt is not None
    assert (receipt.charged, receipt.waived) == (80_000, 20_000)


def test_b10_renewal_within_the_period_restores_and_later_gives_a_new_grant() -> None:
    expired: History = [(NOW, Entitle(SEAT, NOW, 40 * DAY)), (35 * DAY, Spend(CREDIT, 30_000)), (6 * DAY, Nothing())]
    soon = play([*expired, (DAY, Entitle(SEAT, NOW, YEAR))])
    assert (_quota(soon).used, _quota(soon).remaining) == (30_000, 70_000)
    late = play([*expired, (40 * DAY, Entitle(SEAT, None, 3_000 * DAY))])
    assert (_quota(late).used, _quota(late).remaining, _quota(late).period_start) == (0, 100_000, late.now)


def test_b10_f10_the_period_in_which_benefits_ended_is_there_to_come_back() -> None:
    """Nobody looked since the first day: the period of the end is granted all the same, and taken."""
    run = play([(NOW, Entitle(SEAT, NOW, 40 * DAY)), (45 * DAY, Nothing())])
    quota = _quota(run)
    assert (quota.granted, quota.remaining, quota.lapsed) == (100_000, 0, 100_000)
    assert quota.period_start == datetime(2024, 2, 29, 9, 30, tzinfo=UTC)
    run.step((DAY, Entitle(SEAT, NOW, YEAR)))
    assert _quota(run).remaining == 100_000
    assert len([grant for grant in run.grants.values() if grant.meter == CREDIT]) == 2


def test_b10_no_period_opens_while_suspended_and_the_old_one_expires() -> None:
    run = play([JOINED, LEFT, (100 * DAY, Nothing())])
    assert [kind for kind, _ in _told(run)][-3:] == [EntryKind.BENEFITS_SUSPENDED, EntryKind.EXPIRE, EntryKind.EXPIRE]
    quota = _quota(run)
    assert (quota.granted, quota.remaining, quota.lapsed, quota.resets_at) == (100_000, 0, 100_000, None)
    assert next_due(run.state) is None


def test_b7_the_end_of_a_membership_outranks_expiry() -> None:
    run = play([(NOW, Entitle(SEAT, NOW, 40 * DAY)), LEFT])
    assert run.step((NOW, Suspend(EXPIRED))).page.entries == ()
    run.step((41 * DAY, Nothing()))
    assert run.state.benefits == Benefits(T0 + 40 * DAY, ENDED)
    assert next_due(run.state) is None


def test_b7_another_reason_is_recorded_and_the_same_is_not() -> None:
    run = play([JOINED, (HOUR, Suspend(EXPIRED)), LEFT])
    assert _told(run)[-2:] == [(EntryKind.BENEFITS_SUSPENDED, 0)] * 2
    assert run.state.benefits.suspended is ENDED
    again = run.step(LEFT)
    assert isinstance(again, Accepted)
    assert (again.entry, again.page.entries) == (None, ())


def test_b10_benefits_that_are_over_already_are_suspended_at_once() -> None:
    run = play([JOINED, (NOW, Spend(CREDIT, 30_000)), LEFT])
    before = len(run.entries)
    run.step((50 * HOUR, Entitle(SEAT, NOW, 2 * HOUR)))  # joined again, but nobody has paid
    assert _told(run, before) == [(EntryKind.EXPIRE, 0), (EntryKind.BENEFITS_SUSPENDED, 0)]
    assert run.state.benefits == Benefits(T0 + 2 * HOUR, EXPIRED)
    assert _code(run, (NOW, Spend(CREDIT, 1_000))) is RefusalCode.SUBSCRIPTION_EXPIRED
    run.step((NOW, Entitle(SEAT, NOW, YEAR)))
    assert _quota(run).remaining == 70_000


def test_b10_who_joins_an_expired_organisation_gets_the_quota_when_it_is_renewed() -> None:
    run = play([(DAY, Entitle(SEAT, NOW, 2 * HOUR))])
    assert not run.grants
    assert (_quota(run).remaining, _quota(run).lapsed) == (0, 100_000)
    run.step((DAY, Entitle(SEAT, NOW, YEAR)))
    assert _quota(run).remaining == 100_000


def test_b10_a_later_end_is_only_recorded() -> None:
    run = play([JOINED])
    before = len(run.entries)
    run.step((DAY, Entitle(SEAT, NOW, 2 * YEAR)))
    assert _told(run, before) == [(EntryKind.BENEFITS_CHANGED, 0)]
    assert run.state.benefits == Benefits(T0 + 2 * YEAR)


def test_f4_f10_at_one_instant_holds_come_free_grants_end_benefits_end() -> None:
    end = timedelta(days=7)
    run = play(
        [
            (NOW, Entitle(SEAT, NOW, end)),
            (NOW, Give(CREDIT, GrantKind.PROMOTIONAL, 10_000, end)),
            (NOW, Start(CREDIT, 30_000, end)),
            (end, Nothing()),
        ]
    )
    kinds = [entry.kind for entry in run.entries if entry.at == T0 + end]
    assert kinds[:2] == [EntryKind.TIMEOUT, EntryKind.EXPIRE]
    assert set(kinds[2:-1]) == {EntryKind.REVOKE}
    assert kinds[-1] is EntryKind.BENEFITS_SUSPENDED


@share(4)
@given(histories, st.sampled_from(SuspensionReason))
def test_b8_b10_suspending_and_restoring_gives_back_exactly_what_was_left(
    history: History, reason: SuspensionReason
) -> None:
    run = play(history)
    run.answer(Advance())
    before = run.state
    assume(before.benefits.suspended is None)
    run.answer(SuspendBenefits(reason))
    assert all(row.remaining == 0 for row in balances(run.state) if row.allowance is not None)
    assert [row for row in balances(run.state) if row.allowance is None] == [
        row for row in balances(before) if row.allowance is None
    ]
    decision = run.answer(_as_it_is(run))
    assert isinstance(decision, Accepted)
    assert balances(run.state) == balances(before)
    assert (run.state.grants, run.state.benefits) == (before.grants, before.benefits)
    assert next_due(run.state) == next_due(before)


def _as_it_is(run: Run) -> SetBenefits:
    """Ask for what is in force already."""
    wanted = tuple(
        StartAllowance(kept.meter, kept.pool, kept.amount, kept.cycle, kept.source, kept.opens_on_use, kept.anchor)
        for kept in run.state.allowances.values()
    )
    return SetBenefits(wanted, run.state.benefits.until, run.state.benefits.concurrency_max)


@share(4)
@given(histories, st.sampled_from(ENTITLEMENTS))
def test_b8_set_twice_is_set_once(history: History, action: Entitle | Suspend) -> None:
    run = play(history)
    command = run.command(action)
    run.answer(command)
    state = run.state
    again = run.answer(command)
    assert isinstance(again, Accepted)
    assert (again.entry, again.page.entries, run.state) == (None, (), state)


@share(4)
@given(histories, delays, st.sampled_from([action for action in ENTITLEMENTS if isinstance(action, Entitle)]))
def test_b9_what_is_set_is_in_force(history: History, delay: timedelta, action: Entitle) -> None:
    run = play(history)
    run.now += delay
    command = run.command(action)
    assert isinstance(command, SetBenefits)
    assert isinstance(run.answer(command), Accepted)
    now, state = run.state.last_at, run.state
    kept = {(row.meter, row.pool): (row.amount, row.cycle, row.anchor) for row in state.allowances.values()}
    assert kept == {(row.meter, row.pool): (row.amount, row.cycle, row.anchor) for row in command.allowances}
    over = command.until is not None and command.until <= max(now, run.now)
    assert state.benefits == Benefits(command.until, EXPIRED if over else None, command.concurrency_max)
    for row in state.allowances.values():
        if row.opens_on_use or over or max(now, run.now) < row.anchor:
            continue
        current = row.period(max(now, run.now))
        granted = [grant for grant in run.grants.values() if (grant.meter, grant.pool) == (row.meter, row.pool)]
        assert max(grant.period_start for grant in granted if grant.period_start) >= current.start


_rejoins = st.lists(
    st.tuples(st.sampled_from([NOW, HOUR, 5 * HOUR, DAY, 7 * DAY, 29 * DAY, 45 * DAY]), st.sampled_from(ENTITLEMENTS)),
    min_size=2,
    max_size=14,
)


@share(4)
@given(_rejoins)
def test_b8_never_two_grants_for_one_period_however_one_leaves_and_comes_back(history: History) -> None:
    run = Run()
    for delay, action in history:
        run.step((delay, action))
        run.step((NOW, Spend(CREDIT, 1_000)))
    periods = [(grant.meter, grant.pool, grant.period_start) for grant in run.grants.values()]
    assert len(set(periods)) == len(periods)
    for meter, pool in {(grant.meter, grant.pool) for grant in run.grants.values()}:
        starts = [start for of_meter, of_pool, start in periods if (of_meter, of_pool) == (meter, pool) and start]
        assert starts == sorted(starts)


@share(10)
@given(histories)
def test_f2_entries_read_as_they_were_written(history: History) -> None:
    for entry in play(history).entries:
        assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


def test_f2_entries_from_before_benefits_are_read() -> None:
    run = play([(NOW, Give(CREDIT, GrantKind.SIGN_UP, 5_000, None)), (NOW, Spend(CREDIT, 1_000))])
    old = msgspec.json.decode(msgspec.json.encode(run.entries[-1]))
    del old["benefits"]
    del old["receipt"]["usage"]["private"]
    assert msgspec.convert(old, Entry, strict=False) == run.entries[-1]
