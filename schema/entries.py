"""Entries: what happened to a wallet, one by one."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import strawberry

from domain.entries import EntryKind
from schema.allowances import Allowance
from schema.balances import Balance
from schema.benefits import Benefits
from schema.enums import show
from schema.fields import field
from schema.grants import Grant, GrantChange
from schema.meters import Meter
from schema.nodes import Node
from schema.pages import PageInfo
from schema.receipts import Receipt
from schema.scalars import Amount, Cursor
from schema.tasks import Task


class Asked(Protocol):
    """What these types ask the context for."""

    async def recorded_at(self, entry: "Entry") -> datetime:
        """Find out when an entry was written."""


Info = strawberry.Info[Asked, None]

show(
    EntryKind,
    "EntryKind",
    "What an entry records, and so what its `amount` speaks of.",
    {
        EntryKind.GRANT: "Something was given. Amount: what was given.",
        EntryKind.EXPIRE: "A grant's end came. Amount: the rest, which lapsed.",
        EntryKind.REVOKE: (
            "A quota ended before its time, benefits were suspended, or credits were taken back. Amount: what lapsed."
        ),
        EntryKind.RESTORE: "Benefits came back within the period. Amount: what had lapsed with their suspension.",
        EntryKind.CONSUME: "Usage in one step. Amount: the charge.",
        EntryKind.HOLD: "A task started. Amount: what was set aside.",
        EntryKind.EXTEND: "A task still runs and got more time. Amount: 0.",
        EntryKind.SETTLE: "A task completed. Amount: the charge.",
        EntryKind.RELEASE: "A task failed or was cancelled. Amount: what was set free.",
        EntryKind.TIMEOUT: "A task's time ran out. Amount: what was set free.",
        EntryKind.ALLOWANCE_STARTED: "A membership began to give a quota. Amount: what it gives in each period.",
        EntryKind.ALLOWANCE_CHANGED: (
            "A membership gives another quota from the next period on. Amount: what it will give in each period."
        ),
        EntryKind.ALLOWANCE_ENDED: "A membership ceased to give a quota. Amount: what it gave in each period.",
        EntryKind.BENEFITS_CHANGED: "Benefits last until another instant, or came back. Amount: 0, of no meter.",
        EntryKind.BENEFITS_SUSPENDED: "Benefits were suspended. Amount: 0, of no meter.",
    },
    hidden=frozenset({EntryKind.NOTICE}),  # an entry of the feed alone, where it is a `NoticeReceived`
)


@strawberry.type(
    description=(
        "One thing that happened to a wallet. Entries are numbered 1, 2, 3 … without a gap, notices of the feed "
        "included, and never change; all figures follow from them."
    )
)
class Entry(Node):
    """An entry of a wallet's ledger. `recorded` is known where it was read, not where it was just written."""

    wallet_id: strawberry.Private[UUID]
    recorded: strawberry.Private[datetime | None]

    number: int = strawberry.field(description="Its number in its wallet.")
    kind: EntryKind = strawberry.field(description="What it records.")
    at: datetime = strawberry.field(
        description=(
            "The instant from which it is true: for what fell due, when that was. Never goes back from one entry to "
            "the next."
        )
    )
    meter: Meter = strawberry.field(
        description="The meter that it is about; for `BENEFITS_…`, which is about all, one without id, name and unit."
    )
    amount: Amount = strawberry.field(description="The amount that its kind speaks of, in `unit`. Never negative.")
    unit: str = strawberry.field(description="Unit of the amount: the meter's.")
    cursor: Cursor = strawberry.field(
        description="Its place: give it as `after` to `usageFeed` or to `entries` for everything later."
    )
    task: Task | None = strawberry.field(
        description="The task that it belongs to, as this entry leaves it; null: it belongs to none."
    )
    grant: Grant | None = strawberry.field(description="What was given; null for kinds other than `GRANT`.")
    allowance: Allowance | None = strawberry.field(
        description="The quota that began, changed, ended, or gave the grant; null: it is about none."
    )
    changes: list[GrantChange] = strawberry.field(description="What it changed in each grant that it touched.")
    receipt: Receipt | None = strawberry.field(
        description="Why the charge is what it is; null for kinds other than `CONSUME` and `SETTLE`."
    )
    benefits: Benefits | None = strawberry.field(
        description="The wallet's benefits as this entry leaves them; null for kinds other than `BENEFITS_…`."
    )
    balance: Balance = strawberry.field(description="All figures of the wallet after this entry.")

    @field
    async def recorded_at(self, info: Info) -> datetime:
        """When it was written down: for what fell due, this can be later than `at`."""
        return self.recorded or await info.context.recorded_at(self)


@strawberry.type(description="An entry on a page.")
class EntryEdge:
    """An edge of an `EntryConnection`."""

    cursor: Cursor = strawberry.field(description="The entry's place, for `after` and `before`.")
    node: Entry = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a wallet's entries, the oldest first.")
class EntryConnection:
    """A page of entries."""

    edges: list[EntryEdge] = strawberry.field(description="The entries with their places.")
    nodes: list[Entry] = strawberry.field(description="The entries alone.")
    page_info: PageInfo = strawberry.field(description="Where the page stands, and whether there is more.")


@strawberry.type(description="An entry told in words.")
class EntryExplanation:
    """What happened and why, for people."""

    entry: Entry = strawberry.field(description="The entry.")
    text: str = strawberry.field(description="What happened and why, in the language asked for.")
