"""The worker: writes what falls due at the instant it does, and forgets what is past its retention (F10)."""

import asyncio
import logging
from contextlib import suppress

from app.data_worker import care_for_data
from app.mail_worker import tell_people
from app.organisation_worker import care_for_organisations
from app.usage_worker import sum_up_usage
from services.outbox import Mailer
from services.runtime import Runtime
from services.upkeep import FORGET_EVERY, forget, seconds_to_next_due, write_due

RETRY_S = 1.0

_log = logging.getLogger(__name__)


async def work(runtime: Runtime, stop: asyncio.Event, mailer: Mailer | None = None) -> None:
    """Do everything that is the worker's until `stop` is set: what falls due, and what may take longer beside it."""
    await asyncio.gather(
        _keep_time(runtime, stop),
        care_for_data(runtime, stop),
        tell_people(runtime, stop, mailer),
        care_for_organisations(runtime, stop),
        sum_up_usage(runtime, stop),
    )


async def _keep_time(runtime: Runtime, stop: asyncio.Event) -> None:
    """Work until `stop` is set. What fails, as when the database is away, is tried again; nothing is lost by that."""
    next_forget = runtime.clock()
    while not stop.is_set():
        try:
            since = runtime.clock()
            await write_due(runtime)
            if runtime.clock() >= next_forget:
                while await forget(runtime):
                    pass
                next_forget = runtime.clock() + FORGET_EVERY
            pause = await seconds_to_next_due(runtime, since)
        except Exception:  # noqa: BLE001 - a worker that ended would be missed when quotas do not refresh, not before
            _log.exception("the worker failed and tries again")
            pause = RETRY_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
