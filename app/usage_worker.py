"""The worker's fifth strand: charges are summed up by hour (F12)."""

import asyncio
import logging
from contextlib import suppress

from services.rollups import BEGINNING, roll_up
from services.runtime import Runtime

POLL_S = 1.0
REST_S = 10.0
"""How long it rests when it has seen all wallets: answers are exact without it, so it need not hurry."""

_log = logging.getLogger(__name__)


async def sum_up_usage(runtime: Runtime, stop: asyncio.Event) -> None:
    """Walk through all wallets, again and again, until `stop` is set. A round that fails is tried again."""
    place = BEGINNING
    while not stop.is_set():
        pause = POLL_S
        try:
            rolled = await roll_up(runtime, place)
        except Exception:  # noqa: BLE001 - whatever it is, the next round may do better, and nobody else does this
            _log.exception("the worker failed at summing up usage and tries again")
        else:
            place = rolled.place or BEGINNING
            if rolled.place is None:
                pause = REST_S
            elif rolled.entries:
                continue
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
