"""Around the services: no row can be made, or changed, that connects one workspace with another (B11, ADR 0002).

The tables are read from the catalogue. Of every table that has a workspace, or hangs on one that has, there must be a
row of two organisations here; every mixture of the two is then written by raw SQL, on the application's own connection,
and must be refused. A new table without a row here fails the test.
"""

import json
from itertools import combinations
from uuid import uuid4

import asyncpg
import pytest

from domain.workspaces import MemberRole
from models.database import Connection
from services.runtime import Runtime
from tests.factories.isolation import ROWS, Row, Scene, make_scene
from tests.factories.organisations import add_member, make_organisation
from tests.factories.wallets import make_wallet

pytestmark = pytest.mark.anyio

CROSSING = (asyncpg.ForeignKeyViolationError, asyncpg.RestrictViolationError)
"""Keys and triggers that keep workspaces apart, and what may not change at all."""
REFUSED = (*CROSSING, asyncpg.UniqueViolationError, asyncpg.CheckViolationError)

_HANGING = """
WITH RECURSIVE hanging (id) AS (
    SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname LIKE '%workspace\\_id'
    UNION
    SELECT k.conrelid FROM hanging h JOIN pg_constraint k ON k.confrelid = h.id AND k.contype = 'f'
    WHERE h.id NOT IN ('persons'::regclass, 'credentials'::regclass)
)
SELECT id::regclass::text FROM hanging
"""
"""Persons and their sessions are in no workspace: what hangs on them alone is theirs wherever they are."""

