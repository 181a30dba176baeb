"""Keeps compiled operations, decides which are worth compiling, and remembers what cannot be."""

from typing import Any

import strawberry
from graphql import GraphQLError
from graphql.execution.values import VariableValues

from execution.codegen import Compiled, Generator
from execution.documents import Operation
from execution.inputs import Converter
from execution.leaves import Unawaited, Unsupported
from execution.limits import Limits
from execution.lru import LeastRecentlyUsed
from execution.plan import NotCompilable, Planner

_Key = tuple[Operation, tuple[bool, ...]]


class _Entry:
    __slots__ = ("compiled", "given_up", "uses")

    def __init__(self) -> None:
        self.uses = 0
        self.compiled: Compiled | None = None
        self.given_up = False


class Compiler:
    """Compiled operations of one schema, in a bounded LRU."""

    def __init__(self, schema: strawberry.Schema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._converter = Converter(schema)
        self._awaiting: set[tuple[str, str]] = set()  # bounded by the fields of the schema
        self._planner = Planner(schema, functions_max=limits.plan_functions_max, awaiting=self._awaiting)
        self._entries: LeastRecentlyUsed[_Key, _Entry] = LeastRecentlyUsed(limits.plan_cache_entries_max)

    def find(self, operation: Operation, variables: VariableValues) -> tuple[_Key, Compiled] | None:
        """The compiled operation for these variables, or None where graphql-core shall run it."""
        names = operation.conditions
        if names is None or len(names) > self._limits.plan_conditions_max:
            return None
        values: tuple[Any, ...] = ()
        if names:
            values = tuple([variables.coerced.get(name) for name in names])
            if any(value.__class__ is not bool for value in values):
                return None
        key = (operation, values)
        entry = self._entries.get(key)
        if entry is None:
            entry = _Entry()
            self._entries.put(key, entry)
        if entry.compiled is None and not entry.given_up:
            if entry.uses < self._limits.uses_before_compiling:
                entry.uses += 1
            else:
                self._compile(entry, operation, variables)
        return (key, entry.compiled) if entry.compiled is not None else None

    def _compile(self, entry: _Entry, operation: Operation, variables: VariableValues) -> None:
        try:
            plan = self._planner.plan(operation, variables)
            entry.compiled = Generator(self._schema, self._converter, operation.kind).generate(plan)
        except (NotCompilable, GraphQLError, RecursionError, SyntaxError, MemoryError):
            entry.given_up = True

    def learn(self, key: _Key, problem: Exception) -> None:
        """Take a lesson from a run that did not succeed: some things would not work the next time either."""
        entry = self._entries.get(key)
        if entry is None:
            return
        if isinstance(problem, Unawaited):
            self._awaiting.add(problem.field)
            entry.compiled = None
        elif isinstance(problem, Unsupported):
            entry.compiled = None
            entry.given_up = True
