"""Cycles: how often a quota is given again."""

from datetime import datetime

import strawberry

from domain.periods import CycleUnit
from schema.enums import show

show(
    CycleUnit,
    "CycleUnit",
    "How the length of a cycle is counted.",
    {
        CycleUnit.MONTHS: (
            "Months from the anchor: its day and time of day in the zone, or the month's last day where that is "
            "earlier (31 January, 28 February, 31 March)."
        ),
        CycleUnit.DAYS: (
            "Calendar days of the zone: the first period starts at the anchor, each later one at a midnight."
        ),
        CycleUnit.HOURS: "Exact hours from the anchor, whatever clocks on walls do.",
    },
)


@strawberry.type(description="How often a quota is given again. Nothing carries over from one period to the next.")
class Cycle:
    """A repeating length of time with its anchor."""

    unit: CycleUnit = strawberry.field(description="What `count` counts.")
    count: int = strawberry.field(description="Length of one period, in `unit`s.")
    zone: str = strawberry.field(
        description="IANA name of the time zone that months and days are counted in, such as `Asia/Shanghai`."
    )
    anchor: datetime = strawberry.field(
        description="Start of the first period; every later period is computed from it."
    )
