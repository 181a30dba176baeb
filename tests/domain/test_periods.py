"""Cycles (§0, C2, B9): periods tile time, whatever clocks on walls do."""

from calendar import isleap, monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.periods import Cycle, CycleUnit, Period, period_at, period_number
from tests.domain.strategies import instants

TICK = timedelta(microseconds=1)
ZONES = (
    "UTC",
    "Asia/Shanghai",  # summer time from 1986 to 1991
    "Europe/Berlin",
    "America/Sao_Paulo",  # midnights that were skipped, until 2018
    "Africa/Cairo",  # midnights that are skipped
    "America/Havana",  # midnights that come twice
    "Asia/Beirut",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/St_Johns",  # clocks that changed one minute after midnight
    "Pacific/Chatham",
)
cycles = st.one_of(
    st.builds(Cycle, st.just(CycleUnit.MONTHS), st.sampled_from([1, 2, 3, 12]), st.sampled_from(ZONES)),
    st.builds(Cycle, st.just(CycleUnit.DAYS), st.sampled_from([1, 7, 30]), st.sampled_from(ZONES)),
    st.builds(Cycle, st.just(CycleUnit.HOURS), st.sampled_from([1, 5, 24, 168])),
)
indices = st.one_of(st.integers(0, 40), st.integers(0, 5_000))


@given(cycles, instants, indices)
def test_s0_c2_periods_tile_without_gap_or_overlap(cycle: Cycle, anchor: datetime, index: int) -> None:
    period, following = period_number(cycle, anchor, index), period_number(cycle, anchor, index + 1)
    assert period.start < period.end == following.start < following.end
    assert (index > 0) or period.start == anchor
    for instant in (period.start, period.start + TICK, period.end - TICK):
        assert period_at(cycle, anchor, instant) == period
    assert period_at(cycle, anchor, period.end) == following


@given(cycles, instants, instants)
@example(Cycle(CycleUnit.MONTHS, 1, "UTC"), datetime(2024, 1, 31, tzinfo=UTC), datetime(9990, 2, 28, tzinfo=UTC))
@example(Cycle(CycleUnit.DAYS, 7, "Asia/Shanghai"), datetime(2024, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC))
@example(Cycle(CycleUnit.HOURS, 5), datetime(2024, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC))
def test_s0_the_period_of_an_instant_contains_it(cycle: Cycle, one: datetime, two: datetime) -> None:
    anchor, instant = min(one, two), max(one, two)
    period = period_at(cycle, anchor, instant)
    assert period.start <= instant < period.end
    assert period == period_number(cycle, anchor, period.index)


@given(cycles, instants, st.timedeltas(TICK, timedelta(days=4_000)))
def test_s0_before_the_anchor_there_is_no_period(cycle: Cycle, anchor: datetime, before: timedelta) -> None:
    with pytest.raises(ValueError, match="before the anchor"):
        period_at(cycle, anchor, anchor - before)


@given(st.sampled_from(ZONES), st.sampled_from([1, 3, 12]), instants, indices)
def test_s0_months_keep_the_anchors_day_and_time_or_the_months_last_day(
    zone: str, count: int, anchor: datetime, index: int
) -> None:
    first = anchor.astimezone(ZoneInfo(zone))
    start = period_number(Cycle(CycleUnit.MONTHS, count, zone), anchor, index).start.astimezone(ZoneInfo(zone))
    assert (start.year * 12 + start.month) - (first.year * 12 + first.month) == index * count
    assert start.day == min(first.day, monthrange(start.year, start.month)[1])
    late = start.replace(tzinfo=None) - start.replace(
        hour=first.hour, minute=first.minute, second=first.second, microsecond=first.microsecond, tzinfo=None
    )
    # a wall time that clocks skip is as much later as they skip
    assert late in {timedelta(), timedelta(minutes=30), timedelta(hours=1)}


@given(st.sampled_from(ZONES), st.sampled_from([1, 7]), instants, st.one_of(st.integers(1, 40), st.integers(1, 5_000)))
def test_c2_days_begin_at_the_first_instant_of_the_local_day(
    zone: str, count: int, anchor: datetime, index: int
) -> None:
    local = ZoneInfo(zone)
    start = period_number(Cycle(CycleUnit.DAYS, count, zone), anchor, index).start
    day = anchor.astimezone(local).date() + timedelta(days=count * index)
    assert start.astimezone(local).date() == day
    assert (start - TICK).astimezone(local).date() == day - timedelta(days=1)


@given(instants, st.sampled_from([1, 5, 168]), indices)
def test_c2_hours_are_exact(anchor: datetime, count: int, index: int) -> None:
    period = period_number(Cycle(CycleUnit.HOURS, count), anchor, index)
    assert period == Period(index, anchor + index * count * timedelta(hours=1), period.end)
    assert period.end - period.start == timedelta(hours=count)


