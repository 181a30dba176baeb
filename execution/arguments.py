"""Arguments of a compiled field: worked out once per operation where they cannot differ between objects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLField, Visitor, get_named_type, is_leaf_type, visit
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import FieldNode, VariableNode
from graphql.type import is_list_type, is_non_null_type, specified_scalar_types
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.arguments import convert_arguments

from execution.inputs import Converter
from execution.plan import FieldPlan

_NO_VARIABLES = VariableValues({}, {})


class _VariableFinder(Visitor):
    found = False

    def enter_variable(self, _node: VariableNode, *_place: object) -> None:
        self.found = True


def _has_variables(node: FieldNode) -> bool:
    finder = _VariableFinder()
    for argument in node.arguments or ():
        visit(argument, finder)
    return finder.found


def _is_flat(definition: GraphQLField) -> bool:
    """Whether no argument is a list or an input object: resolvers get those as objects of their own."""
    for argument in definition.args.values():
        type_ = argument.type.of_type if is_non_null_type(argument.type) else argument.type
        if is_list_type(type_) or not is_leaf_type(type_):
            return False
    return True


def _is_immutable(definition: GraphQLField) -> bool:
    named = [get_named_type(argument.type) for argument in definition.args.values()]
    return all(type_ in specified_scalar_types.values() or isinstance(type_, CustomGraphQLEnumType) for type_ in named)


@dataclass(frozen=True, slots=True)
class Binding:
    """How the arguments of one field come about.

    Exactly one of the three holds: `constant` keyword arguments; `prepare`d once per operation as keyword
    arguments; or prepared as GraphQL values and `convert`ed for each call.
    """

    constant: Mapping[str, Any] | None
    prepare: Callable[[VariableValues], Mapping[str, Any]] | None
    convert: Callable[[Mapping[str, Any], Any], Mapping[str, Any]] | None


def bind(plan: FieldPlan, schema: strawberry.Schema, converter: Converter, *, raw: bool) -> Binding | None:
    """The binding of a field's arguments; None where it has none.

    `raw` fields are called through Strawberry's whole chain, which converts by itself.
    """
    definition, node, field = plan.definition, plan.nodes[0], plan.strawberry
    if not definition.args and not node.arguments:
        return None

    def coerce(variables: VariableValues) -> Mapping[str, Any]:
        return get_argument_values(definition, node, variables)

    known = [
        (argument.python_name, schema.config.name_converter.from_argument(argument), converter.of(argument.type))
        for argument in field.arguments
    ]

    def convert_known(values: Mapping[str, Any], _info: Any) -> Mapping[str, Any]:
        return {python: each(values[name]) for python, name, each in known if name in values and each is not None}

    def convert_any(values: Mapping[str, Any], info: Any) -> Mapping[str, Any]:
        return convert_arguments(
            dict(values),
            field.arguments,
            scalar_registry=schema.schema_converter.scalar_registry,
            config=schema.config,
            info=info,
        )

    convert = convert_known if all(each for _, _, each in known) else convert_any

    if raw:
        return Binding(None, coerce, None)
    if not _is_flat(definition):
        return Binding(None, coerce, convert)
    if _is_immutable(definition) and not _has_variables(node):
        return Binding(convert(coerce(_NO_VARIABLES), None), None, None)
    return Binding(None, lambda variables: convert(coerce(variables), None), None)
