"""Both ways give the same: graphql-core through Strawberry, and the compiled operation."""

import logging
from collections.abc import Callable, Mapping, Sequence
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
    ours = {"code", "field"} if error.path is None else {"code"}  # what we add: graphql-core tells neither
    return {
        "message": error.message,
        "path": error.path,
        "locations": [(place.line, place.column) for place in error.locations or ()],
        "extensions": {name: value for name, value in (error.extensions or {}).items() if name not in ours},
        "original": type(error.original_error).__name__,
    }


def _nulled(data: Any, path: Sequence[str | int] | None) -> tuple[str | int, ...]:
    """Where the answer became null because of an error at `path`."""
    here = data
    for length, step in enumerate(path or ()):
        if here is None:
            return tuple((path or ())[:length])
        here = here[step]
    return tuple(path or ())


def _by_position(errors: Sequence[GraphQLError], data: Any) -> dict[tuple[str | int, ...], set[str]]:
    found: dict[tuple[str | int, ...], set[str]] = {}
    for error in errors:
        found.setdefault(_nulled(data, error.path), set()).add(repr(told(error)))
    return found


def assert_equal_errors(ours: Sequence[GraphQLError], theirs: Sequence[GraphQLError], data: Any) -> None:
    """The same errors, in any order, because fields run side by side.

    Where null has spread to one position from several errors below it, a server need tell only one of them, and
    which of them graphql-core tells depends on who was first: there, one in common is enough.
    """
    our, their = _by_position(ours, data), _by_position(theirs, data)
    assert our.keys() == their.keys()
    for position, told_there in their.items():
        if any(_nulled(data, error.path) == position != tuple(error.path or ()) for error in (*ours, *theirs)):
            assert our[position] & told_there
        else:
            assert our[position] == told_there


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
    assert_equal_errors(errors, reference.errors or [], reference.data)
    return compiled
