"""The database: an asyncpg pool for the statements that we write, Tortoise ORM for the tables that it serves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise.context import TortoiseContext

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
"""Any connection: a pool's or one's own."""

POOL_CONNECTIONS_MAX = 10
ORM_CONNECTIONS_MAX = 5
COMMAND_TIMEOUT_S = 60.0
MODELS = (
    "models.allowances",
    "models.catalog",
    "models.clients",
    "models.credentials",
    "models.entries",
    "models.grants",
    "models.idempotency",
    "models.identities",
    "models.invitations",
    "models.notices",
    "models.one_time_codes",
    "models.operators",
    "models.orders",
    "models.organisations",
    "models.personal_data",
    "models.persons",
    "models.referrals",
    "models.refusals",
    "models.seats",
    "models.settings",
    "models.subscriptions",
    "models.tasks",
    "models.terms",
    "models.traits",
    "models.usage",
    "models.verb_results",
    "models.wallets",
    "models.workspaces",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is; made from a URL by ourselves, since Tortoise reads URL options wrongly."""

    user: str | None
    password: str | None
    host: str
    port: int
    database: str
    sslmode: str | None


def parse_dsn(dsn: str) -> Address:
    """Read `postgresql://user:password@host:port/database?host=…&sslmode=…` (`host` may be a socket's folder)."""
    parts = urlsplit(dsn)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    user = parts.username or options.get("user")
    return Address(
        user=unquote(user) if user else None,
        password=unquote(parts.password) if parts.password else options.get("password"),
        host=options.get("host") or parts.hostname or "127.0.0.1",
        port=parts.port or int(options.get("port", "5432")),
        database=unquote(parts.path.lstrip("/")) or "postgres",
        sslmode=options.get("sslmode"),
    )


def tortoise_config(dsn: str) -> dict[str, Any]:  # Any: the shape that Tortoise and aerich declare
    """Configure Tortoise and aerich for a database."""
    address = parse_dsn(dsn)
    credentials: dict[str, object] = {
        "host": address.host,
        "port": address.port,
        "user": address.user,
        "password": address.password,
        "database": address.database,
        "min_size": 0,
        "max_size": ORM_CONNECTIONS_MAX,
        "server_settings": {"timezone": "UTC", "application_name": "allotment-orm"},
    }
    if address.sslmode:
        credentials["ssl"] = address.sslmode
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {"models": {"models": [*MODELS, "aerich.models"], "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }


TORTOISE_ORM = tortoise_config("postgresql://nobody@127.0.0.1:1/none")
"""For aerich's offline work: migrations are written and compared without a database."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. `pool` serves our own statements; the ORM is reached through its models."""

    pool: "asyncpg.Pool[asyncpg.Record]"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Run a block in one transaction (READ COMMITTED: what a lock waited for is seen by the next statement)."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection


async def _nothing_to_reset(_connection: Connection) -> None:
    """Spare each release a round trip: our statements change no session state outside of their transaction."""


@asynccontextmanager
async def open_database(dsn: str, *, connections_max: int = POOL_CONNECTIONS_MAX) -> AsyncIterator[Database]:
    """Open pool and ORM; close both at the end. One at a time per process can serve tasks of any origin."""
    async with (
        asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=connections_max,
            command_timeout=COMMAND_TIMEOUT_S,
            reset=_nothing_to_reset,
            server_settings={
                "timezone": "UTC",
                "application_name": "allotment",
                "jit": "off",
                # Plans are cached, those of foreign keys' checks too, and a table that was small when they were made
                # is read through until it is analysed: all our statements go by an index.
                "enable_seqscan": "off",
            },
        ) as pool,
        TortoiseContext() as orm,
    ):
        # the lifespan's task is not the requests' task, and Tortoise looks its context up by task
        await orm.init(config=tortoise_config(dsn), _enable_global_fallback=True)
        yield Database(pool)
