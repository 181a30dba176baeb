"""Which variables decide the shape of an operation's answer."""

from collections.abc import Mapping

from graphql import DirectiveNode, FragmentDefinitionNode, OperationDefinitionNode, Visitor, visit
from graphql.language import VariableNode


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.others = False

    def enter_directive(self, node: DirectiveNode, *_place: object) -> None:
        if node.name.value not in {"skip", "include"}:
            self.others = True
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


def condition_names(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...] | None:
    """The variables of `@skip` and `@include`, or None when directives are used that mean something else."""
    finder = _Finder()
    if operation.directives or any(fragment.directives for fragment in fragments.values()):
        return None
    visit(operation.selection_set, finder)
    for fragment in fragments.values():
        visit(fragment.selection_set, finder)
    return None if finder.others else tuple(sorted(finder.names))
