import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from graphql import OperationType, parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.execution import zoo
from tests.execution.differential import assert_equal_both_ways
from tests.execution.operations import operations

GRAPH = zoo.schema._schema
JSON = st.recursive(st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2), st.lists, max_leaves=3)
SCALARS = {"Amount": st.sampled_from(["1", "1.5", "0.013"]), "Blob": JSON}
# When one field fails, graphql-core cancels its siblings before they began; our loops end right after.
pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
quick = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def run(check: Coroutine[Any, Any, bool]) -> bool:
    with asyncio.Runner() as runner:
        return runner.run(check)


@given(operations(GRAPH, scalars=SCALARS))
@settings(quick, max_examples=30)
def test_generated_operations_are_valid(operation: tuple[str, dict[str, Any]]) -> None:
    assert validate(GRAPH, parse(operation[0])) == [], operation[0]


@given(operations(GRAPH, scalars=SCALARS))
@quick
def test_generated_queries_give_the_same_both_ways(operation: tuple[str, dict[str, Any]]) -> None:
    run(assert_equal_both_ways(zoo.schema, *operation, zoo.Context))


@given(operations(GRAPH, kind=OperationType.MUTATION, scalars=SCALARS))
@settings(quick, max_examples=60)
def test_generated_mutations_give_the_same_both_ways(operation: tuple[str, dict[str, Any]]) -> None:
    contexts: list[zoo.Context] = []

    def new_context() -> zoo.Context:
        contexts.append(zoo.Context())
        return contexts[-1]

    run(assert_equal_both_ways(zoo.schema, *operation, new_context))
    if len(contexts) == 2:
        effects = [[entry for entry in context.log if " of " not in entry] for context in contexts]
        assert effects[0] == effects[1], "each effect exactly once, in the same order"
