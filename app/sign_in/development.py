"""The development provider: an OpenID Connect issuer on this machine where one signs in as anybody, by one click.

It has all that a real one has (discovery, code with PKCE, nonce, an id_token signed with a key of its own), so that
`make serve` shows the real flow. It exists in development only. Its back channel is called inside of the process:
the server need not be able to reach itself under the address that browsers use.
"""

import hmac
import secrets
import time
from base64 import b64decode
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.sign_in.pages import page
from domain.traits import normal_email
from services.demo import PEOPLE
from services.exchange_codes import challenge_of

MOUNT_PATH = "/development/provider"
CLIENT_ID = "development"
CODE_S_MAX = 60
ID_TOKEN_S = 300
_CODES_MAX = 1_000
_BODY_BYTES_MAX = 16_384
_KEY_BITS = 2_048
_ASKED = ("redirect_uri", "state", "nonce", "code_challenge")


@dataclass(frozen=True, slots=True)
class _Granted:
    """What a code stands for."""

    claims: dict[str, object]
    nonce: str
    challenge: str
    until_s: float


class DevelopmentProvider:
    """One issuer. Its key, its client's secret and its codes live as long as the process."""

    def __init__(self, origin: str, redirect_uri: str, return_origins: tuple[str, ...]) -> None:
        self.issuer = origin + MOUNT_PATH
        self.client_secret = secrets.token_urlsafe()
        self._redirect_uri = redirect_uri
        self._return_origins = return_origins
        self._key: RSAKey | None = None
        self._codes: OrderedDict[str, _Granted] = OrderedDict()
        self.routes = [
            Route(f"{MOUNT_PATH}/.well-known/openid-configuration", self._metadata),
            Route(f"{MOUNT_PATH}/keys", self._keys),
            Route(f"{MOUNT_PATH}/authorize", self._ask),
            Route(f"{MOUNT_PATH}/consent", self._consent, methods=["POST"]),
            Route(f"{MOUNT_PATH}/token", self._token, methods=["POST"]),
        ]
        self.app = Starlette(routes=self.routes)

    def _signing_key(self) -> RSAKey:
        if self._key is None:  # made at first use: it costs a start of the server nothing
            self._key = RSAKey.generate_key(_KEY_BITS, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})
        return self._key

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._signing_key().as_dict(private=False)]})

    async def _ask(self, request: Request) -> Response:
        """Show who one can be."""
        asked = {name: request.query_params.get(name, "") for name in _ASKED}
        expected = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        wrong = [name for name, value in expected.items() if request.query_params.get(name) != value]
        if wrong or not self._is_asked_well(asked):
            return _refusal("This page is opened by signing in, from /sign-in.")
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(asked[name])}">' for name in _ASKED)
        ways = "".join(
            f'<button class="way" name="person" value="{escape(name)}">{escape(name.title())}</button>'
            for name in PEOPLE
        )
        body = (
            '<p class="quiet">This page stands in for Google and GitHub. It exists in development only.</p>\n'
            f'<form method="post" action="{MOUNT_PATH}/consent">{hidden}{ways}'
            '<button class="way" name="person" value="">Nobody: refuse</button></form>\n'
            f'<form method="post" action="{MOUNT_PATH}/consent">{hidden}<fieldset><legend>Somebody new</legend>'
            '<label>Name <input name="name" maxlength="100" required></label>'
            '<label>E-mail <input name="email" type="email" maxlength="254" required></label>'
            '<button class="way">Sign in</button></fieldset></form>'
        )
        return page("Who are you?", body, form_targets=self._return_origins)

    async def _consent(self, request: Request) -> Response:
        """Take the choice back to where it was asked for."""
        form = await _form(request)
        asked = {name: form.get(name, "") for name in _ASKED}
        if not self._is_asked_well(asked):
            return _refusal("This choice belongs to no sign-in.")
        if form.get("person") == "":
            return self._back(asked, error="access_denied")
        claims = _claims(form)
        if claims is None:
            return _refusal("Choose a person, or give a name and an e-mail address.")
        code = secrets.token_urlsafe()
        granted = _Granted(claims, asked["nonce"], asked["code_challenge"], time.monotonic() + CODE_S_MAX)
        self._codes[code] = granted
        while len(self._codes) > _CODES_MAX:
            self._codes.popitem(last=False)
        return self._back(asked, code=code)

    async def _token(self, request: Request) -> Response:
        """Exchange a code, once."""
        form = await _form(request)
        if not self._is_client(request.headers.get("authorization", "")):
            return _error("invalid_client", 401)
        granted = self._codes.pop(form.get("code", ""), None)
        if (
            granted is None
            or granted.until_s < time.monotonic()
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != self._redirect_uri
            or not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), granted.challenge)
        ):
            return _error("invalid_grant", 400)
        now, key = int(time.time()), self._signing_key()
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + ID_TOKEN_S, "nonce": granted.nonce}
        id_token = jwt.encode({"alg": "RS256", "kid": key.kid}, {**granted.claims, **claims}, key)
        answer = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "expires_in": ID_TOKEN_S}
        return JSONResponse({**answer, "id_token": id_token}, headers={"cache-control": "no-store"})

    def _is_asked_well(self, asked: dict[str, str]) -> bool:
        return asked["redirect_uri"] == self._redirect_uri and all(asked.values()) and asked["code_challenge"].isascii()

    def _is_client(self, authorization: str) -> bool:
        scheme, _, encoded = authorization.partition(" ")
        try:
            shown = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except ValueError:
            return False
        return hmac.compare_digest(shown, f"{CLIENT_ID}:{self.client_secret}".encode())

    def _back(self, asked: dict[str, str], **answer: str) -> Response:
        query = urlencode({**answer, "state": asked["state"]})
        return RedirectResponse(f"{self._redirect_uri}?{query}", status_code=303)


def _claims(form: dict[str, str]) -> dict[str, object] | None:
    """Say who it is: a demo person, or the one and only with that e-mail address."""
    person = form.get("person")
    if person is not None:
        if person not in PEOPLE:
            return None
        return {"sub": person, "name": person.title(), "email": f"{person}@example.com", "email_verified": True}
    try:
        email = normal_email(form.get("email", ""))
    except ValueError:
        return None
    subject = f"typed-{sha256(email.encode()).hexdigest()[:32]}"
    return {"sub": subject, "name": form.get("name", ""), "email": email, "email_verified": True}


async def _form(request: Request) -> dict[str, str]:
    """Read a form; what is too large or none is an empty one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_BYTES_MAX:
            return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _refusal(message: str) -> Response:
    return page("That does not work", f"<p>{escape(message)}</p>", status=400)


def _error(code: str, status: int) -> Response:
    return JSONResponse({"error": code}, status_code=status, headers={"cache-control": "no-store"})
