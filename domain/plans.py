"""Plans: what a membership costs and gives (C1). Which ones there are says `catalog/plans.toml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.meters import QUOTA_POOLS, Meter, Pool
from domain.periods import Cycle, CycleUnit
from domain.policies import CodingCycle, Policies
from domain.toml_tables import Table

_CURRENCY = re.compile(r"[A-Z]{3}")
_CYCLE_COUNT_MAX = {CycleUnit.MONTHS: 12, CycleUnit.DAYS: 366, CycleUnit.HOURS: 366 * 24}  # a year of each
_MONEY_MINOR_MAX = 1_000_000_000
_RATE_MAX = 1_000_000
_HOURS_PER_DAY = 24


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


def read_plans(document: Table, version: int, meters: Mapping[str, Meter], policies: Policies) -> dict[str, Plan]:
    """Read the plans by id; problems are noted in the document."""
    plans: dict[str, Plan] = {}
    for table in document.tables("plans"):
        plan = Plan(
            id=table.new_id(plans),
            version=version,
            name=table.text("name"),
            audience=table.choice("audience", Audience),
            requests_per_minute_max=table.whole("requests_per_minute_max", _RATE_MAX),
            concurrency_max=table.whole("concurrency_max", _RATE_MAX),
            prices=_read_prices(table.tables("prices", least=0)),
            allowances=_read_allowances(table.tables("allowances"), meters, policies),
        )
        if plan.id:
            plans[plan.id] = plan
    return plans


def _read_prices(tables: list[Table]) -> tuple[PlanPrice, ...]:
    prices: list[PlanPrice] = []
    for table in tables:
        price = PlanPrice(
            table.choice("interval", BillingInterval),
            table.whole("amount_minor", _MONEY_MINOR_MAX),
            table.matching("currency", _CURRENCY, "must be an ISO 4217 code, such as USD"),
        )
        if table.sound and (price.interval, price.currency) in {(each.interval, each.currency) for each in prices}:
            table.wrong("interval", f"must be priced once in {price.currency}", price.interval)
        if table.sound:
            prices.append(price)
    return tuple(prices)


def _read_allowances(tables: list[Table], meters: Mapping[str, Meter], policies: Policies) -> tuple[PlanAllowance, ...]:
    allowances: list[PlanAllowance] = []
    for table in tables:
        meter = table.reference("meter", meters, "meters.toml")
        pool, amount = table.choice("pool", Pool, among=QUOTA_POOLS), table.amount("amount")
        cycle = _read_cycle(table.table("cycle"), meter, policies)
        allowance = PlanAllowance(meter, pool, amount, cycle, table.flag("opens_on_use"))
        if table.sound and (meter, pool) in {(each.meter, each.pool) for each in allowances}:
            table.wrong("pool", f"must be given once for {meter}", pool)
        allowances.append(allowance)
    if all(table.sound for table in tables):
        main = {allowance.meter for allowance in allowances if allowance.pool is Pool.MAIN}
        for table, allowance in zip(tables, allowances, strict=True):
            if allowance.meter not in main:
                table.wrong("pool", f"must stand beside a MAIN allowance of {allowance.meter}", allowance.pool)
    return tuple(allowances)


def _read_cycle(table: Table, meter: str, policies: Policies) -> Cycle:
    unit = table.choice("unit", CycleUnit)
    count = table.whole("count", _CYCLE_COUNT_MAX[unit] if table.sound else max(_CYCLE_COUNT_MAX.values()))
    if unit is CycleUnit.HOURS:  # and a zone is then an unknown key: it would say something that is not so
        return Cycle(unit, count)
    zone = table.zone("zone", default=policies.billing_zone)
    if unit is CycleUnit.DAYS and meter == policies.coding_meter and policies.coding_cycle is CodingCycle.INSTANT:
        return Cycle(CycleUnit.HOURS, count * _HOURS_PER_DAY)
    return Cycle(unit, count, zone)
