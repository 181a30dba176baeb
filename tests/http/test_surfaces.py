"""A client says where it runs, over the real server: by the header, or in `connection_init` (B13)."""

import pytest

from domain.ids import public_id
from services.demo import LABS
from tests.http.calling import ADAS, FEED, Client, Following, initialise, receive, subscribe

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("unchanged")]

LISTED = "{ viewer { workspaces { id kind } } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
OFFICE = public_id("wsp", LABS)


async def test_b13_the_header_is_heard(ada: Client) -> None:
    for surface, seen in (("WEB", 2), ("MOBILE", 1), ("DESKTOP", 1)):
        ada.http.headers["Allotment-Surface"] = surface
        assert len((await ada.ask(LISTED))["viewer"]["workspaces"]) == seen
    refused = (await ada.post(NODE, id=OFFICE)).json()
    (error,) = refused["errors"]
    assert (refused["data"], error["extensions"]) == (
        {"node": None},
        {"code": "PLATFORM_NOT_SUPPORTED", "workspaceId": ADAS, "surfaces": ["WEB"]},
    )


@pytest.mark.parametrize("value", ["TV", "web", "WEB, WEB", "x" * 2_000, "null", "%00"])
async def test_b13_g5_another_header_is_a_mistake_that_is_named(ada: Client, nobody: Client, value: str) -> None:
    for client in (ada, nobody):
        response = await client.http.post(client.url, json={"query": LISTED}, headers={"Allotment-Surface": value})
        (error,) = response.json()["errors"]
        assert (response.status_code, error["extensions"]) == (400, {"code": "BAD_USER_INPUT"})
        assert repr(value[:32]) in error["message"]
        download = await client.http.get(
            client.url.replace("/graphql", "/exports/exp_"), headers={"Allotment-Surface": value}
        )
        assert (download.status_code, download.json()["code"]) == (400, "BAD_USER_INPUT")


async def test_b13_a_socket_says_it_once(ada: Client) -> None:
    async with ada.socket() as socket:
        await initialise(socket, {**ada.login, "surface": "MOBILE"})
        await subscribe(socket, FEED, workspace=OFFICE)
        error = await Following(socket).error()
        assert error["extensions"] == {"code": "PLATFORM_NOT_SUPPORTED", "workspaceId": ADAS, "surfaces": ["WEB"]}
    async with ada.socket() as socket:
        await initialise(socket, {**ada.login, "surface": "MOBILE"})
        await subscribe(socket, FEED, workspace=ADAS)
        assert (await receive(socket))["type"] == "next"
