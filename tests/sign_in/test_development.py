"""The development provider: the real flow without accounts elsewhere; in sandbox and production it does not exist."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from app.server import create_app
from app.settings import Environment, Settings
from app.sign_in.settings import SignInSettings
from tests.sign_in.conftest import Browser, House, code_in, housed, query_of, settings_for
from tests.sign_in.provider import LocalProvider

pytestmark = pytest.mark.anyio

PLACE = "/development/provider"
CONSENT = f"{PLACE}/consent"


def hidden(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


async def choose(browser: Browser, **choice: str) -> httpx2.Response:
    """Open the provider's page, choose, and go where that leads."""
    page = await browser.get("/sign-in/development")
    assert "Ada" in page.text
    answer = await browser.client.post(f"{browser.origin}{CONSENT}", data={**hidden(page), **choice})
    if not answer.is_redirect:
        return answer
    return await browser.get(answer.headers["location"])


async def test_one_signs_in_as_a_demo_person(provider: LocalProvider, dsn: str, tmp_path: Path) -> None:
    def with_demo(settings: Settings) -> Settings:
        return replace(settings, graphiql=True)

    async with housed(provider, dsn, tmp_path, with_demo) as house, house.browser() as browser:
        people = await house.count("persons")
        for name in ("ada", "bo"):
            done = await choose(browser, person=name)
            assert done.status_code == 200
            assert "You are signed in" in done.text
            assert (await browser.viewer())["displayName"] == name.title()
        assert await house.count("persons") == people


async def test_one_signs_in_as_somebody_new(browser: Browser, house: House, quiet: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        await choose(browser, name="Grace 'Amazing' <b>Hopper</b>", email=" Grace@Example.com ")
        assert (await browser.viewer())["email"] == "grace@example.com"
    assert await house.count("persons") == 1
    assert not quiet.records or "grace@example.com" not in quiet.text


@pytest.mark.parametrize(
    "choice", [{"person": "mallory"}, {"name": "x", "email": "none"}, {"email": "", "name": ""}, {}]
)
async def test_a_choice_that_is_none_is_refused(browser: Browser, house: House, choice: dict[str, str]) -> None:
    before = await house.content()
    assert (await choose(browser, **choice)).status_code == 400
    assert await house.content() == before


async def test_one_can_refuse(browser: Browser, house: House) -> None:
    before = await house.content()
    done = await choose(browser, person="")
    assert (done.status_code, code_in(done)) == (403, "CONSENT_DENIED")
    assert await house.content() == before


async def test_it_is_as_strict_as_a_real_one(browser: Browser, house: House) -> None:
    asked = await browser.get("/sign-in/development")
    fields = hidden(asked)
    url = f"{house.origin}{CONSENT}"
    elsewhere = {**fields, "redirect_uri": "https://evil.example/", "person": "ada"}
    assert (await browser.client.post(url, data=elsewhere)).status_code == 400
    assert (await browser.client.post(url, content=b"\xff" * 20_000)).status_code == 400
    asking = query_of(browser.trail[-1])
    for wrong in ({"client_id": "x"}, {"code_challenge_method": "plain"}, {"response_type": "token"}, {"nonce": ""}):
        page = await browser.client.get(f"{house.origin}{PLACE}/authorize?{urlencode({**asking, **wrong})}")
        assert page.status_code == 400
    chosen = await browser.client.post(url, data={**fields, "person": "ada"})
    code = query_of(chosen.headers["location"])["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": fields["redirect_uri"]}
    token = f"{house.origin}{PLACE}/token"
    for shown in ("", "Bearer x", "Basic !", "Basic ZGV2ZWxvcG1lbnQ6d3Jvbmc="):
        refused = await browser.client.post(token, data=form, headers={"authorization": shown})
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


async def test_its_keys_are_public_and_only_that(browser: Browser, house: House) -> None:
    metadata = (await browser.client.get(f"{house.origin}{PLACE}/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == f"{house.origin}{PLACE}"
    (key,) = (await browser.client.get(metadata["jwks_uri"])).json()["keys"]
    assert key["kty"] == "RSA"
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


@pytest.mark.parametrize("environment", [Environment.SANDBOX, Environment.PRODUCTION])
async def test_it_exists_in_development_only(
    provider: LocalProvider, dsn: str, tmp_path: Path, environment: Environment
) -> None:
    def elsewhere(settings: Settings) -> Settings:
        return replace(settings, environment=environment)

    async with housed(provider, dsn, tmp_path, elsewhere) as house, house.browser() as browser:
        for path in ("authorize", "token", "keys", "consent", ".well-known/openid-configuration", ""):
            for method in ("GET", "POST"):
                response = await browser.client.request(method, f"{house.origin}{PLACE}/{path}")
                assert response.status_code == 404
        page = await browser.get("/sign-in/development")
        assert (page.status_code, code_in(page)) == (404, "PROVIDER_UNKNOWN")
        assert "evelopment" not in (await browser.get("/sign-in")).text


async def test_without_a_client_nothing_is_offered(provider: LocalProvider, tmp_path: Path) -> None:
    settings = settings_for(
        provider, tmp_path, None, environment=Environment.SANDBOX, sign_in=SignInSettings(public_url="http://test")
    )
    app = create_app(settings, "postgresql://nowhere/none", worker=False)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        for way in ("google", "github", "development"):
            assert (await client.get(f"/sign-in/{way}")).status_code == 404


async def test_a_browser_that_came_to_localhost_is_sent_to_where_it_will_come_back(
    provider: LocalProvider, dsn: str, tmp_path: Path
) -> None:
    def unnamed(settings: Settings) -> Settings:
        assert settings.sign_in.public_url
        port = int(settings.sign_in.public_url.rpartition(":")[2])
        return replace(settings, port=port, sign_in=replace(settings.sign_in, public_url=None))

    async with housed(provider, dsn, tmp_path, unnamed) as house, house.browser() as browser:
        named = house.origin.replace("127.0.0.1", "localhost")
        moved = await browser.client.get(f"{named}/sign-in/google?return_to=/health")
        assert (moved.status_code, moved.headers["location"]) == (
            307,
            f"{house.origin}/sign-in/google?return_to=/health",
        )
        await browser.get("/sign-in/google")
        await browser.viewer()
