import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.plumbing import BrowserPages
from tests.browser.stub import StubServer
from web.graphiql import Boot

pytestmark = pytest.mark.anyio

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture
def stub(graphiql_dist: Path) -> Iterator[StubServer]:
    server = StubServer(graphiql_dist)
    with server.running():
        yield server


async def test_a_mutation_in_one_window_arrives_in_the_subscription_of_another(
    browser_page_factory: BrowserPages, stub: StubServer
) -> None:
    watch = await browser_page_factory.open(stub.url)
    assert await watch.page.title() == "Allotment · GraphiQL"
    assert await watch.tabs() == ["Watch", "Consume", "Viewer"]
    await watch.run()
    await watch.response(lambda text: '"remaining": 100' in text)

    consume = await browser_page_factory.open(f"{stub.url}#Consume")
    await consume.run()
    answer = await consume.response(lambda text: '"remaining": 93' in text)
    assert f"Bearer {stub.service}" in answer
    await watch.response(lambda text: '"remaining": 93' in text)
    await consume.run()
    await consume.response(lambda text: '"remaining": 86' in text)
    await watch.response(lambda text: '"remaining": 86' in text)

    first, second = (event.key for event in stub.api.wallet.events[1:])
    assert UUID.fullmatch(first)
    assert UUID.fullmatch(second)
    assert first != second

    await watch.screenshot("graphiql-watch")
    await consume.screenshot("graphiql-consume")
    await watch.stop()
    await watch.select_tab("Viewer")
    await watch.run()
    await watch.response(lambda text: stub.watcher in text)
    assert watch.page.url == f"{stub.url}#Viewer"

    assert browser_page_factory.foreign_requests(stub.origin) == []
    assert browser_page_factory.complaints == []


async def test_the_manual_is_there_and_the_page_follows_a_dark_system(
    browser_page_factory: BrowserPages, stub: StubServer
) -> None:
    window = await browser_page_factory.open(f"{stub.url}#Consume", color_scheme="dark")
    await window.page.get_by_role("button", name="Show Documentation Explorer").click()
    await window.page.get_by_role("link", name="Mutation", exact=True).click()
    await window.page.get_by_text("Take from the wallet.").wait_for()
    await window.run()
    await window.response(lambda text: '"remaining": 93' in text)
    await window.screenshot("graphiql-dark")
    assert browser_page_factory.complaints == []


async def test_new_boot_data_replaces_its_tabs_and_renews_the_credentials_of_others(
    browser_page_factory: BrowserPages, stub: StubServer
) -> None:
    window = await browser_page_factory.open(stub.url)
    await window.page.get_by_role("button", name="New tab").click()
    await window.write("operation.graphql", "query Mine { viewer }")
    await window.page.get_by_role("tab", name="Mine").wait_for()
    await window.select_tab("Consume")
    await window.write("variables.json", '{"stale": true}')
    await window.page.wait_for_timeout(700)  # GraphiQL saves half a second after the last change
    await window.page.reload()
    await window.ready()
    assert await window.tabs() == ["Watch", "Consume", "Viewer", "Mine"]
    assert await window.read("variables.json") == '{"stale": true}'

    stub.watcher, stub.service = "allot_session_watcher-two", "allot_key_service-two"
    await window.page.reload()
    await window.ready()
    assert await window.tabs() == ["Watch", "Consume", "Viewer", "Mine"]
    assert json.loads(await window.read("variables.json"))["input"]["idempotencyKey"] == "{{uuid}}"
    assert stub.service in await window.read("request-headers.json")
    await window.select_tab("Mine")
    await window.run()
    await window.response(lambda text: f"Bearer {stub.watcher}" in text)
    assert browser_page_factory.complaints == []


async def test_refusals_and_broken_answers_are_readable(browser_page_factory: BrowserPages, stub: StubServer) -> None:
    window = await browser_page_factory.open(stub.url)
    await window.write("request-headers.json", '{"Authorization": "Bearer wrong"}')
    await window.run()
    text = await window.response(lambda text: "4403" in text)
    message = "The server closed the connection: 4403 Forbidden. Look at the credential under Headers."
    assert json.loads(text) == {"errors": [{"message": message}]}
    await window.screenshot("graphiql-refused")
    await window.write("operation.graphql", "query Broken {")
    await window.run()
    await window.response(lambda text: "Syntax Error" in text)
    await window.page.route("**/graphql", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    await window.run()
    await window.response(lambda text: "HTTP 502 Bad Gateway: <h1>Bad gateway</h1>" in text)


async def test_a_lost_connection_is_said_and_comes_back(
    browser_page_factory: BrowserPages, graphiql_dist: Path
) -> None:
    server = StubServer(graphiql_dist)
    with server.running():
        window = await browser_page_factory.open(server.url)
        await window.run()
        await window.response(lambda text: '"remaining": 100' in text)
    await window.response(lambda text: "Reconnecting…" in text)
    with StubServer(graphiql_dist, server.port).running():
        await window.response(lambda text: '"remaining": 100' in text)


async def test_without_boot_data_it_opens_with_a_greeting(browser_page_factory: BrowserPages, stub: StubServer) -> None:
    stub.boot_data = Boot()
    window = await browser_page_factory.open(stub.url)
    assert await window.tabs() == ["Hello"]
    await window.run()
    await window.response(lambda text: '"__typename": "Query"' in text)
    assert browser_page_factory.complaints == []
