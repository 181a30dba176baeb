"""Ledgers on a plain connection: wallets with a history, made without the services, woken for by nobody."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.commands import Command
from domain.entries import Entry
from domain.wallets import BEGINNING
from models.database import Connection
from services.posting import Posted, Posting, post
from tests.factories.wallets import credits_grant

T0 = datetime(2026, 6, 15, 16, tzinfo=UTC)
PLENTY = 1_000_000  # credits, more than any test uses

_WALLET = """
WITH person AS (
    INSERT INTO persons (id, display_name, status, created_at) VALUES ($1, 'Ada', 'ACTIVE', $4)
), workspace AS (
    INSERT INTO workspaces (id, kind, name, owner_id, created_at) VALUES ($2, 'PERSONAL', 'At home', $1, $4)
), member AS (
    INSERT INTO members (id, workspace_id, person_id, role, joined_at) VALUES ($3, $2, $1, 'OWNER', $4)
)
INSERT INTO wallets (id, workspace_id, person_id, created_at, last_entry, last_at, grants_made, allowances_made, spent,
    periods, balances)
VALUES ($3, $2, $1, $4, 0, $5, 0, 0, '{}', '{}', '[]')
"""


class Ticking:
    """A clock that goes on by a second each time that it is read."""

    def __init__(self, start: datetime = T0) -> None:
        self._seconds = itertools.count()
        self._start = start

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=next(self._seconds))


async def make_empty_wallet(connection: Connection) -> UUID:
    """Make a person with a personal workspace and an empty wallet; return the wallet's id."""
    wallet_id = uuid4()
    await connection.execute(_WALLET, uuid4(), uuid4(), wallet_id, T0, BEGINNING)
    return wallet_id


async def make_funded_wallet(connection: Connection) -> UUID:
    """Make a wallet whose entry 1, at T0, is a grant that no test uses up."""
    wallet_id = await make_empty_wallet(connection)
    await post_commands(connection, wallet_id, credits_grant(PLENTY))
    return wallet_id


async def post_commands(connection: Connection, wallet_id: UUID, *commands: Command) -> Sequence[Entry]:
    """Carry out commands at T0 (or when the wallet's last entry was) in one transaction; return their entries."""
    async with connection.transaction():
        batch = await post(connection, [Posting(command, wallet_id) for command in commands], Ticking())
    entries: list[Entry] = []
    for outcome in batch.outcomes:
        assert isinstance(outcome, Posted), outcome
        assert outcome.entry is not None
        entries.append(outcome.entry)
    return entries
