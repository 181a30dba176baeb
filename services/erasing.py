"""Erasing people: everything held about them goes, their ledgers stay without it (A1, A5).

What stays has ids only: the person (a row without a name), the workspaces and memberships that wallets hang on,
wallets, grants, allowances, tasks and entries. Marks of sign-ups stay, too: they are keyed hashes that say nothing
but "was welcomed already" (A2).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.persons import ERASED_NAME, Locale, PersonStatus
from models.database import Connection

_DELETE = (
    "DELETE FROM one_time_codes WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM violations WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM credentials WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM identities WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM traits WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM notices WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM emails WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM terms_acceptances WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM export_parts WHERE export_id IN (SELECT id FROM exports WHERE person_id = ANY ($1::uuid[]))",
    "DELETE FROM exports WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM rate_windows WHERE person_id = ANY ($1::uuid[])",
    "DELETE FROM verb_results WHERE caller = ANY ($1::uuid[])",
    "DELETE FROM idempotency_keys WHERE caller = ANY ($1::uuid[])",
    "DELETE FROM refusals r USING wallets w WHERE r.wallet_id = w.id AND w.person_id = ANY ($1::uuid[])",
    """DELETE FROM workspace_settings s USING members m
    WHERE m.person_id = ANY ($1::uuid[]) AND s.workspace_id = m.workspace_id AND s.person_id = m.person_id""",
)
"""In this order: codes and violations name credentials, parts name exports."""
_EMPTY = """
UPDATE persons SET display_name = $2, email = NULL, locale = $3, time_zone = 'UTC', default_workspace_id = NULL,
    status = $4, status_reason = NULL, status_by = NULL, status_at = $5, status_until = NULL, under_review = false
WHERE id = ANY ($1::uuid[])
"""


async def erase(connection: Connection, persons: Sequence[UUID], now: datetime) -> None:
    """Erase people within the caller's transaction, which holds their rows' locks; wake their access after it.

    The number of statements does not depend on how many they are.
    """
    await delete_held(connection, persons)
    await connection.execute(_EMPTY, persons, ERASED_NAME, Locale.ENGLISH, PersonStatus.DELETED, now)


async def delete_held(connection: Connection, persons: Sequence[UUID]) -> None:
    """Delete every row about erased people that nothing needs; again after a while, for who wrote at that moment."""
    for statement in _DELETE:
        await connection.execute(statement, persons)
