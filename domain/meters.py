"""Meters and products: what is counted, and what a caller can ask for."""

from dataclasses import dataclass
from enum import StrEnum


class Pool(StrEnum):
    """One limit of a meter. A charge draws its whole amount from every pool that the wallet has (C5)."""

    MAIN = "MAIN"
    """Quota of the current cycle, then credits (D2)."""
    WINDOW = "WINDOW"
    """A short window beside the main pool, so that a week's quota is not gone in an hour."""
    CONCURRENCY = "CONCURRENCY"
    """How many tasks may run at the same time, counted in `RUNNING_TASK`: nothing draws from it, running fills it."""


QUOTA_POOLS = (Pool.MAIN, Pool.WINDOW)
"""The pools that allowances and grants feed."""
RUNNING_TASK = "running_task"
"""The meter of `Pool.CONCURRENCY`. It has no price, and no plan gives it."""


@dataclass(frozen=True, slots=True)
class Meter:
    """Something that is counted. `unit` is the singular word for people: "credit", "request", "token"."""

    id: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something that can be used; `step` is its smallest quantity in thousandths (1000: whole units only)."""

    id: str
    name: str
    step: int
    quantity_max: int
