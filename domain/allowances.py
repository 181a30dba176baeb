"""Allowances: what a membership gives again in every period of a cycle (C2, B9). Nothing carries over."""

from dataclasses import dataclass
from datetime import datetime

from domain.meters import Pool
from domain.periods import Cycle, Period, period_at


@dataclass(frozen=True, slots=True)
class Allowance:
    """`amount` thousandths of a meter in each period of `cycle`, anchored at `anchor`, in force `[anchor, ends_at)`.

    `opens_on_use`: the period's grant is written at the first draw in it, not at its start. Short windows are
    such, so that an idle wallet's ledger does not grow by two entries every few hours.
    `granted_until` is the end of the last period that was granted: no earlier instant is ever granted again (B8).
    """

    number: int
    meter: str
    pool: Pool
    amount: int
    cycle: Cycle
    anchor: datetime
    source: str
    ends_at: datetime | None = None
    opens_on_use: bool = False
    granted_until: datetime | None = None

    def period(self, now: datetime) -> Period:
        """Return the period that contains `now` (at or after the anchor)."""
        return period_at(self.cycle, self.anchor, now)
