"""The whole content of a database, to show that something changed nothing."""

from models.database import Database

Content = dict[str, tuple[str, ...]]

_TABLES = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"


async def content(database: Database) -> Content:
    """Every row of every table, as text."""
    tables = [row[0] for row in await database.pool.fetch(_TABLES)]
    return {
        table: tuple(row[0] for row in await database.pool.fetch(f'SELECT t::text FROM "{table}" t ORDER BY 1'))  # noqa: S608
        for table in tables
    }
