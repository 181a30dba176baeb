"""Cycles and their periods (RULES.md §0, C2, B9): half-open, tiling, always computed from the original anchor."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class CycleUnit(StrEnum):
    """How the length of a cycle is counted."""

    MONTHS = "MONTHS"
    """Anchored months: the anchor's day and wall time in the zone, clamped to the month's last day."""
    DAYS = "DAYS"
    """Calendar days of the zone: the first period starts at the anchor, each next one at a midnight (C2)."""
    HOURS = "HOURS"
    """Exact hours from the anchor, whatever clocks on walls do (C2's INSTANT policy, windows of C5)."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating length of time; `zone` is an IANA name and matters to MONTHS and DAYS only."""

    unit: CycleUnit
    count: int
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a cycle: `[start, end)`, numbered from 0 at the anchor."""

    index: int
    start: datetime
    end: datetime


def period_at(cycle: Cycle, anchor: datetime, instant: datetime) -> Period:
    """Find the period that contains an instant.

    Raises:
        ValueError: the instant lies before the anchor.
    """
    if instant < anchor:
        raise ValueError("an instant before the anchor belongs to no period")
    index = max(0, _estimate(cycle, anchor, instant) - 1)
    start, end = _boundary(cycle, anchor, index), _boundary(cycle, anchor, index + 1)
    while end <= instant:  # the estimate is at most a few periods short
        index += 1
        start, end = end, _boundary(cycle, anchor, index + 1)
    return Period(index, start, end)


def period_number(cycle: Cycle, anchor: datetime, index: int) -> Period:
    """Return the period with this index (0 is the one that starts at the anchor)."""
    return Period(index, _boundary(cycle, anchor, index), _boundary(cycle, anchor, index + 1))


def _estimate(cycle: Cycle, anchor: datetime, instant: datetime) -> int:
    """Guess an index that is never beyond the right one by more than one."""
    match cycle.unit:
        case CycleUnit.HOURS:
            return (instant - anchor) // timedelta(hours=cycle.count)
        case CycleUnit.DAYS:
            return (instant - anchor) // timedelta(days=cycle.count)
        case CycleUnit.MONTHS:
            zone = ZoneInfo(cycle.zone)
            first, last = anchor.astimezone(zone), instant.astimezone(zone)
            return ((last.year - first.year) * 12 + last.month - first.month) // cycle.count


def _boundary(cycle: Cycle, anchor: datetime, index: int) -> datetime:
    """Return the instant at which period `index` starts."""
    if index == 0:
        return anchor
    if cycle.unit is CycleUnit.HOURS:
        return anchor + index * timedelta(hours=cycle.count)
    zone = ZoneInfo(cycle.zone)
    local = anchor.astimezone(zone)
    if cycle.unit is CycleUnit.DAYS:
        day = local.date() + timedelta(days=index * cycle.count)
        # fold=0: a midnight that clocks skip is the first instant of that day, a repeated one the first of two
        return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    months = local.month - 1 + index * cycle.count
    year, month = local.year + months // 12, months % 12 + 1
    day_of_month = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day_of_month, fold=0).astimezone(UTC)
