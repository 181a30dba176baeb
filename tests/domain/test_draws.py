"""Drawing from every pool of a meter at once (C5, D2, F3), and what is said when that does not work."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import Advance, Consume
from domain.entries import EntryKind
from domain.grants import Draw, GrantKind
from domain.ledger import Accepted, Refused, decide
from domain.meters import Pool
from domain.pricing import PriceRule
from domain.refusals import LimitState, Refusal, RefusalCode
from domain.wallets import WalletState, balances
from tests.domain.strategies import (
    CHAT,
    CREDIT,
    T0,
    TOKEN,
    WEEK,
    WINDOW,
    Give,
    History,
    Revoke,
    Run,
    Spend,
    Start,
    Subscribe,
    funded,
    play,
    share,
    usage_of,
)

NOW = timedelta()
DAY = timedelta(days=1)
QUOTA = (NOW, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK))
LIMIT = (NOW, Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW))
REFRESH = datetime.fromisoformat("2024-02-06T16:00Z")


def _refused(history: History) -> tuple[Run, Refusal]:
    run = play(history[:-1])
    before = balances(run.state)
    decision = run.step(history[-1])
    assert isinstance(decision, Refused)
    assert not decision.page.entries
    assert balances(run.state) == before
    return run, decision.refusal


def test_d1_a_chat_message_costs_one_credit() -> None:
    decision = decide(funded(100_000), Consume(usage_of(CREDIT, 1_000), CHAT), T0)
    assert isinstance(decision, Accepted)
    assert decision.entry is not None
    assert decision.entry.receipt is not None
    assert decision.entry.receipt.draws == (Draw(1, 1_000),)
    assert [row.remaining for row in balances(decision.page.state)] == [99_000]


def test_d2_a_charge_empties_bonus_then_quota_then_what_was_bought() -> None:
    run = play(
        [
            (NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None)),
            (NOW, Give(CREDIT, GrantKind.SIGN_UP, 10_000, None)),
            (NOW, Give(CREDIT, GrantKind.PROMOTIONAL, 5_000, 2 * DAY)),
            QUOTA,
            (NOW, Spend(CREDIT, 120_000)),
        ]
    )
    receipt = run.entries[-1].receipt
    assert receipt is not None
    assert receipt.draws == (Draw(3, 5_000), Draw(2, 10_000), Draw(4, 100_000), Draw(1, 5_000))


def test_d3_purchased_credits_outlive_everything() -> None:
    run = play([(NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None)), QUOTA, (5_000 * DAY, Spend(CREDIT, 110_000))])
    assert run.grants[1].used == 10_000


def test_c5_a_charge_is_drawn_from_quota_and_window() -> None:
    run = play([QUOTA, LIMIT, (NOW, Spend(CREDIT, 40_000))])
    opened, consumed = run.entries[-2:]
    assert (opened.kind, opened.amount) == (EntryKind.GRANT, 60_000)
    assert consumed.receipt is not None
    assert consumed.receipt.draws == (Draw(1, 40_000), Draw(2, 40_000))
    assert [(row.pool, row.used, row.remaining) for row in balances(run.state)] == [
        (Pool.MAIN, 40_000, 60_000),
        (Pool.WINDOW, 40_000, 20_000),
    ]


def test_c5_a_refusal_for_the_window_says_when_it_opens_again() -> None:
    run, refusal = _refused([QUOTA, LIMIT, (NOW, Spend(CREDIT, 40_000)), (NOW, Spend(CREDIT, 30_000))])
    assert refusal.code is RefusalCode.WINDOW_LIMIT_REACHED
    resets = T0 + timedelta(hours=5)
    assert refusal.limits == (LimitState(CREDIT, Pool.WINDOW, 60_000, 40_000, 0, 20_000, resets),)
    assert refusal.requested == 30_000
    assert run.state.last_entry == 5


def test_c5_a_refusal_lists_every_exhausted_limit_and_the_cycle_gives_the_code() -> None:
    _, refusal = _refused([QUOTA, LIMIT, (NOW, Start(CREDIT, 40_000, DAY)), (NOW, Spend(CREDIT, 75_000))])
    assert refusal.code is RefusalCode.QUOTA_EXHAUSTED
    assert refusal.limits == (
        LimitState(CREDIT, Pool.MAIN, 100_000, 0, 40_000, 60_000, REFRESH),
        LimitState(CREDIT, Pool.WINDOW, 60_000, 0, 40_000, 20_000, T0 + timedelta(hours=5)),
    )


def test_c5_a_refusal_for_credits_names_no_reset() -> None:
    _, refusal = _refused([(NOW, Give(CREDIT, GrantKind.SIGN_UP, 100_000, None)), (NOW, Spend(CREDIT, 200_000))])
    assert refusal.code is RefusalCode.INSUFFICIENT_CREDITS
    assert refusal.limits == (LimitState(CREDIT, Pool.MAIN, 100_000, 0, 0, 100_000, None),)


def test_c5_without_quota_or_credits_nobody_is_entitled() -> None:
    _, refusal = _refused([QUOTA, (NOW, Spend(TOKEN, 1_000))])
    assert (refusal.code, refusal.limits) == (RefusalCode.NOT_ENTITLED, ())


def test_c5_quota_and_credits_count_together() -> None:
    run = play([QUOTA, (NOW, Give(CREDIT, GrantKind.PURCHASED, 50_000, None)), (NOW, Spend(CREDIT, 75_000))])
    refused = run.step((NOW, Spend(CREDIT, 200_000)))
    assert isinstance(refused, Refused)
    assert refused.refusal.limits == (LimitState(CREDIT, Pool.MAIN, 150_000, 75_000, 0, 75_000, REFRESH),)


def test_c5_a_refusal_does_not_open_a_window() -> None:
    run, _ = _refused([QUOTA, LIMIT, (NOW, Spend(CREDIT, 75_000))])
    assert [row.resets_at for row in balances(run.state)] == [REFRESH, None]


def test_f3_all_or_nothing_when_one_pool_is_short() -> None:
    run, _ = _refused([QUOTA, LIMIT, (NOW, Spend(CREDIT, 75_000))])
    assert all(row.used == 0 for row in balances(run.state))


@share(2)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 1_000), st.sampled_from([499, 500, 1_000, 1_001]))
def test_f3_a_charge_is_accepted_exactly_when_it_is_covered(one: int, two: int, quantity: int, per_unit: int) -> None:
    run = Run(state=funded(one))
    run.answer(run.command(Give(CREDIT, GrantKind.PURCHASED, two, None)))
    rule = PriceRule("rule", 1, "chat-message", CREDIT, per_unit)
    decision = run.answer(Consume(usage_of(CREDIT, quantity), rule))
    cost = (quantity * per_unit + 500) // 1_000
    assert isinstance(decision, Accepted) == (cost <= one + two)
    assert sum(row.remaining for row in balances(run.state)) == one + two - (cost if cost <= one + two else 0)


@pytest.mark.parametrize("meter", [CREDIT, TOKEN])
def test_f3_what_costs_nothing_needs_nothing(meter: str) -> None:
    rule = PriceRule("free", 1, "chat-message", meter, 0)
    decision = decide(WalletState(), Consume(usage_of(CREDIT, 1_000), rule), T0)
    assert isinstance(decision, Accepted)
    assert decision.page.entries[-1].amount == 0


def test_a1_revoking_ends_the_open_one_off_grants_of_that_kind_alone() -> None:
    gifts = (GrantKind.GUEST, GrantKind.GUEST, GrantKind.SIGN_UP)
    run = play([(NOW, Give(CREDIT, kind, 10_000, None)) for kind in gifts])
    run.step((NOW, Spend(CREDIT, 4_000)))
    run.step((NOW, Start(CREDIT, 2_000, DAY)))
    run.step((NOW, Revoke(GrantKind.GUEST)))
    assert [(entry.kind, entry.amount) for entry in run.entries[-2:]] == [
        (EntryKind.REVOKE, 4_000),
        (EntryKind.REVOKE, 10_000),
    ]
    assert [(grant.held, grant.remaining) for grant in run.grants.values()] == [(2_000, 0), (0, 0), (0, 10_000)]
    assert run.step((NOW, Revoke(GrantKind.GUEST))).page.entries == ()


def test_f10_reading_alone_writes_nothing_when_nothing_is_due() -> None:
    state = funded(1_000)
    assert decide(state, Advance(), T0 + 1_000 * DAY) == Accepted(decide(state, Advance(), T0).page, None)
