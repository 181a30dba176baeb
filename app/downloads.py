"""`GET /exports/{id}`: the download of one's archive (A5)."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from domain.ids import parse_public_id
from domain.principals import Caller, Principal
from execution import ClientError, Credentials, address_of
from services.exports import ExportRow, archive, parts
from services.runtime import Runtime

_EXPORT = "exp"
_UNKNOWN = "UNAUTHENTICATED"
_STATUS = {_UNKNOWN: 401, "RATE_LIMITED": 429, "BAD_USER_INPUT": 400}
_PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def download_route(
    runtime: Callable[[], Runtime], authenticate: Callable[[Credentials], Awaitable[Principal]]
) -> Route:
    """Make the route. What is unknown, somebody else's, not ready or expired looks alike: 404."""

    async def download(request: Request) -> Response:
        try:
            principal = await authenticate(
                Credentials(request.headers, None, request.method, address_of(request.scope))
            )
        except ClientError as error:
            return _refused(_STATUS.get(error.code, 403), error.code, str(error), error.extensions)
        if principal.caller is Caller.ANONYMOUS:
            message = "This needs a credential: send an Authorization header with a bearer token, or sign in."
            return _refused(401, _UNKNOWN, message)
        row = await _find(runtime(), principal, request.path_params["id"])
        if row is None or row.size is None or row.sha256 is None:
            return _refused(404, "NOT_FOUND", "There is no such export.")
        headers = _headers(row, row.size, row.sha256)
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers={"etag": headers["etag"], **_PRIVATE})
        if request.method == "HEAD":
            return Response(headers=headers)
        return StreamingResponse(parts(runtime(), row), headers=headers)

    return Route("/exports/{id}", download, methods=["GET"])


async def _find(runtime: Runtime, principal: Principal, id_: str) -> ExportRow | None:
    try:
        uuid = parse_public_id(_EXPORT, id_)
    except ValueError:
        return None
    return await archive(runtime, principal, uuid)


def _headers(row: ExportRow, size: int, hash_: str) -> dict[str, str]:
    name = f"allotment-export-{row.requested_at:%Y-%m-%d}.zip"
    return {
        "content-type": "application/zip",
        "content-length": str(size),
        "content-disposition": f'attachment; filename="{name}"',
        "etag": f'"{hash_}"',
        "repr-digest": f"sha-256=:{b64encode(bytes.fromhex(hash_)).decode()}:",
        **_PRIVATE,
    }


def _refused(status: int, code: str, message: str, facts: Mapping[str, object] | None = None) -> Response:
    retry_after = (facts or {}).get("retryAfter")
    headers = _PRIVATE if retry_after is None else {**_PRIVATE, "retry-after": str(retry_after)}
    return JSONResponse({"code": code, "message": message}, status_code=status, headers=headers)
