"""Enums of the domain, shown with a description of each value."""

from collections.abc import Collection, Mapping
from enum import EnumMeta
from typing import Any, TypeVar, cast

from strawberry.types.enum import EnumValue, StrawberryEnumDefinition

_Member = TypeVar("_Member")


def show(
    enum: type[_Member],
    name: str,
    description: str,
    values: Mapping[_Member, str],
    *,
    hidden: Collection[_Member] = (),
    names: Mapping[_Member, str] | None = None,
) -> None:
    """Show an enum in the graph, in the order of its members. `values` describes every member but those `hidden`.

    A hidden one is shown by no answer, and no client may ask for it. `names` are those of members that the graph calls
    otherwise than we do.

    `strawberry.enum` would want the descriptions inside the enum, and the domain knows nothing of GraphQL.

    Raises:
        TypeError: a member has no description.
    """
    members: list[Any] = list(cast("EnumMeta", enum))
    if set(values) != set(members) - set(hidden):
        raise TypeError(f"every value of {name} needs a description")
    called = names or {}
    shown = [
        EnumValue(called.get(member, member.name), member.value, description=values[member])
        for member in members
        if member in values
    ]
    definition = StrawberryEnumDefinition(cast("EnumMeta", enum), name, shown, description)
    enum.__strawberry_definition__ = definition  # type: ignore[attr-defined]  # where Strawberry looks for it
