"""The Starlette application: GraphQL and GraphiQL at `/graphql`, a health check, the lifespan."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context as ContextVars
from pathlib import Path

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

import web
from app.principal import principal_of
from app.runtime import open_runtime, system_clock
from app.settings import Environment, Settings
from app.tabs import demo_boot
from app.worker import work
from domain.principals import Principal
from execution import Credentials, GraphQLEndpoint
from resolvers.context import Context
from resolvers.graph import build_schema
from services.demo import load_demo
from services.posting import Clock
from services.runtime import Runtime
from web.graphiql import MOUNT_PATH, Boot, GraphiQLPage

GRAPHIQL_DIST = Path(web.__file__).parent / "dist"
HEALTH_TIMEOUT_S = 5.0


def create_app(settings: Settings, dsn: str, *, clock: Clock = system_clock, worker: bool = True) -> Starlette:
    """Assemble the application over a migrated database.

    Args:
        settings: what the installation decides.
        dsn: the database.
        clock: reads the present instant.
        worker: whether the worker runs in this process, too.
    """
    graph = _Graph(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with open_runtime(dsn, settings.broker, clock=clock) as runtime:
            await graph.open(runtime)
            stop = asyncio.Event()
            # a clean context: the worker must not inherit anybody's transaction
            task = (
                asyncio.get_running_loop().create_task(work(runtime, stop), context=ContextVars()) if worker else None
            )
            try:
                yield
            finally:
                stop.set()
                if task:
                    await task

    async def health(_request: Request) -> Response:
        """Answer 200 while the database answers, 503 otherwise: for load balancers."""
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S):
                await graph.runtime.database.pool.fetchval("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return JSONResponse({"status": "the database is away"}, status_code=503)
        return JSONResponse({"status": "ok"})

    return Starlette(
        routes=[
            Route("/", _home),
            Route("/health", health),
            Mount(MOUNT_PATH, graph.page.assets),
            Route("/graphql", graph.endpoint),
            WebSocketRoute("/graphql", graph.endpoint),
        ],
        lifespan=lifespan,
    )


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql", status_code=307)


class _Graph:
    """The GraphQL endpoint, and the runtime behind it while the application is up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runtime: Runtime | None = None
        self._boot = Boot()
        self.page = GraphiQLPage(GRAPHIQL_DIST)
        self.endpoint = GraphQLEndpoint(
            build_schema(),
            authenticate=self._authenticate,
            new_context=self._new_context,
            page=self._graphiql if settings.graphiql else None,
            introspection=settings.introspection,
        )

    @property
    def runtime(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError("the application has not started")
        return self._runtime

    async def open(self, runtime: Runtime) -> None:
        self._runtime = runtime
        if self._settings.environment is Environment.DEVELOPMENT and self._settings.graphiql:
            self._boot = demo_boot(await load_demo(runtime, self._settings.signing_secret().reveal()))

    async def _authenticate(self, credentials: Credentials) -> Principal:
        return await principal_of(self.runtime, credentials)

    def _new_context(self, principal: Principal) -> Context:
        return Context(self.runtime, principal)

    async def _graphiql(self) -> Response:
        return self.page.page(self._boot)
