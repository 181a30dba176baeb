"""Bring a database to the newest version (`allot migrate`)."""

from pathlib import Path

import asyncpg
from aerich import Command

from models.database import tortoise_config

FOLDER = Path(__file__).parent
ADVISORY_LOCK = 0x616C6C6F74  # "allot": whoever migrates holds it, all others wait
LOCK_WAIT_S = 300.0


async def upgrade(dsn: str) -> list[str]:
    """Apply the migrations that are missing, each in a transaction, and return their names.

    Processes that start at once wait for the first one, and find nothing left to do.
    """
    gate = await asyncpg.connect(dsn, command_timeout=LOCK_WAIT_S)
    try:
        await gate.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        command = Command(tortoise_config=tortoise_config(dsn), app="models", location=str(FOLDER))
        async with command:
            return await command.upgrade(run_in_transaction=True)
    finally:
        await gate.close()
