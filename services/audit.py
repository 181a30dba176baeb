"""Audit: who changed what, from what to what, and why (G3)."""

import os
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from domain.ids import uuid7
from models.database import Connection

_RECORD = """
INSERT INTO audit_entries (id, at, actor, verb, target, before, after, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def record(
    connection: Connection,
    now: datetime,
    actor: UUID,
    verb: str,
    target: UUID,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str,
) -> None:
    """Record a change by an operator or administrator, in the transaction that makes it."""
    await connection.execute(
        _RECORD,
        uuid7(now, os.urandom(10)),
        now,
        actor,
        verb,
        target,
        msgspec.json.encode(before).decode(),
        msgspec.json.encode(after).decode(),
        reason,
    )
