"""Erasing an account (A5): what becomes of every table. Ledger rows stay, without anybody behind them.

`services.erasing` deletes and empties; this closes what an account had besides, and says what is done and why.

A person's id is no personal data any more once nothing leads from it to a human being; so rows that books and other
rows need keep it. `DECIDED` has a line for each table of the database, and a test compares the two. For this to hold,
what is append-only must never hold personal data: facts of `NOTICE` entries are ids, codes, instants and numbers;
a receipt's `client` names a program; sources of grants name what gave them; operators' reasons name nobody.
"""

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from domain.commands import Advance, Command, EndAllowance, ReleaseTask, RevokeGrants
from domain.grants import GrantKind
from domain.tasks import TaskStatus
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.database import Connection
from services.benefits import revoking_posting
from services.erasing import erase
from services.leaving import leave_all
from services.posting import Clock, Posting, post

DELETED_WORKSPACE_NAME = "Deleted workspace"
DELETED_ORGANISATION_NAME = "Deleted organisation"
"""Of an order for one that was never paid."""

DECIDED: Mapping[str, str] = {
    "persons": "kept with status DELETED: name, e-mail, settings and the reasons of operators are overwritten",
    "identities": "deleted: signing in again makes a new account",
    "sign_up_marks": "kept: keyed hashes that belong to nobody; they stop a second welcome (A2)",
    "traits": "deleted, so that nothing links the account to others any more",
    "credentials": "deleted: sessions die at once; a service's keys for the personal workspace are revoked",
    "one_time_codes": "deleted",
    "violations": "deleted with the keys that they are of",
    "verb_results": "deleted, since answers hold what was answered",
    "idempotency_keys": "the person's own deleted; those of services stay for their days and name entries alone (F5)",
    "workspaces": "the personal one is renamed; an organisation's is not the person's",
    "members": "kept, ended: wallets refer to them",
    "organisations": "not about people; one that nobody is in any more is closed: no links, no renewal",
    "subscriptions": "as organisations; the provider's mandate goes with who paid for the last term",
    "subscription_terms": "as organisations",
    "seats": "kept: until the settlement it is the seat of an id, then nobody's (B7)",
    "seat_changes": "kept as they are: append-only; they hold ids",
    "seat_periods": "kept: ids, by which the database refuses a second grant (B8)",
    "invitations": "kept: who made or revoked one is an id; those for the person's address are revoked, and lose it",
    "invitation_uses": "kept: ids",
    "workspace_settings": "deleted",
    "orders": (
        "kept for the books (D8): the buyer is an id, so receipts have no name of theirs any more; one for an "
        "organisation that was not paid is closed, and the name in it overwritten"
    ),
    "order_lines": "kept for the books: append-only; they hold numbers",
    "payments": "kept for the books: append-only; they hold amounts, and the provider's numbers of events",
    "wallets": "kept: grants and allowances ended, tasks cancelled, so nothing is left to use (D3)",
    "allowances": "kept, ended by the ledger",
    "grants": "kept, revoked by the ledger: purchased credits lapse with the account (D3)",
    "tasks": "kept, resolved by the ledger; what they name are products and programs",
    "entries": "kept as they are: append-only, and every sum must still be proven (F2)",
    "usage_hours": "kept: sums of entries, which are kept",
    "usage_marks": "kept: numbers of entries",
    "refusals": "deleted: they explain to the person what they were refused, within 30 days",
    "notices": "deleted",
    "emails": "deleted, those to the person's address included: what waits is not sent any more",
    "terms_acceptances": "deleted: who nobody is has accepted nothing that could be held against anyone",
    "exports": "deleted",
    "export_parts": "deleted",
    "rate_windows": "deleted: how many requests they made in their last minute",
    "referral_codes": "kept: nobody is behind it any more, and nobody else gets it: a link leads to nobody (D4)",
    "referrals": "kept: ids, which stop a second reward, and operators' reasons, which name nobody",
    "deletions": "kept: that the account was deleted, and when",
    "audit_entries": "kept as they are: append-only; they hold ids, and reasons that name nobody (G3)",
    "operators": "not about people who use the product",
    "service_accounts": "not about people",
    "terms_versions": "not about people",
    "banners": "not about people",
    "client_lists": "not about people",
    "catalog_versions": "not about people",
    "aerich": "not about people",
}
"""What is done with the rows of each table, and why."""

