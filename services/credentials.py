"""Bearer credentials: made, shown once, kept as hashes (G1). `services.tokens` says what they look like."""

from datetime import datetime, timedelta
from uuid import UUID

from feed.topics import access_topic
from models.credentials import Credential, CredentialKind
from models.database import Connection
from services.runtime import Runtime
from services.tokens import IssuedCredential, hash_secret, new_id, new_secret, write_token

__all__ = ["IssuedCredential"]

SESSIONS_PER_PERSON_MAX = 20
"""A new one ends the one that was seen least recently."""

_LOCK = "SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_PUT_SESSION = """
WITH others AS (
    SELECT id FROM credentials
    WHERE person_id = $1 AND kind <> 'API_KEY' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
    ORDER BY coalesce(last_seen_at, created_at) DESC, id DESC OFFSET $9
), ended AS (
    UPDATE credentials SET revoked_at = greatest($2, created_at) WHERE id IN (SELECT id FROM others)
)
INSERT INTO credentials (id, kind, label, secret_hash, person_id, scopes, created_at, last_seen_at, expires_at, ends_at)
VALUES ($3, $4, $5, $6, $1, '{}', $2, $2, $7, $8)
"""


async def issue_session(runtime: Runtime, person_id: UUID, label: str, lasts: timedelta) -> IssuedCredential:
    """Make a session of a person that lasts so long, used or not: for command lines."""
    now = runtime.clock()
    async with runtime.database.transaction() as connection:
        issued = await put_session(connection, now, person_id, label, expires_at=now + lasts)
    await runtime.broker.wake([access_topic(person_id)])
    return issued


async def put_session(
    connection: Connection,
    now: datetime,
    person_id: UUID,
    label: str,
    *,
    expires_at: datetime,
    ends_at: datetime | None = None,
    kind: CredentialKind = CredentialKind.SESSION,
) -> IssuedCredential:
    """Make a session in the caller's transaction; wake `access_topic(person_id)` after it.

    A person has at most `SESSIONS_PER_PERSON_MAX`; those that were seen least recently are ended.

    Args:
        connection: in a transaction.
        now: when it begins.
        person_id: whose.
        label: what people see.
        expires_at: when it ends unless it is used.
        ends_at: when it ends however much it is used; None: use does not make it last.
        kind: SESSION or GUEST_SESSION.
    """
    id_, secret = new_id(now), new_secret()
    await connection.execute(_LOCK, person_id)
    await connection.execute(
        _PUT_SESSION,
        person_id,
        now,
        id_,
        kind,
        label,
        hash_secret(secret),
        expires_at,
        ends_at,
        SESSIONS_PER_PERSON_MAX - 1,
    )
    return IssuedCredential(id_, write_token(kind, id_, secret))


async def issue_service_key(
    runtime: Runtime, service_account_id: UUID, label: str, scopes: frozenset[str], workspace_id: UUID | None = None
) -> IssuedCredential:
    """Make a key of a service account, with scopes, and narrowed to a workspace if one is given."""
    id_, secret = new_id(runtime.clock()), new_secret()
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


async def issue_operator_key(runtime: Runtime, operator_id: UUID, label: str, lasts: timedelta) -> IssuedCredential:
    """Make a key of an operator."""
    id_, secret = new_id(runtime.clock()), new_secret()
    kind = CredentialKind.OPERATOR_KEY
    token = await put_credential(runtime, id_, kind, label, secret, operator_id=operator_id, lasts=lasts)
    return IssuedCredential(id_, token)


async def revoke(runtime: Runtime, credential_id: UUID) -> None:
    """End a credential, and what is open with it; ending it again changes nothing."""
    credential = await Credential.get_or_none(id=credential_id)
    if credential is None:
        return
    # not before it was made, though this server's clock may run behind the one that made it
    at = max(runtime.clock(), credential.created_at)
    await Credential.filter(id=credential_id, revoked_at=None).update(revoked_at=at)
    if subject := credential.person_id or credential.service_account_id or credential.operator_id:
        await runtime.broker.wake([access_topic(subject)])


async def put_credential(
    runtime: Runtime,
    id_: UUID,
    kind: CredentialKind,
    label: str,
    secret: str,
    *,
    person_id: UUID | None = None,
    service_account_id: UUID | None = None,
    operator_id: UUID | None = None,
    workspace_id: UUID | None = None,
    scopes: list[str] | None = None,
    lasts: timedelta | None = None,
) -> str:
    """Store a credential under a given id and secret, or give the one with that id this secret; return its token.

    One that is stored with this secret already stays as it is, unless it was ended: then it begins anew.
    """
    now: datetime = runtime.clock()
    token, hash_ = write_token(kind, id_, secret), hash_secret(secret)
    if await Credential.exists(id=id_, secret_hash=hash_, revoked_at=None):
        return token
    await Credential.update_or_create(
        id=id_,
        defaults={
            "kind": kind,
            "label": label,
            "secret_hash": hash_,
            "person_id": person_id,
            "service_account_id": service_account_id,
            "operator_id": operator_id,
            "workspace_id": workspace_id,
            "scopes": scopes or [],
            "created_at": now,
            "expires_at": now + lasts if lasts else None,
            "revoked_at": None,
        },
    )
    return token
