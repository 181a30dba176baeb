"""Credits by kind: what is left of each, and what of it ends next (D2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.grants import PRIORITY, Grant, GrantKind, draw_order
from domain.meters import Pool


@dataclass(frozen=True, slots=True)
class Expiry:
    """`amount` thousandths end `at` this instant, unless they are drawn before."""

    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class CreditsOfKind:
    """All that is open of one meter and kind, in thousandths. `next_expiry` None: what is left of it has no end."""

    meter: str
    kind: GrantKind
    remaining: int
    held: int
    next_expiry: Expiry | None


def credits_by_kind(grants: Iterable[Grant], now: datetime) -> tuple[CreditsOfKind, ...]:
    """Sum up open grants of the MAIN pool by meter and kind, each meter's in the order in which they are drawn (D2).

    Kinds of one rank stand in the order of what is drawn first of each. A kind of which nothing is left or held is left
    out; what ended, though nobody has written it yet, is not left.
    """
    groups: dict[tuple[str, GrantKind], list[Grant]] = {}
    for grant in sorted(grants, key=draw_order):
        if grant.pool is Pool.MAIN and (grant.held or (grant.remaining and grant.in_force(now))):
            groups.setdefault((grant.meter, grant.kind), []).append(grant)
    found = [_summed(meter, kind, of_kind, now) for (meter, kind), of_kind in groups.items()]
    return tuple(sorted(found, key=lambda each: (each.meter, PRIORITY[each.kind])))  # stable: as it is drawn


def _summed(meter: str, kind: GrantKind, grants: list[Grant], now: datetime) -> CreditsOfKind:
    left = [grant for grant in grants if grant.remaining and grant.in_force(now)]
    ends = [grant.ends_at for grant in left if grant.ends_at is not None]
    expiry = None
    if ends:
        at = min(ends)
        expiry = Expiry(at, sum(grant.remaining for grant in left if grant.ends_at == at))
    return CreditsOfKind(
        meter, kind, sum(grant.remaining for grant in left), sum(grant.held for grant in grants), expiry
    )
