"""Members of organisations who are removed or leave, and what becomes of their seats and quotas."""

from datetime import datetime
from uuid import UUID

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.principals import Principal
from domain.seats import SeatCounts
from models.workspaces import Member
from services.leaving import MembershipEnded, leave_organisation, remove_member
from services.once import Once
from services.organisations import read_organisation
from services.runtime import Runtime
from services.seats import seat_counts
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef
from tests.factories.wallets import WalletRef


async def remove(
    runtime: Runtime,
    ref: OrganisationRef,
    who: WalletRef,
    *,
    by: Principal | None = None,
    reason: str | None = None,
    key: str = "remove",
) -> Once[MembershipEnded]:
    """Remove a member, as the first administrator unless it is said."""
    by = by or await make_user(runtime, ref.admin_id)
    return await remove_member(runtime, by, ref.id, await member_of(who), reason=reason, key=key)


async def leave(runtime: Runtime, ref: OrganisationRef, who: WalletRef, key: str = "leave") -> Once[MembershipEnded]:
    return await leave_organisation(runtime, await make_user(runtime, who.person_id), ref.id, key)


async def member_of(who: WalletRef) -> UUID:
    return (await Member.get(workspace_id=who.workspace_id, person_id=who.person_id)).id


async def settlement_of(runtime: Runtime, ref: OrganisationRef) -> datetime:
    """The end of the current period."""
    async with runtime.database.pool.acquire() as connection:
        organisation = await read_organisation(connection, ref.id)
    assert organisation
    return organisation.subscription.period(runtime.clock()).end


async def counts(runtime: Runtime, ref: OrganisationRef) -> SeatCounts:
    async with runtime.database.pool.acquire() as connection:
        return await seat_counts(connection, ref.id, runtime.clock())


async def quota(runtime: Runtime, who: WalletRef) -> tuple[int, int, int, int]:
    """Whole units of the newest grant of the plan: granted, used, remaining, lapsed."""
    row = await runtime.database.pool.fetchrow(
        """SELECT granted, used, remaining, lapsed FROM grants
        WHERE wallet_id = $1 AND kind = 'PLAN' AND meter = 'chat_credit' ORDER BY number DESC LIMIT 1""",
        who.id,
    )
    assert row
    granted, used, remaining, lapsed = [each // THOUSANDTHS_PER_UNIT for each in row]
    return granted, used, remaining, lapsed


async def seat_of(runtime: Runtime, who: WalletRef) -> UUID:
    seat: UUID = await runtime.database.pool.fetchval(
        "SELECT id FROM seats WHERE workspace_id = $1 AND person_id = $2", who.workspace_id, who.person_id
    )
    return seat
