"""The worker: writes what falls due at the instant it does, and forgets what is past its retention (F10)."""

import asyncio
import logging
from contextlib import suppress

import asyncpg

from services.runtime import Runtime
from services.upkeep import FORGET_EVERY, forget, seconds_to_next_due, write_due

RETRY_S = 1.0

_log = logging.getLogger(__name__)


async def work(runtime: Runtime, stop: asyncio.Event) -> None:
    """Work until `stop` is set. A database that is away is waited for; nothing is lost by that."""
    next_forget = runtime.clock()
    while not stop.is_set():
        try:
            while await write_due(runtime):
                pass
            if runtime.clock() >= next_forget:
                while await forget(runtime):
                    pass
                next_forget = runtime.clock() + FORGET_EVERY
            pause = await seconds_to_next_due(runtime)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            _log.exception("the worker could not reach the database and tries again")
            pause = RETRY_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
