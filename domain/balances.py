"""Balances: the figures that gate, query and push all show (F2)."""

from dataclasses import dataclass
from datetime import datetime

from domain.meters import Pool


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the one-off grants of a meter that are closed. Thousandths; `granted = used + lapsed`."""

    granted: int = 0
    used: int = 0
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class Balance:
    """Figures of one quota (an allowance's current period) or, with `allowance` None, of a meter's credits.

    Thousandths; `granted = used + held + remaining + lapsed`. A quota's figures are those of its current period,
    `[period_start, resets_at)`; credits' figures are those of the wallet's whole life. A window that opens on use
    and is not open has no period, and its full amount remaining.

    Running tasks (`Pool.CONCURRENCY`, `allowance` None) are held of what may run at the same time, and never used;
    `resets_at` is when the first of them times out. While more run than a lowered limit allows, `granted` is as many
    as run, so that nothing remains.
    """

    meter: str
    pool: Pool
    allowance: int | None
    granted: int
    used: int
    held: int
    remaining: int
    lapsed: int
    period_start: datetime | None = None
    resets_at: datetime | None = None
