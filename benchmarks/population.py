"""Who is charged: persons, each with workspaces and a wallet in every one, on the plan `plus` and with credits."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.authorization import READ, WRITE
from domain.commands import Command, OpenGrant, StartAllowance
from domain.grants import GrantKind
from domain.ids import public_id, uuid7
from models.credentials import ServiceAccount
from services.benefits import plan_benefits
from services.credentials import issue_service_key, issue_session
from services.posting import Posted, Posting, post
from services.runtime import Runtime

WALLETS_PER_BATCH = 64
PLENTY_THOUSANDTHS = 10**12
_SESSION_LASTS = timedelta(hours=1)

_PEOPLE = """
INSERT INTO persons (id, display_name, status, created_at) SELECT unnest($1::uuid[]), 'Bench', 'ACTIVE', now()
"""
_WORKSPACES = """
INSERT INTO workspaces (id, kind, name, owner_id, created_at)
SELECT id, CASE WHEN owner IS NULL THEN 'ENTERPRISE' ELSE 'PERSONAL' END, 'Bench', owner, now()
FROM unnest($1::uuid[], $2::uuid[]) AS given (id, owner)
"""
_MEMBERS = """
INSERT INTO members (id, workspace_id, person_id, role, joined_at)
SELECT gen_random_uuid(), workspace, person, CASE s.kind WHEN 'PERSONAL' THEN 'OWNER' ELSE 'MEMBER' END, now()
FROM unnest($1::uuid[], $2::uuid[]) AS given (workspace, person) JOIN workspaces s ON s.id = workspace
"""
_WALLETS = """
INSERT INTO wallets (id, workspace_id, person_id, created_at, last_entry, last_at, grants_made, allowances_made,
    spent, periods, balances)
SELECT id, workspace, person, now(), 0, 'epoch', 0, 0, '{}', '{}', '[]'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS given (id, workspace, person)
"""


@dataclass(frozen=True, slots=True)
class Home:
    """A person in a workspace, with the wallet that they have there."""

    person_id: UUID
    workspace_id: UUID
    wallet_id: UUID

    @property
    def wallet(self) -> str:
        """The wallet's id as clients see it."""
        return public_id("wal", self.wallet_id)

    @property
    def workspace(self) -> str:
        """The workspace's id as clients see it."""
        return public_id("wsp", self.workspace_id)


async def populate(
    runtime: Runtime, persons: int, *, workspaces_each: int = 1, given: Sequence[Command] = ()
) -> list[Home]:
    """Make persons with a personal workspace and `workspaces_each - 1` others, and wallets that never run dry.

    `given` is what each wallet is given instead of a plan with plenty of credits.
    """
    commands = given or _plenty(runtime)
    homes: list[Home] = []
    owners: list[UUID | None] = []
    for _ in range(persons):
        person = _id(runtime)
        for number in range(workspaces_each):
            homes.append(Home(person, _id(runtime), _id(runtime)))
            owners.append(None if number else person)
    people, workspaces = [home.person_id for home in homes], [home.workspace_id for home in homes]
    async with runtime.database.transaction() as connection:
        await connection.execute(_PEOPLE, list(dict.fromkeys(people)))
        await connection.execute(_WORKSPACES, workspaces, owners)
        await connection.execute(_MEMBERS, workspaces, people)
        await connection.execute(_WALLETS, [home.wallet_id for home in homes], workspaces, people)
    for first in range(0, len(homes), WALLETS_PER_BATCH):
        await _fund(runtime, homes[first : first + WALLETS_PER_BATCH], commands)
    return homes


async def employ(runtime: Runtime, members: int, anchor: datetime) -> list[Home]:
    """Make an enterprise workspace whose members are on the plan `business`, all with the same anchor."""
    workspace = _id(runtime)
    homes = [Home(_id(runtime), workspace, _id(runtime)) for _ in range(members)]
    people, wallets = [home.person_id for home in homes], [home.wallet_id for home in homes]
    async with runtime.database.transaction() as connection:
        await connection.execute(_PEOPLE, people)
        await connection.execute(_WORKSPACES, [workspace], [None])
        await connection.execute(_MEMBERS, [workspace] * members, people)
        await connection.execute(_WALLETS, wallets, [workspace] * members, people)
        await connection.execute("UPDATE wallets SET enterprise = true")
    allowances = runtime.catalog.plans["business"].allowances
    commands = [
        StartAllowance(row.meter, row.pool, row.amount, row.cycle, "bench", anchor=anchor) for row in allowances
    ]
    for first in range(0, members, WALLETS_PER_BATCH):
        postings = [Posting(command, id_) for id_ in wallets[first : first + WALLETS_PER_BATCH] for command in commands]
        async with runtime.database.transaction() as connection:
            await post(connection, postings, runtime.clock)
    return homes


async def session_token(runtime: Runtime, person_id: UUID) -> str:
    """Sign a person in."""
    return (await issue_session(runtime, person_id, "bench", _SESSION_LASTS)).token


async def service_token(runtime: Runtime) -> str:
    """Make a service that may report usage of every wallet; return its key."""
    id_ = _id(runtime)
    await ServiceAccount.create(id=id_, name="Bench", created_at=runtime.clock())
    return (await issue_service_key(runtime, id_, "bench", frozenset({READ, WRITE}))).token


def _plenty(runtime: Runtime) -> Sequence[Command]:
    meter = runtime.catalog.policies.credit_meter
    # drawn before the plan's quota: so every charge of the run draws from one and the same grant
    credits_ = OpenGrant(meter, GrantKind.PROMOTIONAL, PLENTY_THOUSANDTHS, None, "bench")
    return plan_benefits(runtime.catalog.plans["plus"]), credits_


async def _fund(runtime: Runtime, homes: Sequence[Home], commands: Sequence[Command]) -> None:
    postings = [Posting(command, home.wallet_id) for home in homes for command in commands]
    async with runtime.database.transaction() as connection:
        batch = await post(connection, postings, runtime.clock)
    refused = [outcome for outcome in batch.outcomes if not isinstance(outcome, Posted)]
    assert not refused, refused


def _id(runtime: Runtime) -> UUID:
    return uuid7(runtime.clock(), os.urandom(10))
