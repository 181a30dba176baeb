"""A provider and our application, both over real HTTP, and browsers that go between them."""

import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import asyncpg
import httpx2
import pytest

from app.server import create_app
from app.settings import BrokerKind, Environment, Secret, Settings
from app.sign_in.settings import GitHubSettings, GoogleSettings, SignInSettings
from domain.persons import Locale
from domain.principals import ANONYMOUS
from models.database import Database
from services.catalog import load_catalog
from services.guests import GuestStarted, start_guest
from services.runtime import Runtime
from tests.factories.runtime import SHIPPED, open_runtime
from tests.factories.tables import Content, content
from tests.sign_in.provider import CLIENT_ID, CLIENT_SECRET, Conduct, LocalProvider
from tests.sign_in.serving import free_socket, origin_of, served

HOPS_MAX = 10
SPA = "https://app.example.com/signed-in"
VIEWER = "{ viewer { person { id displayName email } } }"
CSRF = {"X-Allot-Csrf": "1"}

Json = Any  # what an answer holds, looked into path by path


@dataclass
class MovedClock:
    """The machine's clock, and so much."""

    by: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by


class Browser:
    """Keeps cookies and follows redirects one by one, as a person's browser does."""

    def __init__(self, origin: str, client: httpx2.AsyncClient) -> None:
        self.origin = origin
        self.client = client
        self.trail: list[str] = []

    async def get(self, path: str, *, until: Callable[[str], bool] = lambda _url: False) -> httpx2.Response:
        """Go to an address and wherever it leads; stop before one that `until` names, or one that is not on here."""
        url = urljoin(self.origin, path)
        for _ in range(HOPS_MAX):
            self.trail.append(url)
            response = await self.client.get(url)
            if not response.is_redirect:
                return response
            url = urljoin(url, response.headers["location"])
            if until(url) or urlsplit(url).hostname != urlsplit(self.origin).hostname:
                return response
        raise AssertionError(f"more than {HOPS_MAX} redirects: {self.trail}")

    async def ask(self, query: str, *, headers: Mapping[str, str] = CSRF) -> Json:
        response = await self.client.post(f"{self.origin}/graphql", json={"query": query}, headers=headers)
        return response.json()

    async def viewer(self) -> Json:
        """Who the cookie says one is."""
        return (await self.ask(VIEWER))["data"]["viewer"]["person"]


@dataclass
class House:
    """Our application, running, its provider, and its database as a stranger to both looks into it."""

    origin: str
    settings: Settings
    provider: LocalProvider
    clock: MovedClock
    pool: "asyncpg.Pool[asyncpg.Record]"

    @asynccontextmanager
    async def browser(self, **headers: str) -> AsyncIterator[Browser]:
        agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0", "accept-language": "zh-CN,en;q=0.8"}
        async with httpx2.AsyncClient(headers={**agent, **headers}, trust_env=False, timeout=30) as client:
            yield Browser(self.origin, client)

    async def content(self) -> Content:
        return await content(Database(self.pool))

    @asynccontextmanager
    async def runtime(self) -> AsyncIterator[Runtime]:
        """What verbs work with, beside the running application."""
        async with self.pool.acquire() as connection:
            catalog = await load_catalog(connection, SHIPPED, self.clock())
        async with open_runtime(Database(self.pool), catalog, self.clock) as opened:
            yield opened

    async def guest(self) -> str:
        """Let a guest in; return their token."""
        async with self.runtime() as runtime:
            started = await start_guest(runtime, ANONYMOUS, "a-guest", Locale.ENGLISH)
        assert isinstance(started, GuestStarted)
        return started.token

    async def count(self, table: str) -> int:
        number: int = await self.pool.fetchval(f'SELECT count(*) FROM "{table}"')
        return number


@pytest.fixture(scope="session")
def provider_running() -> Iterator[LocalProvider]:
    listening = free_socket()
    provider = LocalProvider(origin_of(listening))
    with served(provider.app, listening):
        yield provider


@pytest.fixture
def provider(provider_running: LocalProvider) -> LocalProvider:
    """The provider, behaving well until told otherwise."""
    provider_running.conduct = Conduct()
    provider_running.asked.clear()
    return provider_running


def settings_for(provider: LocalProvider, tmp_path: Path, origin: str | None, **changed: Any) -> Settings:
    sign_in = SignInSettings(
        public_url=origin,
        google=GoogleSettings(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, issuer=provider.origin),
        github=GitHubSettings(
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            authorize_url=f"{provider.origin}/login/oauth/authorize",
            token_url=f"{provider.origin}/login/oauth/access_token",
            api_url=f"{provider.origin}/api",
        ),
        allowed_origins=("https://app.example.com",),
        return_urls=(SPA,),
        provider_timeout_s=1.0,
    )
    settings = Settings(
        environment=Environment.DEVELOPMENT,
        broker=BrokerKind.MEMORY,
        graphiql=False,
        data_dir=tmp_path,
        secret=Secret("not-to-be-told-installation-secret"),
        sign_in=sign_in,
    )
    return replace(settings, **changed)


@asynccontextmanager
async def housed(
    provider: LocalProvider, dsn: str, tmp_path: Path, change: Callable[[Settings], Settings] = lambda same: same
) -> AsyncIterator[House]:
    """Serve the application; `change` is the last to touch its settings."""
    listening, clock = free_socket(), MovedClock()
    origin = origin_of(listening)
    settings = change(settings_for(provider, tmp_path, origin))
    app = create_app(settings, dsn, clock=clock, worker=False)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        with served(app, listening):
            yield House(origin, settings, provider, clock, pool)


@pytest.fixture
async def house(provider: LocalProvider, dsn: str, tmp_path: Path) -> AsyncIterator[House]:
    async with housed(provider, dsn, tmp_path) as running:
        yield running


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    async with house.browser() as opened:
        yield opened


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture, provider: LocalProvider) -> Iterator[pytest.LogCaptureFixture]:
    """Reads the log, and sees at the end that no secret of the flow is in it, at any level."""
    caplog.set_level(logging.DEBUG)
    yield caplog
    records = [record for record in caplog.get_records("call") if record.name != "uvicorn.access"]  # off in `serve`
    written = "\n".join(logging.Formatter().format(record) for record in records)
    assert not [secret for secret in provider.secrets if secret in written]
    assert "installation-secret" not in written
    assert not re.search(r"al[sgx]_[0-9a-zA-Z]", written)


def code_in(page: httpx2.Response) -> str:
    """The stable code that a problem's page shows."""
    _, _, rest = page.text.rpartition("<small><code>")
    return rest.partition("</code>")[0]


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))
