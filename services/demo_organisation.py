"""The demo's organisation: Example Labs, with five seats for a year, Ada its administrator and Bo a member. Idempotent.

A demo that was made before there were organisations has its workspace, members and wallets: they are taken over, and
the allowances that they had are replaced by the organisation's.
"""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.purchases import find_offer
from domain.refusals import Refusal
from domain.workspaces import MemberRole
from feed.topics import access_topic, wallet_topic, workspace_topic
from models.database import Connection
from services.founding import Founding, found_organisation
from services.joining import join
from services.organisations import lock_organisation
from services.runtime import Runtime

NAME = "Example Labs"
SEATS = 5

_LOCK = "SELECT FROM persons WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_IS_THERE = "SELECT EXISTS (SELECT FROM organisations WHERE id = $1)"
_WALLET = "SELECT id FROM wallets WHERE workspace_id = $1 AND person_id = $2"


def demo_id(name: str) -> UUID:
    """Give the id that something of the demo has in every installation."""
    return uuid5(NAMESPACE_URL, f"allotment:demo:{name}")


LABS, LABS_ORGANISATION = demo_id("labs"), demo_id("labs-organisation")
"""The workspace and the organisation."""


async def load_labs(runtime: Runtime, administrator: UUID, member: UUID) -> None:
    """Found the organisation, or find it as people have left it."""
    async with runtime.database.transaction() as connection:
        # of two at once, the second waits here and then finds what the first has made
        await connection.execute(_LOCK, [administrator, member])
        if await connection.fetchval(_IS_THERE, LABS_ORGANISATION):
            return
        wallets = await _founded(connection, runtime, administrator, member, runtime.clock())
    topics = [*map(wallet_topic, wallets), access_topic(administrator), access_topic(member), workspace_topic(LABS)]
    await runtime.broker.wake(topics)


async def labs_wallet(runtime: Runtime, person_id: UUID) -> UUID:
    """Find the wallet of somebody who is, or was, a member.

    Raises:
        LookupError: they never were.
    """
    id_: UUID | None = await runtime.database.pool.fetchval(_WALLET, LABS, person_id)
    if id_ is None:
        raise LookupError("who has joined has a wallet")
    return id_


async def _founded(
    connection: Connection, runtime: Runtime, administrator: UUID, member: UUID, now: datetime
) -> frozenset[UUID]:
    founding = Founding(
        name=NAME,
        offer=find_offer(runtime.catalog.plans, "business", "USD"),
        seats=SEATS,
        administrator=administrator,
        takes_seat=True,
        organisation_id=LABS_ORGANISATION,
        workspace_id=LABS,
        subscription_id=demo_id("labs-subscription"),
    )
    founded = await found_organisation(connection, runtime, founding, now)
    organisation = await lock_organisation(connection, LABS_ORGANISATION)
    if organisation is None:
        raise LookupError("what was made is there")
    joined = await join(
        connection, runtime, organisation, member, role=MemberRole.MEMBER, takes_seat=True, now=now, actor=administrator
    )
    if isinstance(joined, Refusal):
        raise RuntimeError(f"the demo's organisation has a seat for its member: {joined.code}")  # noqa: TRY004  (a fault)
    return founded.wallets | joined.changed
