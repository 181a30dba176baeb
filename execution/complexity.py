"""What an operation costs before it runs: every field counts one, times the sizes of the connections around it.

The cost is a small expression built once per operation, because sizes may be variables.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from execution.measure import COUNT_MAX

_SIZES = ("first", "last")
_SIZES_OF_PARTS = ("First", "Last")
"""How the arguments end that size a connection deeper inside: `membersFirst`."""


@dataclass(frozen=True, slots=True)
class Size:
    """The number of items of a connection: what the document says, or a variable with what it is otherwise."""

    items: int
    variable: str | None = None

    def value(self, variables: Mapping[str, object]) -> int:
        """Items, at least one."""
        given = variables.get(self.variable) if self.variable is not None else None
        items = given if isinstance(given, int) else self.items
        return max(1, items)


@dataclass(frozen=True, slots=True)
class Cost:
    """`constant` plus, for each connection whose size is a variable, its size times the cost inside."""

    constant: int
    terms: tuple[tuple[tuple[Size, ...], "Cost"], ...] = ()

    def value(self, variables: Mapping[str, object]) -> int:
        """The cost with these variables, capped."""
        total = self.constant
        for sizes, inner in self.terms:
            total += max(size.value(variables) for size in sizes) * inner.value(variables)
        return min(total, COUNT_MAX)


def _number(node: IntValueNode) -> int:
    # Python refuses to read integers of thousands of digits; beyond nine they are all "too many" anyway.
    return int(node.value) if len(node.value) <= 9 else COUNT_MAX


class _Costing:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        page_size_assumed: int,
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.assumed = page_size_assumed
        self.known: dict[str, Cost] = {}
        self.defaults = {
            definition.variable.name.value: _number(definition.default_value)
            for definition in operation.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode)
        }

    def selection_set(self, node: SelectionSetNode, parent: GraphQLNamedType | None) -> Cost:
        constant = 0
        terms: list[tuple[tuple[Size, ...], Cost]] = []
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                cost = self.field(selection, parent)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inside = self.schema.get_type(condition.name.value) if condition else parent
                cost = self.selection_set(selection.selection_set, inside)
            elif isinstance(selection, FragmentSpreadNode):
                cost = self.fragment(selection.name.value)
            else:  # pragma: no cover - there is no fourth kind of selection
                continue
            constant += cost.constant
            terms.extend(cost.terms)
        return Cost(min(constant, COUNT_MAX), tuple(terms))

    def fragment(self, name: str) -> Cost:
        cost = self.known.get(name)
        if cost is None:
            definition = self.fragments[name]
            inside = self.schema.get_type(definition.type_condition.name.value)
            cost = self.known[name] = self.selection_set(definition.selection_set, inside)
        return cost

    def field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Cost:
        if node.selection_set is None:
            return Cost(1)
        definition: GraphQLField | None = None
        if parent is not None and is_composite_type(parent):
            definition = self.schema.get_field(parent, node.name.value)
        inner = self.selection_set(node.selection_set, get_named_type(definition.type) if definition else None)
        sizes = self.sizes(node, definition) if definition else ()
        if not sizes:
            return Cost(min(1 + inner.constant, COUNT_MAX), inner.terms)
        if any(size.variable for size in sizes):
            return Cost(1, ((sizes, inner),))
        items = max(size.value({}) for size in sizes)
        return Cost(
            min(1 + items * inner.constant, COUNT_MAX),
            tuple((((Size(items),)), Cost(0, (term,))) for term in inner.terms),
        )

    def sizes(self, node: FieldNode, definition: GraphQLField) -> tuple[Size, ...]:
        """What multiplies the fields inside; nothing when the field is not a connection."""
        names = [name for name in _SIZES if name in definition.args]
        names += [name for name in definition.args if name.endswith(_SIZES_OF_PARTS)]
        if not names:
            return ()
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        said = tuple(self.size(given[name]) for name in names if name in given)
        if said:
            return said
        for name in names:
            default = definition.args[name].default_value
            if default is not Undefined and isinstance(default, int):
                return (Size(default),)
        return (Size(self.assumed),)

    def size(self, value: ValueNode) -> Size:
        if isinstance(value, IntValueNode):
            return Size(_number(value))
        if isinstance(value, VariableNode):
            name = value.name.value
            return Size(self.defaults.get(name, self.assumed), name)
        return Size(self.assumed)


def cost_of(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
    *,
    page_size_assumed: int,
) -> Cost:
    """The cost of a *validated* operation."""
    costing = _Costing(schema, fragments, operation, page_size_assumed)
    return costing.selection_set(operation.selection_set, schema.get_root_type(operation.operation))
