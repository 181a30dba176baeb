"""What pages call by script: the exchange of a code for a session's token, and sign-out (A2, B12)."""

from collections.abc import Callable

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.browsers import Browsers
from app.principal import bearer_of
from app.sign_in.flows import PATH
from domain.errors import Forbidden, Inactive, Unauthenticated
from domain.ids import public_id
from domain.principals import Caller
from services.authentication import authenticate
from services.credentials import revoke
from services.exchange_codes import exchange
from services.runtime import Runtime

_BODY_BYTES_MAX = 4_096
_NO_STORE = {"cache-control": "no-store"}


class _Exchange(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    code: str
    code_verifier: str | None = None


_decoder = msgspec.json.Decoder(_Exchange)


class Leaving:
    """The two routes without a page of their own."""

    def __init__(self, runtime: Callable[[], Runtime], browsers: Browsers) -> None:
        self._runtime, self._browsers = runtime, browsers
        self.routes: list[BaseRoute] = [
            Route(f"{PATH}/exchange", self._exchange, methods=["POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        ]

    async def _exchange(self, request: Request) -> Response:
        """Give the token of a session for its code: for pages on other origins."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json.")
        try:
            asked = _decoder.decode(await _body(request))
        except (msgspec.DecodeError, UnicodeDecodeError, ClientDisconnect):
            return _refusal(400, "BAD_REQUEST", 'The body must be {"code": "…"}, with "codeVerifier" if one is due.')
        done = await exchange(self._runtime(), asked.code, asked.code_verifier)
        if done is None:
            message = "The code is unknown, used or older than a minute, or the verifier is not the one. Sign in again."
            return _refusal(400, "EXCHANGE_CODE_INVALID", message)
        answer = {
            "token": done.credential.token,
            "tokenType": "Bearer",
            "personId": public_id("per", done.person_id),
            "sessionId": public_id("ses", done.credential.id),
        }
        return JSONResponse(answer, headers=_NO_STORE)

    async def _sign_out(self, request: Request) -> Response:
        """End the session of the cookie, or the one that is shown as bearer; the cookie goes, whatever it was."""
        headers = request.headers
        if not self._browsers.proves(headers) and not self._browsers.knows(headers.get("origin")):
            return _refusal(403, "ORIGIN_NOT_ALLOWED", "Sign-out needs the header X-Allot-Csrf: 1.")
        for read in (self._browsers.token, bearer_of):
            try:
                caller = await authenticate(self._runtime(), read(headers))
            except (Unauthenticated, Inactive, Forbidden):
                continue  # it has ended, or opens nothing
            if caller.caller in (Caller.USER, Caller.GUEST) and caller.credential:
                await revoke(self._runtime(), caller.credential)
        response = (
            RedirectResponse(PATH, status_code=303, headers=_NO_STORE)
            if "text/html" in headers.get("accept", "")
            else Response(status_code=204, headers=_NO_STORE)
        )
        self._browsers.forget(response)
        return response


async def _body(request: Request) -> bytes:
    """Read a small body; a larger one is as good as none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_BYTES_MAX:
            return b""
    return body


def _refusal(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=_NO_STORE)
