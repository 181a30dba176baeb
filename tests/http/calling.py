"""Those who call a server over the loopback, as any stranger's client does."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import anyio
import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from domain.ids import public_id
from services.demo import ADA_PERSONAL

ANSWER_S_MAX = 30
ADAS = public_id("wsp", ADA_PERSONAL)

Json = Any  # what an answer holds, looked into path by path

CONSUME = """mutation Consume($input: ConsumeInput!) { consume(input: $input) {
    replayed entry { number amount } balance { asOfEntry credits { remaining } } errors { code message field } } }"""
WALLET = "query Wallet { viewer { workspaces { id wallet { id lastEntry } } } }"
FEED = """subscription Feed($workspace: ID!, $after: Cursor) { usageFeed(workspaceId: $workspace, after: $after) {
    __typename
    ... on UsageSnapshot { cursor balance { asOfEntry } }
    ... on UsageChange { cursor entry { number kind amount balance { asOfEntry quotas { remaining } } } }
    ... on ResyncRequired { cursor reason } } }"""


class Client:
    """Somebody with a credential, or without one."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self.login = {"Authorization": f"Bearer {token}"} if token else {}
        self.http = httpx2.AsyncClient(headers=self.login, timeout=ANSWER_S_MAX, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def post(self, query: str, /, **variables: object) -> httpx2.Response:
        return await self.http.post(self.url, json={"query": query, "variables": variables})

    async def ask(self, query: str, /, **variables: object) -> Json:
        """The data of an answer without errors."""
        response = await self.post(query, **variables)
        answer = response.json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def consume(self, wallet: str, key: str, quantity: str = "1") -> Json:
        """Charge chat messages; the payload, which must not be a refusal."""
        given = {"walletId": wallet, "product": "chat-message", "quantity": quantity, "surface": "WEB"}
        payload = (await self.ask(CONSUME, input={**given, "idempotencyKey": key}))["consume"]
        assert payload["errors"] == [], payload
        return payload

    async def wallet(self, workspace: str = ADAS) -> Json:
        """The caller's wallet in a workspace: id and last entry."""
        spaces = (await self.ask(WALLET))["viewer"]["workspaces"]
        return next(space["wallet"] for space in spaces if space["id"] == workspace)

    @asynccontextmanager
    async def follow(self, workspace: str = ADAS, after: str | None = None) -> AsyncIterator["Following"]:
        """Follow a wallet over a socket of its own."""
        async with self.socket() as socket_:
            await initialise(socket_, self.login)
            await subscribe(socket_, FEED, workspace=workspace, after=after)
            yield Following(socket_)

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[ClientConnection]:
        """An open socket on which nothing was said yet."""
        protocols = [Subprotocol("graphql-transport-ws")]
        url = self.url.replace("http", "ws", 1)
        given = {"proxy": None, "max_size": None, "open_timeout": ANSWER_S_MAX, **options}
        async with connect(url, subprotocols=protocols, **given) as opened:
            yield opened


class Following:
    """An open feed, and the numbers of the entries that it told so far."""

    def __init__(self, socket_: ClientConnection) -> None:
        self.socket = socket_
        self.places: list[int] = []

    async def next(self) -> Json:
        """The next event."""
        message = await receive(self.socket)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        event = message["payload"]["data"]["usageFeed"]
        self.places.append(place(event))
        return event

    async def error(self) -> Json:
        """The only error with which it did not open, or ended."""
        message = await receive(self.socket)
        assert message["type"] == "error", message
        (error,) = message["payload"]
        return error

    async def until(self, accepts: Callable[[Json], bool]) -> list[Json]:
        """Every event up to the first one that is accepted."""
        events = [await self.next()]
        while not accepts(events[-1]):
            events.append(await self.next())
        return events

    async def through(self, number: int) -> list[Json]:
        """Every event up to the entry with this number, each exactly once and in order."""
        first = len(self.places)
        events = await self.until(lambda event: place(event) >= number)
        assert self.places[max(0, first - 1) :] == list(range(self.places[max(0, first - 1)], number + 1))
        return events


def place(event: Json) -> int:
    """The number of the entry after which an event's figures are true."""
    number: int = (event.get("entry") or event)["balance"]["asOfEntry"]
    return number


async def initialise(socket_: ClientConnection, payload: object) -> None:
    await socket_.send(json.dumps({"type": "connection_init", "payload": payload}))
    assert await receive(socket_) == {"type": "connection_ack"}


async def subscribe(socket_: ClientConnection, query: str, **variables: object) -> None:
    payload = {"query": query, "variables": variables}
    await socket_.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))


async def receive(socket_: ClientConnection) -> Json:
    with anyio.fail_after(ANSWER_S_MAX):
        return json.loads(await socket_.recv())
