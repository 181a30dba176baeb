"""What a new version of the plans takes from people, and whether they hear of it in time (A7)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from domain.plan_changes import price_rises, unannounced
from domain.plans import Audience, BillingInterval, Plan, PlanAllowance, PlanPrice

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
NOTICE = timedelta(days=30)
MONTHLY, ANNUAL = BillingInterval.MONTHLY, BillingInterval.ANNUAL
WEEK = Cycle(CycleUnit.DAYS, 7, "UTC")
HOURS = Cycle(CycleUnit.HOURS, 5)
MAIN = PlanAllowance("coding", Pool.MAIN, 500_000, WEEK, opens_on_use=False)
LESS = replace(MAIN, amount=499_999)
WINDOW = PlanAllowance("coding", Pool.WINDOW, 100_000, HOURS, opens_on_use=True)
PLUS = Plan(
    "plus",
    1,
    "Plus",
    Audience.PERSONAL,
    60,
    30,
    (PlanPrice(MONTHLY, 1_900, "USD"), PlanPrice(ANNUAL, 19_000, "USD")),
    (MAIN, WINDOW),
)
FREE = replace(PLUS, id="free", prices=())


def rises(old: Plan, new: Plan) -> list[str]:
    return [str(rise) for rise in price_rises({old.id: old}, {new.id: new})]


def priced(monthly: int) -> Plan:
    return replace(PLUS, prices=(PlanPrice(MONTHLY, monthly, "USD"), PLUS.prices[1]))


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (priced(2_000), "plus costs USD 20.00 MONTHLY instead of USD 19.00"),
        (replace(PLUS, prices=PLUS.prices[:1]), "plus cannot be paid ANNUAL in USD any more"),
        (
            replace(PLUS, allowances=(LESS, WINDOW)),
            "plus gives 499.999 coding MAIN instead of 500",
        ),
        (replace(PLUS, allowances=(MAIN, replace(WINDOW, amount=1))), "plus gives 0.001 coding WINDOW instead of 100"),
        (replace(PLUS, allowances=(replace(MAIN, cycle=HOURS), WINDOW)), "plus gives coding MAIN in another cycle"),
        (replace(PLUS, allowances=()), "plus gives no coding MAIN any more"),
        (replace(PLUS, requests_per_minute_max=59), "plus allows 59 requests a minute instead of 60"),
        (replace(PLUS, concurrency_max=29), "plus allows 29 tasks at a time instead of 30"),
        (replace(PLUS, audience=Audience.ENTERPRISE), "plus is for ENTERPRISE workspaces instead of PERSONAL ones"),
    ],
)
def test_a7_what_costs_more_or_gives_less_rises(new: Plan, told: str) -> None:
    assert rises(PLUS, new) == [told]


def test_a7_a_plan_that_is_gone_and_a_price_of_what_was_free_rise() -> None:
    assert rises(PLUS, FREE) == ["plus is discontinued"]
    assert rises(FREE, replace(PLUS, id="free")) == ["free costs something and was free"]


def test_a7_a_window_that_was_not_there_takes_something_and_one_that_is_gone_does_not() -> None:
    without = replace(PLUS, allowances=(MAIN,))
    assert rises(without, PLUS) == ["plus limits coding by a WINDOW"]
    assert rises(PLUS, without) == []
    assert rises(replace(PLUS, allowances=()), PLUS) == []


@pytest.mark.parametrize(
    "new",
    [
        replace(PLUS, version=2, name="Better"),
        priced(1_800),
        replace(PLUS, prices=()),
        replace(PLUS, prices=(*PLUS.prices, PlanPrice(MONTHLY, 9_999, "EUR"))),
        replace(PLUS, allowances=(replace(MAIN, amount=501_000), WINDOW, replace(MAIN, meter="chat"))),
        replace(PLUS, requests_per_minute_max=61, concurrency_max=31),
    ],
)
def test_a7_what_costs_less_or_gives_more_does_not_rise(new: Plan) -> None:
    assert rises(PLUS, new) == []


def test_a7_a_new_plan_takes_nothing_away() -> None:
    assert price_rises({"plus": PLUS}, {"plus": PLUS, "free": FREE}) == ()


@given(
    st.integers(1, 10_000),
    st.integers(1, 10_000),
    st.one_of(st.none(), st.timedeltas(timedelta(days=-400), timedelta(days=400))),
)
def test_a7_a_rise_passes_exactly_with_its_notice(old: int, new: int, ahead: timedelta | None) -> None:
    effective_at = None if ahead is None else NOW + ahead
    problems = told({"plus": priced(old)}, {"plus": priced(new)}, effective_at)
    in_time = ahead is not None and ahead >= NOTICE
    assert bool(problems) == (new > old and not in_time)
    for problem in problems:
        assert problem.startswith("plans.toml: effective_at: must be 2026-02-14T12:00:00+00:00 or later (30 days")


def told(before: Mapping[str, Plan], after: Mapping[str, Plan], effective_at: datetime | None) -> tuple[str, ...]:
    return unannounced(before, after, effective_at=effective_at, now=NOW, notice=NOTICE)


changes: st.SearchStrategy[Callable[[Plan], Plan]] = st.sampled_from(
    [
        lambda plan: replace(plan, requests_per_minute_max=plan.requests_per_minute_max + 1),
        lambda plan: replace(plan, concurrency_max=plan.concurrency_max + 1),
        lambda plan: replace(plan, allowances=plan.allowances[:1]),
        lambda plan: replace(plan, prices=()),
    ]
)


@given(st.lists(changes))
def test_a7_whatever_gets_better_may_be_at_once_and_going_back_may_not(better: list[Callable[[Plan], Plan]]) -> None:
    plan = PLUS
    for change in better:
        plan = change(plan)
    assert rises(PLUS, plan) == []
    assert bool(rises(plan, PLUS)) == (plan != PLUS)
