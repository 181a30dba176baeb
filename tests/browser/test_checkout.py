"""D8: paying as a person does it in development, in a real browser: page, form, content policy, receipt."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from services.orders import any_order
from tests.app.test_checkout import Shop, opened
from tests.browser.plumbing import WAIT
from tests.factories.payments import make_order

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(dsn: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(dsn, tmp_path) as running:
        yield running


@pytest.fixture
async def page(browser: Browser, shop: Shop) -> AsyncIterator[Page]:  # noqa: ARG001 - it is closed before the server
    """A window in which nothing is complained about."""
    complaints: list[str] = []
    async with await browser.new_context() as context:
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        opened_ = await context.new_page()
        opened_.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened_.set_default_timeout(WAIT * 1_000)
        yield opened_
    assert [text for text in complaints if "404" not in text] == []  # an icon does not exist


async def test_d8_an_order_is_declined_paid_and_its_receipt_is_shown(page: Page, shop: Shop) -> None:
    buyer = await shop.person()
    order = await make_order(shop.runtime, buyer)
    await page.goto(await shop.url(order))
    await page.get_by_role("button", name="Decline").click()
    await page.get_by_role("heading", name="Declined").wait_for()
    await page.get_by_role("link", name="Try again").click()
    await page.get_by_label("Remember for renewals").check()
    await page.get_by_role("button", name="Pay USD 600.00").click()
    await page.get_by_role("heading", name="Paid").wait_for()
    row = await any_order(shop.runtime, order.id)
    assert row
    assert sorted(payment.verdict for payment in row.payments) == ["APPLIED", "FAILED"]
    token = (await shop.login(buyer))["Authorization"].removeprefix("Bearer ")
    await page.context.add_cookies([{"name": "allot_session", "value": token, "url": shop.settings.public_origin}])
    await page.get_by_role("link", name="Receipt").click()
    await page.get_by_role("heading", name="Receipt 1").wait_for()
    assert await page.get_by_role("cell", name="USD 600.00").count() == 2
    assert await page.locator(".screen").is_visible()
    await page.emulate_media(media="print")
    assert not await page.locator(".screen").is_visible()
