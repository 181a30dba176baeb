"""The answer to one execution, and its JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphql import GraphQLError

from execution.errors import fault, present
from execution.protocol import encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What an execution gave. `executed` is False when it never began (then there is no `data` member)."""

    data: object = None
    errors: Sequence[GraphQLError] = ()
    executed: bool = True

    def body(self, cost: int | None = None) -> bytes:
        """The response as JSON, server faults masked; with `extensions.cost` when a cost is given."""
        members: dict[str, object] = {}
        if self.executed:
            members["data"] = self.data
        if self.errors:
            members["errors"] = present(self.errors)
        if cost is not None:
            members["extensions"] = {"cost": cost}
        try:
            return encode(members)
        except (TypeError, ValueError, RecursionError) as problem:  # a scalar gave what JSON cannot hold
            return encode({"data": None, "errors": present([fault(problem)])})
