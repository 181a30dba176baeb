"""Organisations: bought and paid for, with an administrator, seats and members."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from domain.periods import Cycle, CycleUnit, period_number
from domain.persons import Locale, PersonKind
from domain.principals import Caller, Principal
from domain.refusals import Refusal
from domain.workspaces import MemberRole, WorkspaceKind
from models.database import Connection
from services.accounts import Account, Profile, open_account
from services.benefits import benefits_posting
from services.invitations import NewInvitation, create_invitation
from services.joining import Joined, join
from services.organisations import Organisation, lock_organisation
from services.posting import post
from services.runtime import Runtime
from services.seats import add_seats, uuid7_sql
from tests.factories.wallets import WalletRef

PLAN = "business"
POSTED_AT_ONCE = 256

_FOUND = (
    "INSERT INTO workspaces (id, kind, name, created_at) VALUES ($1, $2, $3, $4)",
    "INSERT INTO organisations (id, workspace_id, created_at) VALUES ($1, $2, $3)",
    """INSERT INTO subscriptions (id, workspace_id, organisation_id, plan, interval, currency, anchor, zone, auto_renew,
        benefits_until, benefits_version, benefits_posted, created_at)
    VALUES ($1, $2, $3, $4, 'ANNUAL', 'USD', $5, $6, false, $7, 1, 1, $5)""",
    """INSERT INTO subscription_terms (id, subscription_id, number, starts_at, ends_at, unit_price_minor)
    VALUES (gen_random_uuid(), $1, 1, $2, $3, $4)""",
)

# as `services.joining` leaves it, for many at once
_FILL = f"""
WITH free AS (
    SELECT id, row_number() OVER (ORDER BY number) AS nth FROM seats
    WHERE organisation_id = $1 AND person_id IS NULL AND ends_at IS NULL ORDER BY number LIMIT $3
), person AS (
    INSERT INTO persons (id, kind, display_name, locale, time_zone, status, under_review, created_at)
    SELECT gen_random_uuid(), 'USER', 'Member ' || each, 'en', 'UTC', 'ACTIVE', false, $4::timestamptz
    FROM generate_series(1, $3::int) AS each
    RETURNING id
), numbered AS (
    SELECT id AS person_id, gen_random_uuid() AS wallet_id, row_number() OVER (ORDER BY id) AS nth FROM person
), member AS (
    INSERT INTO members (id, workspace_id, person_id, role, joined_at)
    SELECT gen_random_uuid(), $2, person_id, 'MEMBER', $4 FROM numbered
), seated AS (
    UPDATE seats s SET person_id = n.person_id, assigned_at = $4
    FROM free f JOIN numbered n USING (nth) WHERE s.id = f.id
), changed AS (
    INSERT INTO seat_changes (id, seat_id, workspace_id, at, kind, person_id)
    SELECT {uuid7_sql("$4", "2")}, f.id, $2, $4, 'ASSIGNED', n.person_id FROM free f JOIN numbered n USING (nth)
), period AS (
    INSERT INTO seat_periods (id, seat_id, workspace_id, person_id, period_start)
    SELECT gen_random_uuid(), f.id, $2, n.person_id, $5::timestamptz FROM free f JOIN numbered n USING (nth)
)
INSERT INTO wallets (id, workspace_id, person_id, created_at, last_entry, last_at, grants_made, allowances_made, spent,
    periods, balances, guest, enterprise)
