"""What a follower of the feed receives (F8), and how a feed ends."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.balances import Balance
from domain.benefits import Benefits
from domain.entries import Entry
from domain.tasks import Task


def _shared() -> dict[Hashable, bytes]:
    return {}


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a wallet's ledger, with where it belongs, when it was written and who asked for it.

    `caller` None: it fell due by itself. Followers of one wallet get the same object, so what one of them encoded
    the others find in `shared`; who fills it bounds it.
    """

    wallet_id: UUID
    workspace_id: UUID
    entry: Entry
    recorded_at: datetime
    caller: UUID | None
    shared: dict[Hashable, bytes] = field(default_factory=_shared, compare=False, repr=False)

    @property
    def number(self) -> int:
        """The entry's number: 1, 2, 3 … in its wallet."""
        return self.entry.number


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A wallet as entry `number` left it; everything later follows as entries. Number 0: nothing was written yet.

    `at` is the instant of that entry, `tasks` are those that run, oldest first. `shared` as in `FeedEntry`.
    """

    wallet_id: UUID
    workspace_id: UUID
    number: int
    at: datetime
    balances: tuple[Balance, ...]
    tasks: tuple[Task, ...]
    benefits: Benefits = field(default_factory=Benefits)
    shared: dict[Hashable, bytes] = field(default_factory=_shared, compare=False, repr=False)


class ResyncReason(StrEnum):
    """Why a feed cannot go on from where its reader was."""

    CURSOR_AHEAD = "CURSOR_AHEAD"
    """The reader has seen entries that the ledger does not have (any more): the database was restored."""
    TOO_FAR_BEHIND = "TOO_FAR_BEHIND"
    """More entries were written since than are replayed."""


@dataclass(frozen=True, slots=True)
class ResyncRequired:
    """Forget what you know: `snapshot` takes its place, and the feed goes on from there."""

    reason: ResyncReason
    snapshot: Snapshot


FeedEvent = Snapshot | FeedEntry | ResyncRequired


class AccessEnd(StrEnum):
    """Why a follower may not read a wallet any more. Codes are stable: clients are told them (A4, B7)."""

    ACCESS_ENDED = "ACCESS_ENDED"
    CREDENTIAL_ENDED = "CREDENTIAL_ENDED"
    PERSON_SUSPENDED = "PERSON_SUSPENDED"
    PERSON_TERMINATED = "PERSON_TERMINATED"
    MEMBERSHIP_ENDED = "MEMBERSHIP_ENDED"
    FORBIDDEN = "FORBIDDEN"
    """The reader is a member still, and no administrator any more (B3)."""


class AccessEnded(Exception):  # noqa: N818  (says what happened)
    """The follower may not read this wallet any more: `why`, in `words` for people if there is more to say."""

    def __init__(self, why: AccessEnd = AccessEnd.ACCESS_ENDED, words: str | None = None) -> None:
        super().__init__(words or why)
        self.why = why
        self.words = words


class FeedClosed(Exception):  # noqa: N818  (says what happened)
    """The server stops. Follow again, from the last cursor, elsewhere or later."""


class ReadFailed(Exception):  # noqa: N818  (says what happened)
    """The database could not be read; the cause tells why. Follow again from the last cursor."""


class UnknownWallet(LookupError):  # noqa: N818  (a plain noun, as `domain.errors`)
    """There is no such wallet."""
