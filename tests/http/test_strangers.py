"""Who is somebody else, or nobody any more (B11, G1): what is foreign looks as if it did not exist."""

import pytest
from websockets.exceptions import ConnectionClosed

from tests.http.calling import CONSUME, Client, Json, initialise, receive
from tests.http.conftest import Tokens

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("unchanged")]

NOBODYS = "00000000000000000000000007"
NODE = """query Node($id: ID!) { node(id: $id) { __typename id
    ... on Wallet { lastEntry } ... on Workspace { name } ... on Person { displayName } } }"""
EXPLAIN = "query Explain($id: ID!) { explainEntry(id: $id) { text } }"
VIEWER = "{ viewer { caller } }"


def bos(demo: Json) -> dict[str, str]:
    """Everything of Bo's that has an id, and his wallet in the workspace that he shares with Ada."""
    person = demo["people"][1]
    home, shared = person["wallets"]
    entry = home["walletId"].replace("wal_", "ent_") + "_1"
    return {
        "person": person["id"],
        "workspace": home["workspaceId"],
        "wallet": home["walletId"],
        "wallet of a colleague": shared["walletId"],
        "entry": entry,
        "service": demo["service"]["id"],
    }


@pytest.mark.parametrize("what", ["person", "workspace", "wallet", "wallet of a colleague", "entry", "service"])
async def test_b11_a_foreign_id_and_an_unknown_one_get_the_same_bytes(ada: Client, demo: Json, what: str) -> None:
    foreign = bos(demo)[what]
    number = "_1" if what == "entry" else ""
    unknown = foreign[:4] + NOBODYS + number
    for query in (NODE, EXPLAIN):
        answers = [await ada.post(query, id=id_) for id_ in (foreign, unknown)]
        assert answers[0].content == answers[1].content
        assert answers[0].json()["data"] in ({"node": None}, {"explainEntry": None})


async def test_b11_what_is_foreign_to_one_is_there_for_the_other(bo: Client, demo: Json) -> None:
    for what in ("person", "workspace", "wallet", "wallet of a colleague", "entry"):
        assert (await bo.ask(NODE, id=bos(demo)[what]))["node"] is not None


async def test_b11_a_foreign_feed_and_an_unknown_one_get_the_same_error(ada: Client, demo: Json) -> None:
    errors = []
    for workspace in (bos(demo)["workspace"], f"wsp_{NOBODYS}"):
        async with ada.follow(workspace) as feed:
            errors.append(await feed.error())
    assert errors[0] == errors[1]
    assert errors[0]["extensions"] == {"code": "NOT_FOUND", "field": ["workspaceId"]}


async def test_b11_a_key_of_one_workspace_can_charge_no_other(narrow: Client, demo: Json) -> None:
    given = {"product": "chat-message", "quantity": "1", "surface": "WEB", "idempotencyKey": "foreign"}
    wallets = [bos(demo)["wallet"], bos(demo)["wallet of a colleague"], f"wal_{NOBODYS}", "wal_", "nonsense"]
    answers = [(await narrow.post(CONSUME, input={"walletId": wallet, **given})).content for wallet in wallets]
    assert len(set(answers)) == 1
    assert b'"code":"NOT_FOUND"' in answers[0]
    assert b'"field":["walletId"]' in answers[0]


async def test_usage_is_never_reported_by_who_pays_nor_by_nobody(ada: Client, nobody: Client, demo: Json) -> None:
    wallet = demo["people"][0]["wallets"][0]["walletId"]
    given = {"walletId": wallet, "product": "chat-message", "quantity": "1", "surface": "WEB", "idempotencyKey": "own"}
    for client, code in ((ada, "FORBIDDEN"), (nobody, "UNAUTHENTICATED")):
        (error,) = (await client.post(CONSUME, input=given)).json()["errors"]
        assert error["extensions"]["code"] == code


async def test_credentials_that_do_not_hold_are_refused_alike(nobody: Client, tokens: Tokens, demo: Json) -> None:
    genuine = demo["people"][0]["token"]
    wrong = [tokens.expired, tokens.revoked, genuine[:-1] + ("A" if genuine[-1] != "A" else "B"), "als_x_y", "x" * 400]
    wrong += [genuine.replace("als_", "alk_"), f"als_{NOBODYS}_{genuine[-43:]}"]
    answers = [
        await nobody.http.post(nobody.url, json={"query": VIEWER}, headers={"Authorization": f"Bearer {token}"})
        for token in wrong
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Token x", "x" * 1_001, "Bearer \u0661"])
async def test_a_header_of_another_form_is_refused(nobody: Client, header: str) -> None:
    headers = {b"Authorization": header.encode()}
    response = await nobody.http.post(nobody.url, json={"query": VIEWER}, headers=headers)
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_header_and_connection_init_that_differ_are_refused(ada: Client, bo: Client) -> None:
    async with ada.socket(additional_headers=ada.login) as socket:
        await initialise(socket, ada.login)  # the same twice is one
    async with ada.socket(additional_headers=ada.login) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await initialise(socket, bo.login)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4401, "UNAUTHENTICATED")


@pytest.mark.parametrize("which", ["expired", "revoked"])
async def test_a_socket_with_a_credential_that_ended_is_closed(nobody: Client, tokens: Tokens, which: str) -> None:
    async with nobody.socket() as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await initialise(socket, {"authorization": f"Bearer {getattr(tokens, which)}"})
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_socket_without_a_credential_may_ask_and_not_follow(nobody: Client) -> None:
    async with nobody.follow() as feed:
        error = await feed.error()
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "nonsense"}', '{"type": "subscribe", "id": "1"}', "\u0000"])
async def test_a_malformed_message_closes_its_socket_alone(ada: Client, text: str) -> None:
    async with ada.follow() as other:
        await other.next()
        async with ada.socket() as socket:
            await socket.send(text)
            with pytest.raises(ConnectionClosed) as closed:
                await receive(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in {4400, 4401}
        assert await (await other.socket.ping()) >= 0
