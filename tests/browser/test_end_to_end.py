"""The main job, seen with a browser: a charge in one window arrives in the live feed of another (F8).

`ALLOT_PICTURE=1 pytest tests/browser/test_end_to_end.py -k picture` takes the README's picture, docs/graphiql.png.
"""

import json
import os
import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser

from tests.browser.plumbing import ROOT, BrowserPages, GraphiQL
from tests.faults.serving import Server, own_database
from tests.http.calling import Json

pytestmark = pytest.mark.anyio

PICTURE = ROOT / "docs" / "graphiql.png"
PICTURE_BYTES_MAX = 400_000
WINDOW = {"width": 900, "height": 700}
SIDE_BY_SIDE = """<body style="margin:0;display:flex;gap:12px;padding:12px;background:#b5bdc9;width:max-content">
{}</body>"""
ONE_OF_THEM = '<img width=900 height=700 style="border-radius:8px" src="data:image/png;base64,{}">'


@pytest.fixture(scope="module")
def server(template_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_database(template_dsn) as dsn, Server(tmp_path_factory.mktemp("served"), DATABASE_URL=dsn) as started:
        yield started
    assert "Traceback" not in started.output


async def answer(window: GraphiQL, sign: str) -> Json:
    """The answer in the response pane as soon as it has this sign; it must hold no errors."""
    shown = json.loads(await window.response(lambda text: sign in text and text.rstrip().endswith("}")))
    assert "errors" not in shown, shown
    return shown["data"]


def credits_left(balance: Json) -> str:
    return str(balance["credits"][0]["remaining"])


async def consume(window: GraphiQL) -> Json:
    """Run the tab Consume; its payload."""
    await window.run()
    payload = (await answer(window, '"consume"'))["consume"]
    assert payload["errors"] == []
    return payload


async def test_f8_a_charge_in_one_window_arrives_in_the_feed_of_another(
    browser_page_factory: BrowserPages, server: Server
) -> None:
    watch = await browser_page_factory.open(f"{server.url}#Watch")
    await watch.run()
    snapshot = (await answer(watch, "UsageSnapshot"))["usageFeed"]

    charging = await browser_page_factory.open(f"{server.url}#Consume")
    payload = await consume(charging)
    entry = payload["entry"]
    assert (entry["number"], entry["amount"], entry["unit"]) == (snapshot["balance"]["asOfEntry"] + 1, "1", "credit")

    arrived = (await answer(watch, '"kind": "CONSUME"'))["usageFeed"]["entry"]
    assert (arrived["number"], arrived["amount"], arrived["unit"]) == (entry["number"], "1", "credit")
    for figures in ("credits", "quotas"):
        assert arrived["balance"][figures] == payload["balance"][figures]
    assert credits_left(arrived["balance"]) == f"{int(credits_left(snapshot['balance'])) - 1}"
    await watch.page.locator(".graphiql-response").get_by_text('"CONSUME"').wait_for()
    assert (await watch.screenshot("graphiql-live-feed")).stat().st_size > 20_000

    await charging.run()
    await watch.response(lambda text: f'"number": {entry["number"] + 1}' in text)
    assert browser_page_factory.foreign_requests(server.url) == []
    assert browser_page_factory.complaints == []


async def test_every_tab_runs_as_it_is(browser_page_factory: BrowserPages, server: Server) -> None:
    window = await browser_page_factory.open(server.url)
    assert await window.tabs() == ["Watch", "Consume", "Viewer", "StartTask", "Organization"]
    await window.run()
    await answer(window, "UsageSnapshot")
    await window.stop()
    signs = {
        "Consume": '"replayed": false',
        "Viewer": '"displayName": "Ada"',
        "StartTask": '"status": "RUNNING"',
        "Organization": '"name": "Example Labs"',
    }
    for title, sign in signs.items():
        await window.select_tab(title)
        await window.run()
        shown = await answer(window, sign)
        assert not any(payload.get("errors") for payload in shown.values())
    assert browser_page_factory.foreign_requests(server.url) == []
    assert browser_page_factory.complaints == []


async def test_the_page_carries_credentials_for_this_server_alone(
    browser_page_factory: BrowserPages, server: Server
) -> None:
    window = await browser_page_factory.open(server.url)
    assert server.ada_token in await window.read("request-headers.json")
    async with server.client(None) as stranger:
        response = await stranger.http.get(server.url, headers={"Accept": "text/html"})
    assert response.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert not re.search(r"https?://(?!127\.0\.0\.1)[^\"'\s]+\.(js|css)", response.text)


@pytest.mark.skipif("ALLOT_PICTURE" not in os.environ, reason="takes the README's picture when ALLOT_PICTURE is set")
async def test_the_picture_for_the_readme(browser_page_factory: BrowserPages, browser: Browser, server: Server) -> None:
    watch = await browser_page_factory.open(f"{server.url}#Watch")
    charging = await browser_page_factory.open(f"{server.url}#Consume")
    for window in (watch, charging):
        await window.page.set_viewport_size(WINDOW)  # type: ignore[arg-type] # a typed dict of its own
    await watch.run()
    await answer(watch, "UsageSnapshot")
    await consume(charging)
    await watch.response(lambda text: '"kind": "CONSUME"' in text)
    await watch.page.locator(".graphiql-response").get_by_text('"CONSUME"').wait_for()
    pictures = [await window.page.screenshot() for window in (watch, charging)]
    images = "".join(ONE_OF_THEM.format(b64encode(picture).decode()) for picture in pictures)
    page = await browser.new_page(viewport={"width": 1836, "height": 724})
    await page.set_content(SIDE_BY_SIDE.format(images))
    PICTURE.parent.mkdir(exist_ok=True)
    await page.screenshot(path=PICTURE)
    await page.close()
    assert PICTURE.stat().st_size < PICTURE_BYTES_MAX
