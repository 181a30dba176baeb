"""A small metered API behind GraphiQL: enough to see the page work without the real one."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError

from tests.browser.plumbing import bearer
from web.graphiql import MOUNT_PATH, Boot, GraphiQLPage, Tab

WATCH = """\
# Everything that happens to this wallet, as it happens.
# Leave it running, open this page in a second window, and consume there.
subscription Watch {
  usageFeed {
    cursor
    remaining
    key
  }
}
"""
CONSUME = """\
# Run it as often as you like: "{{uuid}}" below becomes a new key at each run.
# Put a fixed key there, and the second run gets the first one's answer.
mutation Consume($input: ConsumeInput!) {
  consume(input: $input) {
    remaining
    caller
  }
}
"""
VIEWER = """\
query Viewer {
  viewer
}
"""


@strawberry.input(description="What to consume.")
class ConsumeInput:
    amount: int = strawberry.field(description="In units of the meter.")
    idempotency_key: str = strawberry.field(description="The same key has one effect, once.")


@strawberry.type(description="The answer to `consume`.")
class ConsumePayload:
    remaining: int
    caller: str


@strawberry.type(description="One change of the wallet.")
class UsageEvent:
    cursor: str
    remaining: int
    key: str


class Wallet:
    """Its events, and a condition for those who wait for the next."""

    def __init__(self) -> None:
        self.events = [UsageEvent(cursor="0", remaining=100, key="")]
        self.changed = asyncio.Condition()


Info = strawberry.Info[Any, None]


def viewer(info: Info) -> str:
    return str(info.context["request"].headers.get("authorization"))


async def consume(info: Info, input: ConsumeInput) -> ConsumePayload:  # noqa: A002 - the argument's name in the graph
    wallet: Wallet = info.context["wallet"]
    async with wallet.changed:
        remaining = wallet.events[-1].remaining - input.amount
        cursor = str(len(wallet.events))
        wallet.events.append(UsageEvent(cursor=cursor, remaining=remaining, key=input.idempotency_key))
        wallet.changed.notify_all()
    return ConsumePayload(remaining=remaining, caller=viewer(info))


async def usage_feed(info: Info) -> AsyncIterator[UsageEvent]:
    wallet: Wallet = info.context["wallet"]
    seen = len(wallet.events) - 1
    while True:
        async with wallet.changed:
            while len(wallet.events) <= seen:
                await wallet.changed.wait()
        yield wallet.events[seen]
        seen += 1


@strawberry.type
class Query:
    viewer: str = strawberry.field(resolver=viewer, description="Who is asking, by the credential sent.")


@strawberry.type
class Mutation:
    consume: ConsumePayload = strawberry.mutation(resolver=consume, description="Take from the wallet.")


@strawberry.type
class Subscription:
    usage_feed: AsyncIterator[UsageEvent] = strawberry.subscription(
        resolver=usage_feed, description="The wallet as it is, then every change of it."
    )


class StubAPI(GraphQL[Any, None]):
    """Sockets need the watcher's credential in `connection_init`."""

    def __init__(self, watcher: str) -> None:
        super().__init__(strawberry.Schema(Query, Mutation, Subscription), graphql_ide=None)
        self.watcher = watcher
        self.wallet = Wallet()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:
        return {"request": request, "response": response, "wallet": self.wallet}

    async def on_ws_connect(self, context: dict[str, Any]) -> None:
        if context["connection_params"] != bearer(self.watcher):
            raise ConnectionRejectionError


class StubServer:
    """The stub on a free port of the loopback, with boot data that a test may replace."""

    def __init__(self, dist: Path, port: int = 0) -> None:
        self.watcher = "allot_session_watcher-one"
        self.service = "allot_key_service-one"
        self.page = GraphiQLPage(dist)
        self.boot_data: Boot | None = None
        self.api = StubAPI(self.watcher)
        self.socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self.socket.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/graphql"

    def boot(self) -> Boot:
        watcher, service = (
            json.dumps(bearer(self.watcher), indent=2),
            json.dumps(bearer(self.service), indent=2),
        )
        variables = json.dumps({"input": {"amount": 7, "idempotencyKey": "{{uuid}}"}}, indent=2)
        return Boot(
            tabs=(
                Tab("Watch", WATCH, headers=watcher),
                Tab("Consume", CONSUME, variables, service),
                Tab("Viewer", VIEWER, headers=watcher),
            ),
            default_headers=watcher,
        )

    def app(self) -> Starlette:
        async def page(_: Request) -> Response:
            return self.page.page(self.boot_data or self.boot())

        return Starlette(
            routes=[
                Route("/graphql", page, methods=["GET"]),
                Route("/graphql", self.api, methods=["POST"]),
                WebSocketRoute("/graphql", self.api),
                Mount(MOUNT_PATH, self.page.assets),
            ]
        )

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        config = uvicorn.Config(self.app(), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([self.socket],))
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()
