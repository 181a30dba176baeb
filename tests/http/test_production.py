"""A server with the settings of production: it shows neither its schema nor GraphiQL, and knows no demo."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.faults.serving import Server
from tests.http.calling import Client, Json

pytestmark = pytest.mark.anyio

SECRET = "a secret of forty characters, at the least"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def production(server: Server, server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # noqa: ARG001 - it prepares the database
    settings = {"DATABASE_URL": server_dsn, "ALLOT_ENVIRONMENT": "production", "ALLOT_SECRET": SECRET}
    with Server(tmp_path_factory.mktemp("production"), **settings) as started:
        yield started
    assert SECRET not in started.output
    assert "als_" not in started.output
    assert "alk_" not in started.output


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", '{ __type(name: "Query") { name } }'])
async def test_introspection_is_off(production: Server, demo: Json, query: str) -> None:
    async with production.client(demo["people"][0]["token"]) as ada:
        answer = (await ada.post(query)).json()
        assert "data" not in answer
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
        assert (await ada.ask("{ viewer { caller __typename } }"))["viewer"] == {
            "caller": "USER",
            "__typename": "Viewer",
        }


async def test_mistakes_get_no_suggestions(production: Server, demo: Json) -> None:
    async with production.client(demo["people"][0]["token"]) as ada:
        assert "Did you mean" not in (await ada.post("{ viewr { caller } }")).text


async def test_browsers_get_no_page_and_no_credentials(production: Server) -> None:
    async with production.client(None) as nobody:
        for path in ("/graphql", "/graphiql/index.html", "/graphiql/"):
            response = await nobody.http.get(production.url.replace("/graphql", path), headers=BROWSER)
            assert response.status_code in {400, 404, 406}
            assert "als_" not in response.text
            assert "text/html" not in response.headers["content-type"]


async def test_health_and_unknown_paths_tell_nothing(production: Server) -> None:
    async with httpx2.AsyncClient(trust_env=False) as stranger:
        health = await stranger.get(production.url.replace("/graphql", "/health"))
        assert (health.status_code, health.json()) == (200, {"status": "ok"})
        missing = await stranger.get(production.url.replace("/graphql", "/.env"))
        assert (missing.status_code, missing.text) == (404, "Not Found")
        assert "server" not in missing.headers


async def test_both_servers_tell_the_same_of_one_wallet(production: Server, ada: Client) -> None:
    there = Client(production.url, ada.login["Authorization"].removeprefix("Bearer "))
    async with there:
        assert await there.wallet() == await ada.wallet()
