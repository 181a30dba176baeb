import asyncio
import logging
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp

from execution import Limits
from tests.execution import zoo
from tests.execution.conftest import Make
from tests.execution.sockets import RawSocket

pytestmark = pytest.mark.anyio


async def settle(turns: int = 30) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_a_subscription_over_a_real_client(client: httpx2.AsyncClient) -> None:
    async with client.websocket("ws://test/", subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send_json({"type": "connection_init"})
        assert await socket.receive_json() == {"type": "connection_ack"}
        payload = {"query": "subscription { count(to: 1) { number } }"}
        await socket.send_json({"type": "subscribe", "id": "1", "payload": payload})
        assert (await socket.receive_json())["payload"] == {"data": {"count": {"number": 0}}}
        assert await socket.receive_json() == {"id": "1", "type": "complete"}


async def test_queries_mutations_and_subscriptions(endpoint: ASGIApp, contexts: list[Any]) -> None:
    async with RawSocket(endpoint) as socket:
        assert socket.accepted == {"type": "websocket.accept", "subprotocol": "graphql-transport-ws"}
        await socket.initialise()
        socket.subscribe("q", "{ rock { mineral } }")
        assert await socket.get() == {"id": "q", "type": "next", "payload": {"data": {"rock": {"mineral": "granite"}}}}
        assert await socket.get() == {"id": "q", "type": "complete"}
        socket.subscribe("m", 'mutation { pay(amount: "1") { receipt } }')
        assert (await socket.get())["payload"] == {"data": {"pay": {"receipt": 1}}}
        assert await socket.get() == {"id": "m", "type": "complete"}
        socket.subscribe("s", "subscription ($to: Int!) { count(to: $to) { number } }", to=2)
        assert [(await socket.get())["payload"]["data"]["count"]["number"] for _ in range(2)] == [0, 1]
        assert await socket.get() == {"id": "s", "type": "complete"}
        socket.subscribe("s", "{ nothing }")  # an id may be used again
        assert (await socket.get())["payload"] == {"data": {"nothing": None}}
    assert len(contexts) == 4, "each operation has a context of its own"


async def test_ping_and_pong(endpoint: ASGIApp) -> None:
    async with RawSocket(endpoint) as socket:
        socket.put({"type": "ping"})
        assert await socket.get() == {"type": "pong"}
        await socket.initialise()
        socket.put({"type": "ping", "payload": {"a": 1}})
        assert await socket.get() == {"type": "pong", "payload": {"a": 1}}
        socket.put({"type": "pong"})
        socket.put({"type": "complete", "id": "unknown"})
        socket.subscribe("1", "{ nothing }")
        assert (await socket.get())["type"] == "next"


@pytest.mark.parametrize("subprotocols", [(), ("graphql-ws",), ("other", "graphql-ws")])
async def test_other_subprotocols_are_4406(endpoint: ASGIApp, subprotocols: tuple[str, ...]) -> None:
    async with RawSocket(endpoint, subprotocols=subprotocols) as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_no_initialisation_in_time_is_4408(make: Make) -> None:
    async with RawSocket(make(limits=Limits(init_timeout_s=0.01))) as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


@pytest.mark.parametrize(
    ("headers", "payload", "code", "reason"),
    [
        ({}, {"authorization": "bad"}, 4401, "UNAUTHENTICATED"),
        ({"authorization": "bad"}, None, 4401, "UNAUTHENTICATED"),
        ({}, {"authorization": "suspended"}, 4403, "SUSPENDED"),
    ],
)
async def test_refused_credentials(
    endpoint: ASGIApp, headers: dict[str, str], payload: object, code: int, reason: str
) -> None:
    async with RawSocket(endpoint, headers=headers) as socket:
        socket.put({"type": "connection_init", "payload": payload})
        assert await socket.closed() == (code, reason)


async def test_g5_a_fault_in_authentication_is_4500(endpoint: ASGIApp, caplog: pytest.LogCaptureFixture) -> None:
    async with RawSocket(endpoint) as socket:
        socket.put({"type": "connection_init", "payload": {"authorization": "explode"}})
        code, reason = await socket.closed()
    assert code == 4500
    assert reason.removeprefix("Internal error ") in caplog.text


async def test_credentials_come_by_payload(endpoint: ASGIApp, contexts: list[Any]) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise({"authorization": "bob"})
        socket.subscribe("1", "{ secret }")
        message = await socket.get()
    assert message["payload"]["errors"][0]["message"] == "only for Ada"
    assert contexts[0].user == "bob"


MALFORMED: list[dict[str, Any]] = [
    {"text": "nonsense"},
    {"text": ""},
    {"text": "[]"},
    {"text": "7"},
    {"text": "{}"},
    {"text": '{"type":"nonsense"}'},
    {"text": '{"type":7}'},
    {"text": '{"type":"start","id":"1"}'},
    {"text": '{"type":"subscribe","id":7,"payload":{"query":"{ nothing }"}}'},
    {"text": "[" * 10_000},
    {"text": '{"type":"ping","payload":"\ud800"}'},
    {"bytes": b'{"type":"ping"}'},
    {"text": None, "bytes": None},
]


@pytest.mark.parametrize("message", MALFORMED)
@pytest.mark.parametrize("initialised", [True, False])
async def test_malformed_messages_are_4400(
    endpoint: ASGIApp, message: dict[str, Any], initialised: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with RawSocket(endpoint) as socket:
        if initialised:
            await socket.initialise()
        socket.put_raw(**message)
        code, reason = await socket.closed()
    assert code == 4400
    assert len(reason.encode()) <= 123
    assert caplog.records == []


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribe", "payload": {"query": "{ nothing }"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ nothing }"}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": {"query": 7}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ nothing }", "variables": []}},
        {"type": "subscribe", "id": "1", "payload": [{"query": "{ nothing }"}]},
        {"type": "complete"},
    ],
)
async def test_malformed_operations_are_4400(endpoint: ASGIApp, message: object) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.put(message)
        assert (await socket.closed())[0] == 4400


