"""What a client is told of an error, and what is only logged (rule G5)."""

import logging
import re
import traceback
import uuid
from collections.abc import Iterable, Mapping

from graphql import GraphQLError
from graphql.execution import Executor

logger = logging.getLogger("execution")

# An exception that was born while a *result* was being completed (null in a non-null field, a value that no
# scalar can represent, an object of no possible type) is our fault, even when graphql-core words it as a
# GraphQLError; its text may quote data.
_COMPLETION = Executor.complete_value.__code__


_BEFORE_EXECUTION = frozenset({"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"})


class ClientError(GraphQLError):
    """The client's mistake: shown as it is and never logged as a fault.

    `facts` go into `extensions` beside the stable `code`.
    """

    def __init__(self, message: str, code: str, **facts: object) -> None:
        super().__init__(message, extensions={"code": code, **facts})

    @property
    def code(self) -> str:
        """The stable code that clients branch on."""
        return str((self.extensions or {}).get("code"))


class Refused(Exception):  # noqa: N818 - a refusal of the request as a whole, not a fault
    """The request is not executed: errors for the client and the HTTP status they deserve.

    `well_formed` requests (those whose document does not fit the schema) are answered 200 to a client
    that accepts nothing but application/json, as the GraphQL-over-HTTP specification asks. `headers` go with the
    answer over HTTP.
    """

    def __init__(
        self,
        errors: Iterable[GraphQLError],
        *,
        status: int = 400,
        well_formed: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.errors = list(errors)
        self.status = status
        self.well_formed = well_formed
        self.headers = headers or {}

    @classmethod
    def because(cls, message: str, code: str, *, status: int = 400, **facts: object) -> "Refused":
        """A refusal with one error."""
        return cls([ClientError(message, code, **facts)], status=status)

    @classmethod
    def too_complex(cls, limit: str, value: int, maximum: int, unit: str) -> "Refused":
        """A refusal of rule G6: names the limit, the value and the maximum."""
        return cls.because(
            f"The query is too complex: {value} {unit} where at most {maximum} are allowed ({limit}).",
            "QUERY_TOO_COMPLEX",
            limit=limit,
            value=value,
            maximum=maximum,
        )


def coded(errors: Iterable[GraphQLError], code: str) -> list[GraphQLError]:
    """The same errors, each with `extensions.code` unless it already has one."""
    marked = list(errors)
    for error in marked:
        error.extensions = {"code": code, **(error.extensions or {})}
    return marked


_OF_VARIABLE = re.compile(r"Variable '\$(?P<name>\w+)' has invalid value(?: at (?P<path>[^\s:]+))?")


def of_variables(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """Errors of variables, with `extensions.field`: the variable's name and the path within its value."""
    marked = coded(errors, "BAD_USER_INPUT")
    for error in marked:
        found = _OF_VARIABLE.match(error.message)
        if found:
            path = re.findall(r"\w+", found["path"] or "")
            error.extensions = {**(error.extensions or {}), "field": [found["name"], *path]}
    return marked


def is_clients(error: GraphQLError) -> bool:
    """Whether the error tells of a mistake of the client."""
    if error.path is None and (error.extensions or {}).get("code") in _BEFORE_EXECUTION:
        return True  # whatever a scalar's parser raised, it was the client's text that it could not read
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        if isinstance(cause, ClientError):
            return True
        if _born_in_completion(cause.original_error):
            return False
        cause = cause.original_error
    return cause is None


def _born_in_completion(cause: BaseException | None) -> bool:
    if cause is None:
        return False
    return any(frame.f_code is _COMPLETION for frame, _line in traceback.walk_tb(cause.__traceback__))


def present(errors: Iterable[GraphQLError]) -> list[dict[str, object]]:
    """The errors as the client may see them; each server fault is logged once under the id it shows."""
    presented: list[dict[str, object]] = []
    faults: dict[int, str] = {}
    for error in errors:
        shown: dict[str, object] = {"message": error.message}
        if error.locations:
            shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
        if error.path is not None:
            shown["path"] = list(error.path)
        if is_clients(error):
            shown["extensions"] = {"code": "BAD_USER_INPUT", **(error.extensions or {})}
        else:
            cause: BaseException = error.original_error or error
            fault = faults.get(id(cause))
            if fault is None:
                fault = faults[id(cause)] = uuid.uuid4().hex
                logger.error("fault %s at %s", fault, error.path, exc_info=cause)
            shown["message"] = "Internal error"
            shown["extensions"] = {"code": "INTERNAL", "id": fault}
        presented.append(shown)
    return presented


def fault(cause: BaseException) -> GraphQLError:
    """An exception that no resolver raised, as an error to present."""
    return GraphQLError(str(cause), original_error=cause if isinstance(cause, Exception) else None)
