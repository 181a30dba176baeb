"""Exchange codes: how a session reaches a page on another origin (A2, issue 3).

The page is opened with a code in its address, good for a minute and once, and exchanges it for the session's token.
Addresses end up in histories and logs, so the session gets its secret at the exchange only: until then nobody has one
that works. A page that gave a challenge (S256, as RFC 7636 has it) must show its verifier, so that a code alone is
worth nothing.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from models.credentials import CredentialKind
from services.runtime import Runtime
from services.tokens import IssuedCredential, hash_secret, new_secret, write_token

CODE_LASTS = timedelta(seconds=60)
CODE_CHARACTERS_MAX = 100
VERIFIER_CHARACTERS_MAX = 128

_PREFIX = "alx_"

_PUT = """
INSERT INTO one_time_codes (code_hash, purpose, person_id, credential_id, expires_at)
VALUES ($1, 'EXCHANGE', $2, $3, $4)
"""
# the row's lock lets one of many through; the others see that it was used
_USE = """
WITH used AS (
    UPDATE one_time_codes SET used_at = $2
    WHERE code_hash = $1 AND purpose = 'EXCHANGE' AND used_at IS NULL AND expires_at > $2
    RETURNING credential_id
)
UPDATE credentials c SET secret_hash = $3 FROM used
WHERE c.id = used.credential_id AND c.kind = 'SESSION' AND c.revoked_at IS NULL
    AND (c.expires_at IS NULL OR c.expires_at > $2)
RETURNING c.id, c.person_id
"""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """Whose session it is, and its token, shown this once."""

    person_id: UUID
    credential: IssuedCredential


async def make_exchange_code(runtime: Runtime, person_id: UUID, session_id: UUID, challenge: str | None = None) -> str:
    """Make a code that stands for a new session, whose present token is worth nothing once it is exchanged.

    Args:
        runtime: what verbs work with.
        person_id: whose session it is.
        session_id: the session.
        challenge: base64url of the SHA-256 of the verifier that the exchange must show; None: it shows none.
    """
    code = _PREFIX + new_secret()
    expires_at = runtime.clock() + CODE_LASTS
    await runtime.database.pool.execute(_PUT, _hash(code, challenge), person_id, session_id, expires_at)
    return code


async def exchange(runtime: Runtime, code: str, verifier: str | None = None) -> Exchanged | None:
    """Exchange a code: one statement. However many come with it, one gets the token.

    Returns None if the code is unknown, expired or used, its session has ended, or the verifier is not the one. Which
    of these is not told. A wrong verifier uses nothing up.
    """
    if not code.startswith(_PREFIX) or len(code) > CODE_CHARACTERS_MAX or not code.isascii():
        return None
    if verifier is not None and (len(verifier) > VERIFIER_CHARACTERS_MAX or not verifier.isascii()):
        return None
    secret = new_secret()
    hash_ = _hash(code, challenge_of(verifier) if verifier is not None else None)
    row = await runtime.database.pool.fetchrow(_USE, hash_, runtime.clock(), hash_secret(secret))
    if row is None:
        return None
    token = write_token(CredentialKind.SESSION, row["id"], secret)
    return Exchanged(row["person_id"], IssuedCredential(row["id"], token))


def challenge_of(verifier: str) -> str:
    """Compute the S256 challenge of a verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _hash(code: str, challenge: str | None) -> str:
    """Hash a code together with its challenge: under another challenge it is another code."""
    return sha256(f"{code}.{challenge or ''}".encode()).hexdigest()
