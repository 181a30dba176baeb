"""A provider as a stranger runs it: an OpenID Connect issuer and a GitHub, over real HTTP, that misbehave on demand."""

import asyncio
import hmac
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "allotment-client"
CLIENT_SECRET = "not-to-be-told-client-secret"
HANG_S = 30.0
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@dataclass
class Conduct:
    """How the provider behaves. Places are: metadata, keys, token, api, emails."""

    subject: str = "subject-1"
    email: str = "Ada@Example.com"
    verified: bool = True
    name: str = "Ada Lovelace"
    denies: str | None = None
    breaks_at: str | None = None
    """Answers 500 there."""
    hangs_at: str | None = None
    garbles_at: str | None = None
    """Answers something that is not JSON there."""
    claims: dict[str, object] = field(default_factory=dict)
    """Claims that replace the right ones; None leaves one out."""
    signs_with: str = "KEY"
    """KEY, OTHER_KEY, NONE, HMAC (with the public key, as a confused verifier would take it), GARBAGE, NOTHING."""
    metadata: dict[str, object] = field(default_factory=dict)
    emails: list[dict[str, object]] | None = None
    """GitHub's list, if it is not the usual one."""
    github_id: object = 1001


@dataclass(frozen=True)
class Authorization:
    """What somebody agreed to."""

    redirect_uri: str
    challenge: str
    nonce: str | None


class LocalProvider:
    """Both shapes under one origin."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.conduct = Conduct()
        self.asked: list[dict[str, str]] = []
        """What browsers came with, the newest last."""
        self.secrets: set[str] = {CLIENT_SECRET}
        """Everything that must never be told to anybody."""
        self._codes: dict[str, Authorization] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/login/oauth/authorize", self._authorize),
                Route("/login/oauth/access_token", self._github_token, methods=["POST"]),
                Route("/api/user", self._user),
                Route("/api/user/emails", self._emails),
            ]
        )

    async def _spoilt(self, place: str) -> Response | None:
        conduct = self.conduct
        if conduct.hangs_at == place:
            await asyncio.sleep(HANG_S)
        if conduct.breaks_at == place:
            return PlainTextResponse("the provider is broken", status_code=500)
        if conduct.garbles_at == place:
            return PlainTextResponse('{"half": ', media_type="application/json")
        return None

    async def _metadata(self, _request: Request) -> Response:
        usual = {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return await self._spoilt("metadata") or JSONResponse({**usual, **self.conduct.metadata})

    async def _keys(self, _request: Request) -> Response:
        return await self._spoilt("keys") or JSONResponse({"keys": [KEY.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 20
        if self.conduct.denies:
            answer = {"error": self.conduct.denies, "error_description": "<b>no</b>", "state": asked["state"]}
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=303)
        code = secrets.token_urlsafe()
        self.secrets.add(code)
        self._codes[code] = Authorization(asked["redirect_uri"], asked["code_challenge"], asked.get("nonce"))
        answer = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=303)

    async def _token(self, request: Request) -> Response:
        if spoilt := await self._spoilt("token"):
            return spoilt
        form = await _form(request)
        shown = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        assert unquote(shown) == f"{CLIENT_ID}:{CLIENT_SECRET}"
        granted = self._take(form)
        if granted is None:
            return JSONResponse({"error": "invalid_grant", "error_description": "used"}, status_code=400)
        assert granted.nonce
        answer: dict[str, object] = {"access_token": self._secret(), "token_type": "Bearer", "expires_in": 60}
        if self.conduct.signs_with != "NOTHING":
            answer["id_token"] = self._id_token(granted.nonce)
        return JSONResponse(answer)

    async def _github_token(self, request: Request) -> Response:
        if spoilt := await self._spoilt("token"):
            return spoilt
        form = await _form(request)
        assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        if self._take(form) is None:  # GitHub tells errors with status 200
            return JSONResponse({"error": "bad_verification_code", "error_description": "used"})
        return JSONResponse({"access_token": self._secret(), "token_type": "bearer", "scope": "user:email"})

    async def _user(self, request: Request) -> Response:
        assert request.headers["authorization"].removeprefix("Bearer ") in self.secrets
        user = {"id": self.conduct.github_id, "login": "ada", "name": self.conduct.name, "email": "public@example.com"}
        return await self._spoilt("api") or JSONResponse(user)

    async def _emails(self, request: Request) -> Response:
        assert request.headers["authorization"].removeprefix("Bearer ") in self.secrets
        usual = [
            {"email": "other@example.com", "primary": False, "verified": True},
            {"email": self.conduct.email, "primary": True, "verified": self.conduct.verified},
        ]
        return await self._spoilt("emails") or JSONResponse(
            usual if self.conduct.emails is None else self.conduct.emails
        )

    def _take(self, form: dict[str, str]) -> Authorization | None:
        """Take a code that is good, once, with the right verifier."""
        assert form["grant_type"] == "authorization_code"
        granted = self._codes.pop(form["code"], None)
        if granted is None:
            return None
        assert form["redirect_uri"] == granted.redirect_uri
        self.secrets.add(form["code_verifier"])
        digest = _encoded(sha256(form["code_verifier"].encode()).digest())
        assert hmac.compare_digest(digest, granted.challenge)
        return granted

    def _id_token(self, nonce: str) -> str:
        conduct, now = self.conduct, int(time.time())
        claims: dict[str, Any] = {
            "iss": self.origin,
            "aud": CLIENT_ID,
            "sub": conduct.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "email": conduct.email,
            "email_verified": conduct.verified,
            "name": conduct.name,
            **conduct.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        token = self._signed(claims)
        self.secrets.add(token)
        return token

    def _signed(self, claims: dict[str, Any]) -> str:
        match self.conduct.signs_with:
            case "OTHER_KEY":
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER_KEY)
            case "NONE":
                return _raw({"alg": "none"}, claims, b"")
            case "HMAC":
                return _raw({"alg": "HS256"}, claims, KEY.as_pem(private=False))
            case "GARBAGE":
                return "not.a.token"
            case _:
                return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)

    def _secret(self) -> str:
        token = secrets.token_urlsafe()
        self.secrets.add(token)
        return token


def _raw(header: dict[str, str], claims: dict[str, Any], secret: bytes) -> str:
    """A token as an attacker writes it: libraries refuse to."""
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_encoded(hmac.digest(secret, signed.encode(), 'sha256')) if secret else ''}"


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
