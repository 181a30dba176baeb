"""Addresses of the web as settings and requests give them: read strictly, compared as text."""

import ipaddress
import re
from dataclasses import dataclass

RETURN_TO_CHARACTERS_MAX = 1_000

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
    r"(?:\?(?P<query>[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*))?"
)
"""An absolute URL in its plain form: no user, no fragment, no capitals before the path, nothing to be repaired."""

_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
"""A path, perhaps with a query, that no browser takes for another host: neither `//host` nor `/\\host`."""

_DEFAULT_PORT = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An absolute http or https URL."""

    origin: str
    path: str
    query: str
    is_loopback: bool

    @property
    def without_query(self) -> str:
        """What allow-lists compare."""
        return f"{self.origin}{self.path}"

    @property
    def is_safe(self) -> bool:
        """Whether nobody on the way reads or changes what is sent there."""
        return self.is_loopback or self.origin.startswith("https://")


def read_address(text: str) -> WebAddress | None:
    """Read an absolute URL; None: it is none, or one that parsers could disagree about."""
    found = _URL.fullmatch(text)
    if found is None:
        return None
    scheme, host, port = found["scheme"], found["host"], found["port"]
    if port is not None and int(port) > 65_535:
        return None
    authority = host if port in (None, _DEFAULT_PORT[scheme]) else f"{host}:{port}"
    return WebAddress(f"{scheme}://{authority}", found["path"] or "/", found["query"] or "", _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Target:
    """Where a browser goes after sign-in, and whether that is a page of ours, which the cookie serves."""

    url: str
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Targets:
    """The allow-list of where to go after sign-in: any page of ours, and the URLs that are listed, with any query."""

    own_origin: str
    listed: tuple[str, ...]
    """Absolute URLs without a query."""

    def find(self, return_to: str) -> Target | None:
        """Give the target that is asked for; None: it is not allowed.

        Nothing is normalised: what is not in its plain form already is refused, because browsers, proxies and
        libraries repair such things in different ways.
        """
        if len(return_to) > RETURN_TO_CHARACTERS_MAX:
            return None
        if return_to.startswith("/"):
            return Target(self.own_origin + return_to, True) if _OWN_PATH.fullmatch(return_to) else None
        address = read_address(return_to)
        if address is None:
            return None
        if address.origin == self.own_origin:
            own = address.path + (f"?{address.query}" if address.query else "")
            return self.find(own)
        if address.without_query not in self.listed or _names_code(address.query):
            return None
        url = address.without_query + (f"?{address.query}" if address.query else "")
        return Target(url, False)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of what is listed."""
        return tuple(dict.fromkeys(address.origin for url in self.listed if (address := read_address(url))))


def _names_code(query: str) -> bool:
    """Whether a query has a `code` already: two of them would let a page read the wrong one."""
    return any(re.fullmatch(r"(?i)(c|%63)(o|%6f)(d|%64)(e|%65)", part.partition("=")[0]) for part in query.split("&"))
