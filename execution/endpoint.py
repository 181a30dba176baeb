"""The ASGI application that app/ mounts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

import strawberry
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from execution.engine import Engine
from execution.errors import ClientError
from execution.http import HttpTransport
from execution.limits import Limits
from execution.protocol import Credentials
from execution.socket import SocketTransport

TSession = TypeVar("TSession")

Authenticate = Callable[[Credentials], Awaitable[TSession]]
"""Credentials → session. Raises `ClientError` (UNAUTHENTICATED, …) to turn the caller away; whether no credential
at all is a guest or an error is its decision."""

NewContext = Callable[[TSession], object]
"""Session → a fresh context, with fresh loaders, for one operation. An attribute `share_key` that is not None lets
subscriptions share encoded events: equal keys must mean equal rights."""

Admit = Callable[[TSession], Awaitable[Mapping[str, str]]]
"""Lets one operation of a session in, and returns the headers that its answer carries over HTTP. Raises `Refused` to
turn it away; asked before the operation is looked at."""

Ending = Callable[[TSession], Awaitable[ClientError]]
"""Waits until a session has ended and returns what its client is told; cancelled when the socket closes before."""


class GraphQLEndpoint(Generic[TSession]):
    """GraphQL over HTTP (GET, POST), SSE and WebSockets (graphql-transport-ws) for one schema.

    Args:
        schema: the only schema of the process; it must not have schema extensions or operation directives.
        authenticate: turns credentials into a session, once per HTTP request and once per socket.
        new_context: makes the context of one operation.
        ending: tells when a session ends, so that its socket is closed; None: sessions outlive their sockets.
        admit: lets each operation in, or refuses it; None: all may run.
        limits: the bounds, see `Limits`.
        page: answers a browser that opens the address (GraphiQL); None where there is no page.
        introspection: whether clients may read the schema.
        compiled: whether to compile operations; False leaves everything to graphql-core.

    Raises:
        ValueError: the schema has something that cannot be run here.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        *,
        authenticate: Authenticate[TSession],
        new_context: NewContext[TSession],
        ending: Ending[TSession] | None = None,
        admit: Admit[TSession] | None = None,
        limits: Limits | None = None,
        page: Callable[[], Awaitable[Response]] | None = None,
        introspection: bool = True,
        compiled: bool = True,
    ) -> None:
        engine = Engine(schema, limits or Limits(), introspection=introspection, compiled=compiled)
        self._http = HttpTransport(engine, authenticate, new_context, page, admit)
        self._sockets = SocketTransport(engine, authenticate, new_context, ending, admit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request or one WebSocket.

        Raises:
            RuntimeError: another kind of ASGI scope.
        """
        if scope["type"] == "http":
            await self._http.serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._sockets.serve(scope, receive, send)
        else:
            raise RuntimeError(f"not a GraphQL transport: {scope['type']}")
