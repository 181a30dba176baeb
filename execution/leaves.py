"""Completing scalars and enums: the fast case as an expression, the rest as a function."""

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema_converter import CustomGraphQLEnumType

# Values of these classes are neither awaitable nor exceptions.
PLAIN = frozenset(
    {
        bool,
        bytes,
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        decimal.Decimal,
        dict,
        float,
        int,
        list,
        str,
        tuple,
        uuid.UUID,
    }
)


class Anomaly(Exception):  # noqa: N818 - the sign that graphql-core shall finish, never shown
    """Something that is not plain success: graphql-core words the errors."""


class Unsupported(Anomaly):
    """A value that compiled execution does not handle; doing it again would not help."""


class Unawaited(Anomaly):
    """A plain function gave an awaitable."""

    def __init__(self, parent: str, name: str) -> None:
        super().__init__(parent, name)
        self.field = (parent, name)


def leaf_function(type_: GraphQLLeafType, *, nullable: bool) -> Callable[[Any], Any]:
    """Completes any value of a leaf type as graphql-core does; raises where it would."""
    coerce = type_.coerce_output_value

    def complete(value: Any) -> Any:
        if value is None or value is Undefined:
            if nullable:
                return None
            raise Anomaly
        if value.__class__ not in PLAIN:
            if isinstance(value, Exception):
                raise Anomaly
            if optimized_is_awaitable(value):
                raise Unsupported
        completed = coerce(value)
        if completed is None or completed is Undefined:
            raise Anomaly
        return completed

    return complete


_TESTS: Mapping[GraphQLScalarType, str] = {
    GraphQLString: "{x}.__class__ is str",
    GraphQLID: "{x}.__class__ is str",
    GraphQLInt: "{x}.__class__ is int and -2147483648 <= {x} <= 2147483647",
    GraphQLFloat: "{x}.__class__ is float and {x} - {x} == 0.0",  # inf and nan are not numbers here
    GraphQLBoolean: "{x}.__class__ is bool",
}


def fast_test(type_: GraphQLLeafType) -> tuple[str, str, Mapping[str, Any]] | None:
    """For a value `{x}`: the test that it completes at once, what it completes to, and the names used."""
    if isinstance(type_, CustomGraphQLEnumType):
        return _enum_test(type_)
    test = _TESTS.get(type_) if isinstance(type_, GraphQLScalarType) else None
    return (test, "{x}", {}) if test else None


def _enum_test(type_: CustomGraphQLEnumType) -> tuple[str, str, Mapping[str, Any]] | None:
    members: dict[str, str] = {}
    for member in list[Any](type_.wrapped_cls):
        try:
            members[member.name] = type_.coerce_output_value(member)
        except Exception:  # noqa: BLE001 - a member the schema does not show: the slow way words it
            return None
    return (
        f"{{x}}.__class__ is enum_{type_.name}",
        f"names_{type_.name}[{{x}}._name_]",
        {f"enum_{type_.name}": type_.wrapped_cls, f"names_{type_.name}": members},
    )
