"""Grants: what a wallet has been given, and the order in which it is drawn (D2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.meters import Pool

_NEVER = datetime.max.replace(tzinfo=UTC)


class GrantKind(StrEnum):
    """Where a grant comes from (D2)."""

    SIGN_UP = "SIGN_UP"
    REFERRAL = "REFERRAL"
    PROMOTIONAL = "PROMOTIONAL"
    ADJUSTMENT = "ADJUSTMENT"
    GUEST = "GUEST"
    PLAN = "PLAN"
    PURCHASED = "PURCHASED"


PRIORITY = {
    GrantKind.SIGN_UP: 0,
    GrantKind.REFERRAL: 0,
    GrantKind.PROMOTIONAL: 0,
    GrantKind.ADJUSTMENT: 0,
    GrantKind.GUEST: 0,
    GrantKind.PLAN: 1,
    GrantKind.PURCHASED: 2,
}
"""Bonus before plan before purchased; adjustments and guests' messages are bonus: what was paid for lasts longest."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant. Amounts in thousandths; `granted = used + held + remaining + lapsed`, each ≥ 0, always.

    `lapsed` expired or was revoked; `ended` says that this happened to it as a whole, so that what a running task
    still holds lapses, too, when it is released. `allowance` and `period_start` are set on the grant of an
    allowance's period: there is at most one per wallet, meter, pool and period (B8).
    """

    number: int
    meter: str
    pool: Pool
    kind: GrantKind
    starts_at: datetime
    ends_at: datetime | None
    granted: int
    used: int = 0
    held: int = 0
    remaining: int = 0
    lapsed: int = 0
    allowance: int | None = None
    period_start: datetime | None = None
    source: str = ""
    ended: bool = False

    def in_force(self, now: datetime) -> bool:
        """Tell whether it can be drawn from at this instant: `[starts_at, ends_at)`."""
        return not self.ended and self.starts_at <= now and (self.ends_at is None or now < self.ends_at)

    @property
    def closed(self) -> bool:
        """Tell whether nothing can change in it any more: a one-off grant used up, or an ended one without holds."""
        return self.remaining == 0 and self.held == 0 and (self.ended or self.allowance is None)


@dataclass(frozen=True, slots=True)
class Draw:
    """An amount taken from, or held on, one grant."""

    grant: int
    amount: int


def draw_order(grant: Grant) -> tuple[int, datetime, datetime, int]:
    """Key of the total order of draws (D2): priority, earliest expiry, oldest, number."""
    return PRIORITY[grant.kind], grant.ends_at or _NEVER, grant.starts_at, grant.number


def draw(grants: Iterable[Grant], amount: int) -> tuple[tuple[Draw, ...], int]:
    """Take up to `amount` from grants that are given in any order; return the draws and what could not be had."""
    draws: list[Draw] = []
    missing = amount
    for grant in sorted(grants, key=draw_order):
        if not missing:
            break
        taken = min(grant.remaining, missing)
        if taken:
            draws.append(Draw(grant.number, taken))
            missing -= taken
    return tuple(draws), missing
