"""The live feed: a snapshot, then every entry, each exactly once (F8)."""

from collections.abc import Hashable
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry

from schema.balances import Balance
from schema.benefits import Benefits
from schema.entries import Entry
from schema.enums import show
from schema.notices import FeedNotice
from schema.scalars import Cursor
from schema.tasks import Task


class ResyncReason(StrEnum):
    """Why a feed cannot go on from where its reader was."""

    CURSOR_AHEAD = "CURSOR_AHEAD"
    TOO_FAR_BEHIND = "TOO_FAR_BEHIND"


show(
    ResyncReason,
    "ResyncReason",
    "Why the feed cannot go on from where its reader was.",
    {
        ResyncReason.CURSOR_AHEAD: (
            "The reader has seen entries that the ledger does not have any more: the database was restored."
        ),
        ResyncReason.TOO_FAR_BEHIND: "More entries were written since than are replayed.",
    },
)


@strawberry.type(description="Everything about the wallet at one point of its ledger. Whatever comes later follows.")
class UsageSnapshot:
    """The first event of a feed without `after`. `shared` holds what one follower encoded, for the others."""

    shared: strawberry.Private[dict[Hashable, bytes]]

    cursor: Cursor = strawberry.field(description="The point: resume from here by giving it as `after`.")
    at: datetime = strawberry.field(description="The instant of the last entry that is counted in.")
    balance: Balance = strawberry.field(description="All figures of the wallet.")
    benefits: Benefits = strawberry.field(description="Whether its quotas can be used.")
    running_tasks: list[Task] = strawberry.field(description="The tasks that run, the oldest first.")


@strawberry.type(description="One more entry. The figures after it are in `entry { balance }`.")
class UsageChange:
    """An entry, as it is written. `shared` holds what one follower encoded, for the others."""

    shared: strawberry.Private[dict[Hashable, bytes]]

    cursor: Cursor = strawberry.field(description="The entry's place: resume from here by giving it as `after`.")
    entry: Entry = strawberry.field(description="The entry.")


@strawberry.type(description="Something that the owner is told, such as new terms. No figure changes by it.")
class NoticeReceived:
    """A notice, in its place among the entries. `shared` holds what one follower encoded, for the others."""

    shared: strawberry.Private[dict[Hashable, bytes]]

    cursor: Cursor = strawberry.field(description="Its place: resume from here by giving it as `after`.")
    notice: FeedNotice = strawberry.field(description="What is told.")


@strawberry.type(description="Forget what you know: the feed cannot go on from `after`. The snapshot takes its place.")
class ResyncRequired:
    """A gap that is told instead of hidden."""

    cursor: Cursor = strawberry.field(description="The snapshot's point: resume from here by giving it as `after`.")
    reason: ResyncReason = strawberry.field(description="Why.")
    snapshot: UsageSnapshot = strawberry.field(description="Everything as it is now; entries follow from here.")


UsageFeedEvent = Annotated[
    UsageSnapshot | UsageChange | NoticeReceived | ResyncRequired,
    strawberry.union(
        "UsageFeedEvent",
        description=(
            "What the feed sends: a snapshot first, unless it resumes; then changes, and what the owner is told. "
            "`ResyncRequired` in place of changes that cannot be sent any more."
        ),
    ),
]
