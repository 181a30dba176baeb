"""A2: the whole way through Google's and GitHub's shapes, over real HTTP, with a browser's cookies."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from services.authentication import authenticate
from services.tickets import create_ticket
from tests.sign_in.conftest import CSRF, SPA, Browser, House, code_in, query_of

pytestmark = pytest.mark.anyio

WHO = "{ viewer { person { id } } }"
WAYS = pytest.mark.parametrize("way", ["google", "github"])


@WAYS
async def test_a2_a_person_signs_up_and_comes_back(house: House, way: str, quiet: pytest.LogCaptureFixture) -> None:
    async with house.browser() as browser:
        page = await browser.get(f"/sign-in/{way}?return_to=/health")
        assert (page.status_code, browser.trail[-1]) == (200, f"{house.origin}/health")
        person = await browser.viewer()
        assert person["displayName"] == "Ada Lovelace"
        row = await house.pool.fetchrow("SELECT kind, email, locale FROM persons")
        assert tuple(row or ()) == ("USER", "ada@example.com", "zh-Hans")
    async with house.browser() as other:
        await other.get(f"/sign-in/{way}")
        assert (await other.viewer())["id"] == person["id"]
    assert await house.count("persons") == 1
    assert await house.count("credentials") == 2
    labels = await house.pool.fetch("SELECT DISTINCT label FROM credentials")
    assert [row["label"] for row in labels] == ["Chrome on Linux"]
    assert "sign-in fault" not in quiet.text


async def test_a2_both_providers_with_one_verified_email_are_one_account(house: House) -> None:
    ids = set()
    for way in ("google", "github"):
        async with house.browser() as browser:
            await browser.get(f"/sign-in/{way}")
            ids.add((await browser.viewer())["id"])
    assert len(ids) == 1
    assert await house.count("identities") == 2


@WAYS
async def test_what_the_provider_is_asked_is_bound_to_this_browser(browser: Browser, house: House, way: str) -> None:
    await browser.get(f"/sign-in/{way}")
    await browser.get(f"/sign-in/{way}")
    first, second = house.provider.asked
    assert first["redirect_uri"] == f"{house.origin}/sign-in/{way}/callback"
    for name in ("state", "code_challenge", *(("nonce",) if way == "google" else ())):
        assert first[name] != second[name]
    assert ("openid" in first["scope"].split()) == (way == "google")


async def test_a1_a_guest_who_signs_up_keeps_account_and_history(house: House) -> None:
    token = await house.guest()
    guest = await house.pool.fetchval("SELECT id FROM persons")
    async with house.browser() as browser:
        bearer = {"authorization": f"Bearer {token}"}
        begun = await browser.client.get(f"{house.origin}/sign-in/google", headers=bearer)
        await browser.get(begun.headers["location"])
        assert (await browser.viewer())["email"] == "ada@example.com"
    rows = await house.pool.fetch("SELECT id, kind FROM persons")
    assert [(row["id"], row["kind"]) for row in rows] == [(guest, "USER")]
    async with house.browser() as stranger:
        refused = await stranger.ask(WHO, headers=bearer)
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a1_a_guest_of_a_page_elsewhere_comes_with_a_ticket(house: House) -> None:
    token = await house.guest()
    async with house.runtime() as runtime:
        ticket = await create_ticket(runtime, await authenticate(runtime, token), "a-ticket")
    async with house.browser() as browser:
        choice = await browser.get(f"/sign-in?ticket={ticket.text}")
        (way,) = re.findall(r'href="(/sign-in/github[^"]*)"', choice.text)
        await browser.get(unescape(way))
        await browser.viewer()
    assert [row["kind"] for row in await house.pool.fetch("SELECT kind FROM persons")] == ["USER"]


async def test_a1_a_guest_whose_session_has_ended_meanwhile_is_not_taken_along(browser: Browser, house: House) -> None:
    bearer = {"authorization": f"Bearer {await house.guest()}"}
    begun = await browser.client.get(f"{house.origin}/sign-in/google", headers=bearer)
    await house.pool.execute("UPDATE credentials SET revoked_at = now() + interval '1 hour'")
    await browser.get(begun.headers["location"])
    assert (await browser.viewer())["email"] == "ada@example.com"
    assert sorted(row["kind"] for row in await house.pool.fetch("SELECT kind FROM persons")) == ["GUEST", "USER"]


async def test_two_tabs_do_not_disturb_each_other(browser: Browser, house: House) -> None:
    def back(url: str) -> bool:
        return "/callback" in url

    first = await browser.get("/sign-in/google?return_to=/health?tab=1", until=back)
    second = await browser.get("/sign-in/google?return_to=/health?tab=2", until=back)
    await browser.get(second.headers["location"])
    assert browser.trail[-1] == f"{house.origin}/health?tab=2"
    await browser.get(first.headers["location"])
    assert browser.trail[-1] == f"{house.origin}/health?tab=1"


async def test_signing_in_again_ends_the_session_that_the_browser_had(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    await browser.get("/sign-in/google")
    await browser.viewer()
    ended = "SELECT count(*) FROM credentials WHERE revoked_at IS NOT NULL"
    assert await house.pool.fetchval(ended) == 1


async def test_sign_out_ends_the_session_and_takes_the_cookie(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    token = browser.client.cookies["allot_session"]
    for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
        refused = await browser.client.post(f"{house.origin}/sign-out", headers=headers)
        assert refused.status_code == 403
    await browser.viewer()
    left = await browser.client.post(f"{house.origin}/sign-out", headers=CSRF)
    assert left.status_code == 204
    assert "allot_session" not in browser.client.cookies
    answer = await browser.ask(WHO, headers={"authorization": f"Bearer {token}"})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (await browser.client.post(f"{house.origin}/sign-out", headers=CSRF)).status_code == 204


async def test_the_page_lists_what_is_offered_and_takes_the_target_along(browser: Browser) -> None:
    page = await browser.get(f"/sign-in?{urlencode({'return_to': SPA + '?a=1&b=<2>'})}")
    assert (page.status_code, code_in(page)) == (400, "RETURN_TO_NOT_ALLOWED")
    page = await browser.get(f"/sign-in?{urlencode({'return_to': SPA + '?a=1'})}")
    for way in ("google", "github", "development"):
        assert f'href="/sign-in/{way}?return_to=https%3A%2F%2Fapp.example.com%2Fsigned-in%3Fa%3D1"' in page.text
    assert "script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert page.headers["cache-control"] == "no-store"
    missing = await browser.get("/sign-in/yahoo")
    assert (missing.status_code, code_in(missing)) == (404, "PROVIDER_UNKNOWN")


async def test_a4_a_suspended_person_is_told_so_and_gets_no_session(browser: Browser, house: House) -> None:
    await browser.get("/sign-in/google")
    await house.pool.execute("UPDATE persons SET status = 'SUSPENDED', status_reason = 'abuse', status_at = now()")
    before = await house.content()
    async with house.browser() as other:
        page = await other.get("/sign-in/github")
        assert (page.status_code, code_in(page)) == (403, "PERSON_SUSPENDED")
        assert "abuse" in page.text
        assert query_of(other.trail[-1])["state"]
        assert not [name for name in other.client.cookies if name.startswith("allot_session")]
    assert await house.content() == before