SELECT wallet_id, $2, person_id, $4, 0, $4, 0, 0, '{{}}', '{{}}', '[]', false, true FROM numbered
RETURNING id, person_id
"""


@dataclass(frozen=True, slots=True)
class OrganisationRef:
    """An organisation; `admin` and `members` are the wallets that its people have there."""

    id: UUID
    workspace_id: UUID
    subscription_id: UUID
    name: str
    admin: WalletRef
    members: list[WalletRef] = field(default_factory=list)

    @property
    def admin_id(self) -> UUID:
        return self.admin.person_id


async def make_account(runtime: Runtime, name: str = "Ada", *, email: str | None = None) -> Account:
    """A registered person with a personal workspace and wallet; the e-mail address is verified."""
    profile = Profile(name, Locale.ENGLISH, "UTC", email)
    async with runtime.database.transaction() as connection:
        return await open_account(connection, runtime.clock(), PersonKind.USER, profile)


async def make_organisation(
    runtime: Runtime,
    *,
    seats: int = 5,
    members: int = 0,
    admin: UUID | None = None,
    starts_at: datetime | None = None,
    admin_takes_seat: bool = True,
    name: str = "Example Labs",
) -> OrganisationRef:
    """An organisation that has paid for a year from `starts_at` (now) on, on the plan `business`.

    `admin` is a person with an account; None: a new one. The members are new people with accounts, who join now.
    """
    starts_at = starts_at or runtime.clock()
    admin = admin or (await make_account(runtime, "Ada")).person_id
    organisation_id, workspace_id, subscription_id = uuid4(), uuid4(), uuid4()
    plan, zone = runtime.catalog.plans[PLAN], runtime.catalog.policies.billing_zone
    ends_at = period_number(Cycle(CycleUnit.MONTHS, 12, zone), starts_at, 0).end
    rows: tuple[tuple[object, ...], ...] = (
        (workspace_id, WorkspaceKind.ENTERPRISE, name, starts_at),
        (organisation_id, workspace_id, starts_at),
        (
            subscription_id,
            workspace_id,
            organisation_id,
            msgspec.json.encode(plan).decode(),
            starts_at,
            zone,
            ends_at,
        ),
        (subscription_id, starts_at, ends_at, plan.prices[0].amount_minor),
    )
    async with runtime.database.transaction() as connection:
        for sql, arguments in zip(_FOUND, rows, strict=True):
            await connection.execute(sql, *arguments)
        await add_seats(
            connection,
            organisation_id,
            workspace_id,
            seats,
            starts_at=starts_at,
            now=starts_at,
            order_id=None,
        )
    role = MemberRole.ADMIN
    joined = await put_member(runtime, organisation_id, admin, role=role, takes_seat=admin_takes_seat)
    ref = OrganisationRef(
        organisation_id, workspace_id, subscription_id, name, WalletRef(joined.wallet_id, workspace_id, admin)
    )
    for number in range(members):
        ref.members.append(await add_member(runtime, ref, f"Member {number + 1}"))
    return ref


async def add_member(runtime: Runtime, ref: OrganisationRef, name: str = "Bo") -> WalletRef:
    """A new person who has joined and taken a seat; returns their wallet there."""
    person_id = (await make_account(runtime, name)).person_id
    joined = await put_member(runtime, ref.id, person_id)
    return WalletRef(joined.wallet_id, ref.workspace_id, person_id)


async def put_member(
    runtime: Runtime,
    organisation_id: UUID,
    person_id: UUID,
    *,
    role: MemberRole = MemberRole.MEMBER,
    takes_seat: bool = True,
) -> Joined:
    """Let somebody join, by no invitation."""
    async with runtime.database.transaction() as connection:
        await connection.execute("SELECT FROM persons WHERE id = $1 FOR NO KEY UPDATE", person_id)
        organisation = await locked(connection, organisation_id)
        now = runtime.clock()
        joined = await join(
            connection, runtime, organisation, person_id, role=role, takes_seat=takes_seat, now=now, actor=person_id
        )
    assert not isinstance(joined, Refusal), joined
    return joined


async def locked(connection: Connection, organisation_id: UUID) -> Organisation:
    """An organisation's lock, and what a transaction that holds it knows."""
    organisation = await lock_organisation(connection, organisation_id)
    assert organisation
    return organisation


async def fill(runtime: Runtime, ref: OrganisationRef, count: int, *, benefits: bool = True) -> list[WalletRef]:
    """Very many members at once, on seats that are free: people without personal workspaces.

    All rows are as if each had joined. Without benefits, which take most of the time, their wallets are empty.
    """
    now = runtime.clock()
    async with runtime.database.transaction() as connection:
        organisation = await locked(connection, ref.id)
        period_start = organisation.subscription.period(now).start
        rows = await connection.fetch(_FILL, ref.id, ref.workspace_id, count, now, period_start)
    wallets = [WalletRef(row["id"], ref.workspace_id, row["person_id"]) for row in rows]
    if benefits:
        for first in range(0, count, POSTED_AT_ONCE):
            some = wallets[first : first + POSTED_AT_ONCE]
            async with runtime.database.transaction() as connection:
                postings = [benefits_posting(organisation.subscription, wallet.id) for wallet in some]
                await post(connection, postings, runtime.clock)
    ref.members.extend(wallets)
    return wallets


async def invite(
    runtime: Runtime,
    ref: OrganisationRef,
    *,
    days: int = 7,
    uses_max: int | None = None,
    email: str | None = None,
) -> str:
    """A new invitation by the organisation's administrator; returns its token."""
    made = await create_invitation(
        runtime, user(ref.admin_id), ref.id, NewInvitation(days, uses_max, email), f"invite-{uuid4()}"
    )
    assert made.token, made.refused
    return made.token


def user(person_id: UUID) -> Principal:
    """A person who has come in, by no credential in particular."""
    return Principal(Caller.USER, person_id)
