"""What an installation decides about sign-in and browsers."""

import re
from dataclasses import dataclass, field
from typing import Protocol

from app.sign_in.addresses import WebAddress, read_address

PROVIDER_TIMEOUT_S = 10.0
_TIMEOUT_S_MAX = 60.0
_LISTED_MAX = 100


class Reads(Protocol):
    """Reads variables, and collects what is wrong with them."""

    def text(self, name: str) -> str | None:
        """Give a variable's value; None: it is not set."""

    def refuse(self, name: str, value: str, allowed: str) -> None:
        """Note a value that cannot be used, and what could."""

    def demand(self, problem: str) -> None:
        """Note what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    """An OpenID Connect client at Google, or at whoever `issuer` is."""

    client_id: str
    client_secret: str = field(repr=False)
    issuer: str = "https://accounts.google.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubSettings:
    """An OAuth app at GitHub."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str = "https://github.com/login/oauth/authorize"
    token_url: str = "https://github.com/login/oauth/access_token"  # noqa: S105  (an address)
    api_url: str = "https://api.github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSettings:
    """Who people sign in with, and which pages of others may work with us. A provider that is None is not offered."""

    public_url: str | None = None
    """The origin that browsers see, such as https://api.example.com; None: host and port, over http."""
    google: GoogleSettings | None = None
    github: GitHubSettings | None = None
    allowed_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API with credentials (CORS)."""
    return_urls: tuple[str, ...] = ()
    """Pages on other origins to which people may return after sign-in, with any query."""
    provider_timeout_s: float = PROVIDER_TIMEOUT_S
    """How long a provider may take, all its answers together."""


def read_sign_in(read: Reads, *, production: bool) -> SignInSettings:
    """Read the variables of sign-in; problems are noted in `read`."""
    default = SignInSettings()
    timeout = read.text("ALLOT_PROVIDER_TIMEOUT_S")
    settings = SignInSettings(
        public_url=_origin(read, "ALLOT_PUBLIC_URL", production=production),
        google=_google(read, production=production),
        github=_github(read, production=production),
        allowed_origins=tuple(
            address.origin for address in _listed(read, "ALLOT_ALLOWED_ORIGINS", production=production, paths=False)
        ),
        return_urls=tuple(
            address.without_query for address in _listed(read, "ALLOT_RETURN_URLS", production=production, paths=True)
        ),
        provider_timeout_s=_seconds(read, "ALLOT_PROVIDER_TIMEOUT_S", timeout) or default.provider_timeout_s,
    )
    if production and settings.public_url is None and (settings.google or settings.github):
        read.demand("ALLOT_PUBLIC_URL is needed to sign people in: the origin that browsers see, https://…")
    return settings


def _google(read: Reads, *, production: bool) -> GoogleSettings | None:
    issuer = _endpoint(read, "ALLOT_GOOGLE_ISSUER", "https://accounts.google.com", production=production)
    client = _client(read, "ALLOT_GOOGLE")
    return GoogleSettings(client_id=client[0], client_secret=client[1], issuer=issuer) if client else None


def _github(read: Reads, *, production: bool) -> GitHubSettings | None:
    default = GitHubSettings(client_id="", client_secret="")
    urls = [
        _endpoint(read, name, usual, production=production)
        for name, usual in (
            ("ALLOT_GITHUB_AUTHORIZE_URL", default.authorize_url),
            ("ALLOT_GITHUB_TOKEN_URL", default.token_url),
            ("ALLOT_GITHUB_API_URL", default.api_url),
        )
    ]
    client = _client(read, "ALLOT_GITHUB")
    if client is None:
        return None
    return GitHubSettings(
        client_id=client[0], client_secret=client[1], authorize_url=urls[0], token_url=urls[1], api_url=urls[2]
    )


def _client(read: Reads, prefix: str) -> tuple[str, str] | None:
    id_, secret = read.text(f"{prefix}_CLIENT_ID"), read.text(f"{prefix}_CLIENT_SECRET")
    if (id_ is None) != (secret is None):
        missing = "CLIENT_SECRET" if secret is None else "CLIENT_ID"
        read.demand(f"{prefix}_{missing} is missing: a provider is offered with both, or not at all")
    return (id_, secret) if id_ and secret else None


def _endpoint(read: Reads, name: str, default: str, *, production: bool) -> str:
    value = read.text(name)
    if value is None:
        return default
    address = read_address(value)
    if address is None or address.query or (production and not address.is_safe):
        read.refuse(name, value, "an https:// URL without a query (http:// on this machine, or outside production)")
        return default
    return address.without_query.rstrip("/")


def _origin(read: Reads, name: str, *, production: bool) -> str | None:
    value = read.text(name)
    if value is None:
        return None
    address = read_address(value)
    if address is None or not _is_origin(address) or (production and not address.is_safe):
        read.refuse(name, value, "an origin such as https://api.example.com, without a path (https in production)")
        return None
    return address.origin


def _listed(read: Reads, name: str, *, production: bool, paths: bool) -> list[WebAddress]:
    values = [value for value in re.split(r"[\s,]+", read.text(name) or "") if value]
    found = []
    for value in values[: _LISTED_MAX + 1]:
        address = read_address(value)
        fits = address is not None and not address.query and (paths or _is_origin(address))
        if address is None or not fits or (production and not address.is_safe):
            what = "URLs such as https://app.example.com/signed-in" if paths else "origins such as https://example.com"
            read.refuse(name, value, f"{what}, separated by commas, without query or wildcard (https in production)")
        else:
            found.append(address)
    if len(values) > _LISTED_MAX:
        read.refuse(name, f"{len(values)} of them", f"at most {_LISTED_MAX}")
    return found


def _is_origin(address: WebAddress) -> bool:
    return address.path == "/" and not address.query


def _seconds(read: Reads, name: str, value: str | None) -> float | None:
    if value is None:
        return None
    number = float(value) if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", value) else 0.0
    if not 0 < number <= _TIMEOUT_S_MAX:
        read.refuse(name, value, f"seconds above 0, up to {_TIMEOUT_S_MAX:g}")
        return None
    return number
