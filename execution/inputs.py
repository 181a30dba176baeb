"""Variables and arguments of known types, without asking the types anew for each request.

Both functions do what graphql-core and Strawberry do with values that are right; for anything else they step aside,
so that the libraries word the error.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLInputType, GraphQLSchema, OperationDefinitionNode, Undefined
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.type import is_input_object_type, is_list_type, is_non_null_type
from graphql.utilities import coerce_input_value
from strawberry import UNSET
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType

Convert = Callable[[Any], Any]
Coerce = Callable[[Mapping[str, Any]], VariableValues | None]


def variables_coercer(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Coerce | None:
    """Coerces the variables of one operation; gives None for values that graphql-core shall look at itself.

    None where that would be all of them.
    """
    known: list[tuple[str, GraphQLInputType, bool, VariableValueSource]] = []
    for definition in operation.variable_definitions or ():
        signature = get_variable_signature(schema, definition)
        # graphql-core guards against values that nest too deeply; without a cycle the type itself bounds them.
        if isinstance(signature, GraphQLError) or _is_recursive(signature.type, ()):
            return None
        optional = not is_non_null_type(signature.type) and signature.default is None
        known.append((signature.name, signature.type, optional, VariableValueSource(signature)))

    def coerce(given: Mapping[str, Any]) -> VariableValues | None:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, type_, optional, absent in known:
            value = given.get(name, Undefined)
            if value is Undefined:
                if not optional:
                    return None
                sources[name] = absent
                continue
            result = coerce_input_value(value, type_)
            if result is Undefined:
                return None
            sources[name] = VariableValueSource(absent.signature, value)
            coerced[name] = result
        return VariableValues(sources, coerced)

    return coerce


def _is_recursive(type_: GraphQLInputType, inside: tuple[GraphQLInputType, ...]) -> bool:
    while is_non_null_type(type_) or is_list_type(type_):
        type_ = type_.of_type
    if not is_input_object_type(type_):
        return False
    return type_ in inside or any(_is_recursive(field.type, (*inside, type_)) for field in type_.fields.values())


class Converter:
    """Turns coerced GraphQL values into what resolvers take: instances of input types, `Some`, plain values."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._config = schema.config
        self._registry = schema.schema_converter.scalar_registry
        self._objects: dict[type, Convert] = {}

    def of(self, type_: Any) -> Convert | None:
        """What converts values of a type; None where Strawberry needs more than the value."""
        if isinstance(type_, StrawberryMaybe):  # a kind of Optional, so before it
            return self._generic(type_) if self.of(type_.of_type) else None
        while isinstance(type_, StrawberryOptional | LazyType):
            type_ = type_.resolve_type() if isinstance(type_, LazyType) else type_.of_type
        if isinstance(type_, StrawberryList):
            return self._list(type_)
        if type_ is GlobalID:
            return self._generic(type_)
        if (
            is_scalar(type_, self._registry)
            or isinstance(type_, StrawberryEnumDefinition)
            or has_enum_definition(type_)
        ):
            return _same
        return self._object(type_) if has_object_definition(type_) else None

    def _generic(self, type_: Any) -> Convert:
        return lambda value: convert_argument(value, type_, self._registry, self._config)

    def _list(self, type_: StrawberryList) -> Convert | None:
        convert = self.of(type_.of_type)
        if convert is None:
            return None

        def items(value: Any) -> Any:
            return value if value is None or value is UNSET else [convert(item) for item in value]

        return items

    def _object(self, type_: Any) -> Convert | None:
        known = self._objects.get(type_)
        if known is not None:
            return known
        definition = type_.__strawberry_definition__
        if definition.from_input is not None or not definition.is_input:
            return None
        fields: list[tuple[str, str, Convert]] = []
        absent = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }

        def convert_object(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            arguments: dict[str, Any] = dict(absent)
            for python_name, graphql_name, convert in fields:
                if graphql_name in value:
                    arguments[python_name] = convert(value[graphql_name])
            return type_(**arguments)

        self._objects[type_] = convert_object  # before its fields: a type may contain itself
        for field in definition.fields:
            convert = self.of(field.resolve_type(type_definition=definition))
            if convert is None:
                del self._objects[type_]
                return None
            fields.append((field.python_name, self._config.name_converter.from_field(field), convert))
        return convert_object


def _same(value: Any) -> Any:
    return value