_LINKS = """
SELECT DISTINCT a.attname::text FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid
    AND a.attnum = ANY (k.conkey) AND a.atttypid = 'uuid'::regtype
WHERE k.conrelid = $1::regclass AND k.contype = 'f' AND k.confrelid <> 'operators'::regclass ORDER BY 1
"""
_COLUMNS = """
SELECT attname::text FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


MIXED_ELSEWHERE = {
    "order_lines": "hangs on its order alone",
    "payments": "hangs on its order alone",
    "idempotency_keys": "hangs on its wallet alone",
    "organisations": "names its workspace alone",
    "members": "is what connects a person with a workspace",
    "persons": "begins where it is a member",
}
"""Tables whose rows have not two ends that could be mixed: each has a test of its own below."""


@pytest.fixture
async def scene(runtime: Runtime) -> Scene:
    return await make_scene(runtime)


async def insert(connection: Connection, table: str, row: Row) -> None:
    columns = ", ".join(name for (name,) in await connection.fetch(_COLUMNS, table))
    sql = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1)"
    async with connection.transaction():
        await connection.execute(sql, json.dumps(row))


async def update(connection: Connection, table: str, row: Row, mixed: Row) -> None:
    sets = ", ".join(f"{name} = new.{name}" for name in row if row[name] != mixed[name])
    sql = f"""UPDATE {table} SET {sets} FROM jsonb_populate_record(NULL::{table}, $2) AS new
        WHERE to_jsonb({table}) = $1"""
    async with connection.transaction():
        assert await connection.execute(sql, json.dumps(row), json.dumps(mixed)) == "UPDATE 1", (table, row)


async def test_b11_every_table_of_a_workspace_is_tried_here(connection: Connection) -> None:
    assert {table for (table,) in await connection.fetch(_HANGING)} == set(ROWS)


async def test_b11_every_mixture_of_two_workspaces_is_refused(scene: Scene) -> None:
    (mine, theirs), tried = scene.sides, set()
    async with scene.connection() as connection:
        for table in sorted(set(ROWS) - {"subscriptions", *MIXED_ELSEWHERE}):
            links = [name for (name,) in await connection.fetch(_LINKS, table)]
            row = mine.rows[table] | mine.fresh[table] | ({"id": str(uuid4())} if "id" in mine.rows[table] else {})
            for mixed in mixtures(links, row, theirs.rows[table] | theirs.fresh[table]):
                with pytest.raises(CROSSING):
                    await insert(connection, table, mixed)
            await insert(connection, table, row)  # so it was the mixture that was refused
            tried.add(table)
    assert tried == set(ROWS) - {"subscriptions", *MIXED_ELSEWHERE}


async def test_b11_no_row_is_changed_into_a_mixture(scene: Scene) -> None:
    mine, theirs = scene.sides
    async with scene.connection() as connection:
        for table in sorted(set(ROWS) - set(MIXED_ELSEWHERE)):
            links = [name for (name,) in await connection.fetch(_LINKS, table)]
            for mixed in mixtures(links, mine.rows[table], theirs.rows[table]):
                with pytest.raises(REFUSED):  # the other row may be in the way already
                    await update(connection, table, mine.rows[table], mixed)


def mixtures(links: list[str], row: Row, other: Row) -> list[Row]:
    """All rows that have some of their ends here and the others there."""
    apart = [name for name in links if row[name] != other[name]]
    assert len(apart) > 1, f"{links}: there is nothing to mix"
    parts = (part for size in range(1, len(apart)) for part in combinations(apart, size))
    return [row | {name: other[name] for name in part} for part in parts]


async def test_b11_what_hangs_on_one_thing_is_not_moved_to_another(scene: Scene) -> None:
    mine, theirs = scene.sides
    async with scene.connection() as connection:
        for table, link in (
            ("order_lines", "order_id"),
            ("payments", "order_id"),
            ("organisations", "workspace_id"),
            ("members", "workspace_id"),
            ("members", "person_id"),
            ("persons", "default_workspace_id"),
            ("workspace_settings", "workspace_id"),
            ("subscriptions", "workspace_id"),
            ("orders", "organisation_id"),
            ("orders", "buyer_id"),
        ):
            row = mine.rows[table]
            with pytest.raises(REFUSED):
                await update(connection, table, row, row | {link: theirs.rows[table][link]})


async def test_b11_a_key_gives_nothing_of_another_wallet(scene: Scene) -> None:
    """Its result is an entry of the wallet that it names, or there is none."""
    mine, other = scene.sides[0].rows["idempotency_keys"], await make_wallet(scene.runtime)
    async with scene.connection() as connection:
        with pytest.raises(REFUSED):
            await insert(connection, "idempotency_keys", mine | {"key": "new", "wallet_id": str(other.id)})
        with pytest.raises(REFUSED):
            await update(connection, "idempotency_keys", mine, mine | {"wallet_id": str(other.id)})
        await insert(connection, "idempotency_keys", mine | {"key": "new"})


async def test_b11_a_personal_workspace_has_one_member_and_no_organisation(scene: Scene) -> None:
    home, stranger = await make_wallet(scene.runtime), await make_wallet(scene.runtime)
    member, organisation = scene.sides[0].rows["members"], scene.sides[0].rows["organisations"]
    async with scene.connection() as connection:
        for role in MemberRole:
            row = member | {"workspace_id": str(home.workspace_id), "person_id": str(stranger.person_id), "role": role}
            with pytest.raises(REFUSED):
                await insert(connection, "members", row | {"id": str(uuid4())})
        owner = member | {"person_id": str(stranger.person_id), "role": "OWNER", "id": str(uuid4())}
        with pytest.raises(REFUSED):  # nobody owns an organisation's workspace
            await insert(connection, "members", owner)
        with pytest.raises(REFUSED):
            await update(connection, "members", member, member | {"role": "OWNER"})
        at_home = organisation | {"id": str(uuid4()), "workspace_id": str(home.workspace_id)}
        with pytest.raises(REFUSED):
            await insert(connection, "organisations", at_home)
        for change in ("kind = 'ENTERPRISE', owner_id = NULL", f"owner_id = '{stranger.person_id}'"):
            with pytest.raises(REFUSED):
                async with connection.transaction():
                    await connection.execute(f"UPDATE workspaces SET {change} WHERE id = $1", home.workspace_id)


async def test_b11_an_organisation_has_one_workspace_and_one_subscription(scene: Scene) -> None:
    mine, theirs = scene.sides
    third = await make_organisation(scene.runtime)
    async with scene.connection() as connection:
        for row in (
            mine.rows["subscriptions"],
            mine.rows["subscriptions"] | {"organisation_id": str(third.id)},
            mine.rows["subscriptions"] | {"workspace_id": str(third.workspace_id)},
            mine.rows["subscriptions"] | {"workspace_id": theirs.rows["subscriptions"]["workspace_id"]},
        ):
            with pytest.raises(REFUSED):
                await insert(connection, "subscriptions", row | {"id": str(uuid4())})
        with pytest.raises(REFUSED):
            await insert(connection, "organisations", mine.rows["organisations"] | {"id": str(uuid4())})


async def test_b11_an_order_that_founds_an_organisation_is_of_that_one_alone(scene: Scene) -> None:
    """Its organisation comes with its payment, so what hangs on it is looked at then."""
    ref, other = scene.refs
    newcomer = await add_member(scene.runtime, other)
    async with scene.connection() as connection:
        open_ = scene.sides[0].rows["orders"] | {
            "id": str(uuid4()),
            "kind": "ORGANISATION",
            "status": "PENDING",
            "organisation_id": None,
            "buyer_id": str(ref.admin_id),
            "reference": "x",
            "receipt_number": None,
            "paid_at": None,
            "closed_at": None,
        }
        await insert(connection, "orders", open_)
        change = scene.sides[0].rows["seat_changes"] | {"id": str(uuid4()), "order_id": open_["id"]}
        await insert(connection, "seat_changes", change)
        for organisation, buyer in ((other.id, ref.admin_id), (other.id, newcomer.person_id)):
            with pytest.raises(REFUSED):
                await update(
                    connection, "orders", open_, open_ | {"organisation_id": str(organisation), "buyer_id": str(buyer)}
                )
        strangers = open_ | {"organisation_id": str(ref.id), "buyer_id": str(newcomer.person_id)}
        with pytest.raises(REFUSED):
            await insert(connection, "orders", strangers | {"id": str(uuid4()), "reference": "y"})
        await update(connection, "orders", open_, open_ | {"organisation_id": str(ref.id)})
