"""Wallets, and what they are given."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.commands import Command, OpenGrant
from domain.entries import Entry
from domain.grants import GrantKind
from feed.topics import wallet_topic
from services.memberships import start_plan
from services.posting import Batch, Outcome, Posted, Posting, post
from services.runtime import Runtime
from services.wallets import open_wallet
from tests.factories.persons import make_people, make_person
from tests.factories.workspaces import (
    join,
    make_enterprise_workspace,
    make_personal_workspace,
    make_personal_workspaces,
)

CREDIT = "chat_credit"


@dataclass(frozen=True, slots=True)
class WalletRef:
    """A wallet and where it belongs."""

    id: UUID
    workspace_id: UUID
    person_id: UUID


async def make_wallet(runtime: Runtime, *, credits_: int = 0, plan: str | None = None) -> WalletRef:
    """A wallet in a new person's personal workspace, with so many credits that never end, and on a plan."""
    person = await make_person()
    wallet = await open_in(runtime, await make_personal_workspace(person), person)
    if credits_:
        await give(runtime, wallet.id, credits_)
    if plan:
        await subscribe(runtime, wallet.id, plan)
    return wallet


async def make_colleague(
    runtime: Runtime, workspace_id: UUID | None = None, person_id: UUID | None = None, *, credits_: int = 0
) -> WalletRef:
    """A member's wallet in an enterprise workspace: in a given one, or a new one; of a given person, or a new one."""
    workspace = workspace_id or await make_enterprise_workspace()
    person = person_id or await make_person("Bo")
    await join(workspace, person)
    wallet = await open_in(runtime, workspace, person)
    if credits_:
        await give(runtime, wallet.id, credits_)
    return wallet


async def make_wallets(runtime: Runtime, count: int, *, credits_: int = 0) -> list[WalletRef]:
    """Many wallets at once, each in its own person's workspace."""
    people = await make_people(count)
    workspaces = await make_personal_workspaces(people)
    async with runtime.database.transaction() as connection:
        wallets = [
            WalletRef(await open_wallet(connection, workspace, person, runtime.clock), workspace, person)
            for person, workspace in zip(people, workspaces, strict=True)
        ]
        if credits_:
            await post(connection, [Posting(credits_grant(credits_), wallet.id) for wallet in wallets], runtime.clock)
    return wallets


async def open_in(runtime: Runtime, workspace_id: UUID, person_id: UUID) -> WalletRef:
    """A member's empty wallet."""
    async with runtime.database.transaction() as connection:
        return WalletRef(await open_wallet(connection, workspace_id, person_id, runtime.clock), workspace_id, person_id)


def credits_grant(
    amount: int,
    kind: GrantKind = GrantKind.SIGN_UP,
    ends_at: datetime | None = None,
    *,
    meter: str = CREDIT,
) -> OpenGrant:
    """A grant of whole units, credits unless it is said."""
    return OpenGrant(meter, kind, amount * THOUSANDTHS_PER_UNIT, ends_at, "given")


async def give(
    runtime: Runtime,
    wallet_id: UUID,
    amount: int,
    kind: GrantKind = GrantKind.SIGN_UP,
    ends_at: datetime | None = None,
    *,
    meter: str = CREDIT,
) -> Entry:
    """Give whole units, credits unless it is said; return the entry."""
    (outcome,) = await carry_out(runtime, wallet_id, credits_grant(amount, kind, ends_at, meter=meter))
    assert isinstance(outcome, Posted)
    assert outcome.entry
    return outcome.entry


async def subscribe(runtime: Runtime, wallet_id: UUID, plan: str) -> Batch:
    """Put a wallet on a plan of the catalog."""
    async with runtime.database.transaction() as connection:
        batch = await start_plan(connection, wallet_id, runtime.catalog.plans[plan], runtime.clock)
    await runtime.broker.wake([wallet_topic(wallet_id)])
    return batch


async def carry_out(runtime: Runtime, wallet_id: UUID | None, *commands: Command) -> tuple[Outcome, ...]:
    """Post commands of the system itself in one transaction."""
    async with runtime.database.transaction() as connection:
        batch = await post(connection, [Posting(command, wallet_id) for command in commands], runtime.clock)
    return batch.outcomes
