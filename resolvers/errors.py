"""What a client is told of errors: one table (G5). Whatever is not in it is a fault, and is masked by the transport."""

from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from graphql import GraphQLError

from domain.errors import Forbidden, InvalidInput, NotFound, PlatformNotSupported, RateLimited, Unauthenticated
from feed.events import AccessEnd, AccessEnded, FeedClosed, ReadFailed
from feed.overview import TooManyPages
from resolvers import ids
from resolvers.operation import Operation
from services.poster import Overloaded

_P = ParamSpec("_P")
_R = TypeVar("_R")

CODES: Mapping[type[Exception], str] = {
    InvalidInput: "BAD_USER_INPUT",
    NotFound: "NOT_FOUND",
    Unauthenticated: "UNAUTHENTICATED",
    Forbidden: "FORBIDDEN",
    PlatformNotSupported: "PLATFORM_NOT_SUPPORTED",
    AccessEnded: "ACCESS_ENDED",
    Overloaded: "OVERLOADED",
    RateLimited: "RATE_LIMITED",
    FeedClosed: "UNAVAILABLE",
    ReadFailed: "UNAVAILABLE",
    TooManyPages: "OVERLOADED",
}
"""Every error that a client is told, with its `extensions.code`. Codes are stable.

How a feed ended is told by a code of its own where more is known than that it did (`AccessEnd`).
"""

_WORDS: Mapping[type[Exception], str] = {
    Overloaded: "More is being reported than can be written; try again in a moment, with the same idempotency key.",
    FeedClosed: "The server stops; follow again from your last cursor.",
    ReadFailed: "The feed cannot be read at the moment; follow again from your last cursor.",
    TooManyPages: "Too many different pages of this organization's members are being watched.",
}
"""For errors whose own words are for us, if they have any."""

_ENDS: Mapping[AccessEnd, str] = {
    AccessEnd.ACCESS_ENDED: "You may not follow this wallet any more.",
    AccessEnd.CREDENTIAL_ENDED: "The credential was revoked or has expired.",
    AccessEnd.PERSON_SUSPENDED: "This account is suspended.",
    AccessEnd.PERSON_TERMINATED: "This account was terminated.",
    AccessEnd.MEMBERSHIP_ENDED: "You are no member of this workspace any more.",
    AccessEnd.FORBIDDEN: "You do not administer this organization any more.",
}

TOLD = tuple(CODES)


def client_error(error: Exception) -> GraphQLError:
    """Put an error of the table into the client's words; with the field that it is about, if it is about one."""
    if isinstance(error, AccessEnded):
        return GraphQLError(error.words or _ENDS[error.why], extensions={"code": error.why.value})
    extensions: dict[str, object] = {"code": CODES[type(error)]}
    if isinstance(error, InvalidInput | NotFound):
        extensions["field"] = list(error.field)
    if isinstance(error, RateLimited):
        extensions["retryAfter"] = error.retry_after_s
    if isinstance(error, PlatformNotSupported):
        home = error.personal_workspace_id
        extensions["workspaceId"] = ids.write(ids.WORKSPACE, home) if home else None
        extensions["surfaces"] = list(error.surfaces)
    return GraphQLError(_WORDS.get(type(error)) or str(error), extensions=extensions)


def telling(answer: Callable[_P, Coroutine[Any, Any, _R]]) -> Callable[_P, Coroutine[Any, Any, _R]]:
    """Let an answer tell its client the errors of the table. An operation's first answer counts as its caller's act."""

    @wraps(answer)
    async def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        operation = args[0] if args else None
        if isinstance(operation, Operation) and not operation.has_acted:
            await operation.act()
        try:
            return await answer(*args, **kwargs)
        except TOLD as error:
            raise client_error(error) from error

    return told
