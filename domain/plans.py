"""Plans: what a membership costs and gives (C1). Which ones there are says `catalog/plans.toml`."""

from dataclasses import dataclass
from enum import StrEnum

from domain.meters import Pool
from domain.periods import Cycle


class Audience(StrEnum):
    """For which kind of workspace a plan is (B11)."""

    PERSONAL = "PERSONAL"
    """One person's membership, in their personal workspace."""
    ENTERPRISE = "ENTERPRISE"
    """An organisation's seats: priced per seat, given to each member."""


class BillingInterval(StrEnum):
    """How often a plan is paid (D5)."""

    MONTHLY = "MONTHLY"
    ANNUAL = "ANNUAL"


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """What one interval costs (an ENTERPRISE plan: each seat), in minor units of an ISO 4217 currency."""

    interval: BillingInterval
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PlanAllowance:
    """`amount` thousandths of a meter in each period of `cycle`; anchored when the plan is taken (C2, B9).

    `cycle` is ready for use: its zone is filled in, and the policy `coding_cycle` is applied.
    """

    meter: str
    pool: Pool
    amount: int
    cycle: Cycle
    opens_on_use: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of a plan; `version` is that of `catalog/plans.toml`. Without `prices` it costs nothing.

    There is at most one price per interval and currency, at most one allowance per meter and pool, and a WINDOW only
    beside a MAIN allowance of its meter. `requests_per_minute_max` protects the API (D7), `concurrency_max` is the
    number of requests that may run at the same time (C5).
    """

    id: str
    version: int
    name: str
    audience: Audience
    requests_per_minute_max: int
    concurrency_max: int
    prices: tuple[PlanPrice, ...]
    allowances: tuple[PlanAllowance, ...]
