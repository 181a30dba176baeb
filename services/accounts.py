"""Opening accounts: a person, their personal workspace with them as its owner, and its wallet (B11, F1)."""

import os
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.ids import uuid7
from domain.persons import Locale, PersonKind, PersonStatus
from domain.workspaces import MemberRole, WorkspaceKind
from models.database import Connection
from services.wallets import open_first_wallet

WORKSPACE_NAME = "Personal"
"""What every personal workspace is called at first: the owner's name would be personal data in one more place."""

_OPEN = """
WITH person AS (
    INSERT INTO persons (id, kind, display_name, email, locale, time_zone, status, under_review, created_at)
    VALUES ($1, $4, $5, $6, $7, $8, $9, false, $10)
), workspace AS (
    INSERT INTO workspaces (id, kind, name, owner_id, created_at) VALUES ($2, $11, $12, $1, $10)
)
INSERT INTO members (id, workspace_id, person_id, role, joined_at) VALUES ($3, $2, $1, $13, $10)
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A person, and the workspace and the wallet that are theirs alone."""

    person_id: UUID
    workspace_id: UUID
    wallet_id: UUID


@dataclass(frozen=True, slots=True)
class Profile:
    """How a new person is called and spoken to. `email` is verified and in lower case; guests have none."""

    display_name: str
    locale: Locale
    time_zone: str
    email: str | None = None


async def open_account(connection: Connection, now: datetime, kind: PersonKind, profile: Profile) -> Account:
    """Open an account with an empty wallet within the caller's transaction: two statements."""
    person_id, workspace_id, member_id = (uuid7(now, os.urandom(10)) for _ in range(3))
    await connection.execute(
        _OPEN,
        person_id,
        workspace_id,
        member_id,
        kind,
        profile.display_name,
        profile.email,
        profile.locale,
        profile.time_zone,
        PersonStatus.ACTIVE,
        now,
        WorkspaceKind.PERSONAL,
        WORKSPACE_NAME,
        MemberRole.OWNER,
    )
    guest = kind is PersonKind.GUEST
    wallet_id = await open_first_wallet(connection, now, workspace_id, person_id, guest=guest)
    return Account(person_id, workspace_id, wallet_id)
