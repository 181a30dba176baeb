"""Reading one's own notices, and marking them as read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from domain.authorization import permit
from domain.errors import InvalidInput, Unauthenticated
from domain.persons import Locale
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from models.database import Connection
from services.keyset import Keyset, ListOf, Page, Place, Window, place_at
from services.once import KEY_REUSED, KeyReused, Once, once
from services.requests import requested
from services.runtime import Runtime

NOTICES_MARKED_MAX = 100
_FACTS = msgspec.json.Decoder(dict[str, str])


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
        """Where it stands among those of its reader."""
        return place_at(self.created_at, self.id)


@dataclass(frozen=True, slots=True)
class NoticesMarked:
    """How many notices are unread now, or why none was marked."""

    unread: int
    refused: Refusal | None = None


_COLUMNS = "n.id, n.kind, n.facts, n.created_at, n.read_at, p.locale"
_NOTICES = Keyset(
    "notices n",
    where="n.person_id = $1 AND (NOT $2 OR n.read_at IS NULL)",
    arguments=2,
    rank="created_at",
    descending=True,
    columns=_COLUMNS,
    joins="LEFT JOIN persons p ON p.id = n.person_id",
)
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


def notices_of(person_id: UUID) -> ListOf:
    """Name the list of a person's notices."""
    return ListOf("notices", person_id)


async def notices_page(
    runtime: Runtime, principal: Principal, window: Window, *, unread_only: bool = False
) -> Page[NoticeRow]:
    """Load a page of the caller's notices, the newest first, in one statement. Nobody but a person has any."""
    if principal.person_id is None:
        return Page((), has_next=False, has_previous=False)
    page = await _NOTICES.page(runtime.database.pool, window, principal.person_id, unread_only)
    return page.map(_row)


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


def _row(row: asyncpg.Record) -> NoticeRow:
    facts = _FACTS.decode(row["facts"])
    return NoticeRow(row["id"], row["kind"], facts, row["created_at"], row["read_at"], Locale(row["locale"]))
