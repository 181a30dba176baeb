"""How large a document is, before anybody validates it (rule G6).

Fragments are measured once and remembered, so that a document of a few hundred bytes that expands to millions
of fields is measured as fast as it is read. Names need not exist and cycles may be there: validation comes after.
"""

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    visit,
)

from execution.errors import ClientError, Refused
from execution.limits import Limits

# Sums stop here: a fragment bomb has numbers of hundreds of digits.
COUNT_MAX = 1_000_000_000
# Inline fragments nest without adding to the depth of fields; this bounds our recursion, not theirs.
_NESTING_MAX = 150


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a selection with its fragments expanded, each number capped at `COUNT_MAX`."""

    fields: int = 0
    aliases: int = 0
    depth: int = 0


@dataclass(slots=True)
class _Measuring:
    fragments: dict[str, FragmentDefinitionNode]
    depth_max: int
    known: dict[str, Size] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)

    def selection_set(self, node: SelectionSetNode, nesting: int) -> Size:
        if nesting > _NESTING_MAX:
            raise Refused.too_complex("depth_max", nesting, self.depth_max, "levels")
        fields = aliases = depth = 0
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                inner = self.selection_set(selection.selection_set, nesting + 1) if selection.selection_set else Size()
                fields += 1
                aliases += selection.alias is not None
                below = inner.depth + 1
            else:
                if isinstance(selection, InlineFragmentNode):
                    inner = self.selection_set(selection.selection_set, nesting + 1)
                else:
                    inner = self.fragment(selection.name.value, nesting + 1)  # type: ignore[attr-defined] # a spread
                below = inner.depth
            fields += inner.fields
            aliases += inner.aliases
            depth = max(depth, below)
        return Size(min(fields, COUNT_MAX), min(aliases, COUNT_MAX), min(depth, COUNT_MAX))

    def fragment(self, name: str, nesting: int) -> Size:
        size = self.known.get(name)
        if size is None:
            definition = self.fragments.get(name)
            if definition is None or name in self.open:
                return Size()  # unknown or cyclic: validation says so
            self.open.add(name)
            size = self.known[name] = self.selection_set(definition.selection_set, nesting)
            self.open.discard(name)
        return size


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Refuse a document one of whose operations is too deep, too large or has too many aliases."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    measuring = _Measuring(fragments, limits.depth_max)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            size = measuring.selection_set(node.selection_set, 0)
            for limit, value, maximum, unit in (
                ("depth_max", size.depth, limits.depth_max, "levels"),
                ("fields_max", size.fields, limits.fields_max, "fields"),
                ("aliases_max", size.aliases, limits.aliases_max, "aliases"),
            ):
                if value > maximum:
                    raise Refused.too_complex(limit, value, maximum, unit)


class _NulFinder(Visitor):
    def enter_string_value(self, node: StringValueNode, *_place: object) -> None:
        if "\0" in node.value:
            error = ClientError("A string in the query contains a NUL character.", "BAD_USER_INPUT", field=["query"])
            error.nodes = [node]
            raise Refused([error])


def check_strings(text: str, document: DocumentNode) -> None:
    """Refuse a document that writes a NUL into a string: no text column can hold it."""
    if "\\u" in text:
        visit(document, _NulFinder())
