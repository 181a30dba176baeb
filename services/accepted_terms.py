"""Acceptance of the terms: recorded on a person's first act after a version took effect (A6).

A process remembers which version is in force and who has accepted it, so that a warm request costs no statement. What
it remembers is bounded, and only ever spares a statement: the table decides, by its unique key.
"""

import os
from collections import OrderedDict
from contextlib import ExitStack
from datetime import datetime, timedelta
from uuid import UUID

from domain.ids import uuid7
from domain.terms import version_in_force
from feed.broker import Broker, Wakeups
from feed.topics import TERMS_TOPIC
from models.database import Database

PERSONS_MAX = 100_000
"""Persons remembered in a process; the one who came first makes room, and costs a needless statement later."""
KEPT_FOR = timedelta(minutes=10)
"""However quiet the broker is: a wake-up may have been lost with the process that should have sent it."""

_VERSIONS = "SELECT version, effective_at FROM terms_versions"
_ACCEPT = """
INSERT INTO terms_acceptances (id, person_id, version, accepted_at)
SELECT $1, p.id, $3, $4 FROM persons p WHERE p.id = $2
ON CONFLICT (person_id, version) DO NOTHING
"""


class AcceptedTerms:
    """Who has accepted the terms in force, as far as this process knows."""

    def __init__(self, broker: Broker, *, persons_max: int = PERSONS_MAX) -> None:
        self._broker = broker
        self._persons_max = persons_max
        self._versions: tuple[tuple[int, datetime], ...] = ()
        self._read_at: datetime | None = None
        self._accepted: OrderedDict[UUID, int] = OrderedDict()
        self._listening = ExitStack()  # as long as the process
        self._wakeups: Wakeups | None = None

    async def accept(self, database: Database, person_id: UUID, now: datetime) -> None:
        """Record that a person who acts accepts the version in force: at most one statement, none when it is known."""
        if not self._is_fresh(now):
            await self.read(database, now)
        version = version_in_force(self._versions, now)
        if version is None or self._accepted.get(person_id) == version:
            return
        # remembered first: of two requests at once only one asks the database
        self._accepted[person_id] = version
        try:
            await database.pool.execute(_ACCEPT, uuid7(now, os.urandom(10)), person_id, version, now)
        except BaseException:
            self._accepted.pop(person_id, None)
            raise
        while len(self._accepted) > self._persons_max:
            self._accepted.popitem(last=False)

    async def read(self, database: Database, now: datetime) -> None:
        """Learn the versions: once at the start, and again when one was published."""
        if self._wakeups is None:
            self._wakeups = self._listening.enter_context(self._broker.listen(TERMS_TOPIC))
        self._wakeups.take()  # lowered before reading: what is published meanwhile raises it again
        rows = await database.pool.fetch(_VERSIONS)
        self._versions = tuple((row["version"], row["effective_at"]) for row in rows)
        self._read_at = now

    def _is_fresh(self, now: datetime) -> bool:
        if self._read_at is None or self._wakeups is None or now - self._read_at >= KEPT_FOR:
            return False
        if self._wakeups.take():
            self._read_at = None  # until it is read: a read that fails leaves it stale
            return False
        return True
