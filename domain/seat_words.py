"""What happened to a seat, told in words (B6)."""

from domain.seats import SeatChangeKind


def why_seat_changed(kind: SeatChangeKind, *, actor: str | None, by_holder: bool) -> str:
    """Tell in plain English why a seat changed.

    Args:
        kind: what happened.
        actor: the name of whoever did it; None: it was nobody whom the organisation knows.
        by_holder: whether that is the person who holds or held it.
    """
    by = f" by {actor}" if actor and not by_holder else ""
    match kind:
        case SeatChangeKind.ADDED:
            return "Bought"
        case SeatChangeKind.ASSIGNED:
            return "Joined" if by_holder else f"Given{by}"
        case SeatChangeKind.REASSIGNED:
            return "Came back within the period" + by
        case SeatChangeKind.VACATED:
            return "Left" if by_holder else f"Removed{by}"
        case SeatChangeKind.RELEASED:
            return "Released at the monthly settlement"
        case SeatChangeKind.RETIRED:
            return "Ended with a renewal that has fewer seats"
