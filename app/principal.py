"""From credentials to the principal that calls (G1)."""

from collections.abc import Mapping

from domain.errors import Unauthenticated
from domain.principals import Principal
from execution import ClientError, Credentials
from services.credentials import authenticate
from services.runtime import Runtime

_SCHEME = "bearer"
_HEADER_CHARACTERS_MAX = 1_000


async def principal_of(runtime: Runtime, credentials: Credentials) -> Principal:
    """Find out who calls; without any credential it is nobody in particular.

    On a socket, browsers cannot set headers, so `connection_init` may carry the same `Authorization`.

    Raises:
        ClientError: UNAUTHENTICATED; the credential does not hold, or two were shown that differ.
    """
    try:
        return await authenticate(runtime, _shown(credentials))
    except Unauthenticated as error:
        raise ClientError(str(error), "UNAUTHENTICATED") from error


def _shown(credentials: Credentials) -> str | None:
    tokens = (_from_headers(credentials.headers), _from_params(credentials.params))
    shown = {token for token in tokens if token}
    if len(shown) > 1:
        raise Unauthenticated("The header and connection_init show different credentials.")
    return shown.pop() if shown else None


def _from_headers(headers: Mapping[str, str]) -> str | None:
    return _bearer(headers.get("authorization"))


def _from_params(params: Mapping[str, object] | None) -> str | None:
    for name, value in (params or {}).items():
        if name.lower() == "authorization":
            return _bearer(value)
    return None


def _bearer(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _HEADER_CHARACTERS_MAX:
        raise Unauthenticated("The Authorization is not of the form: Bearer <token>.")
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip():
        raise Unauthenticated("The Authorization is not of the form: Bearer <token>.")
    return token.strip()
