"""Two organisations with a row in every table that has a workspace, or hangs on one that has."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from models.database import Connection
from services.posting import Posting, Reporter
from services.runtime import Runtime
from tests.factories.organisations import OrganisationRef, make_organisation
from tests.factories.usage import asked, hold, spend
from tests.factories.wallets import WalletRef, carry_out, give, make_wallet
from tests.factories.workspaces import join

Row = dict[str, Any]  # a row as PostgreSQL writes it in JSON


@dataclass(frozen=True)
class Side:
    """An organisation with a bit of everything: its rows by table, and what makes a copy of one another row."""

    rows: Mapping[str, Row]
    fresh: Mapping[str, Row]


@dataclass(frozen=True)
class Scene:
    """Two organisations that have nothing to do with each other."""

    runtime: Runtime
    refs: tuple[OrganisationRef, OrganisationRef]
    sides: tuple[Side, Side]

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of the application's pool, in a transaction that leaves nothing behind."""
        async with self.runtime.database.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            finally:
                await transaction.rollback()


ROWS = {
    "subscriptions": "organisation_id = $1",
    "organisations": "id = $1",
    "subscription_terms": "subscription_id = (SELECT id FROM subscriptions WHERE organisation_id = $1) AND number = 2",
    "orders": "organisation_id = $1 AND receipt_number < 1000",
    "order_lines": "order_id = (SELECT id FROM orders WHERE organisation_id = $1 AND receipt_number < 1000)",
    "payments": "order_id = (SELECT id FROM orders WHERE organisation_id = $1 AND receipt_number < 1000)",
    "seats": "organisation_id = $1 AND person_id = $3",
    "seat_changes": "workspace_id = $2 AND person_id = $3 AND order_id IS NOT NULL",
    "seat_periods": "workspace_id = $2 AND person_id = $3",
    "invitations": "organisation_id = $1",
    "invitation_uses": "workspace_id = $2",
    "workspace_settings": "workspace_id = $2",
    "members": "workspace_id = $2 AND person_id = $3",
    "wallets": "workspace_id = $2 AND person_id = $3",
    "violations": "workspace_id = $2",
    "credentials": "workspace_id = $2 AND person_id = $3",
    "persons": "id = $3",
    "allowances": "workspace_id = $2 AND wallet_id = $4 AND number = 1",
    "grants": "workspace_id = $2 AND wallet_id = $4 AND allowance IS NULL",
    "tasks": "workspace_id = $2 AND wallet_id = $4 AND status = 'RUNNING'",
    "entries": "workspace_id = $2 AND wallet_id = $4 AND kind = 'HOLD'",
    "refusals": "workspace_id = $2 AND wallet_id = $4",
    "usage_marks": "workspace_id = $2 AND wallet_id = $4",
    "usage_hours": "workspace_id = $2 AND wallet_id = $4",
    "idempotency_keys": "wallet_id = $4 AND entry IS NOT NULL",
}
"""Which row of a table stands for an organisation: $1; $2 is its workspace, $3 its administrator, $4 their wallet."""


async def make_scene(runtime: Runtime) -> Scene:
    """Two organisations, furnished alike."""
    refs = (await make_organisation(runtime, members=1), await make_organisation(runtime, members=1))
    return Scene(runtime, refs, (await furnish(runtime, refs[0], 1), await furnish(runtime, refs[1], 2)))


