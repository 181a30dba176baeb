"""Announcements: a banner for everybody at once, then a notice and an e-mail for each user, by the worker (A6, A7).

The banner is written in the transaction that publishes; it carries what the notices will say and how far they have
come. Each round tells the next users in the order of their ids and moves that mark in the same transaction, under
the banner's lock: so each is told exactly once, however many workers there are and wherever they are killed.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec

from domain.changes import shown_until
from domain.ids import uuid7
from domain.texts import Text
from models.database import Connection
from services.notices import NOTICES_AT_ONCE_MAX, Told, notify_all, wake
from services.runtime import Runtime

_NOBODY = UUID(int=0)

TEXT = msgspec.json.Decoder(Text)
_FACTS = msgspec.json.Decoder(dict[str, str])

_SHOW = """
INSERT INTO banners (id, kind, text, facts, effective_at, starts_at, ends_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_NEXT = """
SELECT id, kind, facts, told_after, starts_at FROM banners WHERE told_at IS NULL
ORDER BY starts_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
# Shared: nobody is erased between being chosen and being written to.
_USERS = """
SELECT id FROM persons
WHERE id > $1 AND kind = 'USER' AND created_at <= $2
    AND (status = 'ACTIVE' OR (status = 'SUSPENDED' AND status_until <= $3))
ORDER BY id LIMIT $4 FOR SHARE
"""
_MARK = "UPDATE banners SET told_after = coalesce($2, told_after), told_at = $3 WHERE id = $1"


async def announce(
    connection: Connection,
    kind: str,
    text: Text,
    facts: Mapping[str, str],
    *,
    effective_at: datetime | None,
    operator: UUID,
    now: datetime,
) -> UUID:
    """Show a banner from now on, and leave word for the worker to tell all users; within the caller's transaction.

    Args:
        connection: in a transaction.
        kind: of the banner, and of the notices.
        text: the banner's.
        facts: of the notices.
        effective_at: when what is announced takes effect, if it has a date.
        operator: who announces it.
        now: the instant of publication: who came later is not told.
    """
    id_ = uuid7(now, os.urandom(10))
    written = [msgspec.json.encode(each).decode() for each in (text, facts)]
    ends_at = shown_until(effective_at, now)
    await connection.execute(_SHOW, id_, kind, *written, effective_at, now, ends_at, operator)
    return id_


async def tell_everybody(runtime: Runtime) -> int:
    """Tell up to 256 users of the oldest announcement that not all know of; return how many: call again until 0.

    A suspended person is not told, and finds the banner when they come back. What another worker is at is left to it.
    """
    told = 0
    while not told:
        async with runtime.database.transaction() as connection:
            row = await connection.fetchrow(_NEXT)
            if row is None:
                return 0
            now = runtime.clock()
            arguments = (row["told_after"] or _NOBODY, row["starts_at"], now, NOTICES_AT_ONCE_MAX)
            users: list[UUID] = [each["id"] for each in await connection.fetch(_USERS, *arguments)]
            woken = await notify_all(connection, _told(row, users), clock=runtime.clock)
            await connection.execute(_MARK, row["id"], users[-1] if users else None, None if users else now)
            told = len(users)
        await wake(runtime, woken)
    return told


def _told(banner: asyncpg.Record, users: list[UUID]) -> list[Told]:
    """Name each notice after announcement and reader: even a mark that was lost would tell nobody twice."""
    id_, at, facts = banner["id"], banner["starts_at"], _FACTS.decode(banner["facts"])
    return [
        Told(user, banner["kind"], facts, True, uuid7(at, sha256(id_.bytes + user.bytes).digest())) for user in users
    ]
