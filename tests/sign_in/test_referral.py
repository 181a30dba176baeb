"""D4: a referral code travels through the real sign-in, and counts where an account is opened, only."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import httpx2
import pytest

from domain.principals import Caller, Principal
from services.referrals import create_referral_code
from tests.sign_in.conftest import Browser, House

pytestmark = pytest.mark.anyio

ELSEWHERE = "127.0.0.2"
"""Another address of this machine: who comes from the referrer's own is the same person (A3)."""
WAYS = pytest.mark.parametrize("way", ["google", "github"])


@asynccontextmanager
async def coming_from(house: House, address: str) -> AsyncIterator[Browser]:
    transport = httpx2.AsyncHTTPTransport(local_address=address)
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=30) as client:
        yield Browser(house.origin, client)


async def code_of_ada(house: House) -> str:
    """Ada signs up, and makes a code."""
    async with house.browser() as browser:
        await browser.get("/sign-in/google")
    person = await house.pool.fetchval("SELECT id FROM persons")
    async with house.runtime() as runtime:
        made = await create_referral_code(runtime, Principal(Caller.USER, person), "code")
    assert made.result.code
    conduct = house.provider.conduct
    conduct.subject, conduct.github_id, conduct.email, conduct.name = "subject-2", 1002, "bo@example.com", "Bo"
    return made.result.code


async def referrals(house: House) -> list[tuple[str, str | None]]:
    return [tuple(row) for row in await house.pool.fetch("SELECT code, rejected_because FROM referrals")]


async def rewards(house: House) -> list[int]:
    return [row[0] for row in await house.pool.fetch("SELECT granted FROM grants WHERE kind = 'REFERRAL'")]


@WAYS
async def test_d4_who_signs_up_by_a_link_is_attributed(house: House, way: str) -> None:
    code = await code_of_ada(house)
    async with coming_from(house, ELSEWHERE) as browser:
        await browser.get(f"/sign-in/{way}?referral={code[:4].lower()}-{code[4:].lower()}")
        assert (await browser.viewer())["email"] == "bo@example.com"
    assert await referrals(house) == [(code, None)]
    assert await rewards(house) == [50_000]


async def test_d4_the_choice_of_providers_keeps_the_code(house: House) -> None:
    code = await code_of_ada(house)
    async with coming_from(house, ELSEWHERE) as browser:
        choice = await browser.get(f"/sign-in?referral={code}")
        (way,) = re.findall(r'href="(/sign-in/github[^"]*)"', choice.text)
        await browser.get(unescape(way))
        await browser.viewer()
    assert await referrals(house) == [(code, None)]


async def test_d4_a3_who_opens_their_own_link_is_rejected_and_signed_up(house: House) -> None:
    code = await code_of_ada(house)
    async with house.browser() as browser:
        await browser.get(f"/sign-in/google?referral={code}")
        assert (await browser.viewer())["email"] == "bo@example.com"
    assert await referrals(house) == [(code, "SAME_PERSON")]
    assert await rewards(house) == []


async def test_d4_signing_in_again_with_a_code_attributes_nothing(house: House) -> None:
    code = await code_of_ada(house)
    for path in ("/sign-in/google", f"/sign-in/google?referral={code}"):
        async with coming_from(house, ELSEWHERE) as browser:
            await browser.get(path)
            assert (await browser.viewer())["email"] == "bo@example.com"
    assert await referrals(house) == []


@pytest.mark.parametrize("text", ["00000000", "nonsense!", "", "%00", "A" * 2_000])
async def test_d4_what_is_no_code_stops_nobody(house: House, text: str) -> None:
    code = await code_of_ada(house)
    assert code != "00000000"
    async with coming_from(house, ELSEWHERE) as browser:
        page = await browser.get(f"/sign-in/google?referral={text}")
        assert page.status_code == 200
        assert (await browser.viewer())["email"] == "bo@example.com"
    assert await referrals(house) == []


async def test_d4_a_code_belongs_to_the_sign_in_that_it_began(house: House) -> None:
    """Another tab's code does not come along."""
    code = await code_of_ada(house)
    async with coming_from(house, ELSEWHERE) as browser:
        await browser.client.get(f"{house.origin}/sign-in/google?referral={code}")
        await browser.get("/sign-in/google")
        assert (await browser.viewer())["email"] == "bo@example.com"
    assert await referrals(house) == []
