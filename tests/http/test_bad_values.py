"""Values that are none, as a stranger's program sends them: each gets a typed answer that names the field."""

import pytest

from tests.http.calling import CONSUME, FEED, Client, Json

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("unchanged")]

ENTRIES = """query Entries($wallet: ID!, $after: Cursor, $before: Cursor, $first: Int) {
    node(id: $wallet) { ... on Wallet { entries(first: $first, after: $after, before: $before) { nodes { cursor } } } }
}"""


def wallet_of(demo: Json, person: int = 0, place: int = 0) -> str:
    return str(demo["people"][person]["wallets"][place]["walletId"])


def usage(demo: Json, **given: object) -> dict[str, object]:
    usual = {"product": "chat-message", "quantity": "1", "surface": "WEB", "idempotencyKey": "bad-input"}
    return {"walletId": wallet_of(demo), **usual, **given}


def only_error(answer: Json) -> Json:
    (error,) = answer["errors"]
    return error


@pytest.mark.parametrize("quantity", ["-1", "0", "-0.001", "0.5", "100.001", "101", "999999999999999.999"])
async def test_an_amount_outside_of_its_bounds_is_refused_by_its_field(
    service: Client, demo: Json, quantity: str
) -> None:
    answer = (await service.post(CONSUME, input=usage(demo, quantity=quantity))).json()
    assert answer["data"] is None
    assert only_error(answer)["extensions"] == {"code": "BAD_USER_INPUT", "field": ["input", "quantity"]}


NO_DECIMALS = ("0.0001", "1" + "0" * 15, "9" * 5_000, "1e2", "NaN", "Infinity", "-", "", " 1", "1_0", "١", "1,5")
NO_STRINGS: tuple[object, ...] = (1, 1.5, True, None, [], {})


@pytest.mark.parametrize("quantity", [*NO_DECIMALS, *NO_STRINGS])
async def test_an_amount_that_is_no_decimal_is_refused_by_its_field(
    service: Client, demo: Json, quantity: object
) -> None:
    response = await service.post(CONSUME, input=usage(demo, quantity=quantity))
    error = only_error(response.json())
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("Variable '$input' has invalid value at .quantity:")
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("product", "no-such-product"),
        ("product", ""),
        ("client", ""),
        ("client", "x" * 101),
        ("client", "a\nb"),
        ("idempotencyKey", ""),
        ("idempotencyKey", "x" * 256),
        ("idempotencyKey", "a\u202eb"),
    ],
)
async def test_a_text_that_is_none_of_those_allowed_is_refused_by_its_field(
    service: Client, demo: Json, field: str, value: str
) -> None:
    answer = (await service.post(CONSUME, input=usage(demo, **{field: value}))).json()
    assert only_error(answer)["extensions"] == {"code": "BAD_USER_INPUT", "field": ["input", field]}


@pytest.mark.parametrize("missing", ["walletId", "product", "quantity", "surface", "idempotencyKey"])
async def test_a_missing_value_is_named(service: Client, demo: Json, missing: str) -> None:
    given = usage(demo)
    del given[missing]
    error = only_error((await service.post(CONSUME, input=given)).json())
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert missing in error["message"]


async def test_a_value_that_nobody_asked_for_is_named(service: Client, demo: Json) -> None:
    error = only_error((await service.post(CONSUME, input=usage(demo, amount="5"))).json())
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "amount" in error["message"]


@pytest.mark.parametrize("field", ["client", "idempotencyKey", "product", "walletId", "quantity"])
async def test_a_nul_in_a_variable_is_refused_by_its_field(service: Client, demo: Json, field: str) -> None:
    response = await service.post(CONSUME, input=usage(demo, **{field: "a\0b"}))
    assert response.status_code == 400
    error = only_error(response.json())
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["input", field]}
    assert field in error["message"]


async def test_a_nul_in_the_document_is_refused(ada: Client) -> None:
    response = await ada.post('{ node(id: "wal_\\u0000") { id } }')
    assert response.status_code == 400
    assert only_error(response.json())["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_lone_surrogate_does_no_harm(service: Client, demo: Json) -> None:
    body = '{"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": "\\ud800"}}'
    headers = {**service.login, "Content-Type": "application/json"}
    response = await service.http.post(service.url, content=body, headers=headers)
    assert response.status_code in {200, 400}
    assert "INTERNAL" not in response.text
    response = await service.post(CONSUME, input=usage(demo, client="\ufffe"))
    assert "INTERNAL" not in response.text


BAD_CURSORS = ["", "x", "AAAA", "é" * 10, "A" * 5_000, "' OR 1=1 --", "AAAAAAAAAAAAAAAAAAAAAA"]


@pytest.mark.parametrize("cursor", BAD_CURSORS)
async def test_a_malformed_cursor_is_refused_by_its_field(ada: Client, demo: Json, cursor: str) -> None:
    for field in ("after", "before"):
        answer = (await ada.post(ENTRIES, wallet=wallet_of(demo), **{field: cursor})).json()
        assert only_error(answer)["extensions"] == {"code": "BAD_USER_INPUT", "field": [field]}


@pytest.mark.parametrize("owner", ["the same person", "somebody else"])
async def test_a_cursor_of_another_wallet_is_refused_as_a_malformed_one_is(
    ada: Client, bo: Client, demo: Json, owner: str
) -> None:
    client, other = (ada, wallet_of(demo, 0, 1)) if owner == "the same person" else (bo, wallet_of(demo, 1))
    foreign = (await client.ask(ENTRIES, wallet=other))["node"]["entries"]["nodes"][0]["cursor"]
    answers = [(await ada.post(ENTRIES, wallet=wallet_of(demo), after=cursor)).json() for cursor in ("x", foreign)]
    assert answers[0] == answers[1]
    for cursor in ("x", foreign):
        async with ada.follow(after=cursor) as feed:
            error = await feed.error()
            assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
async def test_a_page_of_an_impossible_size_is_refused(ada: Client, demo: Json, first: int) -> None:
    error = only_error((await ada.post(ENTRIES, wallet=wallet_of(demo), first=first)).json())
    assert error["extensions"]["code"] in {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}
    assert error["extensions"].get("field", ["first"]) == ["first"]


@pytest.mark.parametrize("id_", ["", "wsp_", "wsp_" + "z" * 26, "wal_00000000000000000000000007", "\U0001f600" * 100])
async def test_a_feed_of_what_is_no_workspace_is_refused_by_its_field(ada: Client, id_: str) -> None:
    async with ada.follow(id_) as feed:
        error = await feed.error()
    assert error["message"] == "There is no such workspace."
    assert error["extensions"] == {"code": "NOT_FOUND", "field": ["workspaceId"]}
    headers = {**ada.login, "Accept": "text/event-stream"}
    body = {"query": FEED, "variables": {"workspace": id_}}
    response = await ada.http.post(ada.url, json=body, headers=headers)
    assert "There is no such workspace." in response.text
