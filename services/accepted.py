"""Accepted credentials, remembered for a while by the process that looked them up (G1).

What is remembered is dropped as soon as the broker says that access may have changed, here or in another process;
while the broker does not hear the others nothing is taken from memory. So a warm request authenticates without a
statement, and a revoked credential is dead everywhere as fast as a wake-up travels.
"""

import asyncio
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.principals import Principal
from feed.broker import Broker, Wakeups
from feed.topics import ACCESS_FAMILY, access_topic

ACCEPTED_MAX = 10_000
"""Credentials remembered in a process; the one that was used least recently makes room."""
KEPT_FOR = timedelta(seconds=30)
"""However quiet the broker is: a wake-up may have been lost with the process that should have sent it."""
CHECKS_AT_ONCE_MAX = 4
"""Checks of open sockets that run at once in a process: a GAP wakes them all."""


@dataclass(frozen=True, slots=True)
class _Entry:
    principal: Principal
    subject: UUID
    since: datetime
    until: datetime


@dataclass(slots=True)
class _Subject:
    """Whose access may change: one flag, and the tokens that are remembered of theirs."""

    listening: ExitStack
    wakeups: Wakeups
    tokens: set[bytes] = field(default_factory=set)


class AcceptedCredentials:
    """A bounded memory from a token's SHA-256 to its principal. Only genuine credentials get into it.

    The order of things is: `begin`, read the database, `keep`. What was woken in between may be newer than what was
    read, so then nothing is kept.
    """

    def __init__(self, broker: Broker, *, entries_max: int = ACCEPTED_MAX) -> None:
        self.checks = asyncio.Semaphore(CHECKS_AT_ONCE_MAX)
        self._broker = broker
        self._entries_max = entries_max
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._subjects: dict[UUID, _Subject] = {}
        self._anybody: Wakeups | None = None
        self._listening = ExitStack()  # as long as the process: a memory without listeners would be wrong
        self._changes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, token_hash: bytes, now: datetime) -> Principal | None:
        """Give the principal of a token that was accepted and holds still, as far as anybody has said."""
        entry = self._entries.get(token_hash)
        if entry is None or not self._broker.is_live or self._drop_if_woken(entry.subject):
            return None
        if not entry.since <= now < entry.until:
            self._forget(token_hash)
            return None
        self._entries.move_to_end(token_hash)
        return entry.principal

    def vouches_for(self, principal: Principal, now: datetime) -> bool:
        """Tell whether a principal's credential is remembered and holds still."""
        subject = self._subjects.get(principal.subject) if principal.subject else None
        tokens = tuple(subject.tokens) if subject else ()
        return any(
            found.credential == principal.credential for token in tokens if (found := self.find(token, now)) is not None
        )

    def begin(self) -> int:
        """Say before reading the database that something may be kept; give what `keep` asks for."""
        if self._anybody is None:
            self._anybody = self._listening.enter_context(self._broker.listen(ACCESS_FAMILY))
        if self._anybody.take():
            self._changes += 1
        return self._changes

    def keep(
        self, token_hash: bytes, principal: Principal, *, begun: int, since: datetime, ends_at: datetime | None
    ) -> None:
        """Remember what was read since `begun`, unless access of anybody changed meanwhile."""
        if principal.subject is None or not self._broker.is_live or self.begin() != begun:
            return
        until = since + KEPT_FOR
        self._drop_if_woken(principal.subject)
        subject = self._subjects.get(principal.subject) or self._listen_to(principal.subject)
        subject.tokens.add(token_hash)
        until = until if ends_at is None else min(until, ends_at)
        self._entries[token_hash] = _Entry(principal, principal.subject, since, until)
        self._entries.move_to_end(token_hash)
        if len(self._entries) > self._entries_max:
            self._forget(next(iter(self._entries)))

    def _listen_to(self, subject_id: UUID) -> _Subject:
        listening = ExitStack()
        wakeups = listening.enter_context(self._broker.listen(access_topic(subject_id)))
        subject = self._subjects[subject_id] = _Subject(listening, wakeups)
        return subject

    def _drop_if_woken(self, subject_id: UUID) -> bool:
        subject = self._subjects.get(subject_id)
        if subject is None or not subject.wakeups.take():
            return False
        for token_hash in tuple(subject.tokens):
            self._forget(token_hash)
        return True

    def _forget(self, token_hash: bytes) -> None:
        entry = self._entries.pop(token_hash)
        subject = self._subjects[entry.subject]
        subject.tokens.discard(token_hash)
        if not subject.tokens:
            subject.listening.close()
            del self._subjects[entry.subject]
