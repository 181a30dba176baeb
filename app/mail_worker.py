"""The worker's third strand: announcements, told to every user, and e-mails out of the outbox (A6, A7)."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from services.announcements import tell_everybody
from services.outbox import Mailer, forget_emails, send_due
from services.runtime import Runtime

POLL_S = 1.0
FORGET_EVERY = timedelta(minutes=10)

_log = logging.getLogger(__name__)


async def tell_people(runtime: Runtime, stop: asyncio.Event, mailer: Mailer | None) -> None:
    """Tell and send until `stop` is set, no matter how long a mail server takes. What fails is tried again.

    Without a mailer e-mails wait.
    """
    next_forget = runtime.clock()
    while not stop.is_set():
        busy = 0
        try:
            busy += await tell_everybody(runtime)
            if mailer is not None:
                busy += await send_due(runtime, mailer, stop.is_set)
            if runtime.clock() >= next_forget:
                while await forget_emails(runtime):
                    pass
                next_forget = runtime.clock() + FORGET_EVERY
        except Exception:  # noqa: BLE001 - whatever it is, the next round may do better, and nobody else does this
            _log.exception("the worker failed at telling people and tries again")
            busy = 0
        if not busy:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_S)
