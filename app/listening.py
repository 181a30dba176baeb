"""Where the server listens, and how it leaves: uvicorn, with what live feeds need of it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from app.settings import SettingsError

UNREAD_S_MAX = 30
"""Seconds for which a client may leave unread what it was sent, before the kernel cuts its connection (Linux)."""
_BACKLOG_CONNECTIONS_MAX = 2_048


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host, before anything else is started: a taken port is told at once.

    Raises:
        SettingsError: there is no such address here, or somebody has it.
    """
    opened: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            opened.append(socket.socket(family, kind, protocol))
            opened[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                opened[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if user_timeout := getattr(socket, "TCP_USER_TIMEOUT", None):
                # connections inherit it: one that was closed with its answer unread would otherwise stay for ever
                opened[-1].setsockopt(socket.IPPROTO_TCP, user_timeout, UNREAD_S_MAX * 1_000)
            opened[-1].bind(address)
            opened[-1].listen(_BACKLOG_CONNECTIONS_MAX)
    except OSError as error:
        for each in opened:
            each.close()
        raise SettingsError(
            (f"ALLOT_HOST, ALLOT_PORT: cannot listen on {host} port {port}: {error.strerror}",)
        ) from error
    return opened


class Sockets(WebSocketsSansIOProtocol):
    """WebSockets whose closing does not wait for a client that does not read: it is told when it reads again."""

    async def send(self, message: Any) -> None:  # Any: uvicorn's own type of an ASGI message is private
        """Send a message; the last one goes behind what is unread, whatever that is."""
        if message["type"] == "websocket.close":
            self.writable.set()
        await super().send(message)


class Server(uvicorn.Server):
    """Serves on sockets that listen already, and ends what would never end by itself when it stops."""

    def __init__(self, config: uvicorn.Config, leave: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._leave = leave

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving. Sockets are closed first (1012, at which clients come back by themselves), then feeds end."""
        leaving = asyncio.ensure_future(self._leave())  # begins when uvicorn waits, which is behind its closing
        await super().shutdown(sockets)
        await leaving
