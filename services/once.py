"""Idempotency of verbs that write no ledger entry (F5): the same key and input give the original result."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from domain.refusals import Refusal, RefusalCode
from models.database import Connection
from services.posting import Requested

_Result = TypeVar("_Result")

_TAKE = """
INSERT INTO verb_results AS known (caller, key, input_hash, result, created_at) VALUES ($1, $2, $3, 'null', $4)
ON CONFLICT (caller, key) DO UPDATE SET input_hash = excluded.input_hash, result = 'null', created_at = $4
    WHERE known.created_at <= $5
RETURNING 1
"""
_KNOWN = "SELECT input_hash, result FROM verb_results WHERE caller = $1 AND key = $2"
_KEEP = "UPDATE verb_results SET result = $3 WHERE caller = $1 AND key = $2"


KEY_REUSED = Refusal(
    RefusalCode.IDEMPOTENCY_KEY_REUSED,
    "This idempotency key was used with another input; choose a new key for a new request.",
    ("idempotencyKey",),
)
"""What `KeyReused` means to a client."""


class KeyReused(Exception):  # noqa: N818  (what happened, as the refusal's code says it)
    """The idempotency key was used with another input: the refusal `IDEMPOTENCY_KEY_REUSED`."""


@dataclass(frozen=True, slots=True)
class Once(Generic[_Result]):
    """A result, and whether it is the one of an earlier request."""

    result: _Result
    replayed: bool


async def once(
    connection: Connection,
    caller: UUID,
    requested: Requested,
    kind: type[_Result],
    verb: Callable[[], Awaitable[_Result]],
    *,
    now: datetime,
    keys_kept: timedelta,
) -> Once[_Result]:
    """Run a verb within the caller's transaction, or give the result that it had before.

    A second request with the key waits for the first one's commit. What a verb refuses is a result, too; what it
    raises is none: the transaction is rolled back, and the key stays free.

    Args:
        connection: in a transaction.
        caller: scopes the key.
        requested: the key, and the hash of the verb and its input.
        kind: of the result: a dataclass that msgspec can write and read; no secrets, for they are kept nowhere. A
            result that is None costs no statement to keep.
        verb: does it.
        now: the instant noted with the key.
        keys_kept: how long keys are remembered.

    Raises:
        KeyReused: the key was used with another input.
    """
    taken = await connection.fetchval(_TAKE, caller, requested.key, requested.input_hash, now, now - keys_kept)
    if taken is None:
        row = await connection.fetchrow(_KNOWN, caller, requested.key)
        if row is None or row["input_hash"] != requested.input_hash:
            raise KeyReused
        return Once(msgspec.json.decode(row["result"], type=kind), replayed=True)
    result = await verb()
    if result is not None:  # which is what the key was taken with
        await connection.execute(_KEEP, caller, requested.key, msgspec.json.encode(result).decode())
    return Once(result, replayed=False)
