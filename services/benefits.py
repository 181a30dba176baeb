"""Benefits of members: what their organisation's subscription gives, posted to their wallets (B9, B10)."""

from uuid import UUID

from domain.benefits import SuspensionReason
from domain.commands import SetBenefits, StartAllowance, SuspendBenefits
from domain.subscriptions import Subscription
from services.posting import Posting


def benefits_posting(subscription: Subscription, wallet_id: UUID) -> Posting:
    """Give a member what the subscription gives: full for the current period, or what was left of it (B8, B9)."""
    plan = subscription.plan
    source = f"plan:{plan.id}@{plan.version}"
    allowances = tuple(
        StartAllowance(
            each.meter,
            each.pool,
            each.amount,
            each.cycle,
            source,
            opens_on_use=each.opens_on_use,
            anchor=subscription.anchor,
        )
        for each in plan.allowances
    )
    return Posting(SetBenefits(allowances, subscription.benefits_until), wallet_id)


def revoking_posting(wallet_id: UUID) -> Posting:
    """Take the rest of the period's quota from a member who is removed or leaves (B7)."""
    return Posting(SuspendBenefits(SuspensionReason.MEMBERSHIP_ENDED), wallet_id)
