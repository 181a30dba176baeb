"""Views of plans."""

import strawberry

from domain import plans as domain
from domain.authorization import permit
from domain.catalog import Catalog
from domain.periods import Cycle, CycleUnit
from resolvers.errors import telling
from resolvers.meters import meter_view
from resolvers.operation import Operation
from resolvers.orders import money_view
from schema.plans import Plan, PlanAllowance, PlanCycle, PlanPrice
from schema.scalars import Amount
from schema.wallets import Wallet
from services.plans import find_plan, plans_behind


class PlansQueries(Operation):
    """Answers queries about plans."""

    @telling
    async def plans(self) -> list[Plan]:
        """List the plans that can be had now, in the order of the catalog."""
        permit(self.principal, "Query.plans")
        return [plan_view(self.catalog, plan) for plan in self.catalog.plans.values()]

    @telling
    async def plan(self, id_: str, version: int | None) -> Plan | None:
        """Find a plan, now or as it was."""
        permit(self.principal, "Query.plan")
        found = await find_plan(self.runtime, id_, version)
        return plan_view(self.catalog, found) if found else None


async def plan_of(operation: Operation, wallet: Wallet) -> Plan | None:
    """Find the plan that gives a wallet its quotas."""
    found = await plans_behind(operation.runtime, wallet.sources)
    return plan_view(operation.catalog, found[0]) if found else None


def plan_view(catalog: Catalog, plan: domain.Plan) -> Plan:
    """Show a version of a plan."""
    return Plan(
        id=strawberry.ID(plan.id),
        version=plan.version,
        name=plan.name,
        audience=plan.audience,
        prices=[
            PlanPrice(interval=price.interval, amount=money_view(price.amount_minor, price.currency))
            for price in plan.prices
        ],
        allowances=[_allowance(catalog, allowance) for allowance in plan.allowances],
        requests_per_minute=plan.requests_per_minute_max,
        concurrency_max=plan.concurrency_max,
    )


def _allowance(catalog: Catalog, allowance: domain.PlanAllowance) -> PlanAllowance:
    meter = meter_view(catalog, allowance.meter)
    return PlanAllowance(
        meter=meter,
        pool=allowance.pool,
        amount=Amount(allowance.amount),
        unit=meter.unit,
        cycle=_cycle(allowance.cycle),
        opens_on_use=allowance.opens_on_use,
    )


def _cycle(cycle: Cycle) -> PlanCycle:
    zone = None if cycle.unit is CycleUnit.HOURS else cycle.zone
    return PlanCycle(unit=cycle.unit, count=cycle.count, zone=zone)
