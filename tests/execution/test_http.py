import asyncio
import json
from typing import Any

import httpx2
import pytest

from execution import Limits
from tests.execution.conftest import Ask, Make, client_of

pytestmark = pytest.mark.anyio

RESPONSE = "application/graphql-response+json"


async def test_post_answers_json(ask: Ask) -> None:
    response = await ask("{ rock { mineral } }")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.content == b'{"data":{"rock":{"mineral":"granite"}}}'


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (RESPONSE, RESPONSE),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        (f"application/json, {RESPONSE}", RESPONSE),
        (f"application/json, {RESPONSE};q=0.5", "application/json"),
        ("text/event-stream, application/json", "application/json"),
        ("text/event-stream, */*;q=0.1", "application/json"),
    ],
)
async def test_the_media_type_is_negotiated(ask: Ask, accept: str, media: str) -> None:
    response = await ask("{ rock { mineral } }", accept=accept)
    assert (response.status_code, response.headers["content-type"]) == (200, f"{media}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/plain", "image/png, application/xml;q=1", "application/json;q=0"])
async def test_nothing_acceptable_is_406(ask: Ask, accept: str) -> None:
    assert (await ask("{ rock { mineral } }", accept=accept)).status_code == 406


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ rock { ", None, "GRAPHQL_PARSE_FAILED"),
        ("{ rok }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Int!) { keeper(number: $n) { id } }", {"n": "seven"}, "BAD_USER_INPUT"),
    ],
)
async def test_status_follows_the_media_type(ask: Ask, query: str, variables: Any, code: str) -> None:
    for accept, status in ((RESPONSE, 400), ("application/json", 200)):
        response = await ask(query, variables, accept=accept)
        assert response.status_code == status
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == code


@pytest.mark.parametrize("accept", [RESPONSE, "application/json"])
async def test_errors_beside_data_are_200(ask: Ask, accept: str) -> None:
    response = await ask("{ missing { mineral } rock { mineral } }", accept=accept)
    assert response.status_code == 200
    assert response.json()["data"] == {"missing": None, "rock": {"mineral": "granite"}}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b'{"query":"{a}\x00"}', "not valid JSON"),
        (b'{"query":"{ rock { mineral } }', "not valid JSON"),
        (b"", "not valid JSON"),
        (b"[]", "Batches"),
        (b' [{"query":"{ rock { mineral } }"}]', "Batches"),
        (b"7", "object"),
        (b"{}", "query"),
        (b'{"query":7}', "query"),
        (b'{"query":null}', "query"),
        (b'{"query":"{ rock { mineral } }","variables":[1]}', "variables"),
        (b'{"query":"{ rock { mineral } }","variables":"{}"}', "variables"),
        (b'{"query":"{ rock { mineral } }","operationName":1}', "operationName"),
        (b'{"query":"{ rock { mineral } }","extensions":1}', "extensions"),
        (b'{"query":""}', "query"),
        (b'{"query":"{ rock }","variables":{"a":{"b":["\\u0000"]}}}', "variables.a.b[0]"),
        (b'{"query":"{ doubled(text: \\"a\\\\u0000\\") }"}', "NUL"),
        (b'{"query":"{ rock { mineral } }","variables":' + b"[" * 5000 + b"]" * 5000 + b"}", ""),
    ],
)
async def test_malformed_requests_are_400_and_name_the_member(
    client: httpx2.AsyncClient, body: bytes, named: str
) -> None:
    for accept in (RESPONSE, "application/json"):
        response = await client.post("/", content=body, headers={"content-type": "application/json", "accept": accept})
        assert response.status_code == 400, response.text
        (error,) = response.json()["errors"]
        assert named in error["message"]
        assert error["extensions"]["code"] in ("BAD_REQUEST", "BAD_USER_INPUT")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "multipart/form-data", "application/json; charset=latin-1", "application/graphql"],
)
async def test_only_json_in_utf8_is_taken(client: httpx2.AsyncClient, content_type: str) -> None:
    response = await client.post(
        "/", content=b'{"query":"{ rock { mineral } }"}', headers={"content-type": content_type}
    )
    assert response.status_code == 415


