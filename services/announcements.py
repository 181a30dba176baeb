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

import msgspec

from domain.changes import shown_until
from domain.ids import uuid7
from domain.texts import Text
from models.database import Connection
from services.notices import NOTICES_AT_ONCE_MAX, Told, notify_all, wake
from services.runtime import Runtime


class Telling(msgspec.Struct, frozen=True):
    """What users are told, and the id of the last one who was."""

    kind: str
    facts: dict[str, str]
    after: UUID = UUID(int=0)


class StoredBanner(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in the column `text` of a banner: its languages, its date, and who is still to be told."""

    en: str
    zh_hans: str = msgspec.field(name="zh-Hans")
    effective_at: datetime | None = None
    telling: Telling | None = None


BANNER = msgspec.json.Decoder(StoredBanner)

_SHOW = """
INSERT INTO banners (id, kind, text, starts_at, ends_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)
"""
_NEXT = """
SELECT id, text, starts_at FROM banners WHERE text ? 'telling' ORDER BY starts_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
# Shared: nobody is erased between being chosen and being written to.
_USERS = """
SELECT id FROM persons
WHERE id > $1 AND kind = 'USER' AND created_at <= $2
    AND (status = 'ACTIVE' OR (status = 'SUSPENDED' AND status_until <= $3))
ORDER BY id LIMIT $4 FOR SHARE
"""
_MARK = "UPDATE banners SET text = $2 WHERE id = $1"


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
    stored = StoredBanner(text.en, text.zh_hans, effective_at, Telling(kind, dict(facts)))
    ends_at = shown_until(effective_at, now)
    await connection.execute(_SHOW, id_, kind, msgspec.json.encode(stored).decode(), now, ends_at, operator)
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
            banner = BANNER.decode(row["text"])
            if banner.telling is None:
                raise TypeError(f"banner {row['id']} has nothing to tell")
            arguments = (banner.telling.after, row["starts_at"], runtime.clock(), NOTICES_AT_ONCE_MAX)
            users: list[UUID] = [each["id"] for each in await connection.fetch(_USERS, *arguments)]
            woken = await notify_all(
                connection, _told(row["id"], row["starts_at"], banner.telling, users), clock=runtime.clock
            )
            rest = msgspec.structs.replace(banner.telling, after=users[-1]) if users else None
            marked = msgspec.structs.replace(banner, telling=rest)
            await connection.execute(_MARK, row["id"], msgspec.json.encode(marked).decode())
            told = len(users)
        await wake(runtime, woken)
    return told


def _told(banner_id: UUID, at: datetime, telling: Telling, users: list[UUID]) -> list[Told]:
    """Name each notice after announcement and reader: even a mark that was lost would tell nobody twice."""
    return [
        Told(user, telling.kind, telling.facts, True, uuid7(at, sha256(banner_id.bytes + user.bytes).digest()))
        for user in users
    ]
