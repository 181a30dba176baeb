"""The worker's fourth strand: what falls due in organisations and orders (B6, B9, B10, D8)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from services.benefit_posting import post_more_benefits
from services.due_subscriptions import attend_subscriptions
from services.orders import expire_orders
from services.runtime import Runtime
from services.seats import settle_seats

POLL_S = 1.0

_log = logging.getLogger(__name__)

_STEPS: tuple[Callable[[Runtime], Awaitable[int]], ...] = (
    expire_orders,
    settle_seats,
    attend_subscriptions,
    post_more_benefits,
)
"""Each does a bounded amount of what is due, and says how much it did: 0 when nothing is left."""


async def care_for_organisations(runtime: Runtime, stop: asyncio.Event) -> None:
    """Do what is due until `stop` is set. A step that fails is tried again and keeps no other from its turn."""
    while not stop.is_set():
        done = 0
        for step in _STEPS:
            try:
                done += await step(runtime)
            except Exception:  # noqa: BLE001 - whatever it is, the next round may do better, and nobody else does this
                _log.exception("the worker failed at organisations and tries again")
        if not done:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL_S)
