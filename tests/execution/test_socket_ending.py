"""A socket whose session ends is closed with a code that says why (A4)."""

import asyncio
from time import monotonic
from typing import Any

import pytest

from execution import ClientError, GraphQLEndpoint
from execution.socket import LAST_WORDS_S
from tests.execution import zoo
from tests.execution.conftest import Make
from tests.execution.sockets import RawSocket

pytestmark = pytest.mark.anyio

TICKS = "subscription { ticks { __typename } }"
SECOND_S = 1.0


class Sessions:
    """Sessions that end when a test says so."""

    def __init__(self) -> None:
        self.waiting = 0
        self._end: asyncio.Future[ClientError] | None = None

    def end(self, problem: ClientError | Exception) -> None:
        assert self._end
        if isinstance(problem, ClientError):
            self._end.set_result(problem)
        else:
            self._end.set_exception(problem)

    async def ending(self, _user: str) -> ClientError:
        self._end = asyncio.get_running_loop().create_future()
        self.waiting += 1
        try:
            return await self._end
        finally:
            self.waiting -= 1


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


@pytest.fixture
def endpoint(make: Make, sessions: Sessions) -> GraphQLEndpoint[str]:
    return make(ending=sessions.ending)


def gone(code: str = "UNAUTHENTICATED") -> ClientError:
    return ClientError("It is over.", code)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("code", "close"), [("UNAUTHENTICATED", 4401), ("SUSPENDED", 4403)])
async def test_a4_an_idle_socket_is_closed_at_once(
    endpoint: GraphQLEndpoint[str], sessions: Sessions, code: str, close: int
) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        await settle()
        began_s = monotonic()
        sessions.end(gone(code))
        assert await socket.closed() == (close, code)
        assert monotonic() - began_s < LAST_WORDS_S
    assert sessions.waiting == 0


async def test_a4_operations_may_say_so_themselves_first(endpoint: GraphQLEndpoint[str], sessions: Sessions) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.subscribe("1", TICKS)
        await settle()
        sessions.end(gone())
        await settle()
        zoo.CHANNEL.publish(ClientError("Your access has ended.", "ENDED"))
        assert (await socket.get())["type"] == "error"
        assert await socket.closed() == (4401, "UNAUTHENTICATED")


async def test_a4_operations_that_go_on_are_stopped_within_a_second(
    endpoint: GraphQLEndpoint[str], sessions: Sessions
) -> None:
    closed = zoo.CHANNEL.closed
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.subscribe("1", TICKS)
        await settle()
        began_s = monotonic()
        sessions.end(gone())
        assert await socket.closed() == (4401, "UNAUTHENTICATED")
        assert LAST_WORDS_S <= monotonic() - began_s < SECOND_S
    assert zoo.CHANNEL.closed == closed + 1


async def test_a4_nothing_begins_on_a_socket_whose_session_has_ended(
    endpoint: GraphQLEndpoint[str], sessions: Sessions, contexts: list[Any]
) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.subscribe("1", TICKS)
        await settle()
        begun = len(contexts)
        sessions.end(gone())
        await settle()
        socket.subscribe("2", "{ nothing }")
        assert await socket.closed() == (4401, "UNAUTHENTICATED")
        assert len(contexts) == begun


async def test_g5_a_fault_while_watching_is_masked(
    endpoint: GraphQLEndpoint[str], sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        await settle()
        sessions.end(RuntimeError("password=hunter2"))
        code, reason = await socket.closed()
    assert code == 4500
    assert reason.removeprefix("Internal error ") in caplog.text


async def test_nobody_watches_a_socket_that_has_gone(endpoint: GraphQLEndpoint[str], sessions: Sessions) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        await settle()
        assert sessions.waiting == 1
        socket.hang_up()
        await socket.finished()
    assert sessions.waiting == 0
