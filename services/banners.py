"""Banners: what everybody is shown now, without a credential (A6, A7)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from domain.authorization import permit
from domain.principals import Principal
from domain.texts import Text
from services.announcements import TEXT
from services.runtime import Runtime

BANNERS_MAX = 20

_NOW = """
SELECT id, kind, text, effective_at, starts_at, ends_at FROM banners
WHERE starts_at <= $1 AND (ends_at IS NULL OR ends_at > $1) ORDER BY starts_at DESC, id DESC LIMIT $2
"""
_ONE = "SELECT id, kind, text, effective_at, starts_at, ends_at FROM banners WHERE id = $1"


@dataclass(frozen=True, slots=True)
class BannerRow:
    """A banner, shown in `[starts_at, ends_at)`, about something that takes effect at an instant, if it has one."""

    id: UUID
    kind: str
    text: Text
    effective_at: datetime | None
    starts_at: datetime
    ends_at: datetime | None


async def banners_now(runtime: Runtime, principal: Principal) -> tuple[BannerRow, ...]:
    """List the banners that are shown now, the newest first, at most 20."""
    permit(principal, "Query.banners")
    rows = await runtime.database.pool.fetch(_NOW, runtime.clock(), BANNERS_MAX)
    return tuple(_row(row) for row in rows)


async def banner(runtime: Runtime, id_: UUID) -> BannerRow | None:
    """Load a banner; everybody may see any."""
    row = await runtime.database.pool.fetchrow(_ONE, id_)
    return _row(row) if row else None


def _row(row: asyncpg.Record) -> BannerRow:
    text = TEXT.decode(row["text"])
    return BannerRow(row["id"], row["kind"], text, row["effective_at"], row["starts_at"], row["ends_at"])
