"""Around the services: raw SQL that breaks a rule is refused by the database itself (B8, B11, F1, F3, F4, F5)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.commands import CompleteTask
from models.database import Connection
from services.posting import Posting, Reporter
from services.runtime import Runtime
from tests.factories.tables import content
from tests.factories.usage import asked, hold, spend
from tests.factories.wallets import WalletRef, carry_out, make_colleague, make_wallet, subscribe

pytestmark = pytest.mark.anyio

CHECK, UNIQUE = asyncpg.CheckViolationError, asyncpg.UniqueViolationError
FOREIGN, APPEND = asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError


@dataclass(frozen=True)
class Scene:
    """A wallet with a bit of everything, a colleague in the same workspace, and somebody elsewhere."""

    runtime: Runtime
    wallet: WalletRef
    colleague: WalletRef
    foreign: WalletRef
    running: UUID
    resolved: UUID
    foreign_task: UUID

    async def refuses(self, sql: str, error: type[Exception], *arguments: object, name: str = "") -> None:
        """Run a statement that must fail with this error, by this constraint, and change nothing."""
        with pytest.raises(error) as caught:
            await self.runtime.database.pool.execute(sql, *arguments)
        assert name in str(caught.value), (sql, caught.value)


@pytest.fixture
async def scene(runtime: Runtime) -> Scene:
    wallet = await make_colleague(runtime, credits_=10)
    colleague = await make_colleague(runtime, wallet.workspace_id, credits_=10)
    foreign = await make_wallet(runtime, credits_=10)
    await subscribe(runtime, wallet.id, "free")
    running, resolved, foreign_task = hold(1), hold(1), hold(1)
    await carry_out(runtime, wallet.id, spend(3), running, resolved, CompleteTask(resolved.task_id, 1_000))
    await carry_out(runtime, foreign.id, foreign_task)
    await runtime.poster.submit(asked(spend(), wallet.id, Reporter(UUID(int=1)), "k"))
    await runtime.poster.submit(Posting(spend(90), wallet.id, Reporter(UUID(int=1))))
    return Scene(runtime, wallet, colleague, foreign, running.task_id, resolved.task_id, foreign_task.task_id)


@pytest.fixture(autouse=True)
async def _nothing_changes(scene: Scene) -> Any:  # Any: an async generator, which pytest runs
    before = await content(scene.runtime.database)
    yield
    assert await content(scene.runtime.database) == before


ENTRY = """INSERT INTO entries (wallet_id, workspace_id, number, kind, at, meter, amount, task_id, body)
    VALUES ($1, $2, $3, $4, now(), 'chat_credit', $5, $6, '{}')"""


async def last_entry(scene: Scene, wallet: WalletRef) -> int:
    number = await scene.runtime.database.pool.fetchval("SELECT last_entry FROM wallets WHERE id = $1", wallet.id)
    assert isinstance(number, int)
    return number


async def test_f1_entries_have_no_gap_no_double_and_begin_at_1(scene: Scene) -> None:
    wallet, last = scene.wallet, await last_entry(scene, scene.wallet)
    for number, error, name in (
        (last + 2, FOREIGN, "entries_without_a_gap"),
        (last, UNIQUE, "entries_pkey"),
        (1, UNIQUE, "entries_pkey"),
        (0, CHECK, "entries_number_check"),
        (-1, CHECK, "entries_number_check"),
    ):
        await scene.refuses(ENTRY, error, wallet.id, wallet.workspace_id, number, "CONSUME", 1, None, name=name)
    await scene.refuses(ENTRY, CHECK, wallet.id, wallet.workspace_id, last + 1, "CONSUME", -1, None, name="amount")
    await scene.refuses(ENTRY, CHECK, wallet.id, wallet.workspace_id, last + 1, "GIFT", 1, None, name="kind")
    await scene.refuses("INSERT INTO entries (previous) VALUES (7)", asyncpg.GeneratedAlwaysError)


async def test_f1_entries_are_never_changed_deleted_or_truncated(scene: Scene) -> None:
    for sql in (
        "UPDATE entries SET amount = 0",
        "UPDATE entries SET body = body WHERE number = 1",
        "UPDATE entries SET number = number WHERE false",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE number = 3",
        "TRUNCATE entries CASCADE",
        "TRUNCATE wallets CASCADE",
        "WITH gone AS (DELETE FROM entries RETURNING 1) SELECT count(*) FROM gone",
        "MERGE INTO entries USING wallets w ON w.id = wallet_id WHEN MATCHED THEN DELETE",
        """INSERT INTO entries (wallet_id, workspace_id, number, kind, at, meter, amount, body)
            SELECT wallet_id, workspace_id, number, kind, at, meter, amount, body FROM entries
            ON CONFLICT (wallet_id, number) DO UPDATE SET amount = 7""",
        "UPDATE catalog_versions SET content = ''",
        "DELETE FROM catalog_versions",
        "TRUNCATE catalog_versions",
    ):
        await scene.refuses(sql, APPEND, name="append-only")


async def test_f1_what_a_ledger_hangs_on_cannot_be_taken_away(scene: Scene) -> None:
    for table, column, value in (
        ("wallets", "id", scene.wallet.id),
        ("tasks", "id", scene.resolved),
        ("members", "person_id", scene.wallet.person_id),
        ("workspaces", "id", scene.wallet.workspace_id),
        ("persons", "id", scene.wallet.person_id),
        ("allowances", "wallet_id", scene.wallet.id),
    ):
        await scene.refuses(f"DELETE FROM {table} WHERE {column} = $1", FOREIGN, value)
    await scene.refuses("UPDATE wallets SET id = gen_random_uuid() WHERE id = $1", FOREIGN, scene.wallet.id)
    elsewhere, members = scene.foreign.workspace_id, "UPDATE wallets SET workspace_id = $2 WHERE id = $1"
    await scene.refuses(members, FOREIGN, scene.wallet.id, elsewhere)


async def test_f1_one_wallet_per_person_and_workspace(scene: Scene) -> None:
    wallet = """INSERT INTO wallets (id, workspace_id, person_id, created_at, last_entry, last_at, grants_made,
        allowances_made, spent, periods, balances) VALUES ($1, $2, $3, now(), 0, now(), 0, 0, '{}', '{}', '[]')"""
    mine, foreign = scene.wallet, scene.foreign
    name = "wallets_once_per_person_and_workspace"
    await scene.refuses(wallet, UNIQUE, uuid4(), mine.workspace_id, mine.person_id, name=name)
    await scene.refuses(wallet, FOREIGN, uuid4(), foreign.workspace_id, mine.person_id, name="wallets_of_members")


async def test_f3_no_grant_is_ever_overdrawn_and_no_amount_appears_or_is_lost(scene: Scene) -> None:
    change = "UPDATE grants SET {} WHERE wallet_id = $1 AND number = 1"
    for what, name in (
        ("used = used + remaining + 1, remaining = -1", "grants_never_overdrawn"),
        ("held = held + remaining + 1, remaining = -1", "grants_never_overdrawn"),
        ("held = -1, remaining = remaining + held + 1", "grants_held_not_negative"),
        ("used = -1, remaining = remaining + used + 1", "grants_used_not_negative"),
        ("lapsed = -1, remaining = remaining + lapsed + 1", "grants_lapsed_not_negative"),
        ("remaining = remaining + 1", "grants_conserve"),
        ("used = used + 1", "grants_conserve"),
        ("granted = granted + 1", "grants_conserve"),
        ("closed = true", "grants_closed_have_nothing_left"),
        ("granted = 0, used = 0, held = 0, remaining = 0, lapsed = 0", "grants_granted_check"),
        ("ends_at = starts_at", "grants_check"),
        ("kind = 'GIFT'", "grants_kind_check"),
    ):
        await scene.refuses(change.format(what), CHECK, scene.wallet.id, name=name)


async def test_f2_a_closed_grant_stays_as_it_is(scene: Scene) -> None:
    async with scene.runtime.database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await _close_first_grant(connection, scene.colleague.id)
        with pytest.raises(APPEND):
            await connection.execute("UPDATE grants SET source = 'x' WHERE wallet_id = $1", scene.colleague.id)
        await transaction.rollback()


async def _close_first_grant(connection: Connection, wallet_id: UUID) -> None:
    await connection.execute(
        "UPDATE grants SET used = granted, remaining = 0, closed = true WHERE wallet_id = $1", wallet_id
    )


async def test_b8_there_is_no_second_grant_for_a_period(scene: Scene) -> None:
    again = """INSERT INTO grants SELECT (jsonb_populate_record(g, $2::jsonb)).* FROM grants g
        WHERE wallet_id = $1 AND period_start IS NOT NULL AND meter = 'chat_credit'"""
    await scene.refuses(again, UNIQUE, scene.wallet.id, '{"number": 99}', name="grants_one_per_period")
    closed = '{"number": 99, "closed": true, "used": 30000, "remaining": 0, "kind": "PURCHASED", "source": "other"}'
    await scene.refuses(again, UNIQUE, scene.wallet.id, closed, name="grants_one_per_period")
    none = '{"number": 99, "allowance": null}'
    await scene.refuses(again, CHECK, scene.wallet.id, none, name="grants_period_of_an_allowance")
    twice = """INSERT INTO allowances SELECT (jsonb_populate_record(a, '{"number": 99}')).* FROM allowances a
        WHERE wallet_id = $1 AND number = 1"""
    await scene.refuses(twice, UNIQUE, scene.wallet.id, name="allowances_one_in_force")


async def test_b11_nothing_of_a_wallet_is_in_another_workspace(scene: Scene) -> None:
    wallet, elsewhere, last = scene.wallet, scene.foreign.workspace_id, await last_entry(scene, scene.wallet)
    arguments = (wallet.id, elsewhere, last + 1, "CONSUME", 1, None)
    await scene.refuses(ENTRY, FOREIGN, *arguments, name="entries_in_the_wallets_workspace")
    for table in ("grants", "tasks", "allowances", "refusals"):
        sql = f"UPDATE {table} SET workspace_id = $2 WHERE wallet_id = $1"
        if table == "tasks":
            sql += " AND status = 'RUNNING'"
        await scene.refuses(sql, FOREIGN, wallet.id, elsewhere, name=f"{table}_in_the_wallets_workspace")


async def test_b11_an_entry_is_about_a_task_of_its_own_wallet(scene: Scene) -> None:
    for wallet in (scene.wallet, scene.colleague):  # even in the same workspace
        number = await last_entry(scene, wallet) + 1
        task = scene.foreign_task if wallet is scene.wallet else scene.running
        arguments = (wallet.id, wallet.workspace_id, number, "EXTEND", 0, task)
        await scene.refuses(ENTRY, FOREIGN, *arguments, name="entries_of_the_wallets_task")
    moved = "UPDATE tasks SET wallet_id = $2, workspace_id = $3 WHERE id = $1"
    await scene.refuses(moved, FOREIGN, scene.running, scene.foreign.id, scene.foreign.workspace_id)


async def test_b11_a_grant_is_of_an_allowance_of_its_own_wallet(scene: Scene) -> None:
    sql = "UPDATE grants SET allowance = 1, period_start = now() WHERE wallet_id = $1"
    await scene.refuses(sql, FOREIGN, scene.colleague.id, name="grants_of_the_wallets_allowance")


async def test_b11_a_task_id_of_another_wallet_is_not_taken_over(scene: Scene) -> None:
    """Ids of tasks are made by the server; were one to come twice, the other wallet's task would still be safe."""
    outcomes = await _posted_quietly(scene, hold(2, scene.foreign_task))
    assert isinstance(outcomes, FOREIGN | APPEND)


