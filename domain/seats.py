"""Seats: what an organisation buys, and who holds them (B6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SeatStatus(StrEnum):
    """What a seat is, at an instant."""

    UNALLOCATED = "UNALLOCATED"
    """Nobody holds it."""
    ALLOCATED = "ALLOCATED"
    """A member holds it."""
    PENDING_RELEASE = "PENDING_RELEASE"
    """Its member was removed; until the next settlement nobody else can have it (B7)."""


class SeatChangeKind(StrEnum):
    """What happened to a seat."""

    ADDED = "ADDED"
    """It was bought; it exists from this instant."""
    ASSIGNED = "ASSIGNED"
    """Somebody joined and holds it."""
    VACATED = "VACATED"
    """Its member was removed or left: it is PENDING_RELEASE."""
    REASSIGNED = "REASSIGNED"
    """The same person came back to it within the period (B8)."""
    RELEASED = "RELEASED"
    """The settlement came: it is UNALLOCATED."""
    RETIRED = "RETIRED"
    """A renewal with fewer seats ended it."""


@dataclass(frozen=True, slots=True)
class SeatCounts:
    """How many seats there are of each status: `total` is their sum at every instant (B6).

    `assignable` are those of the unallocated that somebody may be given: a seat that a renewal is about to retire
    is not.
    """

    unallocated: int
    allocated: int
    pending_release: int
    assignable: int

    @property
    def total(self) -> int:
        """All seats."""
        return self.unallocated + self.allocated + self.pending_release


def seat_status(*, held: bool, release_at: datetime | None, now: datetime) -> SeatStatus:
    """Tell a seat's status. At its settlement it is UNALLOCATED whether or not a job has run (B6, B7)."""
    if not held or (release_at is not None and release_at <= now):
        return SeatStatus.UNALLOCATED
    return SeatStatus.ALLOCATED if release_at is None else SeatStatus.PENDING_RELEASE


@dataclass(frozen=True, slots=True)
class SeatEvent:
    """One thing that happened to a seat, `at` its instant; `person_id` is None for ADDED and RETIRED."""

    at: datetime
    kind: SeatChangeKind
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class SeatHolding:
    """Somebody held a seat in `[starts_at, ends_at)`; nobody else could have it before `free_at`.

    `began` is ASSIGNED, or REASSIGNED where the same person came back to the seat (B8). `ends_at` None: they hold it
    still. `free_at` is the settlement (B7), or the instant at which they came back; None: nobody knows it yet.
    """

    person_id: UUID
    began: SeatChangeKind
    starts_at: datetime
    ends_at: datetime | None = None
    free_at: datetime | None = None

    def status(self, instant: datetime) -> SeatStatus:
        """Tell what this holding made of the seat at an instant; UNALLOCATED outside of it."""
        held = self.starts_at <= instant and (self.free_at is None or instant < self.free_at)
        if not held:
            return SeatStatus.UNALLOCATED
        is_allocated = self.ends_at is None or instant < self.ends_at
        return SeatStatus.ALLOCATED if is_allocated else SeatStatus.PENDING_RELEASE


def seat_holdings(events: Iterable[SeatEvent], release_at: datetime | None = None) -> tuple[SeatHolding, ...]:
    """Fold what happened to one seat, in order, into who held it from when to when, and why.

    Holdings never overlap. `release_at` is the seat's own: a settlement that no job has written yet, or that is still
    to come, is told by it.
    """
    holdings: list[SeatHolding] = []
    for event in events:
        match event.kind:
            case SeatChangeKind.ASSIGNED | SeatChangeKind.REASSIGNED:
                if event.kind is SeatChangeKind.REASSIGNED:
                    holdings[-1] = replace(holdings[-1], free_at=event.at)
                if event.person_id is not None:
                    holdings.append(SeatHolding(event.person_id, event.kind, event.at))
            case SeatChangeKind.VACATED:
                holdings[-1] = replace(holdings[-1], ends_at=event.at)
            case SeatChangeKind.RELEASED:
                holdings[-1] = replace(holdings[-1], free_at=event.at)
            case SeatChangeKind.ADDED | SeatChangeKind.RETIRED:
                pass  # nobody holds a seat that begins or ends
    if release_at is not None and holdings and holdings[-1].free_at is None:
        holdings[-1] = replace(holdings[-1], free_at=release_at)
    return tuple(holdings)
