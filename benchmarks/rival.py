"""What `submit` is compared with: the same statements for the same charge, in a transaction of its own each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from benchmarks.load import Charges
from services.posting import post
from services.runtime import Runtime


@asynccontextmanager
async def open_rival(dsn: str, connections: int) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """Open a pool as ours is opened, with all its connections made, one for each caller."""
    pool = asyncpg.create_pool(
        dsn,
        min_size=connections,
        max_size=connections,
        reset=_nothing_to_reset,
        server_settings={"timezone": "UTC", "application_name": "bench-rival", "jit": "off"},
    )
    async with pool:
        yield pool


async def charge_alone(
    runtime: Runtime, pool: "asyncpg.Pool[asyncpg.Record]", charges: Charges, wallet_id: UUID
) -> None:
    """Lock, load, decide, write and commit one charge, its idempotency key included. Nobody is woken."""
    async with pool.acquire() as connection, connection.transaction():
        batch = await post(connection, [charges.next(wallet_id)], runtime.clock)
    charges.check(batch.outcomes[0])


async def _nothing_to_reset(_connection: object) -> None:
    """As the project's own pool: no round trip on release."""
