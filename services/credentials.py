"""Bearer credentials: made, shown once, kept as hashes, checked in constant time (G1).

A token reads `als_<id>_<secret>` (session) or `alk_<id>_<secret>` (service key): the id finds the row, so that no
secret is ever looked up, and the prefix lets scanners find leaked ones. The secret has 256 random bits, for which
a plain SHA-256 is as good as a slow hash and costs a request nothing.
"""

import hmac
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from domain.errors import Unauthenticated
from domain.ids import parse_public_id, public_id, uuid7
from domain.principals import ANONYMOUS, Caller, Principal
from feed.topics import access_topic
from models.credentials import Credential, CredentialKind
from services.runtime import Runtime

_PREFIX = {CredentialKind.SESSION: "als", CredentialKind.SERVICE_KEY: "alk"}
_SECRET_BYTES = 32
_ID_CHARACTERS = 26
TOKEN_CHARACTERS_MAX = 100

_FIND = """
SELECT c.kind, c.secret_hash, c.person_id, c.service_account_id, c.workspace_id, c.scopes
FROM credentials c LEFT JOIN persons p ON p.id = c.person_id
WHERE c.id = $1 AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2)
    AND (p.id IS NULL OR p.status = 'ACTIVE')
"""


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """A new credential; `token` is shown this once and stands nowhere."""

    id: UUID
    token: str

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"IssuedCredential(id={self.id!r})"


async def issue_session(runtime: Runtime, person_id: UUID, label: str, lasts: timedelta) -> IssuedCredential:
    """Make a session of a person."""
    id_, secret = _new(runtime)
    kind = CredentialKind.SESSION
    token = await put_credential(runtime, id_, kind, label, secret, person_id=person_id, lasts=lasts)
    return IssuedCredential(id_, token)


async def issue_service_key(
    runtime: Runtime, service_account_id: UUID, label: str, scopes: frozenset[str], workspace_id: UUID | None = None
) -> IssuedCredential:
    """Make a key of a service account, with scopes, and narrowed to a workspace if one is given."""
    id_, secret = _new(runtime)
    token = await put_credential(
        runtime,
        id_,
        CredentialKind.SERVICE_KEY,
        label,
        secret,
        service_account_id=service_account_id,
        workspace_id=workspace_id,
        scopes=sorted(scopes),
    )
    return IssuedCredential(id_, token)


async def revoke(runtime: Runtime, credential_id: UUID) -> None:
    """End a credential, and what is open with it; ending it again changes nothing."""
    credential = await Credential.get_or_none(id=credential_id)
    if credential is None:
        return
    # not before it was made, though this server's clock may run behind the one that made it
    at = max(runtime.clock(), credential.created_at)
    await Credential.filter(id=credential_id, revoked_at=None).update(revoked_at=at)
    if subject := credential.person_id or credential.service_account_id:
        await runtime.broker.wake([access_topic(subject)])


async def authenticate(runtime: Runtime, token: str | None) -> Principal:
    """Find out who calls: one statement; none without a token.

    Raises:
        Unauthenticated: the token is malformed, unknown, expired or revoked, or its person is not active. Which of
            these is not told.
    """
    if token is None:
        return ANONYMOUS
    kind, id_, secret = _parse(token)
    row = await runtime.database.pool.fetchrow(_FIND, id_, runtime.clock())
    expected = row["secret_hash"] if row else bytes(_SECRET_BYTES)
    genuine = hmac.compare_digest(sha256(secret.encode()).digest(), expected)
    if row is None or not genuine or row["kind"] != kind:
        raise _unknown()
    if kind is CredentialKind.SESSION:
        return Principal(Caller.USER, row["person_id"], id_)
    scopes = frozenset(row["scopes"])
    return Principal(Caller.SERVICE, row["service_account_id"], id_, scopes, row["workspace_id"])


async def is_valid(runtime: Runtime, principal: Principal) -> bool:
    """Tell whether the credential that a principal came with still holds: for what lives longer than a request."""
    if principal.credential is None:
        return principal == ANONYMOUS
    return await runtime.database.pool.fetchrow(_FIND, principal.credential, runtime.clock()) is not None


async def put_credential(
    runtime: Runtime,
    id_: UUID,
    kind: CredentialKind,
    label: str,
    secret: str,
    *,
    person_id: UUID | None = None,
    service_account_id: UUID | None = None,
    workspace_id: UUID | None = None,
    scopes: list[str] | None = None,
    lasts: timedelta | None = None,
) -> str:
    """Store a credential under a given id and secret, or give the one with that id this secret; return its token.

    One that is stored with this secret already stays as it is.
    """
    now: datetime = runtime.clock()
    token, hash_ = f"{public_id(_PREFIX[kind], id_)}_{secret}", sha256(secret.encode()).digest()
    if await Credential.exists(id=id_, secret_hash=hash_):
        return token
    await Credential.update_or_create(
        id=id_,
        defaults={
            "kind": kind,
            "label": label,
            "secret_hash": hash_,
            "person_id": person_id,
            "service_account_id": service_account_id,
            "workspace_id": workspace_id,
            "scopes": scopes or [],
            "created_at": now,
            "expires_at": now + lasts if lasts else None,
        },
    )
    return token


def _new(runtime: Runtime) -> tuple[UUID, str]:
    secret = urlsafe_b64encode(os.urandom(_SECRET_BYTES)).rstrip(b"=").decode()
    return uuid7(runtime.clock(), os.urandom(10)), secret


def _parse(token: str) -> tuple[CredentialKind, UUID, str]:
    if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
        raise _unknown()
    prefix, _, rest = token.partition("_")
    body, _, secret = rest.partition("_")
    for kind, known in _PREFIX.items():
        if prefix == known and len(body) == _ID_CHARACTERS and secret:
            try:
                return kind, parse_public_id(prefix, f"{prefix}_{body}"), secret
            except ValueError:
                break
    raise _unknown()


def _unknown() -> Unauthenticated:
    return Unauthenticated("The credential is unknown, expired or revoked.")