@pytest.mark.parametrize("content_type", ["application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'])
async def test_charset_utf8_is_fine(client: httpx2.AsyncClient, content_type: str) -> None:
    response = await client.post(
        "/", content=b'{"query":"{ rock { mineral } }"}', headers={"content-type": content_type}
    )
    assert response.status_code == 200


async def test_get_runs_queries_only(client: httpx2.AsyncClient, contexts: list[Any]) -> None:
    response = await client.get(
        "/",
        params={
            "query": "query A($n: Int!) { keeper(number: $n) { number } } query B { rock { mineral } }",
            "variables": '{"n":4}',
            "operationName": "A",
        },
    )
    assert response.json() == {"data": {"keeper": {"number": 4}}}
    response = await client.get("/", params={"query": 'mutation { pay(amount: "1") { receipt } }'})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert [context.log for context in contexts] == [[]], "nothing was run"


@pytest.mark.parametrize(
    "params",
    [
        {"query": "{ rock { mineral } }", "variables": "{"},
        {"query": "{ rock { mineral } }", "variables": "[]"},
        {},
        {"query": "{ rock { mineral } }\0"},
        [("query", "{ rock { mineral } }"), ("query", "{ rock { layers } }")],
    ],
)
async def test_malformed_get_is_400(client: httpx2.AsyncClient, params: Any) -> None:
    assert (await client.get("/", params=params)).status_code == 400


async def test_other_methods_are_405(client: httpx2.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        response = await client.request(method, "/")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_browsers_get_the_page(client: httpx2.AsyncClient) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert "GraphiQL" in (await client.get("/", headers={"accept": browser})).text
    answer = await client.get("/", params={"query": "{ rock { mineral } }"}, headers={"accept": "*/*"})
    assert answer.json() == {"data": {"rock": {"mineral": "granite"}}}


async def test_operation_must_be_named_among_several(client: httpx2.AsyncClient) -> None:
    query = "query A { rock { mineral } } query B { rock { layers } }"
    for name, message in (
        (None, "Must provide operation name if query contains multiple operations."),
        ("C", "Unknown operation named 'C'."),
    ):
        body = json.dumps({"query": query, "operationName": name})
        response = await client.post(
            "/", content=body, headers={"content-type": "application/json", "accept": RESPONSE}
        )
        assert response.status_code == 400
        assert response.json()["errors"][0]["message"] == message
        assert response.json()["errors"][0]["extensions"] == {"code": "OPERATION_RESOLUTION_FAILURE"}


async def test_refused_credentials_are_told_with_a_code(ask: Ask, contexts: list[Any]) -> None:
    for token, status, code in (("bad", 401, "UNAUTHENTICATED"), ("suspended", 403, "SUSPENDED")):
        response = await ask("{ rock { mineral } }", authorization=token)
        assert response.status_code == status
        assert response.json()["errors"][0]["extensions"] == {"code": code}
    assert contexts == []


async def test_a_subscription_needs_a_stream(ask: Ask) -> None:
    response = await ask("subscription { count { number } }")
    assert response.status_code == 406
    assert "event-stream" in response.json()["errors"][0]["message"]


async def test_g6_a_body_of_five_megabytes_is_413(client: httpx2.AsyncClient, make: Make) -> None:
    body = json.dumps({"query": "{ rock { mineral } }", "variables": {"x": "x" * 5_000_000}}).encode()
    response = await client.post("/", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"

    async def chunks() -> Any:  # without a Content-Length
        for _ in range(50):
            yield b" " * 100_000

    response = await client.post("/", content=chunks(), headers={"content-type": "application/json"})
    assert response.status_code == 413
    async with client_of(make(limits=Limits(body_bytes_max=10))) as small:
        response = await small.post("/", content=body[:11], headers={"content-type": "application/json"})
    assert response.status_code == 413


async def test_g6_a_body_that_does_not_arrive_is_408(make: Make) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    await make(limits=Limits(body_timeout_s=0.01))(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_introspection_can_be_switched_off(make: Make) -> None:
    query = json.dumps({"query": "{ __schema { queryType { name } } }"})
    for introspection, refused in ((True, False), (False, True)):
        async with client_of(make(introspection=introspection)) as client:
            response = await client.post("/", content=query, headers={"content-type": "application/json"})
        assert ("errors" in response.json()) is refused


async def test_lone_surrogates_and_separators_survive(ask: Ask) -> None:
    response = await ask("{ text }")
    assert response.json()["data"]["text"] == 'a "quoted" text\n\u2028 é 漢 😀'
    response = await ask("query ($b: Blob) { blob(value: $b) }", {"b": {"big": 2**70, "half": "\ud83d"}})
    assert response.status_code in (200, 400)


async def test_each_request_gets_its_own_context(ask: Ask, contexts: list[Any]) -> None:
    await ask("{ rock { mineral } }")
    await ask("{ rock { mineral } }")
    assert len(contexts) == 2
