"""What travels: a request, the credentials that came with it, and JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
from starlette.types import Scope

from execution.errors import Refused


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller showed: the request's headers, and `connection_init`'s payload on a socket (else None).

    `method` is the request's; None on a socket. `address` is the IP address that the server sees, or that a trusted
    proxy told it; None: there is none.
    """

    headers: Mapping[str, str]
    params: Mapping[str, object] | None = None
    method: str | None = None
    address: str | None = None


def address_of(scope: Scope) -> str | None:
    """Find the client's address in an ASGI scope."""
    client = scope.get("client")
    return str(client[0]) if client and client[0] else None


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """A GraphQL request as GraphQL-over-HTTP defines its parameters."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


_decoder = msgspec.json.Decoder(Request)


def decode_request(body: bytes, *, variables_max: int) -> Request:
    """Read a request from JSON.

    Raises:
        Refused: 400, naming the member that is wrong.
    """
    if body[:1].isspace():
        body = body.lstrip()
    if body.startswith(b"["):
        raise Refused.because("Batches of operations are not accepted: send one.", "BAD_REQUEST")
    try:
        request = _decoder.decode(body)
    except msgspec.ValidationError as problem:
        raise Refused.because(f"The request is malformed: {_named(problem)}", "BAD_REQUEST") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused.because(f"The body is not valid JSON: {problem}", "BAD_REQUEST") from None
    return check_request(request, variables_max=variables_max, suspicious=b"\\u0000" in body)


def convert_request(payload: object, *, variables_max: int) -> Request:
    """Read a request from JSON that is already decoded. Raises as `decode_request`."""
    try:
        request = msgspec.convert(payload, Request)
    except (msgspec.ValidationError, RecursionError) as problem:
        raise Refused.because(f"The request is malformed: {_named(problem)}", "BAD_REQUEST") from None
    return check_request(request, variables_max=variables_max, suspicious=True)


def check_request(request: Request, *, variables_max: int, suspicious: bool) -> Request:
    """Refuse NUL characters, which no text column can hold, and too many variables."""
    variables = request.variables
    if variables and len(variables) > variables_max:
        raise Refused.too_complex("variables_max", len(variables), variables_max, "variables")
    if suspicious:
        place = _find_nul({"query": request.query, "variables": variables, "operationName": request.operation_name})
        if place is not None:
            raise Refused.because(f"`{place}` contains a NUL character.", "BAD_USER_INPUT", field=_field(place))
    return request


def _named(problem: Exception) -> str:
    """The words of msgspec (`Expected `str`, got `int` - at `$.query``), with the member's own name."""
    return str(problem).replace("`$.", "`")


def _field(place: str) -> list[str]:
    """The path as answers name fields: within the variables, or the member of the request."""
    path = re.findall(r"\w+", place)
    return path[1:] if path[:1] == ["variables"] and len(path) > 1 else path


def _find_nul(value: object) -> str | None:
    """The dotted path of the first string that holds a NUL, without recursion."""
    pending: list[tuple[str, object]] = [("", value)]
    while pending:
        place, item = pending.pop()
        if isinstance(item, str):
            if "\0" in item:
                return place
        elif isinstance(item, dict):
            dot = "." if place else ""
            if any("\0" in key for key in item if isinstance(key, str)):
                return place
            pending.extend((f"{place}{dot}{key}", member) for key, member in item.items())
        elif isinstance(item, list):
            pending.extend((f"{place}[{index}]", member) for index, member in enumerate(item))
    return None


def encode(value: object) -> bytes:
    """JSON. What orjson refuses (lone surrogates, integers beyond 64 bits) the standard library writes."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()
