"""Loaders: one read for all nodes of an edge, whatever their number, and each node once in an operation.

They live as long as their operation and keep what they loaded, so that one answer never shows two states of a thing.
A subscription lives long: nothing that an event leads to may come from here, except what never changes (allowances).
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.allowances import Allowance
from domain.credits import CreditsOfKind
from domain.entries import EntryKind
from domain.errors import PlatformNotSupported
from domain.principals import Principal
from domain.tasks import Task
from domain.texts import Text
from resolvers.organisation_loaders import OrganisationLoaders
from services import credit_reads, history, platforms, reads, settings, terms
from services.history import BalanceRow, EntryPage, Place
from services.reads import PersonRow, WalletRow, WorkspaceRow
from services.runtime import Runtime
from services.settings import Setting

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class EntriesAsked:
    """A page of a wallet's entries: pages of one shape are read together."""

    place: Place
    limit: int
    newest_first: bool
    kinds: frozenset[EntryKind]

    @property
    def shape(self) -> tuple[int, bool, frozenset[EntryKind]]:
        """All but the place."""
        return self.limit, self.newest_first, self.kinds


class Loaders(OrganisationLoaders):
    """The loaders of one operation, each made when it is first used. What does not exist for the caller is None."""

    def __init__(self, runtime: Runtime, principal: Principal) -> None:
        self._runtime = runtime
        self._principal = principal

    @cached_property
    def workspaces(self) -> DataLoader[UUID, WorkspaceRow | None]:
        """Workspaces by id."""
        return self._loader(reads.workspaces)

    @cached_property
    def settings(self) -> DataLoader[UUID, tuple[Setting, ...] | None]:
        """The caller's settings by the id of their workspace."""
        return self._loader(settings.settings_of)

    @cached_property
    def elsewhere(self) -> DataLoader[UUID, None]:
        """Raises `PlatformNotSupported` for ids of what does not exist on the caller's surface alone."""

        async def load(ids: list[UUID]) -> list[PlatformNotSupported | None]:
            found = await platforms.elsewhere(self._runtime, self._principal, ids)
            return [found.get(id_) for id_ in ids]

        return DataLoader(load)

    @cached_property
    def wallets(self) -> DataLoader[UUID, WalletRow | None]:
        """Wallets by id."""
        return self._loader(reads.wallets)

    @cached_property
    def running_tasks(self) -> DataLoader[UUID, tuple[Task, ...] | None]:
        """Running tasks by the id of their wallet."""
        return self._loader(reads.running_tasks)

    @cached_property
    def credits_by_kind(self) -> DataLoader[UUID, tuple[CreditsOfKind, ...] | None]:
        """What is left of each kind of credits, by the id of their wallet."""
        return self._loader(credit_reads.credits_of)

    @cached_property
    def tasks(self) -> DataLoader[UUID, tuple[UUID, Task] | None]:
        """Tasks, with the ids of their wallets, by id."""
        return self._loader(reads.tasks)

    @cached_property
    def persons(self) -> DataLoader[UUID, PersonRow | None]:
        """Persons by id."""
        return self._loader(reads.persons)

    @cached_property
    def _allowances(self) -> DataLoader[UUID, Mapping[int, Allowance] | None]:
        return self._loader(reads.allowances)

    async def allowance(self, wallet_id: UUID, number: int) -> Allowance:
        """Load an allowance that a wallet has or had.

        Raises:
            LookupError: it never had one of this number.
        """
        known = await self._allowances.load(wallet_id)
        if known is None or number not in known:  # begun after the others were loaded, by a feed that lives long
            self._allowances.clear(wallet_id)
            known = await self._allowances.load(wallet_id)
        if known is None or number not in known:
            raise LookupError(f"wallet {wallet_id} has no allowance {number}")
        return known[number]

    @cached_property
    def terms_bodies(self) -> DataLoader[int, Text | None]:
        """What versions of the terms say, by version."""

        async def load(versions: list[int]) -> list[Text | None]:
            found = await terms.terms_bodies(self._runtime, versions)
            return [found.get(version) for version in versions]

        return DataLoader(load)

    async def entries(self, asked: EntriesAsked) -> EntryPage:
        """Load a page of entries, together with the pages of the same shape that others ask for."""
        return await self._entries.load(asked)

    @cached_property
    def _entries(self) -> DataLoader[EntriesAsked, EntryPage]:
        async def load(asked: list[EntriesAsked]) -> list[EntryPage]:
            found: dict[EntriesAsked, EntryPage] = {}
            for shape in dict.fromkeys(each.shape for each in asked):
                alike = {each.place: each for each in asked if each.shape == shape}
                limit, newest_first, kinds = shape
                pages = await history.entries_pages(
                    self._runtime, self._principal, list(alike), limit=limit, newest_first=newest_first, kinds=kinds
                )
                found |= {each: pages[place] for place, each in alike.items()}
            return [found[each] for each in asked]

        return DataLoader(load)

    async def balance(self, wallet_id: UUID, at: datetime | None, number: int | None) -> BalanceRow | None:
        """Load a wallet's figures at an instant or after an entry, together with other wallets' there."""
        return await self._balances.load((wallet_id, at, number))

    @cached_property
    def _balances(self) -> DataLoader[tuple[UUID, datetime | None, int | None], BalanceRow | None]:
        async def load(asked: list[tuple[UUID, datetime | None, int | None]]) -> list[BalanceRow | None]:
            found: dict[tuple[UUID, datetime | None, int | None], BalanceRow] = {}
            for at, number in dict.fromkeys((at, number) for _, at, number in asked):
                ids = [id_ for id_, *when in asked if when == [at, number]]
                rows = await history.balances_at(self._runtime, self._principal, ids, instant=at, number=number)
                found |= {(id_, at, number): row for id_, row in rows.items()}
            return [found.get(each) for each in asked]

        return DataLoader(load)

    def _loader(
        self, read: Callable[[Runtime, Principal, Collection[UUID]], Awaitable[Mapping[UUID, _Row]]]
    ) -> DataLoader[UUID, _Row | None]:
        async def load(ids: list[UUID]) -> list[_Row | None]:
            found = await read(self._runtime, self._principal, ids)
            return [found.get(id_) for id_ in ids]

        return DataLoader(load)