_THEM = """
WITH them AS (
    SELECT g.id AS organisation, g.workspace_id AS workspace, u.id AS subscription, $2::uuid AS person, s.id AS seat,
        $3::uuid AS paid, $4::uuid AS spare, $5::int AS receipt
    FROM organisations g JOIN subscriptions u ON u.organisation_id = g.id JOIN seats s ON s.organisation_id = g.id
    WHERE g.id = $1 AND s.person_id = $2
)
"""
FURNITURE = (
    """INSERT INTO orders SELECT o.id, 'SEATS', 'PAID', 'CHECKOUT', person, organisation, 'USD', 1, '{}',
        left(o.id::text, 32), o.receipt, now(), now() + interval '1 day', now(), now()
    FROM them CROSS JOIN LATERAL (VALUES (paid, receipt), (spare, receipt + 1000)) AS o (id, receipt)""",
    """INSERT INTO order_lines SELECT gen_random_uuid(), paid, 1, 'SEATS_FOR_TERM', 1, 1, 1, now(),
        now() + interval '1 day', 1, 1 FROM them""",
    """INSERT INTO payments SELECT gen_random_uuid(), paid, 'test', paid::text, true, 1, 'USD', now(), now(), 'APPLIED'
    FROM them""",
    """INSERT INTO subscription_terms
    SELECT gen_random_uuid(), subscription, 2, now(), now() + interval '1 day', 1, paid FROM them""",
    """INSERT INTO seat_changes SELECT gen_random_uuid(), seat, workspace, now(), 'ASSIGNED', person, NULL, paid
    FROM them""",
    """INSERT INTO invitations (id, organisation_id, workspace_id, token_hash, created_by, created_at, expires_at, uses,
        revoked_by)
    SELECT gen_random_uuid(), organisation, workspace, sha256(paid::text::bytea), person, now(),
        now() + interval '2 days', 1, person FROM them""",
    """INSERT INTO invitation_uses SELECT gen_random_uuid(), i.id, workspace, person, now()
    FROM them JOIN invitations i ON i.organisation_id = organisation""",
    "INSERT INTO workspace_settings SELECT gen_random_uuid(), workspace, person, 'theme', 'dark', now() FROM them",
    """INSERT INTO credentials (id, kind, label, secret_hash, person_id, workspace_id, scopes, created_at)
    SELECT gen_random_uuid(), 'SESSION', '', sha256(paid::text::bytea), person, workspace, '{}', now() FROM them""",
    """INSERT INTO violations (id, credential_id, workspace_id, person_id, at, product, surface, why, list_version)
    SELECT gen_random_uuid(), c.id, workspace, person, now(), 'coding-request', 'CLI', 'MISSING', 0
    FROM them JOIN credentials c ON c.workspace_id = workspace AND c.person_id = person""",
    "UPDATE persons SET default_workspace_id = workspace FROM them WHERE id = person",
    """INSERT INTO usage_marks SELECT w.id, w.workspace_id, 0
    FROM them JOIN wallets w ON w.workspace_id = workspace AND w.person_id = person""",
    """INSERT INTO usage_hours SELECT gen_random_uuid(), m.wallet_id, m.workspace_id, date_trunc('hour', now(), 'UTC'),
        'chat_credit', 'chat-message', 'WEB', '', '', 1, 1, 1
    FROM them JOIN usage_marks m ON m.workspace_id = workspace""",
)


async def furnish(runtime: Runtime, ref: OrganisationRef, number: int) -> Side:
    """Put a row into each table, and find what a second one would need."""
    admin, pool, order, spare = ref.admin, runtime.database.pool, uuid4(), uuid4()
    await give(runtime, admin.id, 10)
    await carry_out(runtime, admin.id, hold(1))
    await runtime.poster.submit(asked(spend(1), admin.id, Reporter(admin.person_id), "k"))
    await runtime.poster.submit(Posting(spend(10**9), admin.id, Reporter(admin.person_id)))
    for sql in FURNITURE:
        await pool.execute(_THEM + sql, ref.id, ref.admin_id, order, spare, number)
    rows = {table: await _row(pool, table, where, ref) for table, where in ROWS.items()}
    return Side(rows, await _fresh(runtime, ref, rows, spare))


async def _row(pool: "asyncpg.Pool[asyncpg.Record]", table: str, where: str, ref: OrganisationRef) -> Row:
    # every argument is named, so that PostgreSQL knows its type wherever it is not needed
    sql = f"""WITH a AS (SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid)
        SELECT to_jsonb({table}) FROM {table}, a WHERE {where} ORDER BY to_jsonb({table})::text LIMIT 1"""
    found = await pool.fetchval(sql, ref.id, ref.workspace_id, ref.admin_id, ref.admin.id)
    assert found, f"{table}: no row where {where}"
    row: Row = json.loads(found)
    return row


async def _fresh(runtime: Runtime, ref: OrganisationRef, rows: Mapping[str, Row], order: UUID) -> dict[str, Row]:
    """What a copy of each row needs to be another row of the same organisation."""
    seatless, walletless = [(await make_wallet(runtime)).person_id for _ in range(2)]
    for person in (seatless, walletless):
        await join(ref.workspace_id, person)
    text = str(uuid4())
    return {
        "subscription_terms": {"number": 3, "order_id": str(order)},
        "orders": {"reference": text[:32], "receipt_number": rows["orders"]["receipt_number"] + 2_000},
        "seats": {"number": 99, "person_id": str(seatless)},
        "seat_changes": {},
        "seat_periods": {"period_start": "2020-01-01T00:00:00Z"},
        "invitations": {"token_hash": "\\x" + uuid4().hex * 2},
        "invitation_uses": {},
        "workspace_settings": {"name": "other"},
        "wallets": {"person_id": str(walletless)},
        "violations": {},
        "credentials": {"secret_hash": "\\x" + uuid4().hex * 2},
        "allowances": {"number": 99, "ends_at": "2030-01-01T00:00:00Z"},
        "grants": {"number": 99},
        "tasks": {},
        "entries": {"kind": "EXTEND", "number": await _next_entry(runtime, ref.admin)},
        "refusals": {},
        "usage_marks": {"wallet_id": str(ref.members[0].id)},
        "usage_hours": {"product": "work-task"},
    }


async def _next_entry(runtime: Runtime, wallet: WalletRef) -> int:
    last: int = await runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet.id)
    return last + 1
