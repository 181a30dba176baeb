"""Invitation links: what one is at an instant, and whom it lets in (B4)."""

from datetime import datetime
from enum import StrEnum


class InvitationStatus(StrEnum):
    """What a link is, at an instant. None but an OPEN one lets anybody in."""

    OPEN = "OPEN"
    """Whoever has it can join, if there is a seat and it is not for somebody else."""
    EXPIRED = "EXPIRED"
    """Its days are over."""
    REVOKED = "REVOKED"
    """An administrator has revoked it."""
    USED_UP = "USED_UP"
    """As many have joined by it as may."""


def invitation_status(
    *, expires_at: datetime, revoked_at: datetime | None, uses: int, uses_max: int | None, now: datetime
) -> InvitationStatus:
    """Tell a link's status; of several reasons for which it is not open, the one that somebody chose comes first."""
    if revoked_at is not None:
        return InvitationStatus.REVOKED
    if uses_max is not None and uses >= uses_max:
        return InvitationStatus.USED_UP
    return InvitationStatus.OPEN if now < expires_at else InvitationStatus.EXPIRED


def is_for(email: str | None, verified: str | None) -> bool:
    """Tell whether a link that is bound to an address, or to none, is for who has this verified one, or has none.

    Case is no difference between addresses.
    """
    return email is None or (verified is not None and email.lower() == verified.lower())
