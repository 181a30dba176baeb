"""Terms: versions that operators publish, and who accepted which of them when (A6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from domain.authorization import permit
from domain.changes import refuse_early
from domain.notice_words import notice_words
from domain.notices import NoticeKind
from domain.persons import Locale
from domain.principals import Principal
from domain.terms import TermsDraft, check_terms
from domain.texts import Text
from feed.topics import TERMS_TOPIC
from models.database import Connection
from services.announcements import announce
from services.once import Once
from services.publishing import Published, publish
from services.runtime import Runtime

VERSIONS_SHOWN_MAX = 1_000


class _Stored(msgspec.Struct, frozen=True):
    en: str
    zh_hans: str = msgspec.field(name="zh-Hans")


_TEXT = msgspec.json.Decoder(_Stored)

# Publications wait for one another, so that versions are numbered without a gap; readers wait for nobody.
_LOCK = "LOCK TABLE terms_versions IN SHARE ROW EXCLUSIVE MODE"
_PUBLISH = """
INSERT INTO terms_versions (version, title, body, material, published_at, published_by, effective_at)
SELECT coalesce(max(version), 0) + 1, $1, $2, $3, $4, $5, $6 FROM terms_versions
RETURNING version
"""
_VERSIONS = """
SELECT version, title, material, published_at, effective_at FROM terms_versions ORDER BY version DESC LIMIT $1
"""
_BODIES = "SELECT version, body FROM terms_versions WHERE version = ANY ($1::int[])"
_ACCEPTED = """
SELECT v.version, v.title, v.material, v.published_at, v.effective_at, a.accepted_at
FROM terms_acceptances a JOIN terms_versions v USING (version)
WHERE a.person_id = $1 ORDER BY v.version DESC LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A version of the terms without its body."""

    version: int
    title: Text
    material: bool
    published_at: datetime
    effective_at: datetime


async def publish_terms(
    runtime: Runtime, principal: Principal, draft: TermsDraft, reason: str, key: str
) -> Once[Published]:
    """Publish the next version of the terms; a material one is announced by banner, notice and e-mail.

    It takes effect at the given instant, or at once; what lies in the past is refused.

    Raises:
        Unauthenticated, Forbidden: the caller is no operator.
        InvalidInput: names the field.
    """

    async def act(connection: Connection, operator: UUID, now: datetime) -> Published:
        if refusal := refuse_early(draft.effective_at, now):
            return Published(refused=refusal)
        effective_at = draft.effective_at or now
        await connection.execute(_LOCK)
        version: int = await connection.fetchval(
            _PUBLISH, _json(draft.title), _json(draft.body), draft.material, now, operator, effective_at
        )
        if not draft.material:
            return Published(version)
        facts = {
            **draft.title.facts("title"),
            "version": str(version),
            "effective_at": effective_at.isoformat(),
        }
        english, chinese = (notice_words(NoticeKind.TERMS, facts, locale).text for locale in Locale)
        banner_id = await announce(
            connection,
            NoticeKind.TERMS,
            Text(english, chinese),
            facts,
            effective_at=effective_at,
            operator=operator,
            now=now,
        )
        return Published(version, banner_id)

    permit(principal, "Mutation.publishTerms")
    check_terms(draft)
    recorded = {**draft.title.facts("title"), "material": draft.material, "effective_at": draft.effective_at}
    said = {**recorded, **draft.body.facts("body")}  # the body stands in the version, which nobody can change
    done = await publish(runtime, principal, "publishTerms", said, reason=reason, key=key, act=act, recorded=recorded)
    if done.result.version is not None and not done.replayed:
        await runtime.broker.wake([TERMS_TOPIC])
    return done


async def terms_versions(runtime: Runtime, principal: Principal) -> tuple[TermsRow, ...]:
    """List all versions, the newest first, in one statement."""
    permit(principal, "Query.terms")
    rows = await runtime.database.pool.fetch(_VERSIONS, VERSIONS_SHOWN_MAX)
    return tuple(TermsRow(row["version"], _text(row["title"]), *tuple(row)[2:5]) for row in rows)


async def terms_bodies(runtime: Runtime, versions: Collection[int]) -> dict[int, Text]:
    """Load the bodies of versions: everybody may read them."""
    rows = await runtime.database.pool.fetch(_BODIES, list(versions))
    return {row["version"]: _text(row["body"]) for row in rows}


async def accepted_terms(runtime: Runtime, principal: Principal) -> tuple[tuple[TermsRow, datetime], ...]:
    """List the versions that the caller accepted, with the instants, the newest first."""
    permit(principal, "Query.viewer")
    if principal.person_id is None:
        return ()
    rows = await runtime.database.pool.fetch(_ACCEPTED, principal.person_id, VERSIONS_SHOWN_MAX)
    return tuple((TermsRow(row["version"], _text(row["title"]), *tuple(row)[2:5]), row["accepted_at"]) for row in rows)


def _json(text: Text) -> str:
    return msgspec.json.encode(_Stored(text.en, text.zh_hans)).decode()


def _text(column: str) -> Text:
    stored = _TEXT.decode(column)
    return Text(stored.en, stored.zh_hans)
