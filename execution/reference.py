"""Execution by graphql-core through Strawberry's resolvers: what everything else is measured against."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    default_field_resolver,
    default_type_resolver,
)
from graphql.execution import Executor
from graphql.execution.middleware import MiddlewareManager
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from execution.documents import Operation


class Outcome(NamedTuple):
    """What a root resolver did, so that it need not do it again."""

    value: object
    error: Exception | None
    awaited: bool


class Reference:
    """Runs operations of one Strawberry schema with graphql-core.

    Raises:
        ValueError: the schema has what only `strawberry.Schema.execute` runs: schema extensions, operation
            directives or incremental delivery.
    """

    def __init__(self, schema: strawberry.Schema, *, variable_errors_max: int) -> None:
        if schema.extensions or schema.directives or schema.config.enable_experimental_incremental_execution:
            raise ValueError("schema extensions, operation directives and @defer/@stream are not run here")
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001 - Strawberry offers no public way to it
        self._executor_class = schema.execution_context_class
        self._options: dict[str, Any] = (
            {"operation_extensions": None}
            if issubclass(self._executor_class, StrawberryGraphQLCoreExecutionContext)
            else {}
        )
        self._variable_errors_max = variable_errors_max
        self.hide_suggestions = schema.config.disable_field_suggestions

    def variables(
        self, operation: Operation, given: Mapping[str, object] | None
    ) -> VariableValues | list[GraphQLError]:
        """Coerced variables, or what is wrong with them."""
        if operation.coerce is not None:
            try:
                values = operation.coerce(given or {})
            except Exception:  # noqa: BLE001 - graphql-core meets it again and words it
                values = None
            if values is not None:
                return values
        return get_variable_values(
            self.schema,
            operation.node.variable_definitions or (),
            dict(given) if given else {},
            max_errors=self._variable_errors_max,
            hide_suggestions=self.hide_suggestions,
        )

    def executor(
        self,
        operation: Operation,
        variables: VariableValues,
        context: object,
        root: object = None,
        outcomes: Mapping[str, Outcome] | None = None,
    ) -> Executor[Any]:
        """An executor for one run. Root fields that have an outcome already are not resolved again."""
        return self._executor_class(
            self.schema,
            dict(operation.definitions),
            dict(operation.fragments),
            root,
            context,
            operation.node,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            False,
            MiddlewareManager(_Replay(outcomes)) if outcomes else None,
            optimized_is_awaitable,  # type: ignore[arg-type] # Strawberry's is a plain bool
            hide_suggestions=self.hide_suggestions,
            **self._options,
        )

    @staticmethod
    async def run(executor: Executor[Any], *, event: bool = False) -> ExecutionResult:
        """Execute; `event` says that the root value is an event of a subscription."""
        result: Any = executor.execute_operation(False) if event else executor.execute_operation()
        if not isinstance(result, ExecutionResult):
            result = await result
        return result  # type: ignore[no-any-return] # without @defer there is one result


class _Replay:
    """Middleware that answers root fields with what is known of them."""

    def __init__(self, outcomes: Mapping[str, Outcome]) -> None:
        self._outcomes = outcomes

    def resolve(self, resolver: Any, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.path.prev is None:
            outcome = self._outcomes.get(str(info.path.key))
            if outcome is not None:
                return _later(outcome) if outcome.awaited else _now(outcome)
        return resolver(source, info, **arguments)


def _now(outcome: Outcome) -> object:
    if outcome.error is not None:
        raise outcome.error
    return outcome.value


async def _later(outcome: Outcome) -> object:
    return _now(outcome)
