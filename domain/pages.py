"""Pages: a run of new entries of one wallet, with every row that they leave changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.allowances import Allowance
from domain.benefits import Benefits
from domain.entries import Change, Entry, EntryKind
from domain.grants import Grant
from domain.notices import Notice
from domain.pricing import Receipt
from domain.tasks import Task
from domain.wallets import WalletState, apply, balances, changed


@dataclass(frozen=True, slots=True)
class Page:
    """New entries in order, the state after them, and the things that they touched, as they are left."""

    state: WalletState
    entries: Sequence[Entry]
    grants: Mapping[int, Grant]
    allowances: Mapping[int, Allowance]
    tasks: Mapping[UUID, Task]
    due: int = 0
    """How many of the entries, the first ones, fell due by themselves."""


class Draft:
    """A page being written. Lives within one call of `advance` or `decide`, and never outside of it."""

    __slots__ = ("_allowances", "_due", "_entries", "_grants", "_tasks", "state")

    def __init__(self, state: WalletState) -> None:
        self.state = state
        self._entries: list[Entry] = []
        self._due = 0
        self._grants: dict[int, Grant] = {}
        self._allowances: dict[int, Allowance] = {}
        self._tasks: dict[UUID, Task] = {}

    def write(
        self,
        kind: EntryKind,
        at: datetime,
        meter: str,
        amount: int,
        *,
        changes: Sequence[Change] = (),
        grant: Grant | None = None,
        allowance: Allowance | None = None,
        task: Task | None = None,
        receipt: Receipt | None = None,
        notice: Notice | None = None,
        benefits: Benefits | None = None,
    ) -> Entry:
        """Append the next entry and return it, balances included."""
        before = self.state
        number = before.last_entry + 1
        facts = (number, kind, at, meter, amount, tuple(changes), grant, allowance, task, receipt)
        self.state = state = apply(before, Entry(*facts, benefits=benefits))
        entry = Entry(*facts, balances(state), notice, benefits)
        self._entries.append(entry)
        if grant:
            self._grants[grant.number] = grant
        for change in changes:
            after = state.grants.get(change.grant)
            self._grants[change.grant] = after or changed(before.grants[change.grant], change)
        if allowance:
            self._allowances[allowance.number] = allowance
        if task:
            self._tasks[task.id] = task
        return entry

    def last_since(self, number: int) -> Entry | None:
        """Return the last entry, if it was written after that number."""
        return self._entries[-1] if self.state.last_entry > number else None

    def all_due_is_written(self) -> None:
        """Note that what was written so far fell due by itself."""
        self._due = len(self._entries)

    def page(self) -> Page:
        """Finish."""
        return Page(self.state, tuple(self._entries), self._grants, self._allowances, self._tasks, self._due)
