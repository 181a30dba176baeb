"""Sessions for pages on other origins: a code in the address, exchanged once for a bearer token."""

import asyncio
import secrets
from datetime import timedelta
from urllib.parse import urlencode

import httpx2
import pytest

from services.exchange_codes import challenge_of
from tests.sign_in.conftest import SPA, Browser, House, Json, code_in, query_of

pytestmark = pytest.mark.anyio

WHO = "{ viewer { person { id } } }"


async def arrive(browser: Browser, **parameters: str) -> str:
    """Sign in from the page elsewhere; return the code with which the browser arrives there."""
    asked = urlencode({"return_to": f"{SPA}?tab=2", **parameters})
    leaving = await browser.get(f"/sign-in/google?{asked}", until=lambda url: url.startswith("https://app."))
    url = leaving.headers["location"]
    assert url.startswith(f"{SPA}?tab=2&code=alx_")
    assert leaving.headers["referrer-policy"] == "no-referrer"
    assert not [name for name in browser.client.cookies if "session" in name]
    return query_of(url)["code"]


async def exchange(browser: Browser, code: object, **more: object) -> httpx2.Response:
    body = {"code": code, **more}
    headers = {"origin": "https://app.example.com"}
    return await browser.client.post(f"{browser.origin}/sign-in/exchange", json=body, headers=headers)


async def who(browser: Browser, token: str) -> Json:
    return await browser.ask(WHO, headers={"authorization": f"Bearer {token}"})


async def test_a_code_becomes_a_token_once(browser: Browser, house: House, quiet: pytest.LogCaptureFixture) -> None:
    code = await arrive(browser)
    stored = str((await house.content())["one_time_codes"])
    assert code not in stored
    done = await exchange(browser, code)
    assert (done.status_code, done.headers["cache-control"]) == (200, "no-store")
    answer = done.json()
    assert (await who(browser, answer["token"]))["data"]["viewer"]["person"]["id"] == answer["personId"]
    again = await exchange(browser, code)
    assert (again.status_code, again.json()["error"]["code"]) == (400, "EXCHANGE_CODE_INVALID")
    assert "data" in await who(browser, answer["token"])
    assert code not in quiet.text


async def test_fifty_at_once_get_one_token(browser: Browser, house: House) -> None:
    code = await arrive(browser)
    answers = await asyncio.gather(*(exchange(browser, code) for _ in range(50)))
    (won,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert {answer.json()["error"]["code"] for answer in answers if answer.status_code != 200} == {
        "EXCHANGE_CODE_INVALID"
    }
    assert (await who(browser, won["token"]))["data"]["viewer"]["person"]["id"] == won["personId"]
    assert await house.count("credentials") == 1


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (61, 400)])
async def test_a_code_is_good_for_a_minute(browser: Browser, house: House, seconds: int, status: int) -> None:
    code = await arrive(browser)
    house.clock.by = timedelta(seconds=seconds)
    assert (await exchange(browser, code)).status_code == status


async def test_a_code_with_a_challenge_needs_its_verifier(browser: Browser) -> None:
    verifier = secrets.token_urlsafe(48)
    code = await arrive(browser, code_challenge=challenge_of(verifier))
    for wrong in ({}, {"codeVerifier": verifier[:-1]}, {"codeVerifier": ""}, {"codeVerifier": "ü" * 43}):
        assert (await exchange(browser, code, **wrong)).status_code == 400
    assert (await exchange(browser, code, codeVerifier=verifier)).status_code == 200


async def test_a_verifier_does_not_help_where_there_was_no_challenge(browser: Browser) -> None:
    code = await arrive(browser)
    assert (await exchange(browser, code, codeVerifier="v" * 43)).status_code == 400
    assert (await exchange(browser, code)).status_code == 200


@pytest.mark.parametrize("challenge", ["", "short", "a" * 44, "+" * 43])
async def test_a_challenge_that_is_none_is_refused_at_the_start(browser: Browser, challenge: str) -> None:
    page = await browser.get(f"/sign-in/google?{urlencode({'code_challenge': challenge})}")
    assert (page.status_code, code_in(page)) == (400, "CHALLENGE_INVALID")


async def test_a_session_that_was_ended_in_between_is_not_handed_out(browser: Browser, house: House) -> None:
    code = await arrive(browser)
    await house.pool.execute("UPDATE credentials SET revoked_at = created_at")
    assert (await exchange(browser, code)).status_code == 400


async def test_what_is_no_code_or_another_thing_is_refused_and_changes_nothing(browser: Browser, house: House) -> None:
    code = await arrive(browser)
    before = await house.content()
    forged = [code[:-1], code + "x", code.upper(), f"alt_{code[4:]}", "", "alx_", "x" * 10_000, "alx_é", "a\0b"]
    for each in (*forged, 7, None, [code], {"code": code}):
        refused = await exchange(browser, each)
        assert refused.status_code == 400, each
        assert refused.json()["error"]["code"] in {"EXCHANGE_CODE_INVALID", "BAD_REQUEST"}
    url = f"{house.origin}/sign-in/exchange"
    json = {"content-type": "application/json"}
    for body in (b"", b"[]", b"null", b"{", b"\xff", b'{"code":"a","extra":1}', b"{" * 2_000, b" " * 100_000):
        assert (await browser.client.post(url, content=body, headers=json)).status_code == 400
    assert (await browser.client.post(url, data={"code": code})).status_code == 415
    assert (await browser.client.get(url)).status_code == 404
    assert await house.content() == before
    token = (await exchange(browser, code)).json()["token"]
    assert (await exchange(browser, token)).status_code == 400


async def test_a_ticket_is_no_exchange_code_nor_the_other_way(browser: Browser, house: House) -> None:
    code = await arrive(browser)
    await house.pool.execute("UPDATE one_time_codes SET purpose = 'TICKET'")
    assert (await exchange(browser, code)).status_code == 400
