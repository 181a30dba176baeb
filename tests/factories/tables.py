"""The whole content of a database, to show that something changed nothing."""

from models.database import Database

Content = dict[str, tuple[str, ...]]

_TABLES = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"


async def content(database: Database) -> Content:
    """Every row of every table, as text."""
    tables = [row[0] for row in await database.pool.fetch(_TABLES)]
    return {
        table: tuple(row[0] for row in await database.pool.fetch(f'SELECT t::text FROM "{table}" t ORDER BY 1'))
        for table in tables
    }


_COLUMNS = """
SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
    AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')
ORDER BY 1, 2
"""


async def places_of(database: Database, *needles: str | bytes) -> set[str]:
    """Find the columns (`table.column`) in all the database in which any of these texts or bytes stands."""
    raw = [needle.encode() if isinstance(needle, str) else needle for needle in needles]
    hexed = [needle.hex() for needle in raw]
    texts = [needle.lower() for needle in needles if isinstance(needle, str)] + hexed
    found = set()
    for table, column, kind in await database.pool.fetch(_COLUMNS):
        text = f"encode(\"{column}\", 'hex')" if kind == "bytea" else f'lower("{column}"::text)'
        within = f"SELECT FROM unnest($1::text[]) AS needle WHERE position(needle IN {text}) > 0"
        sql = f'SELECT EXISTS (SELECT FROM "{table}" WHERE EXISTS ({within}))'
        if await database.pool.fetchval(sql, hexed if kind == "bytea" else texts):
            found.add(f"{table}.{column}")
    return found
