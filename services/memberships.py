"""Putting a wallet on a plan: its allowances begin, and the first period of each is granted at once (B9, C2)."""

from uuid import UUID

from domain.commands import StartAllowance
from domain.plans import Plan
from models.database import Connection
from services.posting import Batch, Clock, Posting, post


async def start_plan(connection: Connection, wallet_id: UUID, plan: Plan, clock: Clock) -> Batch:
    """Start a plan's allowances within the caller's transaction; wake the wallet's feed after its commit.

    What the wallet already has for a meter's current period is refused (`ALREADY_GRANTED`), the rest begins.
    """
    return await post(connection, [Posting(command, wallet_id) for command in plan_commands(plan)], clock)


def plan_commands(plan: Plan) -> tuple[StartAllowance, ...]:
    """Write a plan as commands, for who posts more in the same go."""
    source = f"plan:{plan.id}@{plan.version}"
    return tuple(
        StartAllowance(
            allowance.meter,
            allowance.pool,
            allowance.amount,
            allowance.cycle,
            source,
            opens_on_use=allowance.opens_on_use,
        )
        for allowance in plan.allowances
    )
