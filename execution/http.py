"""GraphQL over HTTP, by the specification of that name."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Generic, TypeVar
from urllib.parse import parse_qs

import orjson
from graphql import OperationType
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from execution.answer import Answer
from execution.documents import Operation
from execution.engine import Engine
from execution.errors import ClientError, Refused, fault
from execution.limits import Limits
from execution.negotiation import JSON, is_json, read_accept
from execution.protocol import Credentials, Request, address_of, convert_request, decode_request
from execution.sending import ClientGone, SlowConsumer, send_bounded
from execution.sse import EventStream, single

TSession = TypeVar("TSession")
_PARAMETERS_MAX = 20
_TURNED_AWAY = {"UNAUTHENTICATED": 401, "RATE_LIMITED": 429, "BAD_USER_INPUT": 400}


class HttpTransport(Generic[TSession]):
    """Answers HTTP requests: JSON, or an event stream for subscriptions."""

    def __init__(
        self,
        engine: Engine,
        authenticate: Callable[[Credentials], Awaitable[TSession]],
        new_context: Callable[[TSession], object],
        page: Callable[[], Awaitable[Response]] | None,
        admit: Callable[[TSession], Awaitable[Mapping[str, str]]] | None = None,
    ) -> None:
        self._engine = engine
        self._limits = engine.limits
        self._authenticate = authenticate
        self._new_context = new_context
        self._page = page
        self._admit = admit

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = _Exchange(scope, receive, send, self._limits.send_timeout_s)
        if self._page is not None and exchange.method == "GET" and exchange.accepted.page:
            await (await self._page())(scope, receive, send)
            return
        try:
            await self._answer(exchange)
        except Refused as refused:
            await exchange.refuse(refused)
        except (ClientGone, SlowConsumer):
            return
        except Exception as problem:
            if exchange.started:
                raise
            await exchange.refuse(Refused([fault(problem)], status=500))

    async def _answer(self, exchange: "_Exchange") -> None:
        accepted = exchange.accepted
        if accepted.answer is None and not accepted.events:
            raise Refused.because(
                "Accept must allow application/graphql-response+json or application/json "
                "(text/event-stream for subscriptions).",
                "NOT_ACCEPTABLE",
                status=406,
            )
        request = await self._request(exchange)
        session = await self._session(Credentials(exchange.headers, None, exchange.method, exchange.address))
        if self._admit is not None:
            exchange.carry(await self._admit(session))
        operation = self._engine.operation(request.query, request.operation_name)
        cost = self._engine.cost(operation, request.variables)
        if operation.kind is OperationType.SUBSCRIPTION:
            await self._stream(exchange, operation, request, session)
            return
        if exchange.method == "GET" and operation.kind is not OperationType.QUERY:
            raise Refused.because("A mutation needs POST.", "METHOD_NOT_ALLOWED", status=405)
        answer = await self._engine.execute(operation, request.variables, self._new_context(session))
        body = answer.body(cost if exchange.headers.get("x-allot-cost") == "1" else None)
        if accepted.answer is None:
            await exchange.events(single(body), self._limits)
        else:
            await exchange.respond(200 if answer.executed or accepted.answer == JSON else 400, body)

    async def _stream(self, exchange: "_Exchange", operation: Operation, request: Request, session: TSession) -> None:
        if not exchange.accepted.events:
            raise Refused.because(
                "A subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream.",
                "NOT_ACCEPTABLE",
                status=406,
            )
        events = await self._engine.subscribe(operation, request.variables, self._new_context(session))
        await exchange.events(events, self._limits)

    async def _session(self, credentials: Credentials) -> TSession:
        try:
            return await self._authenticate(credentials)
        except ClientError as error:
            raise Refused([error], status=_TURNED_AWAY.get(error.code, 403)) from None

    async def _request(self, exchange: "_Exchange") -> Request:
        maximum = self._limits.variables_max
        if exchange.method == "GET":
            return convert_request(_parameters(exchange.query_string), variables_max=maximum)
        if exchange.method != "POST":
            raise Refused.because("Use GET or POST.", "METHOD_NOT_ALLOWED", status=405)
        if not is_json(exchange.headers.get("content-type")):
            raise Refused.because(
                "Content-Type must be application/json in UTF-8.", "UNSUPPORTED_MEDIA_TYPE", status=415
            )
        return decode_request(await self._body(exchange), variables_max=maximum)

    async def _body(self, exchange: "_Exchange") -> bytes:
        limits = self._limits
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(limits.body_timeout_s):
                async for part in exchange.parts():
                    size += len(part)
                    if size <= limits.body_bytes_max:
                        parts.append(part)
                    elif size > limits.body_bytes_discarded_max:
                        break
        except TimeoutError:
            raise Refused.because("The body did not arrive in time.", "REQUEST_TIMEOUT", status=408) from None
        if size > limits.body_bytes_max:
            maximum = limits.body_bytes_max
            raise Refused.because(
                f"The body is larger than {maximum} bytes.", "PAYLOAD_TOO_LARGE", status=413, maximum=maximum
            )
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _parameters(query_string: bytes) -> dict[str, object]:
    """The URL's parameters as a request; `variables` and `extensions` are JSON there."""
    try:
        given = parse_qs(query_string.decode("ascii"), keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError:
        raise Refused.because("The URL's query is malformed.", "BAD_REQUEST") from None
    parameters: dict[str, object] = {}
    for name in ("query", "operationName", "variables", "extensions"):
        values = given.get(name)
        if not values or (values[0] == "" and name != "query"):
            continue
        if len(values) > 1:
            raise Refused.because(f"`{name}` is given more than once.", "BAD_REQUEST")
        parameters[name] = values[0]
        if name in ("variables", "extensions"):
            try:
                parameters[name] = orjson.loads(values[0])
            except ValueError:
                raise Refused.because(f"`{name}` is not valid JSON.", "BAD_REQUEST", field=[name]) from None
    return parameters


class _Exchange:
    """A request and the response under way."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, timeout_s: float) -> None:
        self.method: str = scope["method"]
        self.query_string: bytes = scope["query_string"]
        self.headers = Headers(scope=scope)
        self.address = address_of(scope)
        self.accepted = read_accept(self.headers.get("accept"))
        self.receive = receive
        self.started = False
        self._send = send
        self._media = self.accepted.answer or JSON
        self._timeout_s = timeout_s
        self._carried: list[tuple[bytes, bytes]] = []

    def carry(self, headers: Mapping[str, str]) -> None:
        """Have the answer carry these headers, too."""
        self._carried += [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in headers.items()]

    async def parts(self) -> AsyncGenerator[bytes]:
        """The body as it arrives.

        Raises:
            ClientGone: the client left before its end.
        """
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    async def events(self, events: AsyncGenerator[bytes], limits: Limits) -> None:
        self.started = True
        await EventStream(self.receive, self._send, limits, self._carried).serve(events)

    async def refuse(self, refused: Refused) -> None:
        self.carry(refused.headers)
        status = 200 if refused.well_formed and self._media == JSON else refused.status
        extra: dict[bytes, bytes] = {}
        if status == 405:
            extra[b"allow"] = b"POST" if refused.errors[0].message.startswith("A mutation") else b"GET, POST"
        elif status == 429:
            extra[b"retry-after"] = str((refused.errors[0].extensions or {}).get("retryAfter", 1)).encode()
        elif status == 401:
            extra[b"www-authenticate"] = b"Bearer"
        elif status in {408, 413}:
            extra[b"connection"] = b"close"  # there may be more of the body
        await self.respond(status, Answer(errors=refused.errors, executed=False).body(), extra)

    async def respond(self, status: int, body: bytes, extra: Mapping[bytes, bytes] | None = None) -> None:
        self.started = True
        headers = [
            (b"content-type", f"{self._media}; charset=utf-8".encode()),
            (b"content-length", str(len(body)).encode()),
            (b"vary", b"Accept"),
            *self._carried,
            *(extra or {}).items(),
        ]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await send_bounded(self._send, start, self._timeout_s)
        await send_bounded(self._send, {"type": "http.response.body", "body": body}, self._timeout_s)
