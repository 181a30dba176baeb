"""`post`: the one way into a ledger (DESIGN.md §3).

Lock wallets in the order of their ids, load their states, decide command by command, write everything: three
statements, whatever the number of commands. It runs inside the caller's transaction, so that a verb can change
other rows in the same commit. Idempotency (F5) and the record of refusals (F7) are part of it.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.commands import Command, CompleteTask, ExtendTask, ReleaseTask
from domain.enterprise import in_enterprise
from domain.entries import Entry
from domain.ids import uuid7
from domain.ledger import Accepted, Decision, Refused, advance, decide
from domain.pages import Page
from domain.refusals import Refusal, RefusalCode
from models.database import Connection
from models.ledger_load import Key, KnownKey, Loaded, LockedWallet, load, lock
from models.ledger_write import KeyTaken, NewKey, NewRefusal, Written, WrittenEntry, write

__all__ = ["Clock", "KeyTaken", "Posted", "Posting", "Reporter", "Requested", "post"]

Clock = Callable[[], datetime]
"""Reads the present instant, UTC. Passed in everywhere, so that tests own it."""

KEYS_KEPT = timedelta(days=7)
"""How long an idempotency key is remembered unless the caller of `post` says otherwise (F5)."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who asks, as far as a ledger cares. Outside of `workspace_id` and `person_id`, if given, nothing exists (B11)."""

    id: UUID
    workspace_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """The idempotency key that a reporter gave, and the hash (32 bytes) of what it asked for under it (F5)."""

    key: str
    input_hash: bytes


@dataclass(frozen=True, slots=True)
class Posting:
    """A command for a wallet; for a task's commands the wallet may be left out, since the task knows it."""

    command: Command
    wallet_id: UUID | None = None
    reporter: Reporter | None = None
    """None: the system itself, which may do everything and whose doing needs no key."""
    requested: Requested | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """Carried out, now or (`replayed`) when the same was asked before. `entry` is None for `Advance` alone."""

    wallet_id: UUID
    workspace_id: UUID
    person_id: UUID
    entry: Entry | None
    replayed: bool = False


