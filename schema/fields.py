"""Fields that are looked up: a method whose docstring is the field's description.

Strawberry's own decorator is untyped when it is given a description.
"""

from collections.abc import Callable
from inspect import cleandoc
from typing import Any, TypeVar, cast

import strawberry

_Method = TypeVar("_Method", bound=Callable[..., object])


def field(method: _Method) -> _Method:
    """Show a method as a field."""
    return cast("_Method", strawberry.field(description=_told(method))(method))


def field_of(graphql_type: object) -> Callable[[_Method], _Method]:
    """Show a method as a field of a type that its annotation cannot name."""

    def show(method: _Method) -> _Method:
        shown: Any = strawberry.field(description=_told(method), graphql_type=graphql_type)
        return cast("_Method", shown(method))

    return show


def mutation(method: _Method) -> _Method:
    """Show a method as a mutation."""
    return cast("_Method", strawberry.mutation(description=_told(method))(method))


def subscription(method: _Method) -> _Method:
    """Show a method as a subscription."""
    return cast("_Method", strawberry.subscription(description=_told(method))(method))


def _told(method: Callable[..., object]) -> str:
    """Join the docstring's lines and paragraphs.

    Raises:
        TypeError: there is none.
    """
    if not method.__doc__:
        raise TypeError(f"{method.__qualname__} needs a docstring, which is its description")
    return " ".join(cleandoc(method.__doc__).split())
