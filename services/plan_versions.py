"""Former versions of the plans, remembered by the process: they never change, so what was read stays true (A7)."""

from collections import OrderedDict
from collections.abc import Mapping

from domain.catalog import Catalog, parse_plans
from domain.plans import Plan
from models.database import Database

VERSIONS_KEPT_MAX = 64
"""Versions remembered in a process; the one that was asked for longest ago makes room."""
_VERSION_MAX = 2**31 - 1

_FIND = "SELECT content FROM catalog_versions WHERE document = 'plans' AND version = $1"


class PlanVersions:
    """What the list of plans was, by version, as far as this process has met it."""

    def __init__(self) -> None:
        self._versions: OrderedDict[int, Mapping[str, Plan]] = OrderedDict()

    async def find(self, database: Database, catalog: Catalog, version: int) -> Mapping[str, Plan]:
        """Find the plans of a version by id: at most one statement. Empty: there is no such version.

        Raises:
            CatalogError: it was written for another program than this, or names a meter that is gone.
        """
        if not 1 <= version <= _VERSION_MAX:
            return {}
        known = self._versions.get(version)
        if known is not None:
            self._versions.move_to_end(version)
            return known
        text: str | None = await database.pool.fetchval(_FIND, version)
        if text is None:  # not remembered: it may be stored tomorrow
            return {}
        plans = parse_plans(text, version, catalog)
        self._versions[version] = plans
        while len(self._versions) > VERSIONS_KEPT_MAX:
            self._versions.popitem(last=False)
        return plans
