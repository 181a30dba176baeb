"""Changes that people must be told of in time: prices, discontinuations, whatever else is announced (A7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import InvalidInput
from domain.refusals import Refusal, RefusalCode
from domain.texts import Text, check_text

TEXT_CHARACTERS_MAX = 500
"""A banner is read at a glance, and the text stands in a notice of every user."""
SHOWN_AFTER = timedelta(days=7)
"""How long a banner stays after the change has taken effect, or after it was published where it has no date."""


class ChangeKind(StrEnum):
    """What changes."""

    PRICE = "PRICE"
    DISCONTINUATION = "DISCONTINUATION"
    INFORMATION = "INFORMATION"


@dataclass(frozen=True, slots=True)
class Change:
    """What changes, in words, and when; no date: it is news, and true already."""

    kind: ChangeKind
    text: Text
    effective_at: datetime | None = None


def check_change(change: Change) -> None:
    """See that a change can be announced at all.

    Raises:
        InvalidInput: the text is none, or a change of a price or a discontinuation has no date.
    """
    check_text(change.text, ("input", "text"), TEXT_CHARACTERS_MAX)
    if change.effective_at is None and change.kind is not ChangeKind.INFORMATION:
        raise InvalidInput(("input", "effectiveAt"), f"must be given for a change of kind {change.kind}")


def refuse_early(effective_at: datetime | None, now: datetime, notice: timedelta = timedelta(0)) -> Refusal | None:
    """Refuse a date that leaves people less time than they are due; none: it is good.

    Args:
        effective_at: when it takes effect; None: it has no date.
        now: when it is published.
        notice: the least time in between.
    """
    earliest = now + notice
    if effective_at is None or effective_at >= earliest:
        return None
    why = f"a change like this needs {notice.days} days of notice" if notice else "what is past cannot be announced"
    return Refusal(
        RefusalCode.EFFECTIVE_TOO_EARLY,
        f"This takes effect too early: {why}.",
        ("effectiveAt",),
        earliest_at=earliest,
    )


def shown_until(effective_at: datetime | None, now: datetime) -> datetime:
    """Tell until when the banner of a change is shown."""
    return max(effective_at or now, now) + SHOWN_AFTER