async def _posted_quietly(scene: Scene, command: Any) -> object:
    try:
        return await carry_out(scene.runtime, scene.wallet.id, command)
    except asyncpg.PostgresError as error:
        return error


async def test_f4_a_task_resolves_once(scene: Scene) -> None:
    number = await last_entry(scene, scene.wallet) + 1
    for kind in ("SETTLE", "RELEASE", "TIMEOUT"):
        arguments = (scene.wallet.id, scene.wallet.workspace_id, number, kind, 0, scene.resolved)
        await scene.refuses(ENTRY, UNIQUE, *arguments, name="entries_resolve_a_task_once")
    for change in ("status = 'RUNNING', resolved_at = NULL", "status = 'CANCELLED'", "body = '{}'"):
        await scene.refuses(f"UPDATE tasks SET {change} WHERE id = $1", APPEND, scene.resolved)
    for change in ("status = 'COMPLETED'", "resolved_at = now()", "status = 'LOST'", "expires_at = started_at"):
        await scene.refuses(f"UPDATE tasks SET {change} WHERE id = $1", CHECK, scene.running)


async def test_f5_a_key_has_one_result_which_is_an_entry_of_its_wallet(scene: Scene) -> None:
    key = """INSERT INTO idempotency_keys (caller, key, input_hash, wallet_id, entry, refusal, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, now())"""
    caller, wallet, hash_ = UUID(int=1), scene.wallet.id, bytes(32)
    await scene.refuses(key, UNIQUE, caller, "k", hash_, wallet, 1, None, name="idempotency_keys_pkey")
    one = "idempotency_keys_have_one_result"
    await scene.refuses(key, CHECK, caller, "new", hash_, wallet, 1, "{}", name=one)
    await scene.refuses(key, CHECK, caller, "new", hash_, wallet, None, None, name=one)
    await scene.refuses(key, CHECK, caller, "new", bytes(31), wallet, 1, None, name="input_hash")
    await scene.refuses(key, CHECK, caller, "", hash_, wallet, 1, None, name="key")
    await scene.refuses(key, FOREIGN, caller, "new", hash_, wallet, 999, None, name="idempotency_keys_of_an_entry")
    await scene.refuses(key, FOREIGN, caller, "new", hash_, uuid4(), None, "{}", name="wallet")
