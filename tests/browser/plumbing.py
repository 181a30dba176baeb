"""Driving GraphiQL in a headless Chromium, and watching what the browser does meanwhile."""

import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import urlsplit

import anyio
import pytest
from playwright.async_api import BrowserContext, Page

ROOT = Path(__file__).parents[2]
DIST = ROOT / "web" / "dist"
ARTIFACTS = ROOT / "artifacts"

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # what tries to leave the machine fails
]
WAIT = 10  # s, for anything that the browser should do at once

_WRITE = """([name, text]) => __MONACO.editor.getModels()
    .find((model) => model.uri.path.endsWith(name)).setValue(text)"""
_READ = """(name) => __MONACO.editor.getModels()
    .find((model) => model.uri.path.endsWith(name))?.getValue() ?? ''"""

Editor = Literal["operation.graphql", "variables.json", "request-headers.json", "response.json"]


def unavailable(reason: str) -> NoReturn:
    """Skip the test on a machine without what it needs; continuous integration must have it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def find_chromium() -> str:
    named = os.environ.get("ALLOT_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
    if not found or not shutil.which(found):
        unavailable("no Chromium: install it, or name it in ALLOT_CHROMIUM")
    return found


class GraphiQL:
    """One browser window with GraphiQL in it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def ready(self) -> None:
        """Wait until the editors stand and the schema is known."""
        await self.page.get_by_role("button", name="Execute query").wait_for()
        await self.page.locator(".graphiql-query-editor .view-line").first.wait_for()
        await self.page.locator(".graphiql-response .monaco-editor").wait_for()

    async def tabs(self) -> list[str]:
        return await self.page.get_by_role("tab").all_inner_texts()

    async def select_tab(self, title: str) -> None:
        await self.page.get_by_role("tab", name=title, exact=True).click()

    async def run(self) -> None:
        await self.page.get_by_role("button", name="Execute query").click()

    async def stop(self) -> None:
        await self.page.get_by_role("button", name="Stop query").click()

    async def read(self, editor: Editor) -> str:
        return str(await self.page.evaluate(_READ, editor))

    async def write(self, editor: Editor, text: str) -> None:
        await self.page.evaluate(_WRITE, [editor, text])

    async def response(self, accepts: Callable[[str], bool]) -> str:
        """Return the text of the response pane as soon as it is one that `accepts`."""
        text = ""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            text = await self.read("response.json")
            if accepts(text):
                return text
            await anyio.sleep(0.03)
        raise AssertionError(f"the response pane shows after {WAIT} s: {text!r}")

    async def screenshot(self, name: str) -> Path:
        """Save a picture as `artifacts/<name>.png`."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        await self.page.screenshot(path=path)
        return path


class BrowserPages:
    """Opens windows that share one profile, and keeps what they requested and complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self.requests: list[str] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", lambda message: self._note_console(message.type, message.text))

    async def open(self, url: str, color_scheme: Literal["light", "dark"] = "light") -> GraphiQL:
        page = await self._context.new_page()
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.set_default_timeout(WAIT * 1000)
        await page.emulate_media(color_scheme=color_scheme)
        await page.goto(url)
        window = GraphiQL(page)
        await window.ready()
        return window

    def foreign_requests(self, *origins: str) -> list[str]:
        """Return the requests to anything but these origins."""
        own = {urlsplit(origin).netloc for origin in origins} | {""}  # data: and blob: have no host
        return [url for url in self.requests if urlsplit(url).netloc not in own]

    def _note_console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")


def bearer(secret: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {secret}"}
