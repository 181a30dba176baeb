"""Opening wallets: one per person per workspace (F1)."""

import os
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.ids import uuid7
from models.database import Connection
from services.posting import Clock

INTO_WALLETS: Final = """
INSERT INTO wallets (id, workspace_id, person_id, created_at, guest, enterprise,
    last_entry, last_at, grants_made, allowances_made, spent, periods, balances)
"""
"""Opens wallets, as part of a statement: `SELECT` id, workspace, person, now, guest, enterprise, and `empty`."""


def empty(now: str) -> str:
    """Write the columns of a wallet without entries behind those of `INTO_WALLETS`; `now` is SQL."""
    return f"0, {now}, 0, 0, '{{}}'::jsonb, '{{}}'::jsonb, '[]'::jsonb"


_OPEN = f"""
{INTO_WALLETS}
SELECT $1, $2, $3, $4, $5, coalesce((SELECT kind = 'ENTERPRISE' FROM workspaces WHERE id = $2), false), {empty("$4")}
ON CONFLICT (workspace_id, person_id) DO NOTHING
"""  # noqa: S608  (constant text)
_FIND = "SELECT id FROM wallets WHERE workspace_id = $1 AND person_id = $2"


async def open_wallet(connection: Connection, workspace_id: UUID, person_id: UUID, clock: Clock) -> UUID:
    """Open a member's wallet, or find the one that they have, within the caller's transaction.

    One that is there is not locked (the poster alone locks wallets, in the order of their ids); of two who open one
    at once, the second waits until the first has committed.
    """
    await open_first_wallet(connection, clock(), workspace_id, person_id, guest=False)
    id_: UUID = await connection.fetchval(_FIND, workspace_id, person_id)
    return id_


async def open_first_wallet(
    connection: Connection, now: datetime, workspace_id: UUID, person_id: UUID, *, guest: bool
) -> UUID:
    """Open the wallet of somebody who has none there, as who makes the workspace knows; return its id.

    `guest`: its owner has not registered (A1).
    """
    id_ = uuid7(now, os.urandom(10))
    await connection.execute(_OPEN, id_, workspace_id, person_id, now, guest)
    return id_
