"""Wallets: one person's quotas, credits and history in one workspace (F1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import strawberry

from domain.entries import EntryKind
from schema.balances import Balance, CreditBalance, Quota
from schema.benefits import Benefits
from schema.entries import EntryConnection
from schema.fields import field
from schema.nodes import Node
from schema.persons import Person
from schema.scalars import Cursor
from schema.tasks import Task
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

    async def running_tasks(self, wallet: "Wallet") -> list[Task]:
        """Find the tasks that hold something of a wallet."""

    async def entries(self, wallet: "Wallet", page: PageAsked) -> EntryConnection:
        """Find a page of a wallet's entries."""

    async def balance(self, wallet: "Wallet", at: datetime | None, entry: int | None) -> Balance:
        """Find the figures of a wallet at an instant, after an entry, or now."""


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
    async def running_tasks(self, info: Info) -> list[Task]:
        """The tasks that run, the oldest first. A policy bounds how many a wallet may have at a time."""
        return await info.context.running_tasks(self)

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
