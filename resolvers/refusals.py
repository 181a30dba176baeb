"""Views of refusals."""

from domain import refusals as domain
from domain.catalog import Catalog
from domain.refusals import RefusalCode
from resolvers.meters import meter_view
from schema.refusals import LimitState, Refusal, RefusalDetail
from schema.scalars import Amount

NO_WALLET = domain.Refusal(RefusalCode.NOT_FOUND, "There is no such wallet.", ("walletId",))
NO_TASK = domain.Refusal(RefusalCode.NOT_FOUND, "There is no such task.", ("taskId",))
"""What is answered to ids that are none: the very words that unknown and foreign ids get (B11)."""


def refusal_view(catalog: Catalog, refusal: domain.Refusal) -> Refusal:
    """Show why something was not done."""
    return Refusal(
        code=refusal.code,
        message=refusal.message,
        field=list(refusal.field),
        limits=[_limit(catalog, limit) for limit in refusal.limits],
        requested=None if refusal.requested is None else Amount(refusal.requested),
        earliest_at=refusal.earliest_at,
        details=[RefusalDetail(name=name, value=value) for name, value in sorted(refusal.facts.items())],
    )


def _limit(catalog: Catalog, limit: domain.LimitState) -> LimitState:
    meter = meter_view(catalog, limit.meter)
    return LimitState(
        meter=meter,
        pool=limit.pool,
        limit=Amount(limit.limit),
        used=Amount(limit.used),
        held=Amount(limit.held),
        remaining=Amount(limit.remaining),
        unit=meter.unit,
        resets_at=limit.resets_at,
    )
