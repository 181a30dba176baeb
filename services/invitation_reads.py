"""Invitation links as their administrators see them, and as anybody does who has one (B4)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg

from domain.authorization import permit
from domain.invitations import InvitationStatus, invitation_status
from domain.principals import Principal
from services.keyset import Keyset, ListOf, Page, Place, Reading, Window, place_at
from services.member_reads import administers
from services.runtime import Runtime
from services.tokens import TOKEN_CHARACTERS_MAX

TOKEN_PREFIX = "ali_"  # noqa: S105  (what tokens begin with)
USES_SHOWN_MAX = 100

INVITATION_COLUMNS = """
i.id, i.organisation_id, i.workspace_id, i.created_by, i.created_at, i.expires_at, i.uses_max, i.uses, i.email,
i.revoked_at, (SELECT display_name FROM persons WHERE id = i.created_by) AS creator_name
"""
"""Of an invitation `i`: what `invitation_row` decodes."""


def _status(now: str) -> str:
    return f"""
        CASE WHEN i.revoked_at IS NOT NULL THEN 'REVOKED' WHEN i.uses >= i.uses_max THEN 'USED_UP'
            WHEN i.expires_at > {now} THEN 'OPEN' ELSE 'EXPIRED' END
    """


def is_open(now: str) -> str:
    """Write the condition under which an invitation `i` lets somebody in; `now` is SQL."""
    return f"(i.revoked_at IS NULL AND i.expires_at > {now} AND (i.uses_max IS NULL OR i.uses < i.uses_max))"


_PAGES = Keyset(
    "invitations i",
    where=f"i.organisation_id = $1 AND ($3::text IS NULL OR {_status('$2::timestamptz')} = $3)",
    arguments=3,
    rank="created_at",
    descending=True,
    columns=INVITATION_COLUMNS,
)
_BY_ID = f"""
SELECT {INVITATION_COLUMNS} FROM invitations i WHERE i.id = $1 AND {administers("i.workspace_id", "$2")}
"""  # noqa: S608  (constant text)
_USES = f"""
SELECT u.invitation_id, u.person_id, u.used_at, p.display_name
FROM invitations i
CROSS JOIN LATERAL (
    SELECT * FROM invitation_uses n WHERE n.invitation_id = i.id ORDER BY n.used_at DESC, n.id DESC
    LIMIT {USES_SHOWN_MAX}
) u
JOIN LATERAL (SELECT display_name FROM persons n WHERE n.id = u.person_id LIMIT 1) p ON true
WHERE i.id = ANY ($1::uuid[]) AND {administers("i.workspace_id", "$2")}
ORDER BY u.invitation_id, u.used_at DESC, u.id DESC
"""  # noqa: S608  (constant text)
_PREVIEW = f"""
SELECT s.name, i.expires_at FROM invitations i JOIN workspaces s ON s.id = i.workspace_id
WHERE i.token_hash = $1 AND {is_open("$2")}
"""  # noqa: S608  (constant text)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A link without its token, which stands nowhere. `uses`: how many have joined by it so far."""

    id: UUID
    organisation_id: UUID
    workspace_id: UUID
    created_by: UUID
    creator_name: str
    created_at: datetime
    expires_at: datetime
    uses_max: int | None
    uses: int
    email: str | None
    revoked_at: datetime | None

    def status(self, now: datetime) -> InvitationStatus:
        """Tell what it is now."""
        return invitation_status(
            expires_at=self.expires_at, revoked_at=self.revoked_at, uses=self.uses, uses_max=self.uses_max, now=now
        )

    @property
    def place(self) -> Place:
        """Where it stands among its organisation's links."""
        return place_at(self.created_at, self.id)


@dataclass(frozen=True, slots=True)
class InvitationUseRow:
    """Somebody has joined by a link."""

    person_id: UUID
    display_name: str
    used_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationPreview:
    """All that a link tells whoever has it."""

    organisation_name: str
    expires_at: datetime


def invitation_row(row: asyncpg.Record) -> InvitationRow:
    """Decode `INVITATION_COLUMNS`."""
    return InvitationRow(
        id=row["id"],
        organisation_id=row["organisation_id"],
        workspace_id=row["workspace_id"],
        created_by=row["created_by"],
        creator_name=row["creator_name"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        uses_max=row["uses_max"],
        uses=row["uses"],
        email=row["email"],
        revoked_at=row["revoked_at"],
    )


def token_hash(token: str) -> bytes | None:
    """Hash what is looked up of a link; None: the text is none."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
        return None
    return sha256(token.encode()).digest()


async def preview_invitation(runtime: Runtime, principal: Principal, token: str) -> InvitationPreview | None:
    """Tell anybody who has a link what it is of, in one statement.

    None: there is no such link that could be used now; unknown, expired, revoked and used up look alike, and are found
    or not found by the hash alone.
    """
    permit(principal, "Query.invitation")
    row = await runtime.database.pool.fetchrow(_PREVIEW, token_hash(token) or b"", runtime.clock())
    return InvitationPreview(row["name"], row["expires_at"]) if row else None


async def read_invitation(reading: Reading, person_id: UUID, id_: UUID) -> InvitationRow | None:
    """Read a link of an organisation that a person administers; None: there is none of this id for them."""
    row = await reading.fetchrow(_BY_ID, id_, person_id)
    return invitation_row(row) if row else None


def invitations_of(organisation_id: UUID) -> ListOf:
    """Name the list of an organisation's links."""
    return ListOf("invitations", organisation_id)


async def invitations_page(
    runtime: Runtime, organisation_id: UUID, window: Window, status: InvitationStatus | None = None
) -> Page[InvitationRow]:
    """Load a page of an organisation's links, the newest first; for who was shown it as an administrator.

    One statement.
    """
    page = await _PAGES.page(runtime.database.pool, window, organisation_id, runtime.clock(), status)
    return page.map(invitation_row)


async def invitation_uses(
    runtime: Runtime, principal: Principal, ids: Collection[UUID]
) -> dict[UUID, tuple[InvitationUseRow, ...]]:
    """Load who joined by links when, the newest 100 of each, the newest first. One statement."""
    found: dict[UUID, list[InvitationUseRow]] = {}
    for row in await runtime.database.pool.fetch(_USES, list(ids), principal.person_id):
        use = InvitationUseRow(row["person_id"], row["display_name"], row["used_at"])
        found.setdefault(row["invitation_id"], []).append(use)
    return {id_: tuple(uses) for id_, uses in found.items()}
