"""Notices: what a person is told in a feed beside the figures (A5, A6, B12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.persons import Locale


class NoticeKind(StrEnum):
    """What notices are about. Codes are stable: clients switch on them. Each has its words in `notice_words`."""

    TERMS = "TERMS"
    """The terms change materially (A6)."""
    PRICE = "PRICE"
    """A price changes (A7)."""
    DISCONTINUATION = "DISCONTINUATION"
    """A plan or a feature ends (A7)."""
    INFORMATION = "INFORMATION"
    """Something that operators want people to know."""
    EXPORT_PROGRESS = "EXPORT_PROGRESS"
    """An export goes on, is ready, or failed: `export`, `state`, `progress` (percentage). In the feed alone (A5)."""
    DELETION_REQUESTED = "DELETION_REQUESTED"
    """The account will be deleted, from `due_at` on (A5)."""
    DELETION_CALLED_BACK = "DELETION_CALLED_BACK"
    """It will not (A5)."""
    DELETION_PUT_OFF = "DELETION_PUT_OFF"
    """It is not deleted yet, but tried again from `due_at` on (A5)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind` is a stable code, `facts` are what its words are made from; `id` names the in-app notice, if it is one.

    `locale` is the language that its reader had chosen when it was written, so that a feed need not ask again.
    """

    kind: str
    facts: Mapping[str, str]
    id: UUID | None = None
    locale: Locale = Locale.ENGLISH
