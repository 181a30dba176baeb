"""What browsers send by themselves: the session cookie, and the origin of the page that asks."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from domain.errors import Unauthenticated
from execution import ClientError, Credentials

CSRF_HEADER = "X-Allot-Csrf"
"""Pages of others cannot send it without being allowed to (CORS), so `X-Allot-Csrf: 1` proves whose page asks."""

_DEVICE = re.compile(r"[A-Za-z0-9_-]{22,64}")
_DEVICE_BYTES = 16
_DEVICE_LASTS = timedelta(days=400)  # browsers keep nothing longer
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Browsers:
    """How browsers prove who calls.

    Attributes:
        own_origin: what they see as our address.
        allowed_origins: origins of other pages that may call with credentials.
        secure: whether the cookie travels over https only; not in development over http.
    """

    own_origin: str
    allowed_origins: frozenset[str] = frozenset()
    secure: bool = True

    @property
    def cookie_name(self) -> str:
        """The session cookie. `__Host-` keeps neighbours under the same domain from setting it."""
        return "__Host-allot_session" if self.secure else "allot_session"

    def knows(self, origin: str | None) -> bool:
        """Tell whether a page of this origin may act with the cookie."""
        return origin is not None and (origin == self.own_origin or origin in self.allowed_origins)

    def proves(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request that changes something comes from a page that may: by the custom header."""
        return headers.get(CSRF_HEADER.lower()) == "1"

    def token(self, headers: Mapping[str, str]) -> str | None:
        """Read the session's token from the cookie.

        Raises:
            Unauthenticated: several cookies of that name differ: somebody planted one.
        """
        found = self._cookies(headers, self.cookie_name)
        if len(found) > 1:
            raise Unauthenticated("Several session cookies are shown, and they differ.")
        return found.pop() if found else None

    def guard(self, credentials: Credentials) -> None:
        """See that a request that has no credential but the cookie comes from a page that may use it.

        Raises:
            ClientError: CSRF_HEADER_REQUIRED, or on a socket ORIGIN_NOT_ALLOWED.
        """
        if credentials.method is None:
            if not self.knows(credentials.headers.get("origin")):
                message = "A socket that is opened with the session cookie needs an Origin that may use it."
                raise ClientError(message, "ORIGIN_NOT_ALLOWED")
        elif credentials.method not in _SAFE_METHODS and not self.proves(credentials.headers):
            message = f"A request with the session cookie needs the header {CSRF_HEADER}: 1."
            raise ClientError(message, "CSRF_HEADER_REQUIRED")

    def keep(self, response: Response, token: str, lasts: timedelta) -> None:
        """Set the session cookie, for this host alone."""
        response.set_cookie(
            self.cookie_name,
            token,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Remove the session cookie."""
        response.delete_cookie(self.cookie_name, path="/", secure=self.secure, httponly=True, samesite="lax")

    def device(self, headers: Mapping[str, str]) -> str:
        """Read the id that the browser keeps for us, or make one: of it a keyed hash is kept (A3)."""
        found = self._cookies(headers, self._device_name)
        kept = next((value for value in sorted(found) if _DEVICE.fullmatch(value)), None)
        return kept or secrets.token_urlsafe(_DEVICE_BYTES)

    def keep_device(self, response: Response, device: str) -> None:
        """Let the browser keep its id."""
        response.set_cookie(
            self._device_name,
            device,
            max_age=int(_DEVICE_LASTS.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    @property
    def _device_name(self) -> str:
        return "__Host-allot_device" if self.secure else "allot_device"

    def _cookies(self, headers: Mapping[str, str], wanted: str) -> set[str]:
        """All values of a cookie: `Request.cookies` would show the last one only."""
        cookies = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
        return {value.strip('"') for name, _, value in cookies if name == wanted and value}
