"""Terms: what a version says, and which one is in force (A6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.texts import Text, check_text

TITLE_CHARACTERS_MAX = 200
BODY_CHARACTERS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """A version about to be published; without a date it takes effect at once. A material one is announced."""

    title: Text
    body: Text
    material: bool
    effective_at: datetime | None = None


def check_terms(draft: TermsDraft) -> None:
    """See that a version says something in every language.

    Raises:
        InvalidInput: names the field.
    """
    check_text(draft.title, ("input", "title"), TITLE_CHARACTERS_MAX)
    check_text(draft.body, ("input", "body"), BODY_CHARACTERS_MAX, lines=True)


def version_in_force(versions: Iterable[tuple[int, datetime]], now: datetime) -> int | None:
    """Tell which of the versions, given with their effective instants, is in force: the newest that has begun.

    An older one that would begin only after a newer one has begun never comes into force. None: there are no terms yet.
    """
    return max((version for version, effective_at in versions if effective_at <= now), default=None)
