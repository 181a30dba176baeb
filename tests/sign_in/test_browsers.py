"""Cookies as credentials: their attributes, what proves whose page asks (CSRF), who may call from elsewhere (CORS)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from asgi_lifespan import LifespanManager
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from app.browsers import Browsers
from app.server import create_app
from app.settings import Environment, Settings
from domain.errors import Unauthenticated
from tests.sign_in.conftest import CSRF, Browser, House, housed, settings_for
from tests.sign_in.provider import LocalProvider

pytestmark = pytest.mark.anyio

WHO = "{ viewer { person { id } } }"
APP = "https://app.example.com"


@asynccontextmanager
async def over_https(provider: LocalProvider, dsn: str, tmp_path: Path, environment: Environment) -> AsyncIterator[Any]:
    """The application as a proxy with TLS shows it."""
    settings = settings_for(provider, tmp_path, "https://api.example.com", environment=environment)
    async with LifespanManager(create_app(settings, dsn, worker=False)) as manager:
        transport = httpx2.ASGITransport(app=manager.app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://api.example.com") as client:
            yield client


@pytest.mark.parametrize("environment", [Environment.DEVELOPMENT, Environment.PRODUCTION])
async def test_over_https_cookies_are_for_this_host_alone(
    provider: LocalProvider, dsn: str, tmp_path: Path, environment: Environment
) -> None:
    async with (
        over_https(provider, dsn, tmp_path, environment) as client,
        httpx2.AsyncClient(trust_env=False) as outside,
    ):
        begun = await client.get("/sign-in/google")
        (flow,) = begun.headers.get_list("set-cookie")
        assert flow.startswith("__Secure-allot_flow_")
        assert set(flow.split("; ")[1:]) == {"HttpOnly", "Max-Age=600", "Path=/sign-in", "SameSite=lax", "Secure"}
        coming = await outside.get(begun.headers["location"])
        done = await client.get(coming.headers["location"])
        assert done.headers["location"] == "https://api.example.com/sign-in"
        session, device, gone = done.headers.get_list("set-cookie")
        assert session.startswith("__Host-allot_session=als_")
        assert set(session.split("; ")[1:]) == {"HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=lax", "Secure"}
        assert device.startswith("__Host-allot_device=")
        assert set(device.split("; ")[1:]) == {"HttpOnly", "Max-Age=34560000", "Path=/", "SameSite=lax", "Secure"}
        assert "Max-Age=0" in gone
        answer = await client.post("/graphql", json={"query": WHO}, headers=CSRF)
        assert answer.json()["data"]


async def test_in_development_over_http_the_cookie_works_without_tls(browser: Browser) -> None:
    await browser.get("/sign-in/google")
    cookies = {cookie.name: cookie for cookie in browser.client.cookies.jar}
    assert set(cookies) == {"allot_session", "allot_device"}
    assert not cookies["allot_session"].secure
    assert "HttpOnly" in cookies["allot_session"]._rest  # type: ignore[attr-defined] # told nowhere else


async def test_a3_the_device_is_kept_by_the_browser_and_only_its_hash_here(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    device = browser.client.cookies["allot_device"]
    await browser.get("/sign-in/github")
    assert browser.client.cookies["allot_device"] == device
    assert device not in str(await house.content())
    kinds = await house.pool.fetch("SELECT kind FROM traits ORDER BY kind")
    assert [row["kind"] for row in kinds] == ["ADDRESS", "DEVICE", "EMAIL"]


async def test_a_cookie_alone_changes_nothing_without_the_custom_header(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    before = await house.content()
    for headers in ({}, {"X-Allot-Csrf": "0"}, {"X-Allot-Csrf": ""}, {"origin": house.origin}):
        refused = await browser.client.post(f"{house.origin}/graphql", json={"query": WHO}, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["extensions"]["code"] == "CSRF_HEADER_REQUIRED"
    assert await house.content() == before
    read = await browser.client.get(f"{house.origin}/graphql", params={"query": WHO}, headers=JSON)
    assert read.json()["data"]["viewer"]


JSON = {"accept": "application/json"}


async def test_a_header_and_a_cookie_that_disagree_are_refused(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    mine = browser.client.cookies["allot_session"]
    async with house.browser() as other:
        house.provider.conduct.subject, house.provider.conduct.email = "another", "bo@example.com"
        await other.get("/sign-in/google")
        theirs = other.client.cookies["allot_session"]
    for token in (theirs, mine[:-1], "als_", "x"):
        answer = await browser.client.post(
            f"{house.origin}/graphql", json={"query": WHO}, headers={**CSRF, "authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    agreed = await browser.ask(WHO, headers={"authorization": f"Bearer {mine}"})
    assert agreed["data"]["viewer"]


def test_planted_cookies_of_the_same_name_are_refused() -> None:
    browsers = Browsers("https://api.example.com")
    name = browsers.cookie_name
    assert browsers.token({"cookie": f"a=b; {name}=x; {name}=x"}) == "x"
    assert browsers.token({"cookie": f"{name}=; {name[7:]}=y; allot_session=z"}) is None
    with pytest.raises(Unauthenticated):
        browsers.token({"cookie": f"{name}=x; {name}=y"})


@pytest.mark.parametrize("cookie", ["forged", "als_x_y", "als_" + "0" * 26 + "_" + "x" * 43, "%C3%A9", "x" * 5_000])
async def test_a_cookie_that_opens_nothing_is_refused(house: House, cookie: str) -> None:
    async with house.browser(cookie=f"allot_session={cookie}") as browser:
        answer = await browser.ask(WHO)
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@asynccontextmanager
async def socket(
    house: House, *, origin: str | None, cookie: str | None, payload: object = None
) -> AsyncIterator[ClientConnection]:
    headers = {"cookie": f"allot_session={cookie}"} if cookie else None
    url = house.origin.replace("http", "ws", 1) + "/graphql"
    named = None if origin is None else Origin(origin)
    protocols = [Subprotocol("graphql-transport-ws")]
    async with connect(url, origin=named, additional_headers=headers, subprotocols=protocols, proxy=None) as opened:
        await opened.send(json.dumps({"type": "connection_init", "payload": payload}))
        yield opened


async def closing(opened: ClientConnection) -> tuple[int | None, str | None]:
    await opened.wait_closed()
    return opened.close_code, opened.close_reason


async def test_a_socket_with_the_cookie_needs_an_origin_that_is_ours_or_allowed(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    token = browser.client.cookies["allot_session"]
    for origin in (house.origin, APP):
        async with socket(house, origin=origin, cookie=token) as opened:
            assert json.loads(await opened.recv()) == {"type": "connection_ack"}
    for foreign in (None, "https://evil.example", "null", f"{house.origin}.evil.example", APP.upper()):
        async with socket(house, origin=foreign, cookie=token) as opened:
            assert await closing(opened) == (4403, "ORIGIN_NOT_ALLOWED")
    async with socket(house, origin=house.origin, cookie="als_forged") as opened:
        assert await closing(opened) == (4401, "UNAUTHENTICATED")


async def test_on_a_socket_what_the_page_says_outranks_the_cookie_that_browsers_send_anyway(
    browser: Browser, house: House
) -> None:
    await browser.get("/sign-in/google")
    token = browser.client.cookies["allot_session"]
    written = {"Authorization": f"Bearer {token}"}
    async with socket(house, origin="https://evil.example", cookie="als_stale", payload=written) as opened:
        assert json.loads(await opened.recv()) == {"type": "connection_ack"}
    for wrong in ({"Authorization": "Bearer als_forged"}, {"ticket": "alt_forged"}):
        async with socket(house, origin=house.origin, cookie=token, payload=wrong) as opened:
            assert await closing(opened) == (4401, "UNAUTHENTICATED")


PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,x-allot-csrf"}


async def test_pages_of_allowed_origins_may_call_with_credentials(house: House) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        for path in ("/graphql", "/sign-in/exchange"):
            allowed = await client.options(house.origin + path, headers={**PREFLIGHT, "origin": APP})
            assert allowed.status_code == 200
            assert allowed.headers["access-control-allow-origin"] == APP
            assert allowed.headers["access-control-allow-credentials"] == "true"
            names = {name.strip().lower() for name in allowed.headers["access-control-allow-headers"].split(",")}
            assert {"authorization", "content-type", "x-allot-csrf", "allotment-surface"} <= names
        answer = await client.post(f"{house.origin}/graphql", json={"query": WHO}, headers={"origin": APP})
        assert answer.headers["access-control-allow-origin"] == APP
        assert answer.headers["access-control-expose-headers"] == "Retry-After, RateLimit-Policy, RateLimit"
        assert "Origin" in answer.headers["vary"]
        for origin in ("https://evil.example", "null", f"{APP}.evil.example", "http://app.example.com"):
            refused = await client.options(f"{house.origin}/graphql", headers={**PREFLIGHT, "origin": origin})
            assert refused.status_code == 400
            assert "access-control-allow-origin" not in refused.headers
        odd = {**PREFLIGHT, "origin": APP, "access-control-request-headers": "x-other"}
        assert (await client.options(f"{house.origin}/graphql", headers=odd)).status_code == 400


async def test_nobody_is_allowed_unless_listed(provider: LocalProvider, dsn: str, tmp_path: Path) -> None:
    def closed(settings: Settings) -> Settings:
        return replace(settings, sign_in=replace(settings.sign_in, allowed_origins=()))

    async with (
        housed(provider, dsn, tmp_path, closed) as house,
        httpx2.AsyncClient(trust_env=False, headers={"origin": APP}) as client,
    ):
        for response in (
            await client.options(f"{house.origin}/graphql", headers=PREFLIGHT),
            await client.post(f"{house.origin}/graphql", json={"query": WHO}),
        ):
            assert not [name for name in response.headers if name.startswith("access-control")]
