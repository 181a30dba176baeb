import asyncio
import json
from typing import Any

import pytest
import strawberry
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from execution import Limits
from execution.engine import Engine
from tests.execution import zoo
from tests.execution.differential import assert_equal_both_ways, engine_for

pytestmark = pytest.mark.anyio

# Each line is an operation that must be answered by compiled code, with its variables.
COMPILED: list[tuple[str, dict[str, Any] | None]] = [
    ("{ rock { mineral layers } viewRock { mineral layers } nothing text }", None),
    ("{ animals { __typename ... on Dog { name weight born price mood keeper { id path } } } }", None),
    ("{ animals { ... on Cat { name colour toys lives } ... on Named { id shout(times: 2) } } }", None),
    ("{ named { __typename id name ... on Dog { barks friends { __typename } } } }", None),
    ("{ things(skip: 1) { ... on Rock { layers } ...D } } fragment D on Dog { name }", None),
    ("{ keepers { id path animals(first: 1) { __typename } boss { path boss { id } } } }", None),
    (
        "query ($a: Boolean!, $b: Boolean = true) { rock @skip(if: $a) { layers mineral @include(if: $b) } text }",
        {"a": False},
    ),
    (
        "query ($s: Search!) { search(search: $s) }",
        {"s": {"text": "x", "bounds": {"moods": ["SAD"]}, "amounts": ["1"]}},
    ),
    ('{ search(search: { text: "x", note: "n", at: "2026-06-15T16:00:00Z" }) }', None),
    ("query ($b: By!) { find(by: $b) }", {"b": {"name": "x"}}),
    ('query ($m: Mood = SAD, $t: [String]) { echo(mood: $m, tags: $t, amount: "1.5") }', {"t": ["a", None]}),
    ("{ secret slowSecret(length: 2) doubled }", None),
    ("{ blob(value: {a: [1, null, {b: true}]}) }", None),
    ("{ rock { mineral } ...R ...R } fragment R on Query { rock { layers mineral } }", None),
    (
        'mutation { a: pay(amount: "1") { receipt } b: payNow(search: {text: "t"}) { note keeper { boss { id } } } }',
        None,
    ),
]


@pytest.mark.parametrize(("document", "variables"), COMPILED)
async def test_what_compiles_gives_the_same(document: str, variables: dict[str, Any] | None) -> None:
    assert await assert_equal_both_ways(zoo.schema, document, variables, zoo.Context), "it was compiled"


FALLING_BACK = [
    "{ broken }",
    "{ brokenLater mistaken nothing }",
    "{ missing { mineral layers } rock { mineral } }",
    "{ oddRock { mineral layers } rock { mineral } }",
    "{ oddRock { layers } rock { mineral } }",
    "{ unluckyAnimals { ... on Dog { price } ... on Cat { price name } } }",
    "{ tooLarge wrongThing { __typename } exception }",
    "{ keepers(first: 5) { strict boss { strict boss { strict } } } }",
    "{ generated rock { mineral } }",
    "{ __schema { queryType { name } } rock { mineral } }",
    '{ search(search: {text: "x", note: null}) }',
    'mutation { a: pay(amount: "1") { receipt strictNote } b: pay(amount: "1") { receipt } }',
    'mutation { fail { receipt } b: payNow(search: {text: "x"}) { receipt } }',
]


@pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning"
)  # siblings that graphql-core cancels
@pytest.mark.parametrize("document", FALLING_BACK)
async def test_what_does_not_succeed_is_finished_by_the_reference(document: str) -> None:
    for _ in range(2):
        await assert_equal_both_ways(zoo.schema, document, None, zoo.Context)
    await asyncio.sleep(0)


async def test_wrong_variables_are_told_the_same_way() -> None:
    for variables in ({}, {"s": None}, {"s": {"text": 1}}, {"s": {"text": "x", "nonsense": 1}}, {"s": "x"}, None):
        await assert_equal_both_ways(zoo.schema, "query ($s: Search!) { search(search: $s) }", variables, zoo.Context)


