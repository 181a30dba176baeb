"""Wallets: one person's quotas, credits and history in one workspace (F1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import strawberry

from domain.entries import EntryKind
from domain.usage_history import UsageGrouping
from schema.balances import Balance, CreditBalance, Quota
from schema.benefits import Benefits
from schema.credits import CreditsOfKind
from schema.entries import EntryConnection
from schema.fields import field
from schema.nodes import Node
from schema.pages import After, Before, First, Last
from schema.pages import PageAsked as Page
from schema.persons import Person
from schema.plans import Plan
from schema.recorded_refusals import RefusalConnection
from schema.scalars import Cursor
from schema.tasks import Task
from schema.usage_history import By, From, To, UsageRow
from schema.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class PageAsked:
    """The arguments of a connection of entries, as they were given."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None
    kinds: frozenset[EntryKind]


class Asked(Protocol):
    """What a wallet asks the context for."""

    async def workspace_of(self, wallet: "Wallet") -> Workspace:
        """Find the workspace of a wallet."""

    async def person_of(self, wallet: "Wallet") -> Person:
        """Find the owner of a wallet."""

    async def plan_of(self, wallet: "Wallet") -> Plan | None:
        """Find the plan that a wallet is on."""

    async def running_tasks(self, wallet: "Wallet") -> list[Task]:
        """Find the tasks that hold something of a wallet."""

    async def credits_by_kind(self, wallet: "Wallet") -> list[CreditsOfKind]:
        """Find what is left of each kind in a wallet."""

    async def entries(self, wallet: "Wallet", page: PageAsked) -> EntryConnection:
        """Find a page of a wallet's entries."""

    async def balance(self, wallet: "Wallet", at: datetime | None, entry: int | None) -> Balance:
        """Find the figures of a wallet at an instant, after an entry, or now."""

    async def usage_of(
        self, wallet: "Wallet", start: datetime, end: datetime, by: list[UsageGrouping]
    ) -> list[UsageRow]:
        """Sum up the usage of a wallet."""

    async def refusals_of(self, wallet: "Wallet", page: Page) -> RefusalConnection:
        """Find a page of a wallet's refusals."""


Info = strawberry.Info[Asked, None]


@strawberry.type(
    description=(
        "One person's quotas, credits and history in one workspace. Everything that happens to it is an entry of its "
        "ledger; quotas and credits are shown as the entry `lastEntry` left them."
    )
)
class Wallet(Node):
    """A wallet."""

    uuid: strawberry.Private[UUID]
    workspace_id: strawberry.Private[UUID]
    person_id: strawberry.Private[UUID]
    sources: strawberry.Private[frozenset[str]]

    last_entry: int = strawberry.field(description="Number of its last entry; 0: nothing has happened yet.")
    quotas: list[Quota] = strawberry.field(description="What memberships give in the current periods.")
    credits: list[CreditBalance] = strawberry.field(description="What was given once, by meter.")
    benefits: Benefits = strawberry.field(description="Whether its quotas can be used.")

    @field
    async def workspace(self, info: Info) -> Workspace:
        """The workspace that it belongs to."""
        return await info.context.workspace_of(self)

    @field
    async def person(self, info: Info) -> Person:
        """Its owner."""
        return await info.context.person_of(self)

    @field
    async def plan(self, info: Info) -> Plan | None:
        """The plan that gives its quotas, in the version that was bought; null: none does."""
        return await info.context.plan_of(self)

    @field
    async def running_tasks(self, info: Info) -> list[Task]:
        """The tasks that run, the oldest first. A policy bounds how many a wallet may have at a time."""
        return await info.context.running_tasks(self)

    @field
    async def credits_by_kind(self, info: Info) -> list[CreditsOfKind]:
        """What is left of each kind, in the order in which it is drawn, and what of it ends next. By meter.

        The quota's current period is among it, as kind `PLAN`. True at this instant.
        """
        return await info.context.credits_by_kind(self)

    @field
    async def entries(
        self,
        info: Info,
        *,
        first: Annotated[
            int | None, strawberry.argument(description="How many entries, counted from the oldest: 1 to 100.")
        ] = None,
        after: Annotated[Cursor | None, strawberry.argument(description="Only entries later than this one.")] = None,
        last: Annotated[
            int | None, strawberry.argument(description="How many entries, counted from the newest: 1 to 100.")
        ] = None,
        before: Annotated[Cursor | None, strawberry.argument(description="Only entries earlier than this one.")] = None,
        kinds: Annotated[
            list[EntryKind] | None,
            strawberry.argument(description="Only entries of these kinds; null or empty: of every kind."),
        ] = None,
    ) -> EntryConnection:
        """Its history, the oldest entry first.

        What the owner was told (`NoticeReceived` in the feed) is numbered with the entries and left out here, so
        numbers may be missing.

        With `first`, the entries that follow `after`; with `last`, those that precede `before`. With neither, 20:
        those that follow `after` where it is given, else the newest.
        """
        page = PageAsked(first, after, last, before, frozenset(kinds or ()))
        return await info.context.entries(self, page)

    @field
    async def balance(
        self,
        info: Info,
        at: Annotated[
            datetime | None, strawberry.argument(description="The instant, which must not lie in the future.")
        ] = None,
        entry: Annotated[
            int | None, strawberry.argument(description="The entry's number, from 1 to `lastEntry`.")
        ] = None,
    ) -> Balance:
        """All its figures at an instant, or after one of its entries; with neither argument, now.

        At most one of the arguments may be given.
        """
        return await info.context.balance(self, at, entry)

    @field
    async def usage(self, info: Info, *, from_: From, to: To, by: By) -> list[UsageRow]:
        """What was charged between two instants, summed up: sorted by time, then by meter and the other facts.

        Always exact, up to the last charge. At most 10 000 rows.
        """
        return await info.context.usage_of(self, from_, to, by)

    @field
    async def refusals(
        self,
        info: Info,
        *,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> RefusalConnection:
        """What it was refused in the last 30 days, the newest first.

        With `first`, the refusals that follow `after`; with `last`, those that precede `before`. With neither, 20:
        those that precede `before` where it alone is given, else the first.
        """
        return await info.context.refusals_of(self, Page(first, after, last, before))
