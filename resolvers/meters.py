"""Views of meters."""

from functools import lru_cache

import strawberry

from domain import meters as domain
from domain.catalog import Catalog
from schema.meters import Meter

METERS_KEPT_MAX = 1_000


def meter_view(catalog: Catalog, id_: str) -> Meter:
    """Show a meter. One that the catalog has dropped is still named in the entries of its time; "" is about none."""
    return _view(catalog.meters.get(id_) or domain.Meter(id_, id_, "unit" if id_ else ""))


@lru_cache(METERS_KEPT_MAX)
def _view(meter: domain.Meter) -> Meter:
    return Meter(id=strawberry.ID(meter.id), name=meter.name, unit=meter.unit)
