"""Providers: who says who somebody is. Authlib speaks to them; what they answer is judged here.

A provider is a stranger: it may be slow, away, broken or impersonated, and nothing that it says is believed that is
not signed for us, or fetched by us from its own address.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpx2
from authlib.integrations.base_client.errors import MismatchingStateError
from authlib.integrations.starlette_client import OAuth, OAuthError
from joserfc.errors import JoseError
from starlette.requests import Request

from app.sign_in.addresses import read_address
from app.sign_in.claims import asserted
from app.sign_in.problems import Problem, ProblemCode
from app.sign_in.settings import GitHubSettings
from models.identities import Provider
from services.signing_in import Assertion

CONVERSATIONS_MAX = 100
"""With one provider at once; more are told that it does not answer."""
METADATA_S_MAX = 3_600
"""How long an issuer's endpoints and keys are believed before they are read again."""

_METADATA: Final = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "_loaded_at")
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Signatures with a private key; never HMAC or none, whatever an issuer lists."""
_USED_CODE: Final = frozenset({"invalid_grant", "bad_verification_code"})


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes now, and by which state it comes back."""

    url: str
    state: str


class SignInProvider(Protocol):
    """A provider as the routes know it. Both verbs read and write `request.session`.

    Raises of both:
        Problem: it does not answer, or what it answers is not good.
    """

    @property
    def slug(self) -> str:
        """Its name in addresses."""

    @property
    def title(self) -> str:
        """Its name for people."""

    async def begin(self, request: Request, redirect_uri: str) -> Begun:
        """Begin a sign-in."""

    async def finish(self, request: Request) -> Assertion:
        """Take up a sign-in that the browser brings back."""


class _Conversation:
    """Bounds what a provider may take of us, and tells apart the ways in which it fails."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._under_way = 0

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        if self._under_way >= CONVERSATIONS_MAX:
            raise Problem(ProblemCode.PROVIDER_UNAVAILABLE, f"{CONVERSATIONS_MAX} conversations are under way")
        self._under_way += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except Problem:
            raise
        except MismatchingStateError:
            raise Problem(ProblemCode.STATE_UNKNOWN) from None
        except (TimeoutError, httpx2.HTTPError) as error:
            raise Problem(ProblemCode.PROVIDER_UNAVAILABLE, type(error).__name__) from None
        except OAuthError as error:
            raise _refused(str(error.error)) from None
        except JoseError as error:
            raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, f"{type(error).__name__} {_word(error.error)}") from None
        except Exception as error:  # noqa: BLE001  (a library may stumble in any way over a stranger's answer)
            raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, type(error).__name__) from None
        finally:
            self._under_way -= 1


class OpenIdProvider:
    """An OpenID Connect issuer: discovery, code with PKCE, state and nonce, a signed id_token."""

    def __init__(
        self,
        slug: str,
        title: str,
        kind: Provider,
        *,
        issuer: str,
        client: tuple[str, str],
        timeout_s: float,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.slug, self.title = slug, title
        self._kind, self._issuer, self._keys = kind, issuer, client
        self._options = _options(issuer, timeout_s, "openid email profile")
        if transport is not None:
            self._options["transport"] = transport
        self._conversation = _Conversation(timeout_s)
        self._made: Any = None
        self._made_at_s = 0.0

    async def begin(self, request: Request, redirect_uri: str) -> Begun:
        """Begin a sign-in."""
        async with self._conversation.hold():
            return await _begin(await self._client(), request, redirect_uri)

    async def finish(self, request: Request) -> Assertion:
        """Exchange the code, verify the id_token: signature, issuer, audience, times and nonce."""
        async with self._conversation.hold():
            client = await self._client()
            essential = {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._keys[0]},
                "sub": {"essential": True},
            }
            token = await client.authorize_access_token(request, claims_options=essential)
            claims = token.get("userinfo")
            if not isinstance(claims, Mapping):
                raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, "there is no id_token")
            verified = claims.get("email_verified") in (True, "true")
            return asserted(self._kind, claims, claims.get("email") if verified else None, request)

    async def _client(self) -> Any:
        """Give Authlib's client, with metadata that is not too old."""
        if self._made is not None and time.monotonic() - self._made_at_s < METADATA_S_MAX:
            return self._made
        client = OAuth().register(
            self.slug,
            client_id=self._keys[0],
            client_secret=self._keys[1],
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs=self._options,
        )
        client.server_metadata = self._checked(await client.load_server_metadata())
        self._made, self._made_at_s = client, time.monotonic()
        return client

    def _checked(self, loaded: Mapping[str, Any]) -> dict[str, Any]:
        """Take what is known and meant for us: Authlib hands every member on, options of the connection included."""
        metadata: dict[str, Any] = {name: loaded[name] for name in _METADATA}
        if metadata["issuer"] != self._issuer:
            raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, "the metadata is another issuer's")
        for name in _ENDPOINTS:
            address = read_address(str(metadata[name]))
            if address is None or (self._issuer.startswith("https://") and not address.origin.startswith("https://")):
                raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, f"the metadata's {name} cannot be used")
        offered = loaded.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in _ALGORITHMS if name in offered]
        if not metadata["id_token_signing_alg_values_supported"]:
            raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, "no signature that it offers is accepted")
        return metadata


