"""Opening wallets: one per person per workspace (F1)."""

import os
from uuid import UUID

from domain.ids import uuid7
from models.database import Connection
from services.posting import Clock

_OPEN = """
INSERT INTO wallets (id, workspace_id, person_id, created_at, last_entry, last_at, grants_made, allowances_made,
    spent, periods, balances)
VALUES ($1, $2, $3, $4, 0, $4, 0, 0, '{}', '{}', '[]')
ON CONFLICT (workspace_id, person_id) DO UPDATE SET workspace_id = excluded.workspace_id
RETURNING id
"""


async def open_wallet(connection: Connection, workspace_id: UUID, person_id: UUID, clock: Clock) -> UUID:
    """Open a member's wallet, or find the one that they have, within the caller's transaction."""
    now = clock()
    id_: UUID = await connection.fetchval(_OPEN, uuid7(now, os.urandom(10)), workspace_id, person_id, now)
    return id_
