"""The outbox: e-mails are written with what they tell, in its transaction, and sent by the worker afterwards.

Workers claim due rows (`FOR UPDATE SKIP LOCKED`), so that each is with one of them; a claim is a lease: the next
attempt is set behind the time that a batch may take, before anything is sent and without keeping a transaction open
meanwhile. A row is marked as sent exactly once, and never tried after. A worker that is killed between sending and
marking leaves a row that is sent again when its lease is over: at least once, then, and with the same Message-ID.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import format_tb
from typing import Protocol
from uuid import UUID

import asyncpg
import msgspec

from domain.persons import Locale
from models.database import Connection
from services.runtime import Runtime

EMAILS_AT_ONCE_MAX = 20
ATTEMPTS_MAX = 10
BATCH_S_MAX = 60.0
LEASE = timedelta(seconds=2 * BATCH_S_MAX)
PAUSE_MIN, PAUSE_MAX, PAUSE_FACTOR = timedelta(minutes=1), timedelta(hours=6), 3
"""Pauses of 1, 3, 9, 27, 81, 243 and then 360 minutes: ten attempts take about a day."""
JITTER = 0.25
"""Pauses are longer by up to this share, so that what failed together does not come back together."""
EMAILS_KEPT = timedelta(days=30)
"""How long an e-mail that was sent or given up is kept."""
EMAILS_FORGOTTEN_AT_ONCE_MAX = 1_000

_log = logging.getLogger(__name__)

_PUT = """
INSERT INTO emails (id, person_id, address, template, facts, locale, created_at, attempts, next_attempt_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $7)
ON CONFLICT (id) DO NOTHING
"""
_CLAIM = """
WITH due AS (
    SELECT id, attempts FROM emails WHERE next_attempt_at <= $1
    ORDER BY next_attempt_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE emails e SET
    attempts = least(e.attempts + 1, $3),
    next_attempt_at = CASE WHEN due.attempts < $3 THEN $4::timestamptz END
FROM due WHERE e.id = due.id
RETURNING e.id, e.person_id, e.address, e.template, e.facts, e.locale, e.created_at, e.attempts,
    due.attempts < $3 AS is_live
"""
_SENT = """
UPDATE emails SET sent_at = $2, next_attempt_at = NULL, last_error = NULL WHERE id = $1 AND sent_at IS NULL
"""
_FAILED = "UPDATE emails SET next_attempt_at = $2, last_error = $3 WHERE id = $1 AND sent_at IS NULL"
_RELEASE = """
UPDATE emails SET next_attempt_at = $2, attempts = attempts - 1 WHERE id = ANY ($1::uuid[]) AND sent_at IS NULL
"""
_FORGET = """
DELETE FROM emails WHERE id IN (SELECT id FROM emails
    WHERE created_at <= $1 AND next_attempt_at IS NULL LIMIT $2 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail to be sent: `template` and `facts` make its words. `repr` leaves the address out of logs."""

    id: UUID
    person_id: UUID | None
    address: str
    template: str
    facts: Mapping[str, str]
    locale: Locale
    created_at: datetime

    def __repr__(self) -> str:
        """Say which one it is, and nothing about anybody."""
        return f"Email(id={self.id!r}, template={self.template!r}, person_id={self.person_id!r})"


class NotSent(Exception):  # noqa: N818  (says what happened)
    """An e-mail was not taken. The reason holds no address; `for_good`: another attempt would be refused as well."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


Send = Callable[[Email], Awaitable[None]]
"""Hands one e-mail over; raises `NotSent`."""


class Mailer(Protocol):
    """What takes e-mails on."""

    def session(self) -> AbstractAsyncContextManager[Send]:
        """Open what is needed to send a batch; raises `NotSent` where nothing can be sent at all."""


async def put_email(connection: Connection, email: Email) -> None:
    """Put an e-mail into the outbox, within the caller's transaction; one with a known id is there already."""
    facts = msgspec.json.encode(email.facts).decode()
    arguments = (email.id, email.person_id, email.address, email.template, facts, email.locale, email.created_at)
    await connection.execute(_PUT, *arguments)


async def send_due(runtime: Runtime, mailer: Mailer, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send up to 20 e-mails that are due, in at most a minute; return how many were claimed: call again until 0.

    Those that it does not come to, for lack of time or since the process is `stopping`, are due again at once.
    """
    now = runtime.clock()
    rows = await runtime.database.pool.fetch(_CLAIM, now, EMAILS_AT_ONCE_MAX, ATTEMPTS_MAX, now + LEASE)
    waiting = deque((_email(row), row["attempts"]) for row in rows if row["is_live"])
    if not waiting:
        return len(rows)
    try:
        async with asyncio.timeout(BATCH_S_MAX), mailer.session() as send:
            while waiting and not stopping():
                await _send_one(runtime, send, *waiting[0])
                waiting.popleft()
    except NotSent as error:  # nothing can be sent at all
        for email, attempts in waiting:
            await _note_failure(runtime, email, attempts, error)
        return len(rows)
    except TimeoutError:
        await _note_failure(runtime, *waiting.popleft(), NotSent("it took too long"))
    if waiting:
        await runtime.database.pool.execute(_RELEASE, [email.id for email, _ in waiting], runtime.clock())
    return len(rows)


async def forget_emails(runtime: Runtime) -> int:
    """Delete e-mails that were sent or given up 30 days ago, up to 1 000; return how many."""
    before = runtime.clock() - EMAILS_KEPT
    tag = await runtime.database.pool.execute(_FORGET, before, EMAILS_FORGOTTEN_AT_ONCE_MAX)
    return int(tag.rpartition(" ")[2])


def pause_after(attempts: int, jitter: float) -> timedelta:
    """Tell how long to wait after so many attempts; `jitter` is 0 to 1."""
    pause: timedelta = min(PAUSE_MAX, PAUSE_MIN * PAUSE_FACTOR ** (attempts - 1))
    return min(PAUSE_MAX, pause * (1 + JITTER * jitter))


async def _send_one(runtime: Runtime, send: Send, email: Email, attempts: int) -> None:
    try:
        await send(email)
    except NotSent as error:
        await _note_failure(runtime, email, attempts, error)
    except Exception as error:  # noqa: BLE001  (one broken e-mail must not keep the others)
        # what an error says may quote the e-mail, so only where it was raised is logged
        _log.error("%r could not be written:\n%s", email, "".join(format_tb(error.__traceback__)))
        await _note_failure(runtime, email, attempts, NotSent(type(error).__name__))
    else:
        await runtime.database.pool.execute(_SENT, email.id, runtime.clock())


async def _note_failure(runtime: Runtime, email: Email, attempts: int, failure: NotSent) -> None:
    over = failure.for_good or attempts >= ATTEMPTS_MAX
    pause = pause_after(attempts, random.random())  # noqa: S311  (jitter, not a secret)
    await runtime.database.pool.execute(_FAILED, email.id, None if over else runtime.clock() + pause, failure.reason)
    what = "is given up" if over else "is tried again"
    _log.warning("%r was not sent in attempt %d and %s: %s", email, attempts, what, failure.reason)


def _email(row: asyncpg.Record) -> Email:
    facts = {name: str(fact) for name, fact in msgspec.json.decode(row["facts"]).items()}
    return Email(
        row["id"], row["person_id"], row["address"], row["template"], facts, Locale(row["locale"]), row["created_at"]
    )
