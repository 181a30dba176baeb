"""Identities: who somebody is at a provider, whose account that is, and who was welcomed already (A2)."""

import os
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg

from domain.ids import uuid7
from domain.persons import Locale
from domain.traits import normal_email
from models.database import Connection
from models.identities import Provider
from services.keyed_hashes import KeyedHashes

SUBJECT_CHARACTERS_MAX = 255

_LOCK = "SELECT pg_advisory_xact_lock(key) FROM (SELECT unnest($1::bigint[]) AS key) AS keys"
# The row's lock is waited for in the same statement: what it shows then is the row as it is after the wait.
_FIND = """
SELECT p.id, p.email, p.status, p.status_reason, p.status_until,
    EXISTS (SELECT FROM identities i WHERE i.provider = $1 AND i.subject = $2) AS known
FROM persons p
WHERE p.id = coalesce(
    (SELECT i.person_id FROM identities i WHERE i.provider = $1 AND i.subject = $2),
    (SELECT e.id FROM persons e WHERE lower(e.email) = $3 AND e.status <> 'DELETED'))
FOR NO KEY UPDATE
"""
_ADD_EMAIL = """
UPDATE persons SET email = $2 WHERE id = $1 AND NOT EXISTS (
    SELECT FROM persons o WHERE lower(o.email) = $2 AND o.status <> 'DELETED')
"""
_ADD = "INSERT INTO identities (id, provider, subject, person_id, created_at) VALUES ($1, $2, $3, $4, $5)"
_WELCOME = """
INSERT INTO sign_up_marks (mark, created_at) SELECT mark, $2 FROM unnest($1::text[]) AS m (mark) ORDER BY mark
ON CONFLICT (mark) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a provider says of who came back from it; checked when it is made.

    Attributes:
        provider: where they signed in.
        subject: their id there, which never changes.
        email: an address that the provider has verified; None: it gave none, or says nothing of that kind.
        display_name: anything.
        locale: the language to speak to them in.
        time_zone: an IANA name; what is none counts as not given.

    Raises:
        ValueError: the subject or the e-mail address is none.
    """

    provider: Provider
    subject: str
    email: str | None
    display_name: str
    locale: Locale
    time_zone: str | None = None

    def __post_init__(self) -> None:
        """See that the subject can be kept, and write the e-mail address as it is compared."""
        if not 1 <= len(self.subject) <= SUBJECT_CHARACTERS_MAX or not self.subject.isprintable():
            raise ValueError(f"a subject has 1 to {SUBJECT_CHARACTERS_MAX} printable characters")
        if self.email is not None:
            object.__setattr__(self, "email", normal_email(self.email))


async def lock_assertion(connection: Connection, hashes: KeyedHashes, asserted: Assertion) -> None:
    """Wait for everybody who signs in with the same subject or the same e-mail, until the transaction's end."""
    marks = _marks(hashes, asserted)
    keys = sorted({int.from_bytes(sha256(mark.encode()).digest()[:8], "big", signed=True) for mark in marks})
    await connection.execute(_LOCK, keys)


async def find_account(connection: Connection, asserted: Assertion) -> asyncpg.Record | None:
    """Find and lock the account that an identity signs in to: `id`, `email`, the status columns, and `known`.

    The identity's own, or the one that has the verified e-mail; then the identity is not `known` yet.
    """
    return await connection.fetchrow(_FIND, asserted.provider, asserted.subject, asserted.email)


async def add_identity(connection: Connection, now: datetime, person_id: UUID, asserted: Assertion) -> None:
    """Let a subject sign in as a person."""
    await connection.execute(_ADD, uuid7(now, os.urandom(10)), asserted.provider, asserted.subject, person_id, now)


async def add_email(connection: Connection, person_id: UUID, email: str) -> None:
    """Give a person who has none a verified e-mail address, unless it is another account's."""
    await connection.execute(_ADD_EMAIL, person_id, email)


async def welcome(connection: Connection, now: datetime, hashes: KeyedHashes, asserted: Assertion) -> bool:
    """Mark a subject and an e-mail as welcomed, for good; tell whether neither was: only then credits are due."""
    marks = _marks(hashes, asserted)
    tag = await connection.execute(_WELCOME, marks, now)
    return int(tag.rpartition(" ")[2]) == len(marks)


def _marks(hashes: KeyedHashes, asserted: Assertion) -> list[str]:
    marks = [hashes.of("sign-up-subject", f"{asserted.provider}:{asserted.subject}")]
    if asserted.email is not None:
        marks.append(hashes.of("sign-up-email", asserted.email))
    return marks
