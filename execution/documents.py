"""Text → parsed, bounded and validated document; kept, because a process has one schema and it never changes."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from execution.complexity import Cost, cost_of
from execution.conditions import condition_names
from execution.errors import Refused, coded
from execution.inputs import Coerce, variables_coercer
from execution.limits import Limits
from execution.lru import LeastRecentlyUsed
from execution.measure import check_size, check_strings


@dataclass(frozen=True, eq=False, slots=True)
class Operation:
    """One operation of a validated document. Compared by identity.

    `conditions` names the variables of `@skip` and `@include`; None when there are other directives.
    `coerce` is the short way for right variables, see `variables_coercer`.
    """

    node: OperationDefinitionNode
    definitions: Mapping[str, FragmentDefinitionNode]
    fragments: Mapping[str, FragmentDetails]
    cost: Cost
    conditions: tuple[str, ...] | None
    coerce: Coerce | None

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.node.operation


@dataclass(frozen=True, eq=False, slots=True)
class Document:
    """A validated document and its operations, in order."""

    operations: Mapping[str | None, Operation]

    def operation(self, name: str | None) -> Operation:
        """The operation to run.

        Raises:
            Refused: there is none of that name, or several and no name.
        """
        if not name:
            if len(self.operations) == 1:
                return next(iter(self.operations.values()))
            error = GraphQLError("Must provide operation name if query contains multiple operations.")
        else:
            operation = self.operations.get(name)
            if operation is not None:
                return operation
            error = GraphQLError(f"Unknown operation named '{name}'.")
        raise Refused(coded([error], "OPERATION_RESOLUTION_FAILURE"), well_formed=True)


class Documents:
    """Reads documents for one schema. Validation rules are made once; documents are kept in a bounded LRU."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, *, introspection: bool, hide_suggestions: bool = False
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = hide_suggestions
        self._rules = (
            *specified_rules,
            MaybeNullValidationRule,
            OneOfInputValidationRule,
            *(() if introspection else (NoSchemaIntrospectionCustomRule,)),
        )
        self._kept: LeastRecentlyUsed[str, Document] = LeastRecentlyUsed(limits.documents_cache_entries_max)

    def read(self, text: str) -> Document:
        """The document, from memory or parsed, measured and validated.

        Raises:
            Refused: with GRAPHQL_PARSE_FAILED, QUERY_TOO_COMPLEX or GRAPHQL_VALIDATION_FAILED.
        """
        document = self._kept.get(text)
        if document is None:
            document = self._read(text)
            if len(text) <= self._limits.documents_cache_chars_max:
                self._kept.put(text, document)
        return document

    def _read(self, text: str) -> Document:
        limits = self._limits
        if len(text) > limits.query_chars_max:
            raise Refused.too_complex("query_chars_max", len(text), limits.query_chars_max, "characters")
        if not text.strip():
            raise Refused.because("`query` is empty.", "BAD_REQUEST")
        tree = self._parse(text)
        check_size(tree, limits)
        check_strings(text, tree)
        try:
            errors = validate(
                self._schema,
                tree,
                self._rules,
                max_errors=limits.validation_errors_max,
                hide_suggestions=self._hide_suggestions,
            )
        except RecursionError:
            raise Refused.because("The query is nested too deeply.", "GRAPHQL_VALIDATION_FAILED") from None
        if errors:
            raise Refused(coded(errors, "GRAPHQL_VALIDATION_FAILED"), well_formed=True)
        return self._document(tree)

    def _parse(self, text: str) -> DocumentNode:
        maximum = self._limits.query_tokens_max
        try:
            return parse(text, max_tokens=maximum)
        except GraphQLSyntaxError as error:
            if "tokens. Parsing aborted" in error.message:
                raise Refused.too_complex("query_tokens_max", maximum + 1, maximum, "tokens or more") from None
            raise Refused(coded([error], "GRAPHQL_PARSE_FAILED"), well_formed=True) from None
        except RecursionError:
            raise Refused.because("The query is nested too deeply.", "GRAPHQL_PARSE_FAILED") from None

    def _document(self, tree: DocumentNode) -> Document:
        definitions = {node.name.value: node for node in tree.definitions if isinstance(node, FragmentDefinitionNode)}
        fragments = {name: FragmentDetails(node) for name, node in definitions.items()}
        return Document(
            {
                node.name.value if node.name else None: Operation(
                    node,
                    definitions,
                    fragments,
                    cost_of(self._schema, definitions, node, page_size_assumed=self._limits.page_size_assumed),
                    condition_names(node, definitions),
                    variables_coercer(self._schema, node),
                )
                for node in tree.definitions
                if isinstance(node, OperationDefinitionNode)
            }
        )
