"""Usage by hour and day: how a range is parted, and what of it sums by hours can tell (F12)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput

DAYS_MAX = 366
"""How long a range may be."""
FINE_DAYS_MAX = 31
"""How long one may be that is answered by the hour or by the task."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing was used before."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class UsageGrouping(StrEnum):
    """What usage is summed up by. It is always by meter, too: amounts of different units have no sum."""

    HOUR = "HOUR"
    DAY = "DAY"
    PRODUCT = "PRODUCT"
    SURFACE = "SURFACE"
    CLIENT = "CLIENT"
    API_KEY = "API_KEY"
    TASK = "TASK"
    MEMBER = "MEMBER"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, and without, `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Parting:
    """How a range is read.

    `starts` are the beginnings of its hours or days in order, the first at or before the range; one, where it is not
    parted. Charges within `cuts` are to be read one by one; `whole` is what sums by hours tell, hours that begin
    within cuts left out.
    """

    starts: tuple[datetime, ...]
    whole: Span
    cuts: tuple[Span, ...]


def check_range(start: datetime, end: datetime, by: Collection[UsageGrouping], now: datetime) -> None:
    """Refuse a range that nobody should ask for.

    Raises:
        InvalidInput: names the argument.
    """
    if {UsageGrouping.HOUR, UsageGrouping.DAY} <= set(by):
        raise InvalidInput(("by",), "must not have both HOUR and DAY")
    if start < EARLIEST:
        raise InvalidInput(("from",), "must not be before 2000")
    if start > now:
        raise InvalidInput(("from",), "must not lie in the future")
    if end <= start:
        raise InvalidInput(("to",), "must be after from")
    fine = [name for name in (UsageGrouping.HOUR, UsageGrouping.TASK) if name in by]
    if fine and end - start > FINE_DAYS_MAX * _DAY:
        raise InvalidInput(("to",), f"must be at most {FINE_DAYS_MAX} days after from for {fine[0]}")
    if end - start > DAYS_MAX * _DAY:
        raise InvalidInput(("to",), f"must be at most {DAYS_MAX} days after from")


def part(start: datetime, end: datetime, by: Collection[UsageGrouping], zone: str) -> Parting:
    """Part a range into hours of UTC, into days of a zone, or not at all.

    Sums by hours tell everything but the pieces at the range's ends, the hours in which a day of the zone begins (in
    zones whose offset is not whole hours), and tasks, which they do not know.
    """
    first, last = _ceiling(start), _floor(end)
    if UsageGrouping.HOUR in by:
        hours = (end - _floor(start) + _HOUR - timedelta.resolution) // _HOUR
        starts = tuple(_floor(start) + number * _HOUR for number in range(hours))
    elif UsageGrouping.DAY in by:
        starts = day_starts(start, end, zone)
    else:
        starts = (start,)
    if UsageGrouping.TASK in by or first >= last:
        return Parting(starts, Span(end, end), (Span(start, end),))
    cuts = [Span(start, first), Span(last, end)]
    if UsageGrouping.DAY in by:
        broken = sorted({_floor(begin) for begin in starts if begin != _floor(begin)})
        cuts += [Span(hour, hour + _HOUR) for hour in broken if first <= hour < last]
    return Parting(starts, Span(first, last), tuple(cut for cut in cuts if cut.start < cut.end))


def day_starts(start: datetime, end: datetime, zone: str) -> tuple[datetime, ...]:
    """List the first instants of a zone's days, from the one that `start` is in up to `end`, in order.

    Where the clock skips midnight, a day begins with the instant of the change; a day that it skips has none.
    """
    there = ZoneInfo(zone)
    day, found = start.astimezone(there).date(), list[datetime]()
    while (begin := datetime.combine(day, time(), there).astimezone(UTC)) < end:
        if not found or begin > found[-1]:
            found.append(begin)
        day += _DAY
    return tuple(found) if found and found[0] <= start else (start, *found)


def _floor(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _ceiling(instant: datetime) -> datetime:
    floor = _floor(instant)
    return floor if floor == instant else floor + _HOUR
