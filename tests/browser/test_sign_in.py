"""A2: sign-in as a person does it, in a real browser: pages, forms, cookies, content policy."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from app.settings import Settings
from tests.browser.plumbing import WAIT
from tests.sign_in.conftest import House, housed, provider, provider_running
from tests.sign_in.provider import LocalProvider

__all__ = ["provider", "provider_running"]

pytestmark = pytest.mark.anyio

WHO = """async () => {
    const headers = { 'content-type': 'application/json', 'x-allot-csrf': '1' };
    const body = JSON.stringify({ query: '{ viewer { person { displayName email } } }' });
    const answer = await fetch('/graphql', { method: 'POST', headers, body });
    return (await answer.json()).data.viewer.person;
}"""


@pytest.fixture
async def house(provider: LocalProvider, dsn: str, tmp_path: Path) -> AsyncIterator[House]:
    def elsewhere_too(settings: Settings) -> Settings:
        return replace(settings, sign_in=replace(settings.sign_in, return_urls=(f"{provider.origin}/arrived",)))

    async with housed(provider, dsn, tmp_path, elsewhere_too) as running:
        yield running


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A window in which nothing is complained about."""
    complaints: list[str] = []
    async with await browser.new_context() as context:
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        opened = await context.new_page()
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.set_default_timeout(WAIT * 1_000)
        yield opened
    assert [text for text in complaints if "404" not in text] == []  # the page elsewhere, and icons, do not exist


async def test_a2_a_new_person_comes_in_through_the_development_provider_and_leaves(page: Page, house: House) -> None:
    await page.goto(f"{house.origin}/sign-in")
    await page.get_by_role("link", name="Development").click()
    await page.get_by_label("Name").fill("Grace Hopper")
    await page.get_by_label("E-mail").fill("grace@example.com")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", name="You are signed in").wait_for()
    await page.goto(f"{house.origin}/health")  # the pages of sign-in may not even fetch
    assert await page.evaluate(WHO) == {"displayName": "Grace Hopper", "email": "grace@example.com"}
    assert await page.evaluate("document.cookie") == ""
    await page.goto(f"{house.origin}/sign-in")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    assert await house.pool.fetchval("SELECT count(*) FROM credentials WHERE revoked_at IS NULL") == 0


async def test_a2_a_page_elsewhere_gets_a_code_whatever_the_way(
    page: Page, house: House, provider: LocalProvider
) -> None:
    arrived = f"{provider.origin}/arrived"
    for way in ("Google", "GitHub", "Development"):
        await page.goto(f"{house.origin}/sign-in?return_to={arrived}")
        await page.get_by_role("link", name=way).click()
        if way == "Development":  # its form leads to another origin, which the content policy must allow
            await page.get_by_role("button", name="Bo", exact=True).click()
        await page.wait_for_url(f"{arrived}?code=alx_*")
    assert await house.count("one_time_codes") == 3