def test_s0_the_31st_is_clamped_and_never_chained() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    anchor = datetime(2023, 1, 31, 10, tzinfo=shanghai).astimezone(UTC)
    cycle = Cycle(CycleUnit.MONTHS, 1, "Asia/Shanghai")
    days = [period_number(cycle, anchor, index).start.astimezone(shanghai).date() for index in range(15)]
    assert days[:5] == [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31), date(2023, 4, 30), date(2023, 5, 31)]
    assert days[12:] == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]


def test_s0_a_leap_day_returns_in_leap_years() -> None:
    anchor = datetime(2024, 2, 29, 12, tzinfo=UTC)
    yearly = Cycle(CycleUnit.MONTHS, 12)
    for index in range(77):  # 2100 is none
        start = period_number(yearly, anchor, index).start
        assert (start.year, start.month) == (2024 + index, 2)
        assert start.day == (29 if isleap(start.year) else 28)


def test_c2_s2_seven_days_inclusive_and_refresh_on_the_eighth() -> None:
    week = Cycle(CycleUnit.DAYS, 7, "Asia/Shanghai")
    activated = datetime.fromisoformat("2026-06-01T09:30+08:00").astimezone(UTC)
    first, second, third = (period_number(week, activated, index) for index in range(3))
    assert first.start == activated
    assert first.end == second.start == datetime(2026, 6, 7, 16, tzinfo=UTC)  # 8 June, 00:00 in Shanghai
    assert second.end == third.start == datetime(2026, 6, 14, 16, tzinfo=UTC)  # D15
    last = datetime.fromisoformat("2026-06-07T23:59:59.999999+08:00")
    assert period_at(week, activated, last) == first
    assert period_at(week, activated, last + TICK) == second


def test_c2_the_policy_instant_is_exactly_168_hours() -> None:
    activated = datetime(2026, 3, 25, 9, 30, tzinfo=UTC)
    assert period_at(Cycle(CycleUnit.HOURS, 168, "Europe/Berlin"), activated, activated).end == datetime(
        2026, 4, 1, 9, 30, tzinfo=UTC
    )


def test_c2_an_activation_at_midnight_has_seven_whole_days() -> None:
    activated = datetime(2026, 5, 31, 16, tzinfo=UTC)
    first = period_number(Cycle(CycleUnit.DAYS, 7, "Asia/Shanghai"), activated, 0)
    assert first.end - first.start == timedelta(days=7)


@pytest.mark.parametrize(
    ("zone", "anchor", "starts"),
    [
        ("America/Sao_Paulo", "2018-11-03T12:00Z", ["2018-11-04T03:00Z", "2018-11-05T02:00Z"]),  # 00:00 → 01:00
        ("America/Sao_Paulo", "2018-02-17T12:00Z", ["2018-02-18T03:00Z", "2018-02-19T03:00Z"]),  # 24:00 → 23:00
        ("Africa/Cairo", "2024-04-25T12:00Z", ["2024-04-25T22:00Z", "2024-04-26T21:00Z"]),
        ("America/Havana", "2024-11-02T12:00Z", ["2024-11-03T04:00Z", "2024-11-04T05:00Z"]),  # 01:00 → 00:00
        ("Europe/Berlin", "2024-03-30T12:00Z", ["2024-03-30T23:00Z", "2024-03-31T22:00Z"]),
        ("Asia/Shanghai", "1987-04-11T02:00Z", ["1987-04-11T16:00Z", "1987-04-12T15:00Z"]),
        ("Asia/Shanghai", "1987-09-12T02:00Z", ["1987-09-12T15:00Z", "1987-09-13T16:00Z"]),
    ],
)
def test_c2_midnights_that_clocks_skip_or_repeat(zone: str, anchor: str, starts: list[str]) -> None:
    cycle = Cycle(CycleUnit.DAYS, 1, zone)
    began = datetime.fromisoformat(anchor)
    found = [period_number(cycle, began, index).start for index in (1, 2)]
    assert found == [datetime.fromisoformat(start) for start in starts]


def test_c2_a_day_that_a_zone_skipped_has_no_period_of_its_own() -> None:
    samoa = Cycle(CycleUnit.DAYS, 1, "Pacific/Apia")  # 30 December 2011 was never there
    anchor = datetime(2011, 12, 28, 20, tzinfo=UTC)
    starts = [period_number(samoa, anchor, index).start for index in range(6)]
    assert all(one <= two for one, two in pairwise(starts))
    assert [one == two for one, two in pairwise(starts)].count(True) == 1
    instant = anchor
    while instant < starts[-1]:
        period = period_at(samoa, anchor, instant)
        assert period.start <= instant < period.end
        instant += timedelta(hours=1)


def test_s0_months_at_a_wall_time_that_is_skipped_or_repeated() -> None:
    berlin = Cycle(CycleUnit.MONTHS, 1, "Europe/Berlin")
    skipped = datetime(2024, 1, 31, 1, 30, tzinfo=UTC)  # 02:30 in Berlin; on 31 March there is no 02:30
    assert period_number(berlin, skipped, 2).start == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    repeated = datetime(2024, 1, 27, 1, 30, tzinfo=UTC)  # on 27 October 02:30 comes twice: the first counts
    assert period_number(berlin, repeated, 9).start == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
