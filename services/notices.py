"""Notices: telling people something in the product, in their feed and by e-mail, in one transaction (A6, A7, F11).

A notice is a row, an entry of kind NOTICE in the personal wallet, which is how the feed learns of it, and an e-mail
in the outbox for who has an address. All of it is written in the caller's transaction; whoever commits it wakes the
feeds afterwards (`wake`).
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from domain.commands import Tell
from domain.ids import uuid7
from domain.notices import Notice
from domain.persons import Locale
from feed.topics import wallet_topic
from models.database import Connection
from services.posting import Clock, Posting, post
from services.runtime import Runtime

EMAIL_TEMPLATE = "notice"
"""The e-mail of a notice: its words in a letter. Its facts are those of the notice and its `kind`."""
NOTICES_AT_ONCE_MAX = 256

# Written once, whoever tries: what depends on the notice, the e-mail and the entry, follows from its row.
_WRITE = """
WITH asked AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[])
        AS a (id, person_id, kind, facts, email)
), written AS (
    INSERT INTO notices (id, person_id, kind, facts, created_at)
    SELECT id, person_id, kind, facts::jsonb, $6 FROM asked
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), mailed AS (
    INSERT INTO emails (id, person_id, address, template, facts, locale, created_at, attempts, next_attempt_at)
    SELECT a.id, p.id, p.email, $7, a.facts::jsonb || jsonb_build_object('kind', a.kind), p.locale, $6, 0, $6
    FROM asked a JOIN written USING (id) JOIN persons p ON p.id = a.person_id
    WHERE a.email AND p.email IS NOT NULL
)
SELECT a.id, a.kind, a.facts, p.locale, w.id AS wallet_id
FROM asked a JOIN written USING (id) JOIN persons p ON p.id = a.person_id
JOIN workspaces s ON s.owner_id = p.id JOIN wallets w ON w.workspace_id = s.id AND w.person_id = p.id
"""
_FACTS = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class Told:
    """One person to be told one thing. A notice is written once under its `id`; None: it gets a new one."""

    person_id: UUID
    kind: str
    facts: Mapping[str, str]
    email: bool
    id: UUID | None = None


async def notify(
    connection: Connection, person_id: UUID, kind: str, facts: Mapping[str, str], *, email: bool, clock: Clock
) -> frozenset[UUID]:
    """Tell a person something, within the caller's transaction: four statements.

    It locks the personal wallet; a transaction that posts to wallets itself adds what `write_notices` gives to its own
    postings instead, so that all wallets are locked at once.

    Args:
        connection: in a transaction.
        person_id: who is told.
        kind: a stable code, best one of `NoticeKind`.
        facts: what the words are made from; nothing personal, since ledger entries outlive the person's data (A5).
        email: whether they are told by e-mail as well, if they have an address.
        clock: reads the present.

    Returns the wallets whose feeds are to be woken after the commit.
    """
    return await notify_all(connection, [Told(person_id, kind, facts, email)], clock=clock)


async def notify_all(connection: Connection, told: Sequence[Told], *, clock: Clock) -> frozenset[UUID]:
    """Tell up to 256 people something, in as many statements as one. Otherwise as `notify`.

    Raises:
        ValueError: there are more.
    """
    postings = await write_notices(connection, told, clock())
    if not postings:
        return frozenset()
    return (await post(connection, postings, clock)).changed


async def write_notices(connection: Connection, told: Sequence[Told], now: datetime) -> list[Posting]:
    """Write notices and e-mails, one statement; return what is to be posted in the same transaction, for the feed.

    Whoever has no personal wallet reads of it among their notices.

    Raises:
        ValueError: there are more than 256.
    """
    if len(told) > NOTICES_AT_ONCE_MAX:
        raise ValueError(f"at most {NOTICES_AT_ONCE_MAX} people are told at once, not {len(told)}")
    rows = await connection.fetch(
        _WRITE,
        [each.id or uuid7(now, os.urandom(10)) for each in told],
        [each.person_id for each in told],
        [each.kind for each in told],
        [msgspec.json.encode(each.facts).decode() for each in told],
        [each.email for each in told],
        now,
        EMAIL_TEMPLATE,
    )
    return [
        Posting(
            Tell(Notice(row["kind"], _FACTS.decode(row["facts"]), row["id"], Locale(row["locale"]))), row["wallet_id"]
        )
        for row in rows
    ]


async def wake(runtime: Runtime, wallets: Collection[UUID]) -> None:
    """Wake the feeds of wallets that have new entries, after the commit."""
    if wallets:
        await runtime.broker.wake([wallet_topic(wallet) for wallet in wallets])
