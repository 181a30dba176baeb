import time
from typing import Any

import pytest
from graphql import get_introspection_query

from execution import Limits
from tests.execution.conftest import Make, client_of

pytestmark = pytest.mark.anyio
HEADERS = {"content-type": "application/json", "accept": "application/graphql-response+json"}
NESTED = "{ keeper(number: 1) { boss { boss { boss { id } } } } }"
BOMB = "{ ...F0 } " + " ".join(
    f"fragment F{n} on Query {{ ...F{n + 1} a{n}: page {{ total }} ...F{n + 1} }}" for n in range(30)
)
BOMB += " fragment F30 on Query { page { total } }"


@pytest.mark.parametrize(
    ("limits", "query", "limit"),
    [
        ({"query_chars_max": 10}, "{ rock { mineral } }", "query_chars_max"),
        ({"query_tokens_max": 5}, "{ rock { mineral } }", "query_tokens_max"),
        ({"depth_max": 4}, NESTED, "depth_max"),
        ({"aliases_max": 2}, "{ a: page { total } b: page { t: total } }", "aliases_max"),
        ({"fields_max": 3}, "{ rock { mineral layers } nothing }", "fields_max"),
        ({"complexity_max": 10}, "{ keepers(first: 10) { id } }", "complexity_max"),
        ({}, "{ " + "nothing " * 10_000 + "}", "query_tokens_max"),
        ({"query_tokens_max": 10**6}, "{ " + "nothing " * 10_000 + "}", "fields_max"),
        ({}, BOMB, "fields_max"),
        ({}, "{ rock " * 150 + "}" * 150, "depth_max"),
    ],
)
async def test_g6_a_query_beyond_a_limit_is_refused_before_it_runs(
    make: Make, contexts: list[Any], limits: dict[str, int], query: str, limit: str
) -> None:
    began = time.perf_counter()
    async with client_of(make(limits=Limits(**limits))) as client:
        response = await client.post("/", json={"query": query}, headers=HEADERS)
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert error["extensions"]["limit"] == limit
    assert error["extensions"]["value"] > error["extensions"]["maximum"]
    assert limit in error["message"]
    assert contexts == []
    assert time.perf_counter() - began < 2, "a fragment bomb does not blow up"


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ rock { mineral } nothing }", {}, 3),
        ("{ keepers(first: 10) { id } }", {}, 11),
        ("{ keepers { id } }", {}, 4),  # the schema's default
        ("query ($n: Int) { keepers(first: $n) { id } }", {"n": 50}, 51),
        ("query ($n: Int = 7) { keepers(first: $n) { id } }", {}, 8),
        ("query ($n: Int!) { keepers(first: $n) { animals(first: $n) { __typename } } }", {"n": 10}, 1 + 10 * (1 + 10)),
        ("query ($n: Int!) { page(last: $n) { ...F } } fragment F on Page { items { id } total }", {"n": 3}, 1 + 3 * 3),
        ("query ($n: Int!) { keepers(first: 2) { animals(first: $n) { __typename } } }", {"n": 5}, 1 + 2 * (1 + 5)),
        ("{ page(first: 2, last: 9) { total } }", {}, 10),
    ],
)
async def test_g6_the_cost_multiplies_by_connection_sizes_and_is_shown_when_asked(
    make: Make, query: str, variables: dict[str, int], cost: int
) -> None:
    body = {"query": query, "variables": variables}
    async with client_of(make()) as client:
        response = await client.post("/", json=body, headers={**HEADERS, "x-allot-cost": "1"})
        assert response.json()["extensions"] == {"cost": cost}
        assert "extensions" not in (await client.post("/", json=body, headers=HEADERS)).json()
    async with client_of(make(limits=Limits(complexity_max=cost - 1))) as client:
        assert (await client.post("/", json=body, headers=HEADERS)).status_code == 400
    async with client_of(make(limits=Limits(complexity_max=cost))) as client:
        assert (await client.post("/", json=body, headers=HEADERS)).status_code == 200


async def test_g6_hostile_documents_are_answered(make: Make) -> None:
    async with client_of(make()) as client:
        for query in (
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            "{ ...Nowhere }",
            "{ " + "... { " * 170 + "nothing" + " }" * 171,
            "{ " + "[" * 300,
            "query ($n: Int = " + "9" * 5_000 + ") { keepers(first: $n) { id } }",
            "{ keepers(first: " + "9" * 5_000 + ") { id } }",
            "{ blob(value: " + "[" * 190 + "]" * 190 + ") }",
        ):
            response = await client.post("/", json={"query": query}, headers=HEADERS)
            assert response.status_code in (200, 400), query[:60]
            assert "INTERNAL" not in response.text, response.text[:200]


async def test_g6_variables_are_bounded(make: Make) -> None:
    async with client_of(make(limits=Limits(variables_max=2))) as client:
        body = {"query": "{ nothing }", "variables": {"a": 1, "b": 1, "c": 1}}
        response = await client.post("/", json=body, headers=HEADERS)
    assert response.json()["errors"][0]["extensions"]["limit"] == "variables_max"


async def test_g6_the_standard_introspection_query_fits(make: Make) -> None:
    async with client_of(make()) as client:
        response = await client.post(
            "/",
            json={"query": get_introspection_query(specified_by_url=True, input_value_deprecation=True)},
            headers=HEADERS,
        )
    assert "errors" not in response.json()
