"""Traits: keyed hashes of what a person showed, and the accounts that they link (A3).

Telephone numbers, devices and addresses stand nowhere in clear. Links feed limits that are meant for persons, not
for accounts; a device or an address alone blocks nothing and raises a review flag.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.ids import uuid7
from domain.traits import normal_address, normal_device, normal_email, normal_phone
from models.database import Connection
from models.traits import TraitKind
from services.keyed_hashes import KeyedHashes

TRAITS_PER_KIND_MAX = 20
"""Of each kind, for each person; a new one takes the place of the one that was seen least recently."""
SEEN_EVERY = timedelta(days=1)
"""Seeing a trait again is written at most this often."""
LINKED_MAX = 1_000
"""Accounts that `same_person` finds at most: an address may be a whole city's."""

STRONG = frozenset({TraitKind.EMAIL, TraitKind.PHONE})
"""Verified, so that one alone says that two accounts are the same person's."""
WEAK = frozenset({TraitKind.DEVICE, TraitKind.ADDRESS})
"""Shared by households and offices, too."""

# Rows that make room and rows that are written are different ones, so one statement may do both.
_RECORD = """
WITH shown AS (
    SELECT * FROM unnest($3::uuid[], $4::text[], $5::text[]) AS s (id, kind, hash)
), others AS (
    SELECT t.id, row_number() OVER (PARTITION BY t.kind ORDER BY t.last_seen_at DESC, t.id DESC) AS place
    FROM traits t
    WHERE t.person_id = $1 AND t.kind IN (SELECT kind FROM shown)
        AND NOT EXISTS (SELECT FROM shown s WHERE s.kind = t.kind AND s.hash = t.hash)
), room AS (
    DELETE FROM traits WHERE id IN (SELECT id FROM others WHERE place >= $7)
), flag AS (
    UPDATE persons SET under_review = true
    WHERE id = $1 AND $8 AND NOT under_review AND EXISTS (
        SELECT FROM traits t JOIN shown s ON s.kind = t.kind AND s.hash = t.hash
        WHERE t.person_id <> $1 AND t.kind = ANY ($9::text[]))
)
INSERT INTO traits AS known (id, person_id, kind, hash, first_seen_at, last_seen_at)
SELECT id, $1, kind, hash, $2, $2 FROM shown
ON CONFLICT (person_id, kind, hash) DO UPDATE SET last_seen_at = excluded.last_seen_at
    WHERE known.last_seen_at <= $6
"""
_LINKED = """
SELECT DISTINCT other.person_id FROM traits mine
JOIN traits other ON other.kind = mine.kind AND other.hash = mine.hash AND other.person_id <> mine.person_id
WHERE mine.person_id = $1 AND mine.kind = ANY ($2::text[])
LIMIT $3
"""
_ARE_LINKED = """
SELECT EXISTS (
    SELECT FROM traits mine JOIN traits other ON other.kind = mine.kind AND other.hash = mine.hash
    WHERE mine.person_id = $1 AND other.person_id = $2)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person showed, as it came in; None: nothing of that kind. E-mail and phone are verified ones only."""

    email: str | None = None
    phone: str | None = None
    device: str | None = None
    address: str | None = None


async def record_traits(
    connection: Connection,
    hashes: KeyedHashes,
    person_id: UUID,
    seen: Seen,
    now: datetime,
    *,
    flags: bool = False,
) -> None:
    """Remember what a person showed, within the caller's transaction: one statement, none if they showed nothing.

    Args:
        connection: in a transaction that holds the person's lock.
        hashes: the installation's.
        person_id: who.
        seen: what they showed. Devices and addresses that are none are left out: they come from anybody.
        now: when.
        flags: whether a device or an address that another account has shown puts this one under review.

    Raises:
        ValueError: the e-mail address or the telephone number is none, so it cannot have been verified.
    """
    shown = _hashed(hashes, seen)
    if not shown:
        return
    ids = [uuid7(now, os.urandom(10)) for _ in shown]
    kinds, texts = [kind for kind, _ in shown], [hash_ for _, hash_ in shown]
    await connection.execute(
        _RECORD, person_id, now, ids, kinds, texts, now - SEEN_EVERY, TRAITS_PER_KIND_MAX, flags, list(WEAK)
    )


async def same_person(
    connection: Connection, person_id: UUID, kinds: Collection[TraitKind] = STRONG | WEAK
) -> frozenset[UUID]:
    """Find the accounts that share a trait with a person's, theirs included; at most 1 000 of them.

    Links are direct, not chains of them: two people who use one café are not one person with all its guests.
    """
    rows = await connection.fetch(_LINKED, person_id, list(kinds), LINKED_MAX)
    return frozenset({person_id, *(row["person_id"] for row in rows)})


async def are_linked(connection: Connection, one: UUID, other: UUID) -> bool:
    """Tell whether two accounts share a trait of any kind, however many share it: one statement."""
    found: bool = await connection.fetchval(_ARE_LINKED, one, other)
    return found


def _hashed(hashes: KeyedHashes, seen: Seen) -> list[tuple[TraitKind, str]]:
    normal = {
        TraitKind.EMAIL: normal_email(seen.email) if seen.email is not None else None,
        TraitKind.PHONE: normal_phone(seen.phone) if seen.phone is not None else None,
        TraitKind.DEVICE: normal_device(seen.device) if seen.device is not None else None,
        TraitKind.ADDRESS: normal_address(seen.address) if seen.address is not None else None,
    }
    return [(kind, hashes.of(f"trait:{kind}", text)) for kind, text in normal.items() if text is not None]