class GitHubProvider:
    """GitHub: OAuth 2 with PKCE; who it is and which e-mail is verified, its API says."""

    slug = "github"
    title = "GitHub"

    def __init__(self, settings: GitHubSettings, *, timeout_s: float) -> None:
        self._conversation = _Conversation(timeout_s)
        self._client: Any = OAuth().register(
            self.slug,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            authorize_url=settings.authorize_url,
            access_token_url=settings.token_url,
            api_base_url=f"{settings.api_url}/",
            client_kwargs={
                **_options(settings.api_url, timeout_s, "read:user user:email"),
                "token_endpoint_auth_method": "client_secret_post",
            },
        )

    async def begin(self, request: Request, redirect_uri: str) -> Begun:
        """Begin a sign-in."""
        async with self._conversation.hold():
            return await _begin(self._client, request, redirect_uri)

    async def finish(self, request: Request) -> Assertion:
        """Exchange the code, and ask the API for the user and for the primary address, if it is verified."""
        async with self._conversation.hold():
            token = await self._client.authorize_access_token(request)
            user = await self._read("user", token)
            if not isinstance(user["id"], int) or isinstance(user["id"], bool):
                raise Problem(ProblemCode.PROVIDER_ANSWER_INVALID, "the user's id is no number")
            emails = await self._read("user/emails", token)
            verified = [each["email"] for each in emails if each["primary"] is True and each["verified"] is True]
            claims = {"sub": str(user["id"]), "name": user.get("name") or user.get("login")}
            return asserted(Provider.GITHUB, claims, verified[0] if verified else None, request)

    async def _read(self, path: str, token: object) -> Any:
        response = await self._client.get(path, token=token, headers={"accept": "application/vnd.github+json"})
        response.raise_for_status()
        return response.json()


async def _begin(client: Any, request: Request, redirect_uri: str) -> Begun:
    begun = await client.create_authorization_url(redirect_uri)
    url, state = str(begun.pop("url")), str(begun["state"])
    await client.save_authorize_data(request, redirect_uri=redirect_uri, **begun)
    return Begun(url, state)


def _options(base: str, timeout_s: float, scope: str) -> dict[str, Any]:
    """Options of Authlib's HTTP client. Proxies of the environment are for the world outside of this machine."""
    address = read_address(base)
    return {
        "scope": scope,
        "code_challenge_method": "S256",
        "timeout": timeout_s,
        "trust_env": address is None or not address.is_loopback,
    }


def _refused(error: str) -> Problem:
    if error in _USED_CODE:
        return Problem(ProblemCode.CODE_REFUSED, _word(error))
    return Problem(ProblemCode.PROVIDER_ANSWER_INVALID, f"OAuth error {_word(error)}")


def _word(text: object) -> str:
    """A code of the standards as it is; any other text is the provider's own, and not for the log."""
    return str(text) if re.fullmatch(r"[a-z_]{1,40}", str(text)) else "of its own words"
