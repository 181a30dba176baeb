import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from web.graphiql import MOUNT_PATH, Boot, GraphiQLPage, Tab

pytestmark = pytest.mark.anyio

BOOT = Boot(tabs=(Tab("Evil", "# </script><!-- & 'quoted' \u2028", '{"a": "<b>"}'),), default_headers='{"X": "é"}')


def build(dist: Path, placeholder: str = "{}") -> None:
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text(f'<script type="application/json" id="boot">{placeholder}</script>')
    for name in ("a-1.js", "a-1.css", "a-1.svg", "a-1.ttf", "a-1.woff2", "a-1.exe"):
        (dist / "assets" / name).write_text(name)
    (dist.parent / "secret.js").write_text("secret")


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    graphiql = GraphiQLPage(tmp_path / "dist")

    async def page(_: Request) -> Response:
        return graphiql.page(BOOT)

    app = Starlette(routes=[Route("/graphql", page), Mount(MOUNT_PATH, graphiql.assets)])
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_without_a_build_the_page_says_how_to_make_it_and_then_needs_no_restart(
    client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    page = await client.get("/graphql")
    assert page.status_code == 200
    assert "<pre>make web</pre>" in page.text
    assert "20.19" in page.text
    assert "<script" not in page.text
    assert (await client.get("/graphiql/assets/a-1.js")).status_code == 404
    build(tmp_path / "dist")
    assert 'id="boot"' in (await client.get("/graphql")).text
    assert (await client.get("/graphiql/assets/a-1.js")).status_code == 200


async def test_boot_data_cannot_leave_its_element(client: httpx2.AsyncClient, tmp_path: Path) -> None:
    build(tmp_path / "dist")
    html = (await client.get("/graphql")).text
    start, end = '<script type="application/json" id="boot">', "</script>"
    assert html.startswith(start)
    assert html.endswith(end)
    data = html.removeprefix(start).removesuffix(end)
    assert not {"<", ">", "&"} & set(data)
    assert json.loads(data) == {
        "endpoint": "/graphql",
        "tabs": [{"title": "Evil", "query": BOOT.tabs[0].query, "variables": '{"a": "<b>"}', "headers": ""}],
        "defaultHeaders": '{"X": "é"}',
    }


async def test_the_page_carries_its_policy_and_is_not_kept(client: httpx2.AsyncClient, tmp_path: Path) -> None:
    build(tmp_path / "dist")
    headers = (await client.get("/graphql")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "accept"
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "script-src" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a-1.js", "text/javascript; charset=utf-8"),
        ("a-1.css", "text/css; charset=utf-8"),
        ("a-1.svg", "image/svg+xml"),
        ("a-1.ttf", "font/ttf"),
        ("a-1.woff2", "font/woff2"),
    ],
)
async def test_hashed_files_are_kept_for_ever(
    client: httpx2.AsyncClient, tmp_path: Path, name: str, media_type: str
) -> None:
    build(tmp_path / "dist")
    answer = await client.get(f"/graphiql/assets/{name}")
    assert answer.text == name
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await client.get(f"/graphiql/assets/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/index.html",
        "/assets",
        "/assets/",
        "/assets/none.js",
        "/assets/a-1.exe",
        "/assets/..%2f..%2fsecret.js",
        "/..%2fsecret.js",
        "/assets/%00.js",
        "/assets/" + "a" * 300 + ".js",
    ],
)
async def test_nothing_else_is_served(client: httpx2.AsyncClient, tmp_path: Path, path: str) -> None:
    build(tmp_path / "dist")
    assert (await client.get(f"/graphiql{path}", follow_redirects=True)).status_code == 404


async def test_an_old_build_is_named(tmp_path: Path) -> None:
    build(tmp_path / "dist", placeholder="old")
    with pytest.raises(RuntimeError, match=r"build it again \(make web\)"):
        GraphiQLPage(tmp_path / "dist").page(BOOT)
