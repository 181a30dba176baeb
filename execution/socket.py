"""WebSockets: the graphql-transport-ws protocol (the legacy `graphql-ws` subprotocol is off).

Close codes: 4400 malformed message, 4401 not initialised or unauthenticated (any more), 4403 turned away, 4406
subprotocol, 4408 no connection_init in time, 4409 duplicate id, 4413 SLOW_CONSUMER (ours: the client does not read),
4429 second connection_init, 4500 fault, 1009 message too large.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any, Generic, Literal, TypeVar

import msgspec
import orjson
from graphql import OperationType
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from execution.engine import Engine
from execution.errors import ClientError, Refused, fault, present
from execution.protocol import Credentials, Request, address_of, convert_request, encode
from execution.sending import ClientGone, SlowConsumer, send_bounded

SUBPROTOCOL = "graphql-transport-ws"
SLOW_CONSUMER = 4413
LAST_WORDS_S = 0.5
"""How long operations may go on when the session has ended, so that they can say so themselves."""
_REASON_BYTES_MAX = 123  # RFC 6455: a control frame holds 125 bytes, two are the code

TSession = TypeVar("TSession")


class _Message(msgspec.Struct, frozen=True):
    type: Literal["connection_init", "ping", "pong", "subscribe", "complete"]
    id: str | None = None
    payload: Any = None


_decoder = msgspec.json.Decoder(_Message)


class _Close(Exception):  # noqa: N818 - the way a socket ends, not a fault
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class SocketTransport(Generic[TSession]):
    """Serves sockets; each is authenticated once and each operation on it gets a fresh context."""

    def __init__(
        self,
        engine: Engine,
        authenticate: Callable[[Credentials], Awaitable[TSession]],
        new_context: Callable[[TSession], object],
        ending: Callable[[TSession], Awaitable[ClientError]] | None = None,
        admit: Callable[[TSession], Awaitable[Mapping[str, str]]] | None = None,
    ) -> None:
        self._engine = engine
        self._authenticate = authenticate
        self._new_context = new_context
        self._ending = ending
        self._admit = admit

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it is closed."""
        message = await receive()
        if message["type"] != "websocket.connect":
            return
        socket = _Socket(self._engine, receive, send)
        try:
            if SUBPROTOCOL not in scope.get("subprotocols", ()):
                # A close code needs an accepted socket: before, there is only HTTP 403.
                await socket.send({"type": "websocket.accept"})
                await socket.close(4406, "Subprotocol not acceptable")
                return
            await socket.send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            session = await self._initialise(socket, Headers(scope=scope), address_of(scope))
            if self._ending is not None:
                socket.close_after(self._ending(session))
            admit = self._admit
            if admit is not None:
                socket.admit = lambda: admit(session)
            await socket.listen(lambda: self._new_context(session))
        except _Close as closing:
            await socket.close(closing.code, closing.reason)
        except SlowConsumer:
            await socket.close(SLOW_CONSUMER, "SLOW_CONSUMER")
        except ClientGone:
            pass
        except Exception as problem:  # noqa: BLE001 - masked and logged with an id (rule G5)
            shown: Any = present([fault(problem)])[0]
            await socket.close(4500, f"Internal error {shown['extensions']['id']}")
        finally:
            await socket.stop()

    async def _initialise(self, socket: "_Socket", headers: Headers, address: str | None) -> TSession:
        try:
            async with asyncio.timeout(self._engine.limits.init_timeout_s):
                while True:
                    message = await socket.receive()
                    if message.type == "connection_init":
                        break
                    await socket.idle(message, initialised=False)
                params = message.payload
                if params is not None and not isinstance(params, dict):
                    raise _Close(4400, "Invalid message: `payload` of connection_init must be an object")
                session = await self._authenticate(Credentials(headers, params or {}, address=address))
        except TimeoutError:
            raise _Close(4408, "Connection initialisation timeout") from None
        except ClientError as error:
            raise _turned_away(error) from None
        await socket.text('{"type":"connection_ack"}')
        return session


def _turned_away(error: ClientError) -> _Close:
    # 4400 and 4401 tell client libraries that trying again is useless; 4403 does not.
    if error.code == "BAD_USER_INPUT":
        return _Close(4400, f"Invalid message: {error.message}")
    return _Close(4401 if error.code == "UNAUTHENTICATED" else 4403, error.code)