async def test_malformed_connection_init_is_4400(endpoint: ASGIApp) -> None:
    async with RawSocket(endpoint) as socket:
        socket.put({"type": "connection_init", "payload": "token"})
        assert (await socket.closed())[0] == 4400


async def test_order_of_messages_is_kept(endpoint: ASGIApp) -> None:
    async with RawSocket(endpoint) as socket:
        socket.subscribe("1", "{ nothing }")
        assert await socket.closed() == (4401, "Unauthorized")
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.put({"type": "connection_init"})
        assert await socket.closed() == (4429, "Too many initialisation requests")
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.subscribe("1", "subscription { ticks { __typename } }")
        socket.subscribe("1", "{ nothing }")
        assert await socket.closed() == (4409, "Subscriber for 1 already exists")


async def test_g6_a_message_too_large_is_1009(make: Make) -> None:
    async with RawSocket(make(limits=Limits(socket_message_bytes_max=100))) as socket:
        await socket.initialise()
        socket.subscribe("1", "{ nothing }" + " " * 100)
        assert (await socket.closed())[0] == 1009


async def test_g6_operations_per_socket_are_bounded(make: Make) -> None:
    async with RawSocket(make(limits=Limits(operations_per_socket_max=2))) as socket:
        await socket.initialise()
        for name in "abc":
            socket.subscribe(name, "subscription { ticks { __typename } }")
        message = await socket.get()
        assert (message["type"], message["id"]) == ("error", "c")
        assert message["payload"][0]["extensions"] == {"code": "TOO_MANY_OPERATIONS", "maximum": 2}
        socket.put({"type": "complete", "id": "a"})
        await settle()
        socket.subscribe("c", "{ nothing }")
        assert (await socket.get())["type"] == "next"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query ($n: Int!) { keeper(number: $n) { id } }", "BAD_USER_INPUT"),
        ("subscription ($n: Int!) { count(to: $n) { number } }", "BAD_USER_INPUT"),
        ("subscription { refused }", "FORBIDDEN"),
        ("{ " + "nothing " * 5000 + "}", "QUERY_TOO_COMPLEX"),
    ],
)
async def test_what_does_not_run_is_an_error_of_its_operation(endpoint: ASGIApp, query: str, code: str) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.subscribe("1", query)
        message = await socket.get()
        assert (message["type"], message["id"]) == ("error", "1")
        assert message["payload"][0]["extensions"]["code"] == code
        socket.subscribe("1", "{ nothing }")
        assert (await socket.get())["type"] == "next", "the socket lives on"


async def test_g5_a_source_that_fails_is_masked(endpoint: ASGIApp, caplog: pytest.LogCaptureFixture) -> None:
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        socket.subscribe("1", "subscription { ticks { __typename } }")
        await settle()
        zoo.CHANNEL.publish(RuntimeError("password=hunter2"))
        message = await socket.get()
    assert message["type"] == "error"
    assert message["payload"][0]["message"] == "Internal error"
    assert message["payload"][0]["extensions"]["id"] in caplog.text


async def test_generators_are_closed(endpoint: ASGIApp) -> None:
    closed = zoo.CHANNEL.closed
    async with RawSocket(endpoint) as socket:
        await socket.initialise()
        for name in "ab":
            socket.subscribe(name, "subscription { ticks { __typename } }")
        await settle()
        assert len(zoo.CHANNEL.queues) == 2
        socket.put({"type": "complete", "id": "a"})
        await settle()
        assert (len(zoo.CHANNEL.queues), zoo.CHANNEL.closed) == (1, closed + 1)
        socket.hang_up()
        await socket.finished()
        assert (len(zoo.CHANNEL.queues), zoo.CHANNEL.closed) == (0, closed + 2)


async def test_f8_a_client_that_does_not_read_is_told_so_and_closed(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    closed = zoo.CHANNEL.closed
    async with RawSocket(make(limits=Limits(send_timeout_s=0.02))) as socket:
        await socket.initialise()
        socket.subscribe("1", "subscription { ticks { ... on Gap { after } } }")
        await settle()
        socket.stop_reading()
        for number in range(1000):
            zoo.CHANNEL.publish(zoo.Gap(after=number))
        await settle()
        assert zoo.CHANNEL.queues[0].qsize() == 999, "the next event is pulled only after the last was sent"
        await socket.finished()
        assert zoo.CHANNEL.closed == closed + 1
    assert caplog.records == []


async def test_f8_a_slow_client_gets_a_documented_code(make: Make) -> None:
    async with RawSocket(make(limits=Limits(send_timeout_s=0.05))) as socket:
        await socket.initialise()
        socket.subscribe("1", "subscription { ticks { ... on Gap { after } } }")
        await settle()
        socket.stop_reading()
        zoo.CHANNEL.publish(zoo.Gap(after=1))
        async with asyncio.timeout(5):
            while zoo.CHANNEL.queues:  # noqa: ASYNC110 - the generator's end has no event
                await asyncio.sleep(0.005)
        socket.read_again()
        assert await socket.closed() == (4413, "SLOW_CONSUMER")


async def test_cancelling_the_server_closes_everything(endpoint: ASGIApp) -> None:
    socket = RawSocket(endpoint)
    await socket.__aenter__()
    await socket.initialise()
    socket.subscribe("1", "subscription { ticks { __typename } }")
    await settle()
    socket._task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await socket._task
    assert zoo.CHANNEL.queues == []
