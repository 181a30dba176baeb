"""API keys: a person makes, lists and revokes them; a gateway's reports are looked up by them (C3).

*Decided.* A key is of the personal workspace and for products that its owner may narrow. It is found by the hash of
its text at each use and remembered by no process, so that a revoked one is dead everywhere as soon as that is written.
Whatever is the matter with a key, the same is told, so that a gateway can pass it on; only of a restricted one, which
has proven to be genuine, it is told why.
"""

import hmac
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from domain.api_keys import ENTROPY_BYTES, KeyText, make_key, read_key
from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.ids import public_id
from domain.persons import PersonStatus
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.status import Standing
from domain.workspaces import WorkspaceKind
from feed.topics import access_topic
from models.database import Connection
from services.once import KEY_REUSED, KeyReused, once
from services.platforms import WORKSPACE, elsewhere, enterprise_works, platform_refusal
from services.posting import Requested
from services.requests import requested
from services.runtime import Runtime
from services.tokens import new_id

LIVE_KEYS_MAX: Final = 20
"""Keys of a person that are neither revoked nor expired; restricted ones count."""
NAME_CHARACTERS_MAX: Final = 100
EXPIRES_IN_DAYS_MAX: Final = 366
ENDED_KEYS_SHOWN_FOR: Final = timedelta(days=30)
ENDED_KEYS_SHOWN_MAX: Final = 20

NO_KEY: Final = Refusal(RefusalCode.NOT_FOUND, "There is no such API key.", ("keyId",))
NO_WORKSPACE: Final = Refusal(RefusalCode.NOT_FOUND, "There is no such workspace.", ("workspaceId",))
KEY_INVALID: Final = Refusal(
    RefusalCode.KEY_INVALID,
    "The API key does not hold: it is mistyped, unknown, revoked or expired, or its owner's account is not active. "
    "Its owner can make a new one.",
    ("apiKey",),
)
_TOO_MANY: Final = Refusal(
    RefusalCode.TOO_MANY_OPEN,
    f"There are {LIVE_KEYS_MAX} API keys: revoke one that is not needed any more.",
    facts={"limit": str(LIVE_KEYS_MAX)},
)
_NOT_ENTITLED: Final = Refusal(
    RefusalCode.NOT_ENTITLED,
    "API keys come with the coding benefit, which this workspace does not have now: choose a plan that includes it.",
)

_LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"
_COLUMNS = """
    id, label AS name, hint, scopes, created_at, expires_at, last_seen_at AS last_used_at, last_client, restricted_at,
    restricted_because, revoked_at
"""
_LOCK = "SELECT status FROM persons WHERE id = $1 FOR NO KEY UPDATE"
_MEMBERSHIP = """
SELECT s.kind, home.id AS home FROM members m JOIN workspaces s ON s.id = m.workspace_id
LEFT JOIN workspaces home ON home.owner_id = m.person_id
WHERE m.person_id = $1 AND m.workspace_id = $2 AND m.left_at IS NULL
"""
_ROOM = f"""
SELECT s.id AS workspace_id,
    (SELECT count(*) FROM credentials WHERE person_id = $1 AND kind = 'API_KEY' AND {_LIVE}) AS live,
    EXISTS (
        SELECT FROM wallets w JOIN allowances a ON a.wallet_id = w.id
        WHERE w.workspace_id = s.id AND w.person_id = $1 AND w.suspended IS NULL
            AND (w.benefits_until IS NULL OR w.benefits_until > $2)
            AND a.meter = $3 AND a.anchor <= $2 AND (a.ends_at IS NULL OR a.ends_at > $2)
    ) AS entitled
FROM workspaces s WHERE s.owner_id = $1
"""  # noqa: S608  (constant text)
_CREATE = """
INSERT INTO credentials (id, kind, label, secret_hash, person_id, workspace_id, scopes, created_at, expires_at, hint)
VALUES ($1, 'API_KEY', $2, $3, $4, $5, $6, $7, $8, $9)
"""
_REVOKE = """
UPDATE credentials SET revoked_at = coalesce(revoked_at, greatest($3, created_at))
WHERE id = $2 AND person_id = $1 AND kind = 'API_KEY'
RETURNING id
"""
_READ = f"""
SELECT {_COLUMNS} FROM credentials WHERE person_id = $1 AND id = $2 AND kind = 'API_KEY'
"""  # noqa: S608  (constant text)
_LIST = f"""
SELECT {_COLUMNS} FROM credentials
WHERE person_id = $1 AND kind = 'API_KEY'
    AND ({_LIVE} OR coalesce(revoked_at, expires_at) > $2::timestamptz - $3::interval)
ORDER BY {_LIVE} DESC, created_at DESC, id DESC LIMIT $4
"""  # noqa: S608  (constant text)
_FIND = """
SELECT c.id, c.secret_hash, c.person_id, c.workspace_id, w.id AS wallet_id, c.scopes, c.last_seen_at,
    c.restricted_because, p.status, p.status_reason, p.status_until
FROM credentials c
JOIN persons p ON p.id = c.person_id
JOIN wallets w ON w.workspace_id = c.workspace_id AND w.person_id = c.person_id
WHERE c.secret_hash = $1 AND c.kind = 'API_KEY' AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2)
"""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a person wants: a key of this name; for so many days (None: until it is revoked); for these products.

    `scopes` are ids of products, none: all. `workspace_id` None: the personal one.
    """

    name: str
    expires_in_days: int | None = None
    scopes: tuple[str, ...] = ()
    workspace_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as its owner sees it. No scopes: it may use every product."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_client: str | None
    restricted_at: datetime | None
    restricted_because: str | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """Which key was made or revoked, or why none was. Kept; the secret is not."""

    id: UUID | None = None
    refused: Refusal | None = None


@dataclass(frozen=True, slots=True)
class KeyDone:
    """A key as it is now. `secret` of a new one is shown this once; None: it was shown before, or there is none."""

    key: KeyRow | None
    refused: Refusal | None
    replayed: bool
    secret: str | None = None

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"KeyDone(refused={self.refused!r}, replayed={self.replayed!r})"


@dataclass(frozen=True, slots=True)
class KeyFound:
    """A key that holds, and what it stands for: one person's wallet in their personal workspace.

    `restricted`: why it may not be used until an operator lifts that (C4). No `scopes`: every product.
    """

    id: UUID
    person_id: UUID
    workspace_id: UUID
    wallet_id: UUID
    restricted: str | None = None
    scopes: frozenset[str] = frozenset()
    seen_at: datetime | None = None


async def create_key(runtime: Runtime, principal: Principal, wanted: NewKey, key: str) -> KeyDone:
    """Make an API key of the caller's personal workspace.

    Refuses NOT_ENTITLED without the coding benefit, PERSONAL_USE_ONLY in an enterprise workspace, TOO_MANY_OPEN.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: names the field.
    """
    permit(principal, "Mutation.createApiKey")
    scopes = _check(runtime, wanted)
    facts = {"name": wanted.name, "days": wanted.expires_in_days, "scopes": scopes, "workspace": wanted.workspace_id}
    asked = requested(key, "createApiKey", facts)
    text = make_key(os.urandom(ENTROPY_BYTES))

    async def create(connection: Connection, person_id: UUID, now: datetime) -> KeyChanged:
        status = await connection.fetchval(_LOCK, person_id)
        if status in (None, PersonStatus.DELETED):
            raise Unauthenticated("This account does not exist any more.")
        if wanted.workspace_id and (refused := await _elsewhere(connection, runtime, principal, wanted.workspace_id)):
            return KeyChanged(refused=refused)
        room = await connection.fetchrow(_ROOM, person_id, now, runtime.catalog.policies.coding_meter)
        if room is None or not room["entitled"]:
            return KeyChanged(refused=_NOT_ENTITLED)
        if room["live"] >= LIVE_KEYS_MAX:
            return KeyChanged(refused=_TOO_MANY)
        id_, days = new_id(now), wanted.expires_in_days
        expires_at = now + timedelta(days=days) if days is not None else None
        whose = person_id, room["workspace_id"], scopes
        await connection.execute(_CREATE, id_, wanted.name, text.hash, *whose, now, expires_at, text.hint)
        return KeyChanged(id_)

    return await _once(runtime, principal, asked, create, made=text)


async def revoke_key(runtime: Runtime, principal: Principal, key_id: UUID | None, key: str) -> KeyDone:
    """Revoke one of the caller's keys for good; one that is revoked stays so. An id that is none is None.

    Raises:
        Unauthenticated, Forbidden: the caller is no registered person.
        InvalidInput: the idempotency key is none.
    """
    permit(principal, "Mutation.revokeApiKey")

    async def revoke(connection: Connection, person_id: UUID, now: datetime) -> KeyChanged:
        revoked = await connection.fetchval(_REVOKE, person_id, key_id, now) if key_id else None
        return KeyChanged(revoked) if revoked else KeyChanged(refused=NO_KEY)

    return await _once(runtime, principal, requested(key, "revokeApiKey", {"key": key_id}), revoke)


async def keys_of_viewer(runtime: Runtime, principal: Principal) -> tuple[KeyRow, ...]:
    """List the caller's keys: those that live, the newest first, then those that ended within 30 days: at most 40."""
    permit(principal, "Query.viewer")
    if principal.person_id is None:
        return ()
    most = LIVE_KEYS_MAX + ENDED_KEYS_SHOWN_MAX
    rows = await runtime.database.pool.fetch(_LIST, principal.person_id, runtime.clock(), ENDED_KEYS_SHOWN_FOR, most)
    return tuple(KeyRow(**row) for row in rows)


