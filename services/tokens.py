"""Tokens: what bearers show (G1).

A token reads `als_<id>_<secret>`: the id finds the row, so that no secret is ever looked up, and the prefix tells the
kind and lets scanners find leaked ones. The secret has 256 random bits, for which a plain SHA-256 is as good as a
slow hash and costs a request nothing.
"""

import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.errors import Unauthenticated
from domain.ids import parse_public_id, public_id, uuid7
from models.credentials import CredentialKind

PREFIX = {
    CredentialKind.SESSION: "als",
    CredentialKind.GUEST_SESSION: "alg",
    CredentialKind.SERVICE_KEY: "alk",
    CredentialKind.OPERATOR_KEY: "alo",
}
SECRET_BYTES = 32
HASH_BYTES = 32
TOKEN_CHARACTERS_MAX = 100

_ID_CHARACTERS = 26
_KIND = {prefix: kind for kind, prefix in PREFIX.items()}


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that somebody shows; whether it is genuine is another question. Holds hashes only."""

    kind: CredentialKind
    id: UUID
    secret_hash: bytes
    hash: bytes
    """SHA-256 of the whole token."""


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """A new credential; `token` is shown this once and stands nowhere."""

    id: UUID
    token: str

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"IssuedCredential(id={self.id!r})"


def new_secret() -> str:
    """Make 256 random bits, as 43 characters."""
    return urlsafe_b64encode(os.urandom(SECRET_BYTES)).rstrip(b"=").decode()


def new_id(now: datetime) -> UUID:
    """Make a credential's id."""
    return uuid7(now, os.urandom(10))


def write_token(kind: CredentialKind, id_: UUID, secret: str) -> str:
    """Write the token of a credential."""
    return f"{public_id(PREFIX[kind], id_)}_{secret}"


def hash_secret(secret: str) -> bytes:
    """Hash what is kept of a secret."""
    return sha256(secret.encode()).digest()


def read_token(token: str) -> Shown:
    """Read a token.

    Raises:
        Unauthenticated: it is none.
    """
    if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
        raise unknown()
    prefix, _, rest = token.partition("_")
    body, _, secret = rest.partition("_")
    kind = _KIND.get(prefix)
    if kind is None or len(body) != _ID_CHARACTERS or not secret:
        raise unknown()
    try:
        id_ = parse_public_id(prefix, f"{prefix}_{body}")
    except ValueError:
        raise unknown() from None
    return Shown(kind, id_, hash_secret(secret), sha256(token.encode()).digest())


def unknown() -> Unauthenticated:
    """Say the one thing that is said of all credentials that do not hold."""
    return Unauthenticated("The credential is unknown, expired or revoked.")
