"""Databases for tests: migrated, empty, one test at a time (DESIGN.md §7).

Making one from the template takes a hundred times as long as emptying one. So a test's database is emptied and
used again, unless the test left its schema other than it was; then it is dropped.
"""

import asyncio
import os
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg

from migrations.upgrade import upgrade

USES_MAX = 100
"""Tests after which a database is made anew: emptied tables keep what was in them until they are vacuumed."""
LEAVING_S_MAX = 10.0

_SHAPE = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT 'column ' || c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
    UNION ALL SELECT 'constraint ' || conname || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger ' || t.tgrelid::regclass::text || t.tgname || t.tgenabled::text FROM pg_trigger t
        WHERE NOT t.tgisinternal
    UNION ALL SELECT 'function ' || proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS shape (line)
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'aerich'"
_OTHERS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


@dataclass(slots=True)
class TestDatabases:
    """The databases of one worker. `server` is the DSN of a database that they are made from."""

    __test__ = False

    server: str
    template: str = ""
    shape: str = ""
    free: str | None = None
    uses: dict[str, int] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Make the template."""
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self.template = f"allotment_template_{worker}"
        await self._run(f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)', f'CREATE DATABASE "{self.template}"')
        await upgrade(self.dsn_of(self.template))
        connection = await asyncpg.connect(self.dsn_of(self.template))
        try:
            self.shape = await connection.fetchval(_SHAPE)
        finally:
            await connection.close()

    async def take(self) -> str:
        """Give the name of an empty database that nobody uses."""
        if self.free is not None:
            name, self.free = self.free, None
            return name
        name = f"test_{uuid4().hex[:12]}"
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}" STRATEGY file_copy')
        return name

    async def give_back(self, name: str) -> None:
        """Empty a database for the next test, or drop it."""
        self.uses[name] = self.uses.get(name, 0) + 1
        if self.free is None and self.uses[name] < USES_MAX and await self._emptied(name):
            self.free = name
            return
        await self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def dsn_of(self, name: str) -> str:
        """Write the DSN of a database."""
        base, mark, options = self.server.partition("?")
        return f"{base.rpartition('/')[0]}/{name}{mark}{options}"

    async def _emptied(self, name: str) -> bool:
        connection = await asyncpg.connect(self.dsn_of(name))
        try:
            async with asyncio.timeout(LEAVING_S_MAX):
                while await connection.fetchval(_OTHERS, name):
                    pass  # a backend that was told to end is listed until it has
            if await connection.fetchval(_SHAPE) != self.shape:
                return False
            tables = [row["tablename"] for row in await connection.fetch(_TABLES)]
            # a replica fires neither triggers, which keep the ledger's tables from being emptied, nor foreign keys
            deletes = ";".join(f'DELETE FROM "{table}"' for table in tables)
            await connection.execute(f"SET session_replication_role = replica; {deletes}")
        except asyncpg.InsufficientPrivilegeError:  # a server that is given need not let us do this
            return False
        finally:
            await connection.close()
        return True

    async def _run(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.dsn_of("postgres"))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()
