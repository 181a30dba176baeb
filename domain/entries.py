"""Entries: the wallet's truth and its feed, in one numbered sequence (F1, F2, F8)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.allowances import Allowance
from domain.balances import Balance
from domain.benefits import Benefits
from domain.grants import Grant
from domain.notices import Notice
from domain.pricing import Receipt
from domain.tasks import Task


class EntryKind(StrEnum):
    """What an entry records; `amount` is always the thousandths that the kind speaks of."""

    GRANT = "GRANT"
    """A grant was given: the granted amount."""
    EXPIRE = "EXPIRE"
    """A grant's end came: the remainder that lapsed."""
    REVOKE = "REVOKE"
    """An allowance was ended before its time, or benefits were suspended: the remainder that lapsed."""
    RESTORE = "RESTORE"
    """Benefits came back within the period: what had lapsed with their suspension (B8, B10)."""
    CONSUME = "CONSUME"
    """Usage in one step: the charge."""
    HOLD = "HOLD"
    """A task started: the amount set aside."""
    EXTEND = "EXTEND"
    """A task's heartbeat: 0; the task carries its new expiry."""
    SETTLE = "SETTLE"
    """A task completed: the charge."""
    RELEASE = "RELEASE"
    """A task failed or was cancelled: the amount set free."""
    TIMEOUT = "TIMEOUT"
    """A task's hold ran out: the amount set free."""
    ALLOWANCE_STARTED = "ALLOWANCE_STARTED"
    """A membership began to give quota: the amount a period."""
    ALLOWANCE_CHANGED = "ALLOWANCE_CHANGED"
    """A membership gives another amount from the next period on: that amount."""
    ALLOWANCE_ENDED = "ALLOWANCE_ENDED"
    """A membership ceased to give quota: the amount a period."""
    BENEFITS_CHANGED = "BENEFITS_CHANGED"
    """Benefits last until another instant from now on, or came back: 0, of no meter."""
    BENEFITS_SUSPENDED = "BENEFITS_SUSPENDED"
    """Benefits are suspended, and this is why: 0, of no meter (B7, B10)."""
    NOTICE = "NOTICE"
    """The owner is told something: 0, of no meter. It stands here since the ledger is the feed."""


RESOLUTIONS = frozenset({EntryKind.SETTLE, EntryKind.RELEASE, EntryKind.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry does to one grant, in thousandths. `ends` closes the grant for good."""

    grant: int
    used: int = 0
    held: int = 0
    remaining: int = 0
    lapsed: int = 0
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a wallet's ledger. Applying entries 1, 2, 3 … to an empty wallet gives its state (F2).

    `at` is the instant from which it is true: for what fell due, the due instant, whenever it was written. It never
    goes back from one number to the next. `grant`, `allowance`, `task` and `benefits` are the things as this entry
    leaves them; `balances` are all of the wallet's figures after it.
    """

    number: int
    kind: EntryKind
    at: datetime
    meter: str
    amount: int
    changes: tuple[Change, ...] = ()
    grant: Grant | None = None
    allowance: Allowance | None = None
    task: Task | None = None
    receipt: Receipt | None = None
    balances: tuple[Balance, ...] = ()
    notice: Notice | None = None
    benefits: Benefits | None = None

    @property
    def task_id(self) -> UUID | None:
        """The task that it belongs to, if it belongs to one."""
        return self.task.id if self.task else None
