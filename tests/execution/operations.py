"""Generates valid operations, with their variables, for any schema."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.type import is_required_argument, is_required_input_field
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
SCALARS: Mapping[str, st.SearchStrategy[Any]] = {
    "Int": st.integers(-(2**31), 2**31 - 1) | st.integers(0, 4),
    "Float": st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-5, 5),
    "String": TEXT,
    "ID": TEXT | st.integers(0, 9),
    "Boolean": st.booleans(),
    "DateTime": st.datetimes().map(lambda value: value.isoformat() + "Z"),
    "Date": st.dates().map(lambda value: value.isoformat()),
    "Time": st.times().map(lambda value: value.isoformat()),
    "Decimal": st.decimals(-1000, 1000, allow_nan=False, places=3).map(str),
    "UUID": st.uuids().map(str),
    "Void": st.none(),
}
WRONG = st.sampled_from([None, "wrong", -1.5, True, [], {}, [None], 2**40, {"no": "such"}])


KINDS = ["field"] * 8 + ["inline", "inline", "named", "typename"]


class Enum(str):
    """An enum value: a name in a document, a string in variables."""

    __slots__ = ()


@dataclass(slots=True)
class Builder:
    """One operation under construction."""

    draw: Any
    schema: GraphQLSchema
    scalars: Mapping[str, st.SearchStrategy[Any]]
    wrong: bool
    left: int  # selections still allowed
    aliases: int = 0
    definitions: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)

    def chance(self, of: int) -> bool:
        return bool(self.draw(st.integers(1, of)) == of)

    def selection_set(self, type_: GraphQLNamedType, depth: int, *, plain: bool = True) -> str:
        """A selection set; `plain` fields may go by their own names (elsewhere types could differ)."""
        parts = [self.selection(type_, depth, plain=plain) for _ in range(self.draw(st.integers(1, 4)))]
        return "{ " + " ".join(parts) + " }"

    def selection(self, type_: GraphQLNamedType, depth: int, *, plain: bool) -> str:
        self.left -= 1
        if self.left < 0:
            return f"{self.alias()}: __typename"
        kind = self.draw(st.sampled_from(KINDS if depth > 0 else ["field", "typename"]))
        abstract = is_abstract_type(type_)
        if kind == "typename" or (isinstance(type_, GraphQLUnionType) and kind == "field"):
            kind = "inline" if kind == "field" and depth > 0 else "typename"
        if kind == "typename":
            return f"{self.alias()}: __typename{self.directives()}"
        if kind == "field" and isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return self.field(type_, depth, plain=plain and not abstract)
        on = self.condition(type_)
        if kind == "named":
            return f"...{self.fragment(on, depth - 1)}{self.directives()}"
        condition = "" if on is type_ and self.chance(2) else f" on {on.name}"
        inner = self.selection_set(on, depth - 1, plain=plain and not abstract and on is type_)
        return f"...{condition}{self.directives()} {inner}"

    def condition(self, type_: GraphQLNamedType) -> GraphQLNamedType:
        """A type that a fragment may have there."""
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return self.draw(st.sampled_from([type_, *self.schema.get_possible_types(type_)]))  # type: ignore[no-any-return] # drawn
        if isinstance(type_, GraphQLObjectType):
            return self.draw(st.sampled_from([type_, *type_.interfaces]))  # type: ignore[no-any-return] # drawn
        return type_

    def fragment(self, on: GraphQLNamedType, depth: int) -> str:
        known = [name for name, (type_name, _) in self.fragments.items() if type_name == on.name]
        if known and self.chance(2):
            return str(self.draw(st.sampled_from(known)))
        text = self.selection_set(on, depth, plain=False)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (on.name, text)
        return name

    def field(self, parent: GraphQLObjectType | GraphQLInterfaceType, depth: int, *, plain: bool) -> str:
        fields = {
            name: definition
            for name, definition in parent.fields.items()
            if depth > 0 or is_leaf_type(get_named_type(definition.type))
        }
        if not fields:
            return f"{self.alias()}: __typename"
        name = self.draw(st.sampled_from(sorted(fields)))
        definition = fields[name]
        arguments = self.arguments(definition)
        alias = "" if plain and not arguments and self.chance(2) else f"{self.alias()}: "
        named = get_named_type(definition.type)
        inner = "" if is_leaf_type(named) else " " + self.selection_set(named, depth - 1)
        return f"{alias}{name}{arguments}{self.directives()}{inner}"

    def alias(self) -> str:
        self.aliases += 1
        return f"a{self.aliases}"

    def directives(self) -> str:
        if not self.chance(8):
            return ""
        name = self.draw(st.sampled_from(["skip", "include"]))
        return f" @{name}(if: {self.value(GraphQLNonNull(GraphQLBoolean), self.draw(st.booleans()))})"

    def arguments(self, definition: GraphQLField) -> str:
        parts = [
            f"{name}: {self.value(argument.type, self.json(argument), argument)}"
            for name, argument in definition.args.items()
            if is_required_argument(argument) or self.chance(2)
        ]
        return f"({', '.join(parts)})" if parts else ""

    def json(self, where: GraphQLArgument | GraphQLInputField) -> Any:
        return self.json_of(where.type)

    def json_of(self, type_: GraphQLInputType) -> Any:
        """A value of an input type as variables carry it."""
        if isinstance(type_, GraphQLNonNull):
            return self.present(type_.of_type)
        return None if self.chance(6) else self.present(type_)

    def present(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLList):
            return [self.json_of(type_.of_type) for _ in range(self.draw(st.integers(0, 2)))]
        if isinstance(type_, GraphQLEnumType):
            return Enum(self.draw(st.sampled_from(sorted(type_.values))))
        if isinstance(type_, GraphQLScalarType):
            return self.draw(self.scalars.get(type_.name, TEXT))
        if isinstance(type_, GraphQLInputObjectType):
            return self.object(type_)
        raise AssertionError(type_)

    def object(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        fields = type_.fields
        one_of = getattr(type_.extensions.get("strawberry-definition"), "is_one_of", type_.is_one_of)
        if one_of:
            name = self.draw(st.sampled_from(sorted(fields)))
            return {name: self.present(get_nullable(fields[name].type))}
        return {
            name: self.json_of(definition.type)
            for name, definition in fields.items()
            if is_required_input_field(definition) or self.chance(2)
        }

    def value(self, type_: GraphQLInputType, value: Any, argument: GraphQLArgument | None = None) -> str:
        """The value in the document: a literal, or a variable of that type."""
        if not self.chance(2):
            return literal(value)
        name = f"v{len(self.definitions)}"
        default = ""
        given = not isinstance(type_, GraphQLNonNull) and self.chance(4)
        if given and argument is not None:
            default = f" = {literal(value)}"
        if not given or self.chance(2):
            self.variables[name] = self.draw(WRONG) if self.wrong and self.chance(6) else plain_json(value)
        self.definitions.append(f"${name}: {type_}{default}")
        return f"${name}"


def get_nullable(type_: Any) -> Any:
    return type_.of_type if isinstance(type_, GraphQLNonNull) else type_


def plain_json(value: Any) -> Any:
    """The value as JSON would give it back."""
    if isinstance(value, dict):
        return {name: plain_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    return str(value) if isinstance(value, str) else value


def literal(value: Any) -> str:
    """The value as a GraphQL literal."""
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


@st.composite
def operations(
    draw: Any,
    schema: GraphQLSchema,
    *,
    kind: OperationType = OperationType.QUERY,
    depth_max: int = 4,
    scalars: Mapping[str, st.SearchStrategy[Any]] | None = None,
    selections_max: int = 25,
    wrong: bool = True,
) -> tuple[str, dict[str, Any]]:
    """A valid document with one operation of that kind, and its variables.

    `scalars` gives values for custom scalars by name; with `wrong`, some variables have values that do not fit.
    """
    root = schema.get_root_type(kind)
    assert root is not None
    builder = Builder(draw, schema, {**SCALARS, **(scalars or {})}, wrong, selections_max)
    body = builder.selection_set(root, depth_max)
    variables = f"({', '.join(builder.definitions)})" if builder.definitions else ""
    fragments = "".join(f" fragment {name} on {on} {text}" for name, (on, text) in builder.fragments.items())
    return f"{kind.value} {variables}{body}{fragments}", builder.variables
