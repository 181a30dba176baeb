"""One installation, from a command's point of view: settings, a migrated database, a runtime."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TypeVar

from app.embedded_postgres import EmbeddedPostgres
from app.payments.offered import offered_payments
from app.runtime import open_runtime
from app.settings import Settings
from migrations.upgrade import upgrade
from services.runtime import Runtime

_Result = TypeVar("_Result")


def settings_from_environment() -> Settings:
    """Read the settings: the one place that looks at the environment.

    Raises:
        SettingsError: with all problems at once.
    """
    return Settings.from_environment(os.environ)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Give the DSN of a migrated database: the one that is set, or the embedded one while the block runs."""
    _terminate_like_interrupt()
    if settings.database_url is not None:
        asyncio.run(upgrade(settings.database_url))
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data_dir) as dsn:
        asyncio.run(upgrade(dsn))
        yield dsn


def with_runtime(settings: Settings, verb: Callable[[Runtime], Awaitable[_Result]]) -> _Result:
    """Run one verb over a migrated database."""

    async def run(dsn: str) -> _Result:
        async with open_runtime(dsn, settings.broker, offered=offered_payments(settings)) as runtime:
            return await verb(runtime)

    with database(settings) as dsn:
        return asyncio.run(run(dsn))


def _terminate_like_interrupt() -> None:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that an embedded PostgreSQL is stopped and not left behind."""

    def leave(_number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, leave)
