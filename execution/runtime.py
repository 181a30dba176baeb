"""What generated functions call."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from graphql import GraphQLResolveInfo, Undefined
from graphql.execution import Executor
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from execution.leaves import PLAIN, Anomaly, Unawaited, Unsupported
from execution.plan import FieldPlan
from execution.reference import Outcome

CAST = TYPE_CAST_ATTRIBUTE
LISTS = frozenset({list, tuple})
_CLASSES_MAX = 64


class Run:
    """One run of a compiled operation."""

    __slots__ = ("executor", "outcomes", "prepared")

    def __init__(self, executor: Executor[Any], prepared: Sequence[Mapping[str, Any]]) -> None:
        self.executor = executor
        self.prepared = prepared
        self.outcomes: dict[str, Outcome] = {}

    def raw(self, plan: FieldPlan, path: Path) -> GraphQLResolveInfo[Any]:
        """What graphql-core tells a resolver."""
        return self.executor.build_resolve_info(plan.definition, plan.nodes, plan.parent, path)


class Admission:
    """Classes whose instances may stand for an object type. A class is looked at once."""

    __slots__ = ("_is_type_of", "classes")

    def __init__(self, is_type_of: Callable[..., Any] | None, *known: type) -> None:
        self.classes: set[type] = set(known)
        self._is_type_of = is_type_of

    def admit(self, value: Any) -> None:
        """Admit the class of a value.

        Raises:
            Anomaly: it is no object of the type; graphql-core finds the words.
        """
        if value is None or value is Undefined or isinstance(value, Exception):
            raise Anomaly
        if value.__class__ in PLAIN and value.__class__ is not dict:
            raise Anomaly  # a number has attributes, too, but is no object
        if hasattr(value, CAST) or optimized_is_awaitable(value):
            raise Unsupported
        if self._is_type_of is not None and not self._is_type_of(value, None):
            raise Anomaly
        if len(self.classes) < _CLASSES_MAX:
            self.classes.add(value.__class__)


def check_result(value: Any, classes: set[type], plan: FieldPlan, *, kept: bool) -> None:
    """See that what a plain function returned is a value, not an awaitable or an exception.

    `kept` results are those of root fields: graphql-core gets them and awaits them.
    """
    if isinstance(value, Exception):
        raise Anomaly
    if optimized_is_awaitable(value):
        if not kept and asyncio.iscoroutine(value):
            value.close()  # graphql-core asks the resolver again
        raise Unawaited(plan.parent.name, plan.nodes[0].name.value)
    if len(classes) < _CLASSES_MAX:
        classes.add(value.__class__)


def other_type(value: Any) -> None:
    """An object of an abstract type whose class is not known to be of one object type."""
    if value is None or isinstance(value, Exception):
        raise Anomaly
    raise Unsupported


def check_list(value: Any, nullable: bool) -> None:
    """What is no list nor tuple: null where that is allowed, else graphql-core's business."""
    if value is None and nullable:
        return
    if value is None or isinstance(value, Exception) or value.__class__ in PLAIN:
        raise Anomaly
    raise Unsupported  # an iterator must not be consumed twice


async def together(coroutines: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Await all, side by side so that loaders batch; when some fail, wait for the others and raise the first."""
    if len(coroutines) == 1:
        return [await coroutines[0]]
    results = await asyncio.gather(*coroutines, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


async def settle(value: Any) -> Any:
    """The value, awaited if it is awaitable."""
    return await value if optimized_is_awaitable(value) else value
