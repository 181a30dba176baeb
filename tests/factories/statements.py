"""A recorder of the statements that go through a pool, transactions' BEGIN and COMMIT included."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

_DRIVERS_OWN = ("WITH RECURSIVE typeinfo_tree", "SELECT current_setting('jit')")
"""What asyncpg asks once for each connection, when it meets an array type for the first time."""


@asynccontextmanager
async def recorded(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[list[str]]:
    """Collect the texts of all statements of a pool inside the block, on connections of now and of later."""
    statements: list[str] = []
    listening: list[tuple[Any, Callable[[Any], None]]] = []  # Any: the stubs do not know a pool's inside

    def note(record: Any) -> None:
        text = " ".join(record.query.split())
        if not text.startswith(_DRIVERS_OWN):
            statements.append(text)

    async def listen(connection: Any) -> None:
        connection.add_query_logger(note)
        listening.append((connection, note))

    inside: Any = pool
    for holder in inside._holders:
        if holder._con is not None:
            await listen(holder._con)
    before, inside._init = inside._init, listen
    try:
        yield statements
        await asyncio.sleep(0)  # asyncpg calls loggers in the loop's next turn
    finally:
        inside._init = before
        for connection, logger in listening:
            if not connection.is_closed():
                connection.remove_query_logger(logger)
