"""Views of grants."""

from domain import grants as domain
from domain.catalog import Catalog
from domain.entries import Change
from resolvers.meters import meter_view
from schema.grants import Draw, Grant, GrantChange
from schema.scalars import Amount


def grant_view(catalog: Catalog, grant: domain.Grant) -> Grant:
    """Show a grant as it was given."""
    meter = meter_view(catalog, grant.meter)
    return Grant(
        number=grant.number,
        kind=grant.kind,
        meter=meter,
        pool=grant.pool,
        granted=Amount(grant.granted),
        unit=meter.unit,
        source=grant.source,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
    )


def change_view(change: Change) -> GrantChange:
    """Show what an entry changed in a grant."""
    return GrantChange(
        grant_number=change.grant,
        used=Amount(change.used),
        held=Amount(change.held),
        remaining=Amount(change.remaining),
        lapsed=Amount(change.lapsed),
        ends=change.ends,
    )


def draw_view(draw: domain.Draw) -> Draw:
    """Show what was taken from a grant."""
    return Draw(grant_number=draw.grant, amount=Amount(draw.amount))
