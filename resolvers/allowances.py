"""Views of allowances."""

from domain import allowances as domain
from domain.catalog import Catalog
from resolvers.meters import meter_view
from resolvers.operation import Operation
from schema.allowances import Allowance
from schema.balances import Quota
from schema.periods import Cycle
from schema.scalars import Amount


def allowance_view(catalog: Catalog, allowance: domain.Allowance) -> Allowance:
    """Show an allowance."""
    meter, cycle = meter_view(catalog, allowance.meter), allowance.cycle
    return Allowance(
        number=allowance.number,
        meter=meter,
        pool=allowance.pool,
        amount=Amount(allowance.amount),
        unit=meter.unit,
        cycle=Cycle(unit=cycle.unit, count=cycle.count, zone=cycle.zone, anchor=allowance.anchor),
        source=allowance.source,
        opens_on_use=allowance.opens_on_use,
        ends_at=allowance.ends_at,
    )


async def allowance_of(operation: Operation, quota: Quota) -> Allowance | None:
    """Find the allowance behind a quota: known along with its figures, or loaded. None: running tasks have none."""
    if quota.allowance_number is None:
        return None
    known = quota.allowance or await operation.loaders.allowance(quota.wallet_id, quota.allowance_number)
    return allowance_view(operation.catalog, known)
