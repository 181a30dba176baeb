"""Interleaved rounds: A B A B …, so that what the machine does meanwhile falls on all contestants alike."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median

from rich.progress import Progress

Figures = Mapping[str, float]
"""What one leg measured, by the figure's name."""

Leg = Callable[[], Awaitable[Figures]]
"""One contestant's turn."""

Series = Mapping[str, Sequence[float]]
"""Each figure's values, one a round, in the order of the rounds."""


class BenchmarkError(Exception):
    """A benchmark did not measure what it says; the message tells what happened instead."""


async def interleave(title: str, legs: Sequence[Leg], rounds: int, progress: Progress) -> Series:
    """Give every leg its turn, `rounds` times over, and collect what they measured."""
    series: dict[str, list[float]] = {}
    bar = progress.add_task(title, total=rounds * len(legs))
    for _ in range(rounds):
        for leg in legs:
            for name, value in (await leg()).items():
                series.setdefault(name, []).append(value)
            progress.advance(bar)
    return series


def ratio(series: Series, name: str, over: str) -> float:
    """Compare two figures: the median of the ratios that they had within each round."""
    return median(value / other for value, other in zip(series[name], series[over], strict=True))


def percentile(values: Sequence[float], percent: float) -> float:
    """Find the smallest value that at least `percent` of them do not exceed.

    Raises:
        BenchmarkError: there are no values.
    """
    if not values:
        raise BenchmarkError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
