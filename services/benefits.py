"""Benefits: what a plan gives, as the ledger's command; and those of members, posted to their wallets (B9, B10)."""

from datetime import datetime
from uuid import UUID

from domain.benefits import SuspensionReason
from domain.commands import SetBenefits, StartAllowance, SuspendBenefits
from domain.plans import Plan
from domain.subscriptions import Subscription
from services.posting import Posting


def plan_benefits(plan: Plan, *, until: datetime | None = None, anchor: datetime | None = None) -> SetBenefits:
    """Write a plan as a command: all that it gives, and no other, until an instant or without an end (C1, C5).

    Periods are counted from `anchor`, or else from the instant at which it is carried out.
    """
    source = f"plan:{plan.id}@{plan.version}"
    allowances = tuple(
        StartAllowance(
            each.meter, each.pool, each.amount, each.cycle, source, opens_on_use=each.opens_on_use, anchor=anchor
        )
        for each in plan.allowances
    )
    return SetBenefits(allowances, until, plan.concurrency_max)


def benefits_posting(subscription: Subscription, wallet_id: UUID) -> Posting:
    """Give a member what the subscription gives: full for the current period, or what was left of it (B8, B9)."""
    given = plan_benefits(subscription.plan, until=subscription.benefits_until, anchor=subscription.anchor)
    return Posting(given, wallet_id)


def revoking_posting(wallet_id: UUID) -> Posting:
    """Take the rest of the period's quota from a member who is removed or leaves (B7)."""
    return Posting(SuspendBenefits(SuspensionReason.MEMBERSHIP_ENDED), wallet_id)
