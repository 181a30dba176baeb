"""Loaders of organizations and of what is in them: part of `Loaders`."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.principals import Principal
from domain.seats import SeatCounts
from services import invitation_reads, member_reads, organisation_reads, seat_reads
from services.invitation_reads import InvitationUseRow
from services.member_reads import FiguresRow
from services.organisations import Organisation
from services.runtime import Runtime
from services.seat_reads import SeatChangeRow

_Row = TypeVar("_Row")


class OrganisationLoaders:
    """The loaders of one operation that are about organizations. What does not exist for the caller is None."""

    _runtime: Runtime
    _principal: Principal

    @cached_property
    def organisations(self) -> DataLoader[UUID, Organisation | None]:
        """Organizations that the caller is a member of, by id."""
        return self._of_caller(organisation_reads.organisations)

    @cached_property
    def organisations_of_workspaces(self) -> DataLoader[UUID, Organisation | None]:
        """Organizations that the caller is a member of, by the id of their workspace."""
        return self._of_caller(organisation_reads.organisations_of_workspaces)

    @cached_property
    def seat_counts(self) -> DataLoader[UUID, tuple[SeatCounts, datetime]]:
        """Counts of seats with their instant, by the id of the organization."""

        async def load(ids: list[UUID]) -> list[tuple[SeatCounts, datetime]]:
            found = await organisation_reads.seat_counts_of(self._runtime, ids)
            return [found[id_] for id_ in ids]

        return DataLoader(load)

    @cached_property
    def figures(self) -> DataLoader[UUID, FiguresRow | None]:
        """Figures of members of organizations that the caller administers, by the id of their wallet."""
        return self._of_caller(member_reads.figures)

    @cached_property
    def seat_changes(self) -> DataLoader[UUID, tuple[SeatChangeRow, ...] | None]:
        """What happened to seats, by id. Nothing is kept: an overview asks again with each of its events."""
        return self._of_caller(seat_reads.seat_changes, cache=False)

    @cached_property
    def invitation_uses(self) -> DataLoader[UUID, tuple[InvitationUseRow, ...] | None]:
        """Who joined by invitations, by id. Nothing is kept: an overview asks again with each of its events."""
        return self._of_caller(invitation_reads.invitation_uses, cache=False)

    def _of_caller(
        self,
        read: Callable[[Runtime, Principal, Collection[UUID]], Awaitable[Mapping[UUID, _Row]]],
        *,
        cache: bool = True,
    ) -> DataLoader[UUID, _Row | None]:
        async def load(ids: list[UUID]) -> list[_Row | None]:
            found = await read(self._runtime, self._principal, ids)
            return [found.get(id_) for id_ in ids]

        return DataLoader(load, cache=cache)
