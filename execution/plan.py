"""What an operation will do, worked out once: which fields of which types, with which resolvers.

A plan holds for one set of `@skip`/`@include` values; graphql-core itself collects its fields, so merging,
fragments and directives mean exactly what they mean there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from execution.documents import Operation

DEFINITION = "strawberry-definition"


class NotCompilable(Exception):  # noqa: N818 - an answer, not a fault
    """graphql-core runs this operation."""


@dataclass(slots=True, eq=False)
class FieldPlan:
    """One field of one object type."""

    key: str
    nodes: list[FieldNode]
    parent: GraphQLObjectType
    definition: GraphQLField
    strawberry: StrawberryField
    awaited: bool  # the resolver's result is, or may be, awaitable
    event: bool  # the root field of a subscription: its value is the event itself
    objects: dict[str, "ObjectPlan"]  # by possible object type; empty for leaves

    @property
    def type(self) -> GraphQLOutputType:
        """What the field gives."""
        return self.definition.type

    @property
    def basic(self) -> bool:
        """Whether it is an attribute of its object."""
        return self.strawberry.is_basic_field

    @property
    def asynchronous(self) -> bool:
        """Whether the field or something in it has to be awaited."""
        return self.awaited or any(plan.asynchronous for plan in self.objects.values())

    @property
    def located(self) -> bool:
        """Whether its path must be known: a resolver in it may ask."""
        return not (self.basic or self.event) or any(plan.located for plan in self.objects.values())


@dataclass(slots=True, eq=False)
class ObjectPlan:
    """The fields selected on one object type, in order. A str is `__typename`'s answer."""

    type: GraphQLObjectType
    fields: dict[str, FieldPlan | str]
    asynchronous: bool = field(init=False)
    located: bool = field(init=False)

    def __post_init__(self) -> None:
        plans = [plan for plan in self.fields.values() if isinstance(plan, FieldPlan)]
        self.asynchronous = any(plan.asynchronous for plan in plans)
        self.located = any(plan.located for plan in plans)


class Planner:
    """Plans operations of one schema.

    `awaiting` names the fields (type and field) whose plain functions turned out to return awaitables.
    """

    def __init__(self, schema: strawberry.Schema, *, functions_max: int, awaiting: set[tuple[str, str]]) -> None:
        self.schema = schema._schema  # noqa: SLF001 - Strawberry offers no public way to it
        self._functions_max = functions_max
        self._awaiting = awaiting
        self.plain_resolver = schema.config.default_resolver is getattr

    def plan(self, operation: Operation, variables: VariableValues) -> ObjectPlan:
        """The plan for the root type.

        Raises:
            NotCompilable: it has something that only graphql-core does, or is too large.
        """
        root = self.schema.get_root_type(operation.kind)
        if root is None or not self.plain_resolver:
            raise NotCompilable
        run = _Run(self, operation, variables, self._functions_max)
        collected = collect_fields(
            self.schema, dict(operation.fragments), variables, root, operation.node
        ).grouped_field_set
        return run.object(root, collected)

    def is_awaited(self, parent: GraphQLObjectType, name: str, definition: StrawberryField) -> bool:
        """Whether a field's result may have to be awaited."""
        return (
            definition.is_async
            or (parent.name, name) in self._awaiting
            or any(extension.has_resolver and not extension.supports_sync for extension in definition.extensions)
        )


@dataclass(slots=True)
class _Run:
    planner: Planner
    operation: Operation
    variables: VariableValues
    left: int

    def object(self, type_: GraphQLObjectType, fields: Mapping[str, list[FieldDetails]]) -> ObjectPlan:
        self.left -= 1
        if self.left < 0:
            raise NotCompilable
        return ObjectPlan(type_, {key: self.field(key, type_, details) for key, details in fields.items()})

    def field(self, key: str, parent: GraphQLObjectType, details: list[FieldDetails]) -> FieldPlan | str:
        name = details[0].node.name.value
        if name == "__typename":
            return parent.name
        definition = parent.fields.get(name)
        known = definition.extensions.get(DEFINITION) if definition is not None else None
        if definition is None or not isinstance(known, StrawberryField):
            raise NotCompilable  # introspection
        event = parent is self.planner.schema.subscription_type
        return FieldPlan(
            key,
            [detail.node for detail in details],
            parent,
            definition,
            known,
            not event and self.planner.is_awaited(parent, name, known),
            event,
            self.objects(definition.type, details),
        )

    def objects(self, type_: GraphQLOutputType, details: list[FieldDetails]) -> dict[str, ObjectPlan]:
        named = get_named_type(type_)
        if is_leaf_type(named):
            return {}
        if is_object_type(named):
            possible = [named]
        elif is_abstract_type(named):
            possible = list(self.planner.schema.get_possible_types(named))
        else:  # pragma: no cover - there is no other output type
            raise NotCompilable
        plans = {}
        for each in possible:
            definition = each.extensions.get(DEFINITION)
            if not isinstance(definition, StrawberryObjectDefinition) or definition.is_type_of:
                raise NotCompilable
            plans[each.name] = self.object(
                each,
                collect_subfields(
                    self.planner.schema,
                    dict(self.operation.fragments),
                    self.variables,
                    self.operation.node,
                    each,
                    details,
                ).grouped_field_set,
            )
        return plans


def dispatch_class(type_: GraphQLObjectType, abstract: GraphQLInterfaceType | GraphQLUnionType) -> type | None:
    """The class whose very instances are of that object type among those of `abstract`; None if unclear."""
    if isinstance(abstract, GraphQLInterfaceType):
        interface = abstract.extensions.get(DEFINITION)
        if not isinstance(interface, StrawberryObjectDefinition) or interface.resolve_type:
            return None
    definition = type_.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition):
        return None
    origin = definition.origin
    if (
        definition.concrete_of is not None
        or definition.is_graphql_generic
        or definition.name != type_.name
        or getattr(origin, "__strawberry_definition__", None) is not definition
    ):
        return None
    return origin
