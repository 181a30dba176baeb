"""The authorization table and the graph must name the same fields (G1)."""

import strawberry
from graphql import GraphQLInterfaceType, GraphQLObjectType

from domain.authorization import GUARDED, REACHED

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def fields_of(schema: strawberry.Schema) -> dict[str, frozenset[str]]:
    """List the fields of every type of the graph that has fields, introspection's aside."""
    types = schema._schema.type_map.values()  # noqa: SLF001  (Strawberry offers no public way to it)
    return {
        type_.name: frozenset(type_.fields)
        for type_ in types
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__")
    }


def check_table(schema: strawberry.Schema) -> None:
    """See that every field of the graph has its row, and every row its field.

    Raises:
        ValueError: names the fields without a row and the rows without a field.
    """
    shown = {f"{name}.{field}" for name, fields in fields_of(schema).items() for field in fields}
    reached = {f"{name}.{field}" for name, fields in REACHED.items() for field in fields}
    rows = set(GUARDED) | reached
    problems = [f"{field} has no row" for field in sorted(shown - rows)]
    problems += [f"the row {row} has no field" for row in sorted(rows - shown)]
    problems += [f"{row} is a root, so it must be guarded" for row in sorted(reached) if row.split(".")[0] in _ROOTS]
    if problems:
        raise ValueError(f"domain.authorization and the graph differ: {'; '.join(problems)}")