_WALLETS = """
SELECT w.id, w.enterprise,
    (SELECT array_agg(number ORDER BY number) FROM allowances a WHERE a.wallet_id = w.id AND a.ends_at IS NULL)
        AS allowances,
    (SELECT array_agg(id ORDER BY id) FROM tasks t WHERE t.wallet_id = w.id AND t.status = 'RUNNING') AS tasks
FROM wallets w WHERE w.person_id = $1 ORDER BY w.id
"""
_HELD_BACK = "SELECT FROM exports WHERE person_id = $1 FOR UPDATE NOWAIT"
_EMAILS_BY_ADDRESS = """
DELETE FROM emails WHERE lower(address) = (SELECT lower(email) FROM persons WHERE id = $1)
"""
_UNBIND_INVITATIONS = """
UPDATE invitations SET email = NULL, revoked_at = coalesce(revoked_at, greatest($2::timestamptz, created_at))
WHERE lower(email) = (SELECT lower(email) FROM persons WHERE id = $1)
"""
# Nobody is left to found it for. It counts as closed from the beginning, so that what was paid for it in time, and is
# reported only now, comes too late and is given back.
_CLOSE_ORDERS = """
UPDATE orders SET status = 'EXPIRED', closed_at = created_at, intent = jsonb_set(intent, '{name}', to_jsonb($2::text))
WHERE buyer_id = $1 AND kind = 'ORGANISATION' AND status <> 'PAID'
"""
# the worker looks at it anew: administrators are warned of an end that nothing is charged to avert
_END_MANDATES = """
UPDATE subscriptions u SET mandate = NULL, renewal_try_at = $2
FROM orders o JOIN subscription_terms t ON t.order_id = o.id
WHERE o.buyer_id = $1 AND t.subscription_id = u.id AND u.mandate IS NOT NULL
    AND t.number = (SELECT max(l.number) FROM subscription_terms l WHERE l.subscription_id = u.id)
"""
_RENAME = "UPDATE workspaces SET name = $2 WHERE owner_id = $1"
_END = "UPDATE members SET left_at = greatest($2, joined_at) WHERE person_id = $1 AND left_at IS NULL"
_REVOKE_KEYS = """
UPDATE credentials SET revoked_at = greatest($2, created_at)
WHERE service_account_id IS NOT NULL AND revoked_at IS NULL
    AND workspace_id IN (SELECT id FROM workspaces WHERE owner_id = $1)
RETURNING service_account_id
"""


class StillAtWork(Exception):  # noqa: N818  (the state that was met)
    """An archive of the person is being written; roll back and come again."""


async def erase_account(connection: Connection, person_id: UUID, clock: Clock) -> list[str]:
    """Erase a person within the caller's transaction, which holds the person's row.

    Organisations are locked before wallets, as everywhere. Returns the topics to be woken after the commit.

    Raises:
        StillAtWork: an archive of theirs is being written.
    """
    try:
        await connection.execute(_HELD_BACK, person_id)
    except asyncpg.LockNotAvailableError:
        raise StillAtWork from None
    left = await leave_all(connection, person_id, clock())
    now = clock()
    await connection.execute(_END_MANDATES, person_id, now)
    await connection.execute(_CLOSE_ORDERS, person_id, DELETED_ORGANISATION_NAME)
    await connection.execute(_UNBIND_INVITATIONS, person_id, now)
    changed = await _close_wallets(connection, person_id, clock)
    now = clock()
    await connection.execute(_EMAILS_BY_ADDRESS, person_id)
    await connection.execute(_RENAME, person_id, DELETED_WORKSPACE_NAME)
    await connection.execute(_END, person_id, now)
    services = {row[0] for row in await connection.fetch(_REVOKE_KEYS, person_id, now)}
    await erase(connection, [person_id], now)
    topics = [*map(access_topic, {person_id, *services}), *map(workspace_topic, left), *map(wallet_topic, changed)]
    return sorted(topics)


async def _close_wallets(connection: Connection, person_id: UUID, clock: Clock) -> frozenset[UUID]:
    """Cancel running tasks, revoke every grant, end every allowance and all benefits, through the ledger."""
    wallets = [row["id"] for row in await connection.fetch(_WALLETS, person_id)]
    due = await post(connection, [Posting(Advance(), wallet) for wallet in wallets], clock)
    ends: list[Posting] = []
    for row in await connection.fetch(_WALLETS, person_id):  # again, now that they are locked and nothing is due
        commands: list[Command] = [ReleaseTask(task, TaskStatus.CANCELLED) for task in row["tasks"] or ()]
        commands += [RevokeGrants(kind) for kind in GrantKind]
        commands += [EndAllowance(number) for number in row["allowances"] or ()]
        ends += [Posting(command, row["id"]) for command in commands]
        if row["enterprise"]:
            ends.append(revoking_posting(row["id"]))
    return due.changed | (await post(connection, ends, clock)).changed
