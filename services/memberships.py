"""Putting a wallet on a plan: its benefits begin, and the first period of each quota is granted at once (B9, C2)."""

from uuid import UUID

from domain.plans import Plan
from models.database import Connection
from services.benefits import plan_benefits
from services.posting import Batch, Clock, Posting, post


async def start_plan(connection: Connection, wallet_id: UUID, plan: Plan, clock: Clock) -> Batch:
    """Give a wallet what a plan gives, and no other, within the caller's transaction; wake its feed after the commit.

    What it has already goes on; a quota that was granted for the present period waits for the next one (B8).
    """
    return await post(connection, [Posting(plan_benefits(plan), wallet_id)], clock)