Outcome = Posted | Refusal


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes in the order of the postings, and whom to wake: the wallets that have new entries.

    `workspaces` are the enterprise workspaces among theirs, whose overviews show them (F9).
    """

    outcomes: tuple[Outcome, ...]
    changed: frozenset[UUID]
    workspaces: frozenset[UUID] = frozenset()


async def post(
    connection: Connection, postings: Sequence[Posting], clock: Clock, *, keys_kept: timedelta = KEYS_KEPT
) -> Batch:
    """Carry out commands within the caller's transaction.

    The clock is read after the wallets are locked, so that the order of instants is the order of commits.

    Raises:
        KeyTaken: a key was used at the same time for another wallet; roll back and try again.
    """
    wallets = {posting.wallet_id for posting in postings if posting.wallet_id is not None}
    tasks = {task for posting in postings if (task := _task_of(posting.command)) is not None}
    keys = {_key(posting): None for posting in postings if posting.requested}
    locked = await lock(connection, wallets, tasks)
    now = clock()
    since = now - keys_kept
    loaded = await load(connection, locked, tasks, [key for key in keys if key], keys_since=since)
    desk = _Desk(loaded, now)
    outcomes = tuple(desk.answer(posting) for posting in postings)
    if desk.has_news:
        await write(connection, desk.written(), desk.new_keys, desk.new_refusals, now=now, keys_since=since)
    return Batch(outcomes, desk.changed, desk.workspaces)


class _Desk:
    """One batch being decided: wallets as they are after the commands so far."""

    def __init__(self, loaded: Loaded, now: datetime) -> None:
        self._loaded = loaded
        self._now = now
        self._known = dict(loaded.keys)
        self._wallet_of_task = dict(loaded.wallet_of_task)
        self._pages: dict[UUID, Page] = {}
        self._entries: dict[UUID, list[WrittenEntry]] = {}
        self.new_keys: list[NewKey] = []
        self.new_refusals: list[NewRefusal] = []

    @property
    def changed(self) -> frozenset[UUID]:
        return frozenset(id_ for id_, entries in self._entries.items() if entries)

    @property
    def workspaces(self) -> frozenset[UUID]:
        changed = (self._loaded.wallets[id_] for id_ in self.changed)
        return frozenset(wallet.workspace_id for wallet in changed if wallet.enterprise)

    @property
    def has_news(self) -> bool:
        return bool(self.changed or self.new_keys or self.new_refusals)

    def written(self) -> list[Written]:
        return [Written(self._loaded.wallets[id_], self._pages[id_], self._entries[id_]) for id_ in self.changed]

    def answer(self, posting: Posting) -> Outcome:
        wallet = self._wallet(posting)
        if wallet is None:
            return _not_found(posting)
        if posting.requested and (known := self._known.get(_require_key(posting))):
            return self._replay(wallet, known, posting.requested)
        return self._decide(wallet, posting)

    def _wallet(self, posting: Posting) -> LockedWallet | None:
        task, wallet_id = _task_of(posting.command), posting.wallet_id
        if task is not None:
            of_task = self._wallet_of_task.get(task)
            if of_task is None or wallet_id not in (None, of_task):
                return None
            wallet_id = of_task
        wallet = self._loaded.wallets.get(wallet_id) if wallet_id else None
        if wallet is None or not _may_see(posting.reporter, wallet):
            return None
        return wallet

    def _replay(self, wallet: LockedWallet, known: KnownKey, requested: Requested) -> Outcome:
        if known.input_hash != requested.input_hash:
            return Refusal(
                RefusalCode.IDEMPOTENCY_KEY_REUSED,
                "This idempotency key was used with another input; choose a new key for a new request.",
                ("idempotencyKey",),
            )
        if known.refusal:
            return known.refusal
        return Posted(wallet.id, wallet.workspace_id, wallet.person_id, known.entry, replayed=True)

    def _decide(self, wallet: LockedWallet, posting: Posting) -> Outcome:
        before = self._pages.get(wallet.id)
        state = before.state if before else wallet.state
        command = in_enterprise(posting.command) if wallet.enterprise else posting.command
        if isinstance(command, Refusal):
            decision: Decision = Refused(advance(state, self._now), command)
        else:
            decision = decide(state, command, self._now)
        page = decision.page
        self._pages[wallet.id] = _joined(before, page) if before else page
        self._wallet_of_task.update(dict.fromkeys(page.tasks, wallet.id))  # some may have been started just now
        entries = self._entries.setdefault(wallet.id, [])
        own = decision.entry if isinstance(decision, Accepted) else None
        caller = posting.reporter.id if posting.reporter else None
        entries += [
            WrittenEntry(entry, None if index < page.due else caller) for index, entry in enumerate(page.entries)
        ]
        if isinstance(decision, Accepted):
            self._keep(wallet, posting, own, None)
            return Posted(wallet.id, wallet.workspace_id, wallet.person_id, own)
        refusal = _for_guest(decision.refusal) if wallet.guest else decision.refusal
        self._keep(wallet, posting, None, refusal)
        id_ = uuid7(self._now, os.urandom(10))
        self.new_refusals.append(NewRefusal(id_, wallet, caller, page.state.last_entry, refusal))
        return refusal

    def _keep(self, wallet: LockedWallet, posting: Posting, entry: Entry | None, refusal: Refusal | None) -> None:
        if posting.requested is None:
            return
        key, hash_ = _require_key(posting), posting.requested.input_hash
        number = entry.number if entry else None
        self.new_keys.append(NewKey(key, hash_, wallet.id, number, refusal))
        self._known[key] = KnownKey(hash_, wallet.id, entry, refusal)


def _for_guest(refusal: Refusal) -> Refusal:
    """Say to a guest whose messages are used up what helps: signing up (A1)."""
    if refusal.code is not RefusalCode.INSUFFICIENT_CREDITS:
        return refusal
    message = "Your free messages are used up. Sign up to go on: new accounts get free credits."
    return replace(refusal, code=RefusalCode.GUEST_LIMIT_REACHED, message=message)


def _joined(before: Page, after: Page) -> Page:
    return Page(
        after.state,
        (),  # the desk keeps entries with their callers
        {**before.grants, **after.grants},
        {**before.allowances, **after.allowances},
        {**before.tasks, **after.tasks},
    )


def _task_of(command: Command) -> UUID | None:
    """Name the existing task that a command is about."""
    return command.task_id if isinstance(command, CompleteTask | ReleaseTask | ExtendTask) else None


def _key(posting: Posting) -> Key | None:
    if posting.requested is None or posting.reporter is None:
        return None
    return posting.reporter.id, posting.requested.key


def _require_key(posting: Posting) -> Key:
    key = _key(posting)
    if key is None:
        raise TypeError("an idempotency key belongs to a reporter")
    return key


def _may_see(reporter: Reporter | None, wallet: LockedWallet) -> bool:
    if reporter is None:
        return True
    return reporter.workspace_id in (None, wallet.workspace_id) and reporter.person_id in (None, wallet.person_id)


def _not_found(posting: Posting) -> Refusal:
    if _task_of(posting.command):
        return Refusal(RefusalCode.NOT_FOUND, "There is no such task.", ("taskId",))
    return Refusal(RefusalCode.NOT_FOUND, "There is no such wallet.", ("walletId",))