async def key_of_viewer(runtime: Runtime, principal: Principal, key_id: UUID) -> KeyRow | None:
    """Find one of the caller's keys, however long ago it ended: receipts name it."""
    permit(principal, "Query.node")
    if principal.person_id is None:
        return None
    row = await runtime.database.pool.fetchrow(_READ, principal.person_id, key_id)
    return KeyRow(**row) if row else None


async def find_key(runtime: Runtime, text: str) -> KeyFound | Refusal:
    """Find the key that somebody shows: one statement, none if the text cannot be a key.

    Refuses KEY_INVALID, whatever is the matter. A restricted key is found, and says so.
    """
    shown, now = read_key(text), runtime.clock()
    if shown is None:
        return KEY_INVALID
    row = await runtime.database.pool.fetchrow(_FIND, shown.hash, now)
    if row is None or not hmac.compare_digest(row["secret_hash"], shown.hash) or not _is_active(row, now):
        return KEY_INVALID
    return KeyFound(
        row["id"],
        row["person_id"],
        row["workspace_id"],
        row["wallet_id"],
        row["restricted_because"],
        frozenset(row["scopes"]),
        row["last_seen_at"],
    )


def _is_active(row: asyncpg.Record, now: datetime) -> bool:
    standing = Standing(PersonStatus(row["status"]), row["status_reason"], row["status_until"]).at(now)
    return standing.status is PersonStatus.ACTIVE


def _check(runtime: Runtime, wanted: NewKey) -> list[str]:
    """Check the input; return the scopes as they are stored."""
    if not 1 <= len(wanted.name) <= NAME_CHARACTERS_MAX or not wanted.name.isprintable() or wanted.name.isspace():
        raise InvalidInput(("input", "name"), f"must be 1 to {NAME_CHARACTERS_MAX} printable characters, not blank")
    if wanted.expires_in_days is not None and not 1 <= wanted.expires_in_days <= EXPIRES_IN_DAYS_MAX:
        raise InvalidInput(
            ("input", "expiresInDays"), f"must be 1 to {EXPIRES_IN_DAYS_MAX}, or null: until it is revoked"
        )
    products = runtime.catalog.products
    if not all(scope in products for scope in wanted.scopes):
        raise InvalidInput(("input", "scopes"), f"must be some of {', '.join(sorted(products))}, or none: all")
    return sorted(set(wanted.scopes))


async def _elsewhere(
    connection: Connection, runtime: Runtime, principal: Principal, workspace_id: UUID
) -> Refusal | None:
    """Refuse every workspace but the personal one: an enterprise one with the reason, to its members (C3, B13)."""
    row = await connection.fetchrow(_MEMBERSHIP, principal.person_id, workspace_id)
    if row is None:
        return NO_WORKSPACE
    if row["kind"] != WorkspaceKind.ENTERPRISE:
        return None
    if not enterprise_works(runtime, principal):
        error = (await elsewhere(runtime, principal, [workspace_id], connection=connection)).get(workspace_id)
        return platform_refusal(error, "workspaceId") if error else NO_WORKSPACE
    home = {"workspaceId": public_id(WORKSPACE, row["home"])} if row["home"] else {}
    return Refusal(
        RefusalCode.PERSONAL_USE_ONLY,
        "API keys with the coding benefit are for personal use. For an organization's work use the usage-based API: a "
        "service with a key of its own reports usage to the member's wallet (`consume` with `walletId`).",
        ("workspaceId",),
        facts={"alternative": "USAGE_BASED_API"} | home,
    )


async def _once(
    runtime: Runtime,
    principal: Principal,
    asked: Requested,
    change: Callable[[Connection, UUID, datetime], Awaitable[KeyChanged]],
    *,
    made: KeyText | None = None,
) -> KeyDone:
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have API keys.")
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:
            done = await once(
                connection,
                person_id,
                asked,
                KeyChanged,
                lambda: change(connection, person_id, now),
                now=now,
                keys_kept=kept,
            )
            row = await connection.fetchrow(_READ, person_id, done.result.id) if done.result.id else None
    except KeyReused:
        return KeyDone(None, KEY_REUSED, replayed=False)
    if done.result.id and not done.replayed:
        await runtime.broker.wake([access_topic(person_id)])
    secret = made.text if made and done.result.id and not done.replayed else None
    return KeyDone(KeyRow(**row) if row else None, done.result.refused, done.replayed, secret)