async def test_fields_of_list_items_run_side_by_side() -> None:
    engine = engine_for(zoo.schema)
    operation = engine.operation("{ keepers(first: 4) { boss { number boss { number } } } }", None)
    context = zoo.Context()
    answer = await engine.execute(operation, None, context)
    assert not answer.errors
    assert context.batches == [[1, 2, 3, 4], [5]], "one batch a level"


async def test_a_plain_function_that_returns_an_awaitable_is_learned() -> None:
    document = "{ animals { ... on Dog { futureKeeper { number } } } }"
    results = [await assert_equal_both_ways(zoo.schema, document, None, zoo.Context) for _ in range(2)]
    assert results[-1], "the second run is compiled"


async def test_compiling_waits_until_an_operation_is_used_again() -> None:
    engine = Engine(zoo.schema, Limits(uses_before_compiling=2))
    operation = engine.operation("{ rock { mineral } }", None)
    variables = engine.reference.variables(operation, None)
    assert not isinstance(variables, list)
    assert [engine.is_compiled(operation, variables) for _ in range(4)] == [False, False, True, True]


async def test_plans_and_documents_are_bounded() -> None:
    limits = Limits(
        uses_before_compiling=0, plan_cache_entries_max=3, documents_cache_entries_max=5, plan_functions_max=2
    )
    engine = Engine(zoo.schema, limits)
    for number in range(20):
        operation = engine.operation(f"{{ a{number}: rock {{ mineral }} }}", None)
        assert (await engine.execute(operation, None, zoo.Context())).data == {f"a{number}": {"mineral": "granite"}}
    assert engine._compiler is not None
    assert (len(engine._compiler._entries), len(engine._documents._kept)) == (3, 5)
    large = engine.operation("{ animals { __typename } }", None)
    answer = await engine.execute(large, None, zoo.Context())
    assert len(answer.data["animals"]) == 4  # type: ignore[index] # interpreted: its plan has three objects
    variables = engine.reference.variables(large, None)
    assert not isinstance(variables, list)
    assert not engine.is_compiled(large, variables)


async def test_skip_and_include_make_a_plan_each() -> None:
    document = "query ($a: Boolean!) { rock { mineral @skip(if: $a) layers @include(if: $a) } }"
    for value in (True, False, True):
        assert await assert_equal_both_ways(zoo.schema, document, {"a": value}, zoo.Context)


async def test_a_schema_with_what_only_strawberry_runs_is_refused() -> None:
    with pytest.raises(ValueError, match="schema extensions"):
        Engine(strawberry.Schema(zoo.Rock, extensions=[SchemaExtension]), Limits())


@pytest.mark.parametrize(
    "document",
    [
        "subscription { count(to: 4) { number __typename } }",
        "subscription { count(to: 4) { number unlucky } }",
        "subscription ($n: Int!) { a: count(to: $n) { keeper { path boss { id } } seen } }",
    ],
)
async def test_events_give_the_same_both_ways(document: str) -> None:
    variables = {"n": 3} if "$n" in document else None
    bodies: list[list[Any]] = []
    for compiled in (True, False):
        engine = Engine(zoo.schema, Limits(uses_before_compiling=0), compiled=compiled)
        events = await engine.subscribe(engine.operation(document, None), variables, zoo.Context())
        bodies.append([json.loads(body) for body in [body async for body in events]])
    reference = await zoo.schema.subscribe(document, variable_values=variables, context_value=zoo.Context())
    assert not isinstance(reference, ExecutionResult)
    assert [body["data"] for body in bodies[0]] == [result.data async for result in reference]
    for body in (*bodies[0], *bodies[1]):
        for error in body.get("errors", ()):
            assert error["extensions"].pop("id")
    assert bodies[0] == bodies[1]
