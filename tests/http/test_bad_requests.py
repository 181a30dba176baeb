"""Requests that are none, too large or hostile (G6): the right status and code, at once, and nothing changed."""

import json
import time

import pytest

from tests.http.calling import Client, Json
from tests.http.test_bad_values import usage

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("unchanged")]

AT_ONCE_S = 0.9
JSON_TYPE = {"Content-Type": "application/json"}

FRAGMENT_BOMB = "query { ...f0 } " + " ".join(
    f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60)
)
SELECTION_BOMB = (
    "query($id: ID!) { node(id: $id) { ... on Wallet { ...w0 } } } "
    + " ".join(f"fragment w{n} on Wallet {{ workspace {{ wallet {{ ...w{n + 1} ...w{n + 1} }} }} }}" for n in range(40))
    + " fragment w40 on Wallet { id }"
)
TOO_COMPLEX = {
    "10 000 fields": "{" + "id " * 10_000 + "}",
    "10 000 aliases": "{" + " ".join(f"a{n}:viewer{{caller}}" for n in range(10_000)) + "}",
    "1 001 fields": "{ viewer {" + "caller " * 1_001 + "} }",
    "101 aliases": "{" + " ".join(f"a{n}: __typename" for n in range(101)) + "}",
    "21 levels": "{ viewer { workspaces " + "{ wallet { workspace " * 10 + "{ id }" + "} }" * 10 + "} }",
    "160 inline fragments": "{" + "... {" * 160 + "__typename" + "}" * 160 + "}",
    "expensive pages": "{ viewer { workspaces { wallet { "
    + " ".join(f"a{n}: entries(first: 100) {{ nodes {{ id number kind at }} }}" for n in range(60))
    + "} } } }",
    "a fragment bomb": FRAGMENT_BOMB + " fragment f60 on Query { __typename }",
    "a bomb of loads": SELECTION_BOMB,
}
INVALID = {
    "deep nesting": "{viewer" * 3_000 + "}" * 3_000,
    "a deep list": "{ node(id: " + "[" * 4_000 + "]" * 4_000 + ") { id } }",
    "a cycle of fragments": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "unknown fields": "{" + " ".join(f"nope{n}" for n in range(900)) + "}",
    "conflicting fields": "{ viewer {" + " ".join("workspaces { id: name id }" for _ in range(200)) + "} }",
    "directives": "{ __typename" + " @skip(if: false)" * 1_500 + "}",
    "a huge number": "{ viewer { workspaces { wallet { entries(first: " + "9" * 5_000 + ") { nodes { id } } } } } }",
    "a huge float": "{ viewer { workspaces { wallet { balance(entry: 1e999999999) { at } } } } }",
}


async def refused(client: Client, query: str) -> tuple[int, Json]:
    """The status and the errors, which must have come at once and hold nothing of ours."""
    began = time.monotonic()
    response = await client.post(query, id="wal_00000000000000000000000007")
    assert time.monotonic() - began < AT_ONCE_S
    assert "Traceback" not in response.text
    assert len(response.content) < 20_000
    answer = response.json()
    assert "data" not in answer
    return response.status_code, answer["errors"]


@pytest.mark.parametrize("what", TOO_COMPLEX)
async def test_g6_a_document_beyond_a_bound_is_refused_at_once(ada: Client, what: str) -> None:
    status, errors = await refused(ada, TOO_COMPLEX[what])
    assert status == 400
    (error,) = errors
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert error["extensions"]["limit"].endswith("_max")
    assert error["extensions"]["value"] > error["extensions"]["maximum"]


@pytest.mark.parametrize("what", INVALID)
async def test_g6_a_hostile_document_is_refused_at_once(ada: Client, what: str) -> None:
    _, errors = await refused(ada, INVALID[what])
    assert 1 <= len(errors) <= 21
    codes = {error["extensions"]["code"] for error in errors}
    assert codes <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"}


async def test_status_400_for_who_accepts_the_type_of_graphql_over_http(ada: Client) -> None:
    headers = {**ada.login, "Accept": "application/graphql-response+json"}
    for query in ("{ nope }", "{", ""):
        response = await ada.http.post(ada.url, json={"query": query}, headers=headers)
        assert response.status_code == 400
        assert response.headers["content-type"].startswith("application/graphql-response+json")


@pytest.mark.parametrize("megabytes", [2, 5])
async def test_a_body_that_is_too_large_is_413(ada: Client, megabytes: int) -> None:
    body = json.dumps({"query": "{ __typename }", "variables": {"x": "x" * megabytes * 1_000_000}})
    response = await ada.http.post(ada.url, content=body, headers={**ada.login, **JSON_TYPE})
    assert response.status_code == 413
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "PAYLOAD_TOO_LARGE", "maximum": 1_000_000}
    assert (await ada.ask("{ __typename }")) == {"__typename": "Query"}


BODIES = [b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff\xfe", b"{}", b'{"query": 1}', b'{"query": null}']
BODIES += [b'{"query": "{ __typename }", "variables": []}', b'[{"query": "{ __typename }"}]', b"[" * 100_000]
BODIES += [b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 3_000 + b"1" + b"}" * 3_001]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_a_body_that_is_no_request_is_400(ada: Client, body: bytes) -> None:
    response = await ada.http.post(ada.url, content=body, headers={**ada.login, **JSON_TYPE})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_a_body_of_another_type_is_415(ada: Client, content_type: str | None) -> None:
    headers = {**ada.login, **({"Content-Type": content_type} if content_type else {})}
    response = await ada.http.post(ada.url, content=b'{"query": "{ __typename }"}', headers=headers)
    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_a_mutation_by_get_is_405_and_charges_nothing(service: Client, demo: Json) -> None:
    query = "mutation($input: ConsumeInput!) { consume(input: $input) { replayed } }"
    parameters = {"query": query, "variables": json.dumps({"input": usage(demo)})}
    response = await service.http.get(service.url, params=parameters)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    asked = await service.http.get(service.url, params={"query": "{ __typename }"})
    assert asked.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_405(ada: Client, method: str) -> None:
    response = await ada.http.request(method, ada.url)
    assert response.status_code == 405


async def test_an_accept_that_nothing_fits_is_406(ada: Client) -> None:
    headers = {**ada.login, "Accept": "image/png"}
    response = await ada.http.post(ada.url, json={"query": "{ __typename }"}, headers=headers)
    assert response.status_code == 406


async def test_more_operations_than_one_and_no_name_is_refused(ada: Client) -> None:
    status, errors = await refused(ada, "query A { __typename } query B { __typename }")
    assert status in {200, 400}
    assert errors[0]["extensions"]["code"] == "OPERATION_RESOLUTION_FAILURE"


async def test_too_many_variables_are_refused(ada: Client) -> None:
    variables = {f"v{number}": number for number in range(101)}
    response = await ada.post("{ __typename }", **variables)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["limit"] == "variables_max"
