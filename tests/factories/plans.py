"""How PostgreSQL reads what it is asked: for tests that a statement goes by an index."""

import json
from collections.abc import Iterator
from typing import Any, cast

from models.database import Connection, Database
from services.keyset import Keyset, Reading, Window

Node = dict[str, Any]  # as EXPLAIN tells it


class _Explaining:
    """Stands for a connection, and explains what is read from it; nothing is found."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.nodes: list[Node] = []

    async def fetch(self, sql: str, *arguments: object) -> list[object]:
        told = await self._connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
        self.nodes += walk(json.loads(told)[0]["Plan"])
        return []


async def page_plans(database: Database, keyset: Keyset, window: Window, *arguments: object) -> list[list[Node]]:
    """The nodes of a page's plans, as they ran: made for these arguments, and made for any."""
    plans = []
    for mode in ("force_custom_plan", "force_generic_plan"):
        async with database.pool.acquire() as connection:
            await connection.execute(f"SET plan_cache_mode = {mode}")
            try:
                explaining = _Explaining(connection)
                await keyset.page(cast("Reading", explaining), window, *arguments)
                plans.append(explaining.nodes)
            finally:
                await connection.execute("RESET plan_cache_mode")
    return plans


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.get("Plans", []):
        yield from walk(child)
