"""Operation → answer, by compiled execution where it can and by graphql-core where it must."""

from collections.abc import AsyncGenerator, AsyncIterable, Hashable, Mapping
from contextlib import AsyncExitStack, aclosing
from functools import partial

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError
from graphql.execution import create_source_event_stream
from graphql.execution.values import VariableValues

from execution.answer import Answer
from execution.compiler import Compiler
from execution.documents import Documents, Operation
from execution.errors import Refused, of_variables
from execution.limits import Limits
from execution.reference import Outcome, Reference
from execution.runtime import Run
from execution.sharing import Sharing


class Engine:
    """Executes operations of one schema."""

    def __init__(
        self, schema: strawberry.Schema, limits: Limits, *, introspection: bool = True, compiled: bool = True
    ) -> None:
        self.reference = Reference(schema, variable_errors_max=limits.variable_errors_max)
        self.limits = limits
        self._documents = Documents(
            self.reference.schema,
            limits,
            introspection=introspection,
            hide_suggestions=self.reference.hide_suggestions,
        )
        self._compiler = Compiler(schema, limits) if compiled else None
        self._sharing = Sharing(limits.shared_payloads_per_event_max)

    def operation(self, text: str, name: str | None) -> Operation:
        """The validated operation of that name.

        Raises:
            Refused: the document or the name is wrong, or the document is too large.
        """
        return self._documents.read(text).operation(name)

    def cost(self, operation: Operation, variables: Mapping[str, object] | None) -> int:
        """What the operation costs with these variables.

        Raises:
            Refused: more than `complexity_max`.
        """
        cost = operation.cost.value(variables or {})
        if cost > self.limits.complexity_max:
            raise Refused.too_complex("complexity_max", cost, self.limits.complexity_max, "cost units")
        return cost

    def is_compiled(self, operation: Operation, variables: VariableValues) -> bool:
        """Whether the next run of the operation with these variables is a compiled one."""
        return self._compiler is not None and self._compiler.find(operation, variables) is not None

    async def execute(
        self, operation: Operation, given: Mapping[str, object] | None, context: object, root: object = None
    ) -> Answer:
        """Run a query or a mutation."""
        variables = self.reference.variables(operation, given)
        if isinstance(variables, list):
            return Answer(errors=of_variables(variables), executed=False)
        return await self._run(operation, variables, context, root)

    async def subscribe(
        self, operation: Operation, given: Mapping[str, object] | None, context: object
    ) -> AsyncGenerator[bytes]:
        """Open a subscription: the encoded answer to each event, pulled one at a time.

        Raises:
            Refused: the stream did not open; also raised by the generator when its source fails.
        """
        variables = self.reference.variables(operation, given)
        if isinstance(variables, list):
            raise Refused(of_variables(variables), well_formed=True)
        executor = self.reference.executor(operation, variables, context)
        source = create_source_event_stream(executor)
        if not isinstance(source, AsyncIterable | ExecutionResult):
            source = await source
        if isinstance(source, ExecutionResult):
            raise Refused(source.errors or [], well_formed=True)
        share_key = getattr(context, "share_key", None)
        key: Hashable = None
        if share_key is not None:
            key = (operation, orjson.dumps(given or {}, option=orjson.OPT_SORT_KEYS), share_key)
        return self._answers(operation, variables, context, source, key)

    async def _answers(
        self,
        operation: Operation,
        variables: VariableValues,
        context: object,
        source: AsyncIterable[object],
        key: Hashable,
    ) -> AsyncGenerator[bytes]:
        async with AsyncExitStack() as stack:
            if isinstance(source, AsyncGenerator):
                await stack.enter_async_context(aclosing(source))
            events = aiter(source)
            while True:
                try:
                    event = await anext(events)
                except StopAsyncIteration:
                    return
                except Exception as problem:
                    nodes = list(operation.node.selection_set.selections[:1])
                    raise Refused([GraphQLError(str(problem), nodes, original_error=problem)]) from problem
                yield await self._sharing.payload(
                    event, key, partial(self._event, operation, variables, context, event)
                )

    async def _event(self, operation: Operation, variables: VariableValues, context: object, event: object) -> bytes:
        return (await self._run(operation, variables, context, event, event=True)).body()

    async def _run(
        self,
        operation: Operation,
        variables: VariableValues,
        context: object,
        root: object,
        *,
        event: bool = False,
    ) -> Answer:
        outcomes: dict[str, Outcome] | None = None
        compiler = self._compiler
        found = compiler.find(operation, variables) if compiler is not None else None
        if compiler is not None and found is not None:
            key, compiled = found
            executor = self.reference.executor(operation, variables, context, root)
            try:
                run = Run(executor, [prepare(variables) for prepare in compiled.prepare])
                outcomes = run.outcomes
                data = compiled.run(run)
                if compiled.asynchronous:
                    data = await data
                return Answer(data)
            except Exception as problem:  # noqa: BLE001 - whatever it is, graphql-core meets it again and tells
                compiler.learn(key, problem)
        executor = self.reference.executor(operation, variables, context, root, outcomes)
        result = await Reference.run(executor, event=event)
        return Answer(result.data, result.errors or ())
