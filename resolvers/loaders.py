"""Loaders: one read for all nodes of an edge, whatever their number, and each node once in an operation.

They live as long as their operation and keep what they loaded, so that one answer never shows two states of a thing.
A subscription lives long: nothing that an event leads to may come from here, except what never changes (allowances).
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.allowances import Allowance
from domain.principals import Principal
from domain.tasks import Task
from services import reads
from services.reads import WalletRow, WorkspaceRow
from services.runtime import Runtime

_Row = TypeVar("_Row")


class Loaders:
    """The loaders of one operation, each made when it is first used. What does not exist for the caller is None."""

    def __init__(self, runtime: Runtime, principal: Principal) -> None:
        self._runtime = runtime
        self._principal = principal

    @cached_property
    def workspaces(self) -> DataLoader[UUID, WorkspaceRow | None]:
        """Workspaces by id."""
        return self._loader(reads.workspaces)

    @cached_property
    def wallets(self) -> DataLoader[UUID, WalletRow | None]:
        """Wallets by id."""
        return self._loader(reads.wallets)

    @cached_property
    def running_tasks(self) -> DataLoader[UUID, tuple[Task, ...] | None]:
        """Running tasks by the id of their wallet."""
        return self._loader(reads.running_tasks)

    @cached_property
    def tasks(self) -> DataLoader[UUID, tuple[UUID, Task] | None]:
        """Tasks, with the ids of their wallets, by id."""
        return self._loader(reads.tasks)

    @cached_property
    def persons(self) -> DataLoader[UUID, str | None]:
        """Display names by the id of the person."""
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

    def _loader(
        self, read: Callable[[Runtime, Principal, Collection[UUID]], Awaitable[Mapping[UUID, _Row]]]
    ) -> DataLoader[UUID, _Row | None]:
        async def load(ids: list[UUID]) -> list[_Row | None]:
            found = await read(self._runtime, self._principal, ids)
            return [found.get(id_) for id_ in ids]

        return DataLoader(load)
