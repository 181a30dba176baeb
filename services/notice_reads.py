"""Reading one's own notices, and marking them as read."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

import asyncpg
import msgspec

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.persons import Locale
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from models.database import Connection
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime

NOTICES_MARKED_MAX = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE_BYTES, _DIGEST_BYTES = 8 + 16, 8
_PURPOSE = b"notice cursor v1"
_FACTS = msgspec.json.Decoder(dict[str, str])

Place = tuple[datetime, UUID]
"""Where a notice stands among those of its reader: the newest first."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice, and the language that its reader has chosen."""

    id: UUID
    kind: str
    facts: Mapping[str, str]
    created_at: datetime
    read_at: datetime | None
    locale: Locale

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.created_at, self.id


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A page in the order that was asked for: whether there is more in that direction, and on the far side."""

    notices: tuple[NoticeRow, ...]
    has_more: bool
    has_other: bool


@dataclass(frozen=True, slots=True)
class NoticesMarked:
    """How many notices are unread now, or why none was marked."""

    unread: int
    refused: Refusal | None = None


_COLUMNS = "n.id, n.kind, n.facts, n.created_at, n.read_at, p.locale"
_PAGE = """
SELECT far.has_other, {columns}
FROM persons p
CROSS JOIN (SELECT $2::timestamptz IS NOT NULL AND EXISTS (SELECT FROM notices o
    WHERE o.person_id = $1 AND (o.created_at, o.id) {beyond} ($2, $3) AND (NOT $4 OR o.read_at IS NULL)
) AS has_other) far
LEFT JOIN LATERAL (
    SELECT * FROM notices o
    WHERE o.person_id = $1 AND ($2::timestamptz IS NULL OR (o.created_at, o.id) {within} ($2, $3))
        AND ($6::timestamptz IS NULL OR (o.created_at, o.id) {until} ($6, $7)) AND (NOT $4 OR o.read_at IS NULL)
    ORDER BY o.created_at {direction}, o.id {direction} LIMIT $5
) n ON true
WHERE p.id = $1
ORDER BY n.created_at {direction}, n.id {direction}
"""
_DOWN = _PAGE.format(columns=_COLUMNS, beyond=">=", within="<", until=">", direction="DESC")
_UP = _PAGE.format(columns=_COLUMNS, beyond="<=", within=">", until="<", direction="ASC")
_ONE = f"""
SELECT {_COLUMNS} FROM notices n JOIN persons p ON p.id = n.person_id WHERE n.id = $1 AND n.person_id = $2
"""  # noqa: S608  (constant text)
_UNREAD = "SELECT count(*) FROM notices WHERE person_id = $1 AND read_at IS NULL"
_MARK = """
WITH known AS (
    SELECT count(*) AS count FROM notices WHERE person_id = $1 AND id = ANY ($2::uuid[])
), marked AS (
    UPDATE notices SET read_at = greatest(created_at, $3)
    WHERE person_id = $1 AND read_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY ($2::uuid[]))
        AND ($2::uuid[] IS NULL OR (SELECT count FROM known) = cardinality($2::uuid[]))
    RETURNING 1
)
SELECT $2::uuid[] IS NULL OR (SELECT count FROM known) = cardinality($2::uuid[]) AS all_known,
    (SELECT count(*) FROM notices WHERE person_id = $1 AND read_at IS NULL) - (SELECT count(*) FROM marked) AS unread
"""
NO_NOTICE = Refusal(RefusalCode.NOT_FOUND, "There is no such notice.", ("noticeIds",))
"""What is answered to any id that is not of one's own notices (B11)."""


