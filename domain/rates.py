"""Rate limits by plan (D7): how many requests a person may make in a window of a minute, aligned to the epoch."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.plans import Audience, Plan

WINDOW_S = 60
"""Length of a window, in seconds: plans give a number of requests per minute."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a person's window looked like after a request. `admitted`: the request counts; else it was one too many."""

    limit: int
    remaining: int
    resets_at: datetime
    admitted: bool = True


def window_at(instant: datetime) -> int:
    """Number the window in which an instant lies: minutes since the epoch."""
    return int(instant.timestamp()) // WINDOW_S


def window_end(window: int) -> datetime:
    """Tell when a window ends, exclusive: then everything is counted anew."""
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=(window + 1) * WINDOW_S)


def requests_max(held: Iterable[Plan], plans: Mapping[str, Plan]) -> int:
    """Tell how many requests a minute somebody may make: the most that a plan of theirs gives.

    Who has no plan has what the plans give that are personal and cost nothing; where there is none of these, what the
    least of all plans gives.
    """
    own = [plan.requests_per_minute_max for plan in held]
    if own:
        return max(own)
    free = [
        plan.requests_per_minute_max
        for plan in plans.values()
        if plan.audience is Audience.PERSONAL and not plan.prices
    ]
    return max(free) if free else min(plan.requests_per_minute_max for plan in plans.values())
