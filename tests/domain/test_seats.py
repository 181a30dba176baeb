"""The history of a seat, folded: holdings never overlap, and statuses add up at every instant (B6, B7, B8)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.seats import (
    SeatChangeKind,
    SeatCounts,
    SeatEvent,
    SeatHolding,
    SeatStatus,
    seat_holdings,
    seat_status,
)

START = datetime(2026, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PERIOD = timedelta(hours=10)
"""Short settlements, so that random steps cross them often."""
PEOPLE = [UUID(int=number) for number in range(4)]


@dataclass
class Model:
    """One seat as the services keep it: its row, what was written about it, and what it was at each hour."""

    person: UUID | None = None
    release_at: datetime | None = None
    events: list[SeatEvent] = field(default_factory=lambda: [SeatEvent(START, SeatChangeKind.ADDED, None)])
    seen: list[tuple[datetime, SeatStatus]] = field(default_factory=list)

    def settle(self, now: datetime) -> None:
        if self.release_at and self.release_at <= now:
            self.events.append(SeatEvent(self.release_at, SeatChangeKind.RELEASED, self.person))
            self.person = self.release_at = None

    def act(self, step: str, person: UUID, now: datetime) -> None:
        if step == "settle":
            self.settle(now)
        elif step == "take" and self.status(now) is SeatStatus.UNALLOCATED:
            self.settle(now)  # the worker has perhaps not run
            self.events.append(SeatEvent(now, SeatChangeKind.ASSIGNED, person))
            self.person = person
        elif step == "take" and self.status(now) is SeatStatus.PENDING_RELEASE and self.person == person:
            self.events.append(SeatEvent(now, SeatChangeKind.REASSIGNED, person))
            self.release_at = None
        elif step == "vacate" and self.status(now) is SeatStatus.ALLOCATED:
            self.events.append(SeatEvent(now, SeatChangeKind.VACATED, self.person))
            self.release_at = now + PERIOD - (now - START) % PERIOD

    def status(self, now: datetime) -> SeatStatus:
        return seat_status(held=self.person is not None, release_at=self.release_at, now=now)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "vacate", "settle"]), st.sampled_from(PEOPLE), st.integers(min_value=0, max_value=7)
    ),
    max_size=30,
)


def lived(steps: list[tuple[str, UUID, int]]) -> tuple[Model, datetime]:
    model, now = Model(), START
    for step, person, hours in steps:
        for _ in range(hours):
            now += HOUR
            model.seen.append((now, model.status(now)))
        model.act(step, person, now)
    return model, now


@given(STEPS)
def test_b6_the_history_says_what_the_seat_was_at_every_instant(steps: list[tuple[str, UUID, int]]) -> None:
    model, now = lived(steps)
    holdings = seat_holdings(model.events, model.release_at)
    changed_at = {event.at for event in model.events}  # at such an instant it was first the one, then the other
    for instant, status in model.seen:
        told = [holding.status(instant) for holding in holdings]
        held = [each for each in told if each is not SeatStatus.UNALLOCATED]
        assert len(held) <= 1
        if instant not in changed_at:
            assert held == ([status] if status is not SeatStatus.UNALLOCATED else [])
    assert [holding.status(now) for holding in holdings[-1:]] in ([], [model.status(now)])


@given(STEPS)
def test_b8_holdings_never_overlap_whether_or_not_the_settlements_were_written(
    steps: list[tuple[str, UUID, int]],
) -> None:
    model, now = lived(steps)
    unsettled = seat_holdings(model.events, model.release_at)
    for holding, after in pairwise(unsettled):
        assert holding.ends_at is not None
        assert holding.free_at is not None
        assert holding.starts_at <= holding.ends_at <= holding.free_at <= after.starts_at
        if after.began is SeatChangeKind.REASSIGNED:
            assert (after.person_id, after.starts_at) == (holding.person_id, holding.free_at)
    model.settle(now + PERIOD)
    assert seat_holdings(model.events) == unsettled


@given(st.lists(STEPS, min_size=1, max_size=5), st.integers(min_value=0, max_value=300))
def test_b6_counts_of_many_seats_add_up_at_every_instant(lives: list[list[tuple[str, UUID, int]]], hours: int) -> None:
    models, instant = [lived(steps)[0] for steps in lives], START + hours * HOUR
    told = [
        next(
            (
                each
                for holding in seat_holdings(model.events, model.release_at)
                if (each := holding.status(instant)) is not SeatStatus.UNALLOCATED
            ),
            SeatStatus.UNALLOCATED,
        )
        for model in models
    ]
    counts = SeatCounts(
        told.count(SeatStatus.UNALLOCATED), told.count(SeatStatus.ALLOCATED), told.count(SeatStatus.PENDING_RELEASE), 0
    )
    assert counts.total == len(models)


def test_b7_a_holding_tells_from_when_to_when_and_until_when_nobody_else_could_have_it() -> None:
    ada, bo = PEOPLE[:2]
    instants = [START + number * HOUR for number in range(6)]
    kinds = [
        (SeatChangeKind.ADDED, None),
        (SeatChangeKind.ASSIGNED, ada),
        (SeatChangeKind.VACATED, ada),
        (SeatChangeKind.REASSIGNED, ada),
        (SeatChangeKind.VACATED, ada),
    ]
    events = [SeatEvent(at, kind, person) for at, (kind, person) in zip(instants, kinds, strict=False)]
    first = SeatHolding(ada, SeatChangeKind.ASSIGNED, instants[1], instants[2], instants[3])
    second = SeatHolding(ada, SeatChangeKind.REASSIGNED, instants[3], instants[4], START + PERIOD)
    assert seat_holdings(events, START + PERIOD) == (first, second)
    assert second.status(instants[3]) is SeatStatus.ALLOCATED
    assert second.status(instants[4]) is SeatStatus.PENDING_RELEASE
    assert second.status(START + PERIOD) is SeatStatus.UNALLOCATED
    events += [
        SeatEvent(START + PERIOD, SeatChangeKind.RELEASED, ada),
        SeatEvent(START + PERIOD, SeatChangeKind.ASSIGNED, bo),
    ]
    third = SeatHolding(bo, SeatChangeKind.ASSIGNED, START + PERIOD)
    assert seat_holdings(events) == (first, second, third)
    assert third.status(instants[5]) is SeatStatus.UNALLOCATED


def test_b6_a_seat_that_nobody_ever_held_has_no_holdings() -> None:
    events = [SeatEvent(START, SeatChangeKind.ADDED, None), SeatEvent(START + HOUR, SeatChangeKind.RETIRED, None)]
    assert seat_holdings(events) == ()
    assert seat_holdings([]) == ()
