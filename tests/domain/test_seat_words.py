"""What happened to a seat is told in words, whatever it was (B6)."""

import pytest

from domain.seat_words import why_seat_changed
from domain.seats import SeatChangeKind


@pytest.mark.parametrize(
    ("kind", "actor", "by_holder", "told"),
    [
        (SeatChangeKind.ADDED, None, False, "Bought"),
        (SeatChangeKind.ASSIGNED, "Bo", True, "Joined"),
        (SeatChangeKind.ASSIGNED, "Ada", False, "Given by Ada"),
        (SeatChangeKind.ASSIGNED, None, False, "Given"),
        (SeatChangeKind.REASSIGNED, "Bo", True, "Came back within the period"),
        (SeatChangeKind.VACATED, "Bo", True, "Left"),
        (SeatChangeKind.VACATED, "Ada", False, "Removed by Ada"),
        (SeatChangeKind.VACATED, None, False, "Removed"),
        (SeatChangeKind.RELEASED, None, False, "Released at the monthly settlement"),
        (SeatChangeKind.RETIRED, None, False, "Ended with a renewal that has fewer seats"),
    ],
)
def test_b6_why_a_seat_changed(kind: SeatChangeKind, actor: str | None, *, by_holder: bool, told: str) -> None:
    assert why_seat_changed(kind, actor=actor, by_holder=by_holder) == told


def test_b6_every_kind_has_words() -> None:
    assert all(why_seat_changed(kind, actor=None, by_holder=False) for kind in SeatChangeKind)
