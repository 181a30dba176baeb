import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from httpx2.websockets import ASGIWebSocketTransport
from starlette.responses import HTMLResponse, Response

from execution import ClientError, Credentials, GraphQLEndpoint, Limits
from tests.execution import zoo

Make = Callable[..., GraphQLEndpoint[str]]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


async def authenticate(credentials: Credentials) -> str:
    """Tests' credentials: a header or a connection parameter; none is a guest."""
    token = credentials.headers.get("authorization") or (credentials.params or {}).get("authorization", "guest")
    if token == "bad":
        raise ClientError("The credential is not valid.", "UNAUTHENTICATED")
    if token == "suspended":
        raise ClientError("The account is suspended.", "SUSPENDED")
    if token == "explode":
        raise RuntimeError("password=hunter2")
    return str(token)


async def page() -> Response:
    return HTMLResponse("<title>GraphiQL</title>")


@pytest.fixture
def contexts() -> list[zoo.Context]:
    """Every context that the endpoint made, in order."""
    return []


@pytest.fixture
def make(contexts: list[zoo.Context]) -> Make:
    def make(**options: Any) -> GraphQLEndpoint[str]:
        share = options.pop("share", lambda _user: None)

        def new_context(user: str) -> zoo.Context:
            contexts.append(zoo.Context(user="ada" if user == "guest" else user, share_key=share(user)))
            return contexts[-1]

        limits = options.pop("limits", Limits(uses_before_compiling=0))
        return GraphQLEndpoint(
            zoo.schema, authenticate=authenticate, new_context=new_context, limits=limits, page=page, **options
        )

    return make


@pytest.fixture
def endpoint(make: Make) -> GraphQLEndpoint[str]:
    return make()


@pytest.fixture
async def client(endpoint: GraphQLEndpoint[str]) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(endpoint) as client:
        yield client


def client_of(endpoint: GraphQLEndpoint[str]) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=ASGIWebSocketTransport(app=endpoint), base_url="http://test")


Ask = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def ask(client: httpx2.AsyncClient) -> Ask:
    async def ask(query: object, variables: object = None, **headers: str) -> httpx2.Response:
        body = {"query": query, "variables": variables}
        return await client.post("/", content=json.dumps(body), headers={"content-type": "application/json"} | headers)

    return ask
