"""The graph over its real transport: HTTP and sockets, on this test's own database."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest
import strawberry

from app.principal import principal_of
from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from execution import Credentials, GraphQLEndpoint, Limits
from resolvers.context import Context
from resolvers.graph import build_schema
from services.runtime import Runtime
from tests.execution.sockets import RawSocket
from tests.factories.credentials import make_operator, make_service, make_user
from tests.factories.runtime import catalog, clock, runtime
from tests.factories.tables import Content, content
from tests.factories.wallets import WalletRef, make_wallet

__all__ = ["catalog", "clock", "runtime"]

Json = Any  # what an answer holds, looked into path by path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `data` of an operation that failed as a whole is None."""

    status: int
    data: Json
    errors: list[dict[str, Json]]

    @property
    def code(self) -> str:
        """The code of the only error."""
        (error,) = self.errors
        code: str = error["extensions"]["code"]
        return code

    @property
    def field(self) -> list[str] | None:
        """The field that the only error is about."""
        (error,) = self.errors
        field: list[str] | None = error["extensions"].get("field")
        return field


class Graph:
    """A client of the graph that calls as any principal.

    What the server compiles, graphql-core must answer alike: queries are asked both ways.
    """

    def __init__(self, runtime: Runtime, schema: strawberry.Schema) -> None:
        self.runtime = runtime
        self._callers: list[Principal] = []
        self.endpoint = self._endpoint(schema, compiled=True)
        self._client = client_of(self.endpoint)
        self._reference = client_of(self._endpoint(schema, compiled=False))

    def _endpoint(self, schema: strawberry.Schema, *, compiled: bool) -> GraphQLEndpoint[Principal]:
        return GraphQLEndpoint(
            schema,
            authenticate=self._authenticate,
            new_context=lambda principal: Context(self.runtime, principal),
            limits=Limits(uses_before_compiling=0),
            compiled=compiled,
        )

    async def ask(self, query: str, caller: Principal = ANONYMOUS, /, **variables: object) -> Answer:
        """Run an operation as a caller; if it is a query, both ways."""
        return await self.ask_with(self.header(caller), query, **variables)

    async def ask_once(self, query: str, caller: Principal = ANONYMOUS, /, **variables: object) -> Answer:
        """Run an operation as a caller, in the server's way alone."""
        return await _post(self._client, self.header(caller), query, variables)

    async def ask_with(self, authorization: str, query: str, /, **variables: object) -> Answer:
        """Run an operation with an Authorization header as it is."""
        answer = await _post(self._client, authorization, query, variables)
        if not query.lstrip().startswith("mutation"):
            assert await _post(self._reference, authorization, query, variables) == answer
        return answer

    @asynccontextmanager
    async def following(self, query: str, caller: Principal, /, **variables: object) -> AsyncIterator["Following"]:
        """Open a subscription on a socket of its own."""
        async with RawSocket(self.endpoint) as socket:
            await socket.initialise({"authorization": self.header(caller)})
            socket.subscribe("s", query, **variables)
            yield Following(socket)

    async def content(self) -> Content:
        """Everything that is stored."""
        return await content(self.runtime.database)

    def header(self, caller: Principal) -> str:
        """An Authorization that stands for a caller, of kinds included that no credential makes yet."""
        self._callers.append(caller)
        return f"Test {len(self._callers) - 1}"

    async def _authenticate(self, credentials: Credentials) -> Principal:
        shown = credentials.headers.get("authorization") or str((credentials.params or {}).get("authorization", ""))
        kind, _, number = shown.partition(" ")
        return self._callers[int(number)] if kind == "Test" else await principal_of(self.runtime, credentials)

    async def close(self) -> None:
        await self._client.aclose()
        await self._reference.aclose()


def client_of(endpoint: GraphQLEndpoint[Principal]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=endpoint), base_url="http://test")


async def _post(client: httpx2.AsyncClient, authorization: str, query: str, variables: Mapping[str, object]) -> Answer:
    body = json.dumps({"query": query, "variables": variables})
    headers = {"content-type": "application/json", "authorization": authorization}
    response = await client.post("/", content=body, headers=headers)
    answer = response.json()
    return Answer(response.status_code, answer.get("data"), answer.get("errors", []))


class Following:
    """An open subscription."""

    def __init__(self, socket: RawSocket) -> None:
        self.socket = socket

    async def next(self) -> Json:
        """The next event, which must be one without errors."""
        message = await self.socket.get()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (event,) = message["payload"]["data"].values()
        return event

    async def error(self) -> dict[str, Json]:
        """The only error with which it did not open, or ended."""
        message = await self.socket.get()
        assert message["type"] == "error", message
        (error,) = message["payload"]
        return dict(error)


@pytest.fixture(scope="session")
def schema() -> strawberry.Schema:
    return build_schema()


@pytest.fixture
async def graph(runtime: Runtime, schema: strawberry.Schema) -> AsyncIterator[Graph]:
    opened = Graph(runtime, schema)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def service(runtime: Runtime) -> Principal:
    """A service that may read and report everywhere."""
    return await make_service(runtime)


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    """Somebody who runs the installation."""
    return await make_operator(runtime)


@dataclass(frozen=True, slots=True)
class Owner:
    """A person with a wallet at home, and how the graph calls their things."""

    wallet: WalletRef
    principal: Principal

    @property
    def wallet_id(self) -> str:
        return public_id("wal", self.wallet.id)

    @property
    def workspace_id(self) -> str:
        return public_id("wsp", self.wallet.workspace_id)

    @property
    def person_id(self) -> str:
        return public_id("per", self.wallet.person_id)

    def entry_id(self, number: int) -> str:
        return public_id("ent", self.wallet.id) + f"_{number}"


async def make_owner(runtime: Runtime, *, credits_: int = 0, plan: str | None = None) -> Owner:
    wallet = await make_wallet(runtime, credits_=credits_, plan=plan)
    return Owner(wallet, await make_user(runtime, wallet.person_id))


@pytest.fixture
async def ada(runtime: Runtime) -> Owner:
    """Ada: 5 credits, no plan."""
    return await make_owner(runtime, credits_=5)


@pytest.fixture
async def stranger(runtime: Runtime) -> Owner:
    """Somebody else, with 5 credits of their own."""
    return await make_owner(runtime, credits_=5)


NOBODYS = UUID(int=7)
"""An id that nothing has."""


def bad_ids(noun: str) -> Sequence[str]:
    """Ids that are none: of nothing, of another noun, malformed, hostile."""
    body = public_id(noun, NOBODYS)
    return (
        body,
        public_id("xyz", NOBODYS),
        body.upper(),
        body[:-1],
        f"{body}0",
        f"{noun}_{'z' * 26}",
        noun,
        "",
        "' OR 1=1 --",
        "é" * 500,
    )
