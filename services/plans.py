"""Plans as they are and as they were: a version that somebody bought can be looked up for ever (A7)."""

from collections.abc import Iterable

from domain.plans import Plan
from services.runtime import Runtime

PLAN_SOURCE = "plan:"
"""What the source of an allowance begins with that a plan gives: `plan:plus@1`."""


async def find_plan(runtime: Runtime, id_: str, version: int | None = None) -> Plan | None:
    """Find a plan in a version, by default the one of now; None: there is or was none.

    At most one statement, and none for a version that this process has met.

    Raises:
        CatalogError: it was written for another program than this.
    """
    current = runtime.catalog.plans.get(id_)
    if version is None or (current is not None and current.version == version):
        return current
    return (await runtime.plans.find(runtime.database, runtime.catalog, version)).get(id_)


async def plans_behind(runtime: Runtime, sources: Iterable[str]) -> list[Plan]:
    """Find the plans that the sources of allowances name, each once; other sources are none.

    Raises:
        CatalogError: one was written for another program than this.
    """
    found: list[Plan] = []
    for source in sorted(set(sources)):
        if not source.startswith(PLAN_SOURCE):
            continue
        id_, _, version = source.removeprefix(PLAN_SOURCE).partition("@")
        plan = await find_plan(runtime, id_, int(version)) if version.isdecimal() else None
        if plan is not None:
            found.append(plan)
    return found
