"""Both ways give the same: graphql-core through Strawberry, and the compiled operation."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import strawberry
from graphql import GraphQLError

from execution import Limits
from execution.engine import Engine
from execution.errors import Refused

_UNBOUNDED = Limits(
    query_chars_max=10**9,
    query_tokens_max=10**6,
    depth_max=10**6,
    aliases_max=10**6,
    fields_max=10**6,
    complexity_max=10**9,
    variables_max=10**6,
    variable_errors_max=50,
    validation_errors_max=100,
    uses_before_compiling=0,
)
_engines: dict[int, tuple[strawberry.Schema, Engine]] = {}


def engine_for(schema: strawberry.Schema) -> Engine:
    """One engine for a schema, so that its plans live from one check to the next."""
    if id(schema) not in _engines:
        logging.getLogger("strawberry").setLevel(logging.CRITICAL + 1)  # the reference logs every error
        _engines[id(schema)] = (schema, Engine(schema, _UNBOUNDED))
    return _engines[id(schema)][1]


def told(error: GraphQLError) -> dict[str, Any]:
    """What of an error must be equal."""
    return {
        "message": error.message,
        "path": error.path,
        "locations": [(place.line, place.column) for place in error.locations or ()],
        "extensions": {name: value for name, value in (error.extensions or {}).items() if name != "code"},
        "original": type(error.original_error).__name__,
    }


def _told_all(errors: list[GraphQLError]) -> list[dict[str, Any]]:
    # Errors of fields that run side by side come in no order.
    return sorted((told(error) for error in errors), key=repr)


async def assert_equal_both_ways(
    schema: strawberry.Schema,
    document: str,
    variables: Mapping[str, object] | None,
    context_factory: Callable[[], object],
) -> bool:
    """Run an operation both ways, each with a context of its own; data must be byte-equal and errors equal.

    Returns:
        Whether the compiled operation answered without falling back.
    """
    reference = await schema.execute(
        document, variable_values=dict(variables) if variables is not None else None, context_value=context_factory()
    )
    engine = engine_for(schema)
    compiled = False
    try:
        operation = engine.operation(document, None)
    except Refused as refused:
        data: Any = None
        errors = refused.errors
    else:
        answer = await engine.execute(operation, variables, context_factory())
        data, errors = answer.data, list(answer.errors)
        coerced = engine.reference.variables(operation, variables)
        compiled = not isinstance(coerced, list) and engine.is_compiled(operation, coerced) and not errors
    assert orjson.dumps(data) == orjson.dumps(reference.data), document
    assert _told_all(errors) == _told_all(reference.errors or []), document
    return compiled
