"""Sending to a client that may not read: every message is bounded in time."""

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from types import coroutine
from typing import Any

from starlette.types import Message, Send


class SlowConsumer(Exception):  # noqa: N818 - a condition of the client, not a fault of ours
    """A message was not taken within the time allowed."""


class ClientGone(Exception):  # noqa: N818 - likewise
    """The connection is closed."""


async def send_bounded(send: Send, message: Message, timeout_s: float) -> None:
    """Send, waiting at most `timeout_s` seconds for the client to read.

    Raises:
        SlowConsumer: it did not.
        ClientGone: the server says that the connection is closed.
    """
    # Nearly always the server takes the message at once. Starting the send by hand and arming a timer only
    # when it suspends saves a timer per message, the dearest part of sending to thousands of sockets.
    sending: Awaitable[None] = send(message)
    try:
        if not isinstance(sending, Coroutine):
            async with asyncio.timeout(timeout_s):
                await sending
            return
        try:
            waiting = sending.send(None)
        except StopIteration:
            return
        async with asyncio.timeout(timeout_s):
            await _resume(sending, waiting)
    except TimeoutError:
        raise SlowConsumer from None
    except OSError:
        raise ClientGone from None


@coroutine
def _resume(started: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    """Continue a coroutine that has already yielded `waiting`."""
    while True:
        interruption: BaseException | None = None
        value = None
        try:
            value = yield waiting
        except BaseException as problem:  # noqa: BLE001 - cancellation goes where it would have gone
            interruption = problem
        try:
            waiting = started.send(value) if interruption is None else started.throw(interruption)
        except StopIteration:
            return
