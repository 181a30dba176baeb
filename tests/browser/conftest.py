from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.plumbing import CHROMIUM_ARGUMENTS, DIST, BrowserPages, find_chromium, unavailable


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def graphiql_dist() -> Path:
    if not (DIST / "index.html").is_file():
        unavailable("GraphiQL is not built: make web")
    return DIST


@pytest.fixture(scope="session")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:  # noqa: ARG001 - it gives this fixture its scope
    executable = find_chromium()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest.fixture
async def browser_page_factory(browser: Browser, graphiql_dist: Path) -> AsyncIterator[BrowserPages]:  # noqa: ARG001 - without the build there is nothing to see
    async with await browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield BrowserPages(context)