async def notices_page(
    runtime: Runtime,
    principal: Principal,
    *,
    limit: int,
    newest_first: bool,
    after: Place | None,
    before: Place | None,
    unread_only: bool,
) -> NoticePage:
    """Load up to `limit` of the caller's notices, in one statement.

    `after` leads to older ones, since the list begins with the newest; `before` to newer ones. Nobody but a person
    has any.
    """
    if principal.person_id is None:
        return NoticePage((), has_more=False, has_other=False)
    start, end = (after, before) if newest_first else (before, after)
    rows = await runtime.database.pool.fetch(
        _DOWN if newest_first else _UP,
        principal.person_id,
        *(start or (None, None)),
        unread_only,
        limit + 1,
        *(end or (None, None)),
    )
    found = [_row(row) for row in rows if row["id"] is not None]
    return NoticePage(tuple(found[:limit]), len(found) > limit, bool(rows) and rows[0]["has_other"])


async def notice(runtime: Runtime, principal: Principal, id_: UUID) -> NoticeRow | None:
    """Load one of the caller's notices; None: it is none of theirs."""
    row = await runtime.database.pool.fetchrow(_ONE, id_, principal.person_id)
    return _row(row) if row else None


async def unread_notices(runtime: Runtime, principal: Principal) -> int:
    """Count the caller's unread notices."""
    if principal.person_id is None:
        return 0
    count: int = await runtime.database.pool.fetchval(_UNREAD, principal.person_id)
    return count


async def mark_notices_read(
    runtime: Runtime, principal: Principal, ids: Collection[UUID] | None, key: str
) -> Once[NoticesMarked]:
    """Mark notices of the caller as read; None: all that there are. What was read before stays as it is.

    Raises:
        Unauthenticated, Forbidden: the caller is no person.
        InvalidInput: there are too many ids, or the idempotency key is none.
    """
    permit(principal, "Mutation.markNoticesRead")
    person_id, now = principal.person_id, runtime.clock()
    if person_id is None:
        raise Unauthenticated("Only people have notices.")
    if ids is not None and not 1 <= len(ids) <= NOTICES_MARKED_MAX:
        raise InvalidInput(("input", "noticeIds"), f"must be 1 to {NOTICES_MARKED_MAX} ids")
    wanted = None if ids is None else sorted(set(ids))
    asked = requested(key, "markNoticesRead", {"notices": wanted})
    kept = timedelta(days=runtime.catalog.policies.idempotency_retention_days)
    try:
        async with runtime.database.transaction() as connection:

            async def mark() -> NoticesMarked:
                return await _mark(connection, person_id, wanted, now)

            return await once(connection, person_id, asked, NoticesMarked, mark, now=now, keys_kept=kept)
    except KeyReused:
        return Once(NoticesMarked(0, KEY_REUSED), replayed=False)


async def _mark(connection: Connection, person_id: UUID, ids: list[UUID] | None, now: datetime) -> NoticesMarked:
    row = await connection.fetchrow(_MARK, person_id, ids, now)
    if row is None:
        raise LookupError("a statement without FROM gives one row")
    return NoticesMarked(row["unread"], None if row["all_known"] else NO_NOTICE)


def write_place(person_id: UUID, place: Place) -> str:
    """Write the cursor of a notice, bound to its reader."""
    raw = ((place[0] - _EPOCH) // _MICROSECOND).to_bytes(8, "big") + place[1].bytes
    return urlsafe_b64encode(raw + _digest(person_id, raw)).rstrip(b"=").decode()


def read_place(person_id: UUID, text: str) -> Place | None:
    """Read a cursor; None: it is none of this reader's."""
    try:
        whole = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        raw, digest = whole[:_PLACE_BYTES], whole[_PLACE_BYTES:]
        place = _EPOCH + int.from_bytes(raw[:8], "big") * _MICROSECOND, UUID(bytes=raw[8:])
    except (ValueError, OverflowError):
        return None
    genuine = digest == _digest(person_id, raw) and write_place(person_id, place) == text
    return place if genuine else None


def _digest(person_id: UUID, raw: bytes) -> bytes:
    return blake2b(person_id.bytes + raw, digest_size=_DIGEST_BYTES, person=_PURPOSE).digest()


def _row(row: asyncpg.Record) -> NoticeRow:
    facts = _FACTS.decode(row["facts"])
    return NoticeRow(row["id"], row["kind"], facts, row["created_at"], row["read_at"], Locale(row["locale"]))
