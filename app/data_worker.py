"""The worker's second strand: what people ask for about their data (A5). An archive may take its time, dues may not."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from services.due_deletions import carry_out_deletions, sweep_erased
from services.export_building import build_next_export, expire_exports
from services.runtime import Runtime

POLL_S = 1.0
SWEEP_EVERY = timedelta(minutes=10)

_log = logging.getLogger(__name__)


async def care_for_data(runtime: Runtime, stop: asyncio.Event) -> None:
    """Carry out deletions, delete old archives, build new ones, until `stop` is set. What fails is tried again."""
    next_sweep = runtime.clock()
    while not stop.is_set():
        busy = False
        try:
            await carry_out_deletions(runtime)
            if runtime.clock() >= next_sweep:
                await sweep_erased(runtime)
                next_sweep = runtime.clock() + SWEEP_EVERY
            while await expire_exports(runtime):
                pass
            busy = await build_next_export(runtime, stop.is_set)
        except Exception:  # noqa: BLE001 - whatever it is, the next round may do better, and nobody else does this
            _log.exception("the worker failed at people's data and tries again")
        if not busy:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_S)