class _Socket:
    def __init__(self, engine: Engine, receive: Receive, send: Send) -> None:
        self._engine = engine
        self._receive = receive
        self._send = send
        self._timeout_s = engine.limits.send_timeout_s
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._reader: asyncio.Task[Any] | None = None
        self._ending: Exception | None = None
        self._watch: asyncio.Task[None] | None = None
        self._over: _Close | None = None
        self._open = True
        self.admit: Callable[[], Awaitable[object]] | None = None

    async def send(self, message: dict[str, Any]) -> None:
        if not self._open:
            raise ClientGone
        await send_bounded(self._send, message, self._timeout_s)

    async def text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Stop the operations, then close; the code is best effort when the client does not read."""
        await self.stop()
        if self._open:
            reason = reason.encode()[:_REASON_BYTES_MAX].decode(errors="ignore")
            with suppress(ClientGone, SlowConsumer):
                await self.send({"type": "websocket.close", "code": code, "reason": reason})
            self._open = False

    async def stop(self) -> None:
        """Cancel what runs and wait until its generators are closed."""
        running = [*self._operations.values(), *self._stopping]
        if self._watch is not None:
            running.append(self._watch)
        for task in running:
            task.cancel()
        if running:
            await asyncio.gather(*running, return_exceptions=True)

    def close_after(self, ending: Awaitable[ClientError]) -> None:
        """Close when this tells why the session has ended; begin nothing from then on."""
        self._watch = asyncio.ensure_future(self._close_after(ending))

    async def _close_after(self, ending: Awaitable[ClientError]) -> None:
        try:
            self._over = _turned_away(await ending)
            if self._operations:
                await asyncio.wait(self._operations.values(), timeout=LAST_WORDS_S)
            self._end(self._over)
        except Exception as problem:  # noqa: BLE001 - it ends the socket, and is told and logged as any fault
            self._end(problem)

    async def receive(self) -> _Message:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._open = False
            raise ClientGone
        text = message.get("text")
        if text is None:
            raise _Close(4400, "Invalid message: text frames of JSON are expected")
        if len(text) > self._engine.limits.socket_message_bytes_max:
            raise _Close(1009, "Message too large")
        try:
            return _decoder.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as problem:
            raise _Close(4400, f"Invalid message: {problem}") from None

    async def idle(self, message: _Message, *, initialised: bool) -> None:
        """Answer what needs no operation."""
        if message.type == "ping":
            payload = b"" if message.payload is None else b',"payload":' + encode(message.payload)
            await self.text((b'{"type":"pong"' + payload + b"}").decode())
        elif message.type == "subscribe" and not initialised:
            raise _Close(4401, "Unauthorized")
        elif message.type == "connection_init":
            raise _Close(4429, "Too many initialisation requests")

    async def listen(self, new_context: Callable[[], object]) -> None:
        """Read messages until the socket ends, by the client or by an operation that cannot send."""
        self._reader = asyncio.current_task()
        cancelling = self._reader.cancelling() if self._reader else 0
        try:
            while True:
                await self._heed(await self.receive(), new_context)
        except asyncio.CancelledError:
            # An operation ended the socket (see _ended), unless somebody else cancels us as well.
            if self._ending is None or self._reader is None or self._reader.uncancel() > cancelling:
                raise
            raise self._ending from None
        finally:
            self._reader = None  # nobody may cancel what comes after

    async def _heed(self, message: _Message, new_context: Callable[[], object]) -> None:
        if message.type == "subscribe":
            await self._subscribe(message, new_context)
        elif message.type == "complete":
            if message.id is None:
                raise _Close(4400, "Invalid message: `id` is missing")
            self._finish(message.id)
        else:
            await self.idle(message, initialised=True)

    async def _subscribe(self, message: _Message, new_context: Callable[[], object]) -> None:
        if self._over is not None:
            raise self._over
        name = message.id
        if not name:
            raise _Close(4400, "Invalid message: `id` is missing")
        if name in self._operations:
            raise _Close(4409, f"Subscriber for {name} already exists")
        limits = self._engine.limits
        try:
            request = convert_request(message.payload, variables_max=limits.variables_max)
            if len(self._operations) + len(self._stopping) >= limits.operations_per_socket_max:
                maximum = limits.operations_per_socket_max
                raise Refused.because(
                    f"At most {maximum} operations run on one socket.", "TOO_MANY_OPERATIONS", maximum=maximum
                )
        except Refused as refused:
            if refused.errors[0].message.startswith("The request is malformed"):
                raise _Close(4400, f"Invalid message: {refused.errors[0].message}") from None
            await self._error(name, refused)
            return
        task = asyncio.ensure_future(self._operate(name, request, new_context))
        self._operations[name] = task
        task.add_done_callback(lambda done: self._ended(name, done))

    def _finish(self, name: str) -> None:
        """The client completed an operation: its id is free at once, its generator closes in its own time."""
        task = self._operations.pop(name, None)
        if task is not None:
            self._stopping.add(task)
            task.cancel()

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._stopping.discard(task)
        if self._operations.get(name) is task:
            del self._operations[name]
        if not task.cancelled():
            problem = task.exception()
            if isinstance(problem, Exception):
                self._end(problem)

    def _end(self, problem: Exception) -> None:
        """End the socket as `listen` does when it raises this."""
        if self._ending is None and self._reader is not None:
            self._ending = problem
            self._reader.cancel()

    async def _operate(self, name: str, request: Request, new_context: Callable[[], object]) -> None:
        """Run one operation. Raises only what ends the socket: ClientGone, SlowConsumer."""
        quoted = orjson.dumps(name)
        prefix = b'{"id":' + quoted + b',"type":"next","payload":'
        engine = self._engine
        try:
            if self.admit is not None:
                await self.admit()
            operation = engine.operation(request.query, request.operation_name)
            engine.cost(operation, request.variables)
            context = new_context()
            if operation.kind is OperationType.SUBSCRIPTION:
                async with aclosing(await engine.subscribe(operation, request.variables, context)) as events:
                    # The next event is pulled only when this one is sent: memory stays bounded.
                    async for payload in events:
                        await self.text((prefix + payload + b"}").decode())
            else:
                answer = await engine.execute(operation, request.variables, context)
                if not answer.executed:
                    raise Refused(answer.errors)  # noqa: TRY301 - told as every refusal is
                await self.text((prefix + answer.body() + b"}").decode())
            await self.text((b'{"id":' + quoted + b',"type":"complete"}').decode())
        except Refused as refused:
            await self._error(name, refused)
        except (ClientGone, SlowConsumer):
            raise
        except Exception as problem:  # noqa: BLE001 - masked and logged with an id (rule G5)
            await self._error(name, Refused([fault(problem)]))

    async def _error(self, name: str, refused: Refused) -> None:
        errors = encode(present(refused.errors))
        await self.text((b'{"id":' + orjson.dumps(name) + b',"type":"error","payload":' + errors + b"}").decode())
