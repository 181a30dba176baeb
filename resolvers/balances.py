"""Views of balances."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from domain import balances as domain
from domain.allowances import Allowance
from domain.catalog import Catalog
from domain.meters import Pool
from resolvers.meters import meter_view
from schema.balances import Balance, CreditBalance, Quota
from schema.scalars import Amount


def balance_view(
    catalog: Catalog,
    wallet_id: UUID,
    number: int,
    at: datetime,
    figures: Iterable[domain.Balance],
    *,
    allowances: Mapping[int, Allowance],
) -> Balance:
    """Show all figures of a wallet after its entry `number`. `allowances` are those that happen to be known."""
    quotas: list[Quota] = []
    credits_: list[CreditBalance] = []
    for row in figures:
        if row.allowance is None and row.pool is not Pool.CONCURRENCY:
            credits_.append(_credits(catalog, number, row))
        else:
            known = None if row.allowance is None else allowances.get(row.allowance)
            quotas.append(_quota(catalog, wallet_id, number, row, known))
    return Balance(as_of_entry=number, at=at, quotas=quotas, credits=credits_)


def _quota(catalog: Catalog, wallet_id: UUID, number: int, row: domain.Balance, known: Allowance | None) -> Quota:
    meter = meter_view(catalog, row.meter)
    return Quota(
        wallet_id=wallet_id,
        allowance_number=row.allowance,
        allowance=known,
        meter=meter,
        pool=row.pool,
        granted=Amount(row.granted),
        used=Amount(row.used),
        held=Amount(row.held),
        remaining=Amount(row.remaining),
        lapsed=Amount(row.lapsed),
        unit=meter.unit,
        period_start=row.period_start,
        resets_at=row.resets_at,
        as_of_entry=number,
    )


def _credits(catalog: Catalog, number: int, row: domain.Balance) -> CreditBalance:
    meter = meter_view(catalog, row.meter)
    return CreditBalance(
        meter=meter,
        granted=Amount(row.granted),
        used=Amount(row.used),
        held=Amount(row.held),
        remaining=Amount(row.remaining),
        lapsed=Amount(row.lapsed),
        unit=meter.unit,
        as_of_entry=number,
    )
