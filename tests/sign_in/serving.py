"""Serving an application over real HTTP on the loopback, in a thread with a loop of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

HOST = "127.0.0.1"
START_S_MAX = 30


def free_socket() -> socket.socket:
    """A listening socket on a port that nobody has."""
    opened = socket.socket()
    opened.bind((HOST, 0))
    opened.listen(128)
    return opened


def origin_of(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"


@contextmanager
def served(app: Any, listening: socket.socket) -> Iterator[None]:
    """Serve an ASGI application on a socket while the block runs."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=1, lifespan="auto"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    waiting = threading.Event()
    try:
        for _ in range(START_S_MAX * 100):
            if server.started or not thread.is_alive():
                break
            waiting.wait(0.01)
        assert server.started, "the server did not start"
        yield
    finally:
        server.should_exit = True
        thread.join(START_S_MAX)
        assert not thread.is_alive()
