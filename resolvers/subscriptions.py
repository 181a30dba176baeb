"""Views of subscriptions."""

from datetime import datetime

import strawberry

from domain.subscriptions import Subscription, Term
from domain.workspaces import MemberRole
from resolvers.orders import money_view
from schema.orders import Money
from schema.plans import PlanVersion
from schema.subscriptions import OrganizationSubscription, SubscriptionTerm


def subscription_view(subscription: Subscription, now: datetime, role: MemberRole | None) -> OrganizationSubscription:
    """Show a subscription as it is now; prices to administrators alone (B3)."""

    def price(term: Term) -> Money | None:
        return money_view(term.unit_price_minor, subscription.currency) if role is MemberRole.ADMIN else None

    plan, period = subscription.plan, subscription.period(now)
    started = [term for term in subscription.terms if term.starts_at <= now]
    running = started[-1] if started else subscription.terms[0]
    return OrganizationSubscription(
        plan=PlanVersion(id=strawberry.ID(plan.id), version=plan.version, name=plan.name),
        status=subscription.status(now),
        interval=subscription.interval,
        currency=subscription.currency,
        unit_price=price(running),
        starts_at=running.starts_at,
        ends_at=subscription.ends_at,
        terms=[
            SubscriptionTerm(number=term.number, starts_at=term.starts_at, ends_at=term.ends_at, unit_price=price(term))
            for term in subscription.terms
        ],
        auto_renews=subscription.auto_renew,
        benefits_until=subscription.benefits_until,
        period_start=period.start,
        period_end=period.end,
    )
