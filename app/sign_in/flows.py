"""Sign-ins under way: each in a signed cookie of its own, so that several tabs do not disturb each other.

Kept there: Authlib's state, nonce and code verifier, where to go afterwards, which guest it was who began, and the
referral code that they came with. The guest is named by the ids of person and credential, taken from a credential that
held at that moment; a browser can read this, and cannot make it up.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

FLOW_S_MAX = 600
FLOWS_AT_ONCE_MAX = 5
"""Tabs in which one browser may be on its way at once; the oldest give way."""
PATH: Final = "/sign-in"
_COOKIE_CHARACTERS_MAX = 4_000  # browsers drop larger ones without a word


class Flows:
    """Writes and reads the cookies of sign-ins under way."""

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt="sign-in flow", signer_kwargs={"digest_method": sha256})
        self._prefix = "__Secure-allot_flow_" if secure else "allot_flow_"
        self._secure = secure

    def read(self, request: Request, state: str) -> dict[str, Any]:
        """Give the session of a sign-in under way: empty, unless this browser began it less than ten minutes ago."""
        value = request.cookies.get(self._name(state), "")
        if not value:
            return {}
        try:
            found = self._serializer.loads(value, max_age=FLOW_S_MAX)
        except BadData:
            return {}
        # the signed state, not the cookie's name, decides which sign-in this is
        return found["session"] if found["state"] == state else {}

    def keep(self, request: Request, response: Response, state: str, session: Mapping[str, Any]) -> None:
        """Remember a sign-in for ten minutes.

        Raises:
            ValueError: there is too much to remember.
        """
        value = self._serializer.dumps({"state": state, "session": dict(session)})
        if len(value) > _COOKIE_CHARACTERS_MAX:
            raise ValueError("a sign-in does not fit into a cookie")
        others = [name for name in request.cookies if name.startswith(self._prefix)]
        for name in others[: max(0, len(others) - FLOWS_AT_ONCE_MAX + 1)]:
            self._delete(response, name)
        response.set_cookie(
            self._name(state), value, max_age=FLOW_S_MAX, path=PATH, secure=self._secure, httponly=True, samesite="lax"
        )

    def forget(self, response: Response, state: str) -> None:
        """Forget a sign-in: it is over, one way or the other."""
        self._delete(response, self._name(state))

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path=PATH, secure=self._secure, httponly=True, samesite="lax")

    def _name(self, state: str) -> str:
        return self._prefix + sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:16]
