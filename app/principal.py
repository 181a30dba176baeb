"""From credentials to the principal that calls (G1), and where it says that it runs (B13)."""

from collections.abc import Mapping
from dataclasses import replace

from app.browsers import Browsers
from app.rate_limits import AddressLimits
from domain.errors import Forbidden, Inactive, RateLimited, Unauthenticated
from domain.principals import Principal
from domain.usage import Surface
from execution import ClientError, Credentials
from schema.scalars import write_datetime
from services.authentication import authenticate, ended, remembered
from services.runtime import Runtime
from services.tickets import use_ticket

SURFACE_HEADER = "Allotment-Surface"
"""Where a client says that it runs; a socket may say it in `connection_init`, under this name or `surface`."""

_SCHEME = "bearer"
_HEADER_CHARACTERS_MAX = 1_000
_SURFACE_PARAMS = frozenset({"surface", SURFACE_HEADER.lower()})
_SHOWN_CHARACTERS_MAX = 32


async def principal_of(
    runtime: Runtime,
    credentials: Credentials,
    browsers: Browsers | None = None,
    limits: AddressLimits | None = None,
) -> Principal:
    """Find out who calls; without any credential it is nobody in particular.

    On a socket, browsers cannot set headers, so `connection_init` may carry the same `Authorization`, or a `ticket`.
    Browsers that signed in bring the session cookie by themselves: it counts where `browsers` says how to read it, and
    only for pages that may use it. It must not contradict the header; what `connection_init` carries outranks it.
    Where the client runs, it may declare (`surface_of`); that is read first, so that a mistake costs no ticket.

    Raises:
        ClientError: BAD_USER_INPUT, the surface is none; UNAUTHENTICATED, the credential does not hold, or two were
            shown that differ; PERSON_SUSPENDED or PERSON_TERMINATED, it is genuine and its person may not come in;
            FORBIDDEN, it is an API key, which is for the coding gateway to pass on; RATE_LIMITED, where `limits` are
            given and too many from the same address did not hold: then nothing is looked up, and only those pass who
            were accepted lately.
    """
    surface = surface_of(credentials)
    principal = await _caller(runtime, credentials, browsers, limits)
    # a copy: what is remembered of the credential serves other surfaces, too
    return replace(principal, surface=surface) if surface else principal


def surface_of(credentials: Credentials) -> Surface | None:
    """Read where the client says that it runs: by the header, or in `connection_init`; None: it does not say.

    Raises:
        ClientError: BAD_USER_INPUT, it is no surface, or it is said twice and differently.
    """
    params = (credentials.params or {}).items()
    said = [value for name, value in params if name.lower() in _SURFACE_PARAMS]
    said.append(credentials.headers.get(SURFACE_HEADER.lower()))
    surfaces = {_surface(value) for value in said if value is not None and value != ""}
    if len(surfaces) > 1:
        raise ClientError(f"{SURFACE_HEADER} is declared twice, and differently.", "BAD_USER_INPUT")
    return surfaces.pop() if surfaces else None


def _surface(value: object) -> Surface:
    try:
        return Surface(value.strip() if isinstance(value, str) else "")
    except ValueError:
        shown = f"{value if isinstance(value, str) else type(value).__name__:.{_SHOWN_CHARACTERS_MAX}}"
        message = f"{SURFACE_HEADER} must be one of {', '.join(Surface)}, not {shown!a}."
        raise ClientError(message, "BAD_USER_INPUT") from None


async def _caller(
    runtime: Runtime, credentials: Credentials, browsers: Browsers | None, limits: AddressLimits | None
) -> Principal:
    try:
        shown, ticket = _shown(credentials, browsers), _ticket(credentials.params)
        if limits and (ticket or (shown and not remembered(runtime, shown))):
            limits.check(credentials.address)  # who was accepted lately does not suffer from a neighbour's guessing
        if ticket is None:
            return await authenticate(runtime, shown)
        if shown is not None:
            raise Unauthenticated("A ticket and another credential are shown; show one of them.")  # noqa: TRY301 - told below with the others
        return await use_ticket(runtime, ticket)
    except RateLimited as error:
        raise ClientError(str(error), "RATE_LIMITED", retryAfter=error.retry_after_s) from error
    except Forbidden as error:
        raise ClientError(str(error), "FORBIDDEN") from error
    except (Unauthenticated, Inactive) as error:
        if limits and isinstance(error, Unauthenticated):
            limits.failed(credentials.address)
        raise _told(error) from error


async def end_of(runtime: Runtime, principal: Principal) -> ClientError:
    """Wait until a principal's credential holds no more; return what the client is told of it."""
    return _told(await ended(runtime, principal))


def _told(error: Unauthenticated | Inactive) -> ClientError:
    if isinstance(error, Unauthenticated):
        return ClientError(str(error), "UNAUTHENTICATED")
    facts = {"reason": error.reason, "until": write_datetime(error.until) if error.until else None}
    return ClientError(str(error), error.code, **facts)


def _shown(credentials: Credentials, browsers: Browsers | None) -> str | None:
    header, init = bearer_of(credentials.headers), _from_params(credentials.params)
    if header and init and header != init:
        raise Unauthenticated("The header and connection_init show different credentials.")
    # browsers send the cookie with every socket, wanted or not: there, what the page says in connection_init counts
    if browsers is None or init or _ticket(credentials.params):
        return header or init
    cookie = browsers.token(credentials.headers)
    if cookie and header is None:
        browsers.guard(credentials)
    elif cookie and cookie != header:
        raise Unauthenticated(
            "The Authorization and the session cookie show different credentials; sign out, or send one."
        )
    return header or cookie


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """Read the token of the Authorization header.

    Raises:
        Unauthenticated: the header is of another form.
    """
    return _bearer(headers.get("authorization"))


def _from_params(params: Mapping[str, object] | None) -> str | None:
    for name, value in (params or {}).items():
        if name.lower() == "authorization":
            return _bearer(value)
    return None


def _ticket(params: Mapping[str, object] | None) -> str | None:
    value = (params or {}).get("ticket")
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unauthenticated("The ticket must be a string.")
    return value


def _bearer(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _HEADER_CHARACTERS_MAX:
        raise Unauthenticated("The Authorization is not of the form: Bearer <token>.")
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip():
        raise Unauthenticated("The Authorization is not of the form: Bearer <token>.")
    return token.strip()
