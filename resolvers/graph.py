"""The graph: the types of `schema/`, answered by `Context`."""

from collections.abc import Iterable

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from resolvers.authorization import check_table
from schema.mutations import Mutation
from schema.roots import Query, Subscription
from schema.scalars import SCALARS


class Schema(strawberry.Schema):
    """A schema that logs faults only: a client's mistake is no entry in a server's log."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log what was nobody's mistake but ours."""
        super().process_errors(list(_faults(errors)), execution_context)


def build_schema() -> strawberry.Schema:
    """Make the schema: one for a process.

    Raises:
        ValueError: a field has no row in the authorization table, or a row no field.
    """
    schema = Schema(Query, Mutation, Subscription, config=StrawberryConfig(scalar_map=dict(SCALARS)))
    check_table(schema)
    return schema


def _faults(errors: Iterable[GraphQLError]) -> Iterable[GraphQLError]:
    for error in errors:
        cause: BaseException | None = error
        while isinstance(cause, GraphQLError):
            cause = cause.original_error
        if cause is not None:
            yield error
