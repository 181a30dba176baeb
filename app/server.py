"""The Starlette application: GraphQL and GraphiQL at `/graphql`, a health check, the lifespan."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import Context as ContextVars
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute

import web
from app.browsers import CSRF_HEADER, Browsers
from app.downloads import download_route
from app.keys import client_secrets
from app.mail import mailer_of
from app.payments.routes import Payments
from app.plan_limits import POLICY_HEADER, RATE_HEADER, PlanLimits
from app.principal import SURFACE_HEADER, end_of, principal_of
from app.rate_limits import AddressGate, AddressLimits
from app.runtime import open_runtime, system_clock
from app.settings import Environment, Settings
from app.sign_in.routes import SignIn
from app.tabs import demo_boot
from app.worker import work
from domain.principals import Principal
from execution import ClientError, Credentials, GraphQLEndpoint
from resolvers.context import Context
from resolvers.graph import build_schema
from services.demo import load_demo
from services.posting import Clock
from services.rates import Rates
from services.runtime import Runtime
from web.graphiql import MOUNT_PATH, Boot, GraphiQLPage

GRAPHIQL_DIST = Path(web.__file__).parent / "dist"
HEALTH_TIMEOUT_S = 5.0
PREFLIGHT_KEPT_S = 600


def create_app(settings: Settings, dsn: str, *, clock: Clock = system_clock, worker: bool = True) -> Starlette:
    """Assemble the application over a migrated database.

    Args:
        settings: what the installation decides.
        dsn: the database.
        clock: reads the present instant.
        worker: whether the worker runs in this process, too.

    Returns the application; whoever stops serving it awaits `app.state.leave()` first, or waits for open feeds.
    """
    browsers = browsers_of(settings)
    graph, sign_in = Graph(settings, browsers, AddressLimits(clock)), SignIn(settings, browsers)
    payments = Payments(settings, lambda: graph.runtime, graph.authenticate)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        opening = open_runtime(
            dsn, settings.broker, clock=clock, offered=payments.offered(), secrets=client_secrets(settings)
        )
        async with opening as runtime:
            await graph.open(runtime)
            sign_in.open(runtime)
            stop = asyncio.Event()
            # a clean context: the worker must not inherit anybody's transaction
            task = (
                asyncio.get_running_loop().create_task(work(runtime, stop, mailer_of(settings)), context=ContextVars())
                if worker
                else None
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

    app = Starlette(
        routes=[
            Route("/", _home),
            Route("/health", health),
            download_route(lambda: graph.runtime, graph.authenticate),
            Mount(MOUNT_PATH, graph.page.assets),
            Route("/graphql", graph.endpoint),
            WebSocketRoute("/graphql", graph.endpoint),
            *payments.routes,
            *sign_in.routes,
        ],
        middleware=_cors(settings),
        lifespan=lifespan,
    )
    app.state.leave = graph.leave
    return app


def browsers_of(settings: Settings) -> Browsers:
    """Cookies travel over https only, but for development, which may have none."""
    plain = settings.environment is Environment.DEVELOPMENT and settings.public_origin.startswith("http://")
    return Browsers(settings.public_origin, frozenset(settings.sign_in.allowed_origins), secure=not plain)


def _cors(settings: Settings) -> list[Middleware]:
    """Let the pages of listed origins call with credentials; no others, and none at all unless some are listed."""
    if not settings.sign_in.allowed_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.sign_in.allowed_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", CSRF_HEADER, SURFACE_HEADER],
            expose_headers=["Retry-After", POLICY_HEADER, RATE_HEADER],
            max_age=PREFLIGHT_KEPT_S,
        )
    ]


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql", status_code=307)


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who calls, and from where."""

    principal: Principal
    gate: AddressGate


class Graph:
    """The GraphQL endpoint, and the runtime behind it while the application is up."""

    def __init__(self, settings: Settings, browsers: Browsers, limits: AddressLimits) -> None:
        self._settings, self._browsers, self._limits = settings, browsers, limits
        self._runtime: Runtime | None = None
        self._plan_limits: PlanLimits | None = None
        self._boot = Boot()
        self.page = GraphiQLPage(GRAPHIQL_DIST)
        schema = build_schema()
        schema.config.disable_field_suggestions = not settings.introspection  # "Did you mean …" tells names as well
        self.endpoint = GraphQLEndpoint(
            schema,
            authenticate=self._visit,
            new_context=self._new_context,
            ending=self._ending,
            admit=self._admit if settings.rate_limits else None,
            page=self._graphiql if settings.graphiql else None,
            introspection=settings.introspection,
        )

    @property
    def runtime(self) -> Runtime:
        """What verbs work with.

        Raises:
            RuntimeError: the application has not started.
        """
        if self._runtime is None:
            raise RuntimeError("the application has not started")
        return self._runtime

    async def open(self, runtime: Runtime) -> None:
        """Begin to answer; in development with the demo's people in GraphiQL."""
        self._runtime = runtime
        self._plan_limits = PlanLimits(Rates(runtime), runtime.clock)
        if self._settings.environment is Environment.DEVELOPMENT and self._settings.graphiql:
            self._boot = demo_boot(await load_demo(runtime, self._settings.signing_secret().reveal()))

    async def leave(self) -> None:
        """End the feeds: their followers are told to come back, and the server need not wait for them."""
        if self._runtime is not None:
            await self._runtime.feed.stop()

    async def authenticate(self, credentials: Credentials) -> Principal:
        """Find out who calls."""
        return await principal_of(self.runtime, credentials, self._browsers, self._limits)

    async def _visit(self, credentials: Credentials) -> "_Visit":
        return _Visit(await self.authenticate(credentials), AddressGate(self._limits, credentials.address))

    async def _admit(self, visit: "_Visit") -> Mapping[str, str]:
        if self._plan_limits is None:
            raise RuntimeError("the application has not started")
        visit.gate.rate, headers = await self._plan_limits.admit(visit.principal)
        return headers

    async def _ending(self, visit: "_Visit") -> ClientError:
        return await end_of(self.runtime, visit.principal)

    def _new_context(self, visit: "_Visit") -> Context:
        return Context(self.runtime, visit.principal, visit.gate)

    async def _graphiql(self) -> Response:
        return self.page.page(self._boot)
