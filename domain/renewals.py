"""Renewals: which term comes next, when it can be bought, and what is due of a subscription by itself (B10, D5).

Renewed before its end, in the days of grace, or within the period in which benefits were last given, a subscription
goes on: the next term begins where the last one ended, and the anchor stays. Renewed later, term, anchor and periods
begin anew. Every term is computed from its anchor, so that none drifts (docs/adr/0019).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.periods import Cycle, CycleUnit, period_at
from domain.plans import BillingInterval, Plan
from domain.refusals import Refusal, RefusalCode
from domain.subscriptions import Subscription, SubscriptionStatus, Term

WARNING_DAYS = (30, 7, 1)
"""Days before the end of a term at which administrators are told that nothing renews it, descending."""
ATTEMPT_EVERY = timedelta(days=1)
"""How often an automatic renewal is tried while there is grace (D5)."""
LOOK_AGAIN_AFTER = timedelta(minutes=10)
"""How soon to see what came of a try."""

_MONTHS = {BillingInterval.MONTHLY: 1, BillingInterval.ANNUAL: 12}
_TICK = timedelta(microseconds=1)


def first_term(interval: BillingInterval, anchor: datetime, zone: str, unit_price_minor: int) -> Term:
    """Give the term that begins with a subscription's anchor."""
    return Term(1, anchor, _end_after(interval, anchor, zone, anchor), unit_price_minor)


def is_late(subscription: Subscription, now: datetime) -> bool:
    """Tell whether a renewal at `now` begins anew: benefits have ended, and the period they were last given in, too."""
    if now < subscription.benefits_until:
        return False
    monthly = Cycle(CycleUnit.MONTHS, 1, subscription.zone)
    last_given = max(subscription.benefits_until - _TICK, subscription.anchor)
    return now >= period_at(monthly, subscription.anchor, last_given).end


def next_term(subscription: Subscription, unit_price_minor: int, now: datetime) -> tuple[Term, datetime]:
    """Give the term that a renewal at `now` adds, and the anchor from then on."""
    last = subscription.terms[-1]
    starts_at, anchor = (now, now) if is_late(subscription, now) else (last.ends_at, subscription.anchor)
    ends_at = _end_after(subscription.interval, anchor, subscription.zone, starts_at)
    return Term(last.number + 1, starts_at, ends_at, unit_price_minor), anchor


def benefits_until(ends_at: datetime, *, auto_renew: bool, grace_days: int) -> datetime:
    """Tell when benefits end if nothing more is paid: with the term, or with the days of grace after it (D5)."""
    return ends_at + timedelta(days=grace_days) if auto_renew else ends_at


def renewed(subscription: Subscription, unit_price_minor: int, now: datetime, grace_days: int) -> Subscription:
    """Give the subscription with one more term that was paid."""
    term, anchor = next_term(subscription, unit_price_minor, now)
    until = benefits_until(term.ends_at, auto_renew=subscription.auto_renew, grace_days=grace_days)
    return replace(subscription, anchor=anchor, terms=(*subscription.terms, term), benefits_until=until)


def with_automatic_renewal(
    subscription: Subscription, now: datetime, grace_days: int, *, enabled: bool
) -> Subscription | Refusal:
    """Give the subscription as it is with or without automatic renewal.

    Switched off in the days of grace, benefits end at once: nothing is paid, and nothing is tried any more. Switching
    it on when the term has ended would give days of grace for nothing: refused.
    """
    if enabled == subscription.auto_renew:
        return subscription
    if enabled and now >= subscription.ends_at:
        return Refusal(
            RefusalCode.SUBSCRIPTION_EXPIRED,
            "The subscription has ended: renew it first, then it can go on by itself.",
            ("organizationId",),
        )
    until = benefits_until(subscription.ends_at, auto_renew=enabled, grace_days=grace_days)
    if not enabled and subscription.status(now) is SubscriptionStatus.GRACE:
        until = now
    elif not enabled and now >= subscription.benefits_until:
        until = subscription.benefits_until  # they have ended, and that is not rewritten
    return replace(subscription, auto_renew=enabled, benefits_until=until)


def renewal_opens_at(subscription: Subscription, opens_days: int) -> datetime:
    """Tell from when on the next term can be bought: never two in advance."""
    last = subscription.terms[-1]
    return max(last.ends_at - timedelta(days=opens_days), last.starts_at)


def refuse_early(subscription: Subscription, opens_days: int, now: datetime) -> Refusal | None:
    """Refuse a renewal that comes too early, or twice."""
    opens_at = renewal_opens_at(subscription, opens_days)
    if now >= opens_at:
        return None
    bought = subscription.terms[-1].starts_at > now
    message = "The next term is bought already." if bought else "The next term cannot be bought yet."
    return Refusal(RefusalCode.RENEWAL_TOO_EARLY, message, ("organizationId",), earliest_at=opens_at)


def refuse_in_use(seats: int, allocated: int, seats_min: int) -> Refusal | None:
    """Refuse a renewal with fewer seats than members hold. `minimum` of its facts: the fewest that would do."""
    if seats >= allocated:
        return None
    return Refusal(
        RefusalCode.SEATS_IN_USE,
        f"{allocated} seats are held: remove members first, or renew with at least as many.",
        ("seats",),
        facts={"allocated": str(allocated), "minimum": str(max(allocated, seats_min))},
    )


def plan_changes_at(subscription: Subscription) -> datetime:
    """Tell when the plan of a term that was bought in advance comes in: with the last period before the term.

    From there another amount takes effect with the next period, which is the term's first. Who joins in that period
    has the new amounts already.
    """
    starts_at = subscription.terms[-1].starts_at
    if starts_at <= subscription.anchor:
        return starts_at
    return period_at(Cycle(CycleUnit.MONTHS, 1, subscription.zone), subscription.anchor, starts_at - _TICK).start


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to renew automatically: `number` from 0, at `starts_at`; at `ends_at` comes the next, or the end."""

    number: int
    starts_at: datetime
    ends_at: datetime

    def look_again_at(self, now: datetime) -> datetime:
        """Tell when to see what came of it: some minutes after it began, and then less and less often."""
        return min(now + max(LOOK_AGAIN_AFTER, now - self.starts_at), self.ends_at)


def attempt_at(subscription: Subscription, now: datetime) -> Attempt | None:
    """Find the try that `now` lies in: the first begins with the term's end, the last ends with the days of grace."""
    if not subscription.auto_renew or subscription.status(now) is not SubscriptionStatus.GRACE:
        return None
    number = (now - subscription.ends_at) // ATTEMPT_EVERY
    starts_at = subscription.ends_at + number * ATTEMPT_EVERY
    return Attempt(number, starts_at, min(starts_at + ATTEMPT_EVERY, subscription.benefits_until))


def warnings_of(subscription: Subscription, *, chargeable: bool) -> tuple[tuple[datetime, int | None], ...]:
    """List when administrators are told that the end is near, with the days left; None: it has expired. Ascending.

    `chargeable`: whether there is something to charge: then what renews automatically needs no warning.
    """
    expiry = (subscription.benefits_until, None)
    if subscription.auto_renew and chargeable:
        return (expiry,)
    ends_at, begun = subscription.ends_at, subscription.terms[-1].starts_at
    ahead = ((ends_at - timedelta(days=days), days) for days in WARNING_DAYS)
    return (*((at, days) for at, days in ahead if at > begun), expiry)


def warning_due(
    subscription: Subscription, warned_at: datetime | None, now: datetime, *, chargeable: bool
) -> tuple[datetime, int | None] | None:
    """Find the newest warning that is due and was not given: older ones that were missed say nothing new."""
    due = [
        warning
        for warning in warnings_of(subscription, chargeable=chargeable)
        if warning[0] <= now and (warned_at is None or warned_at < warning[0])
    ]
    return due[-1] if due else None


def next_look(
    subscription: Subscription, next_plan: Plan | None, now: datetime, *, chargeable: bool
) -> datetime | None:
    """Tell when something is due of a subscription after `now`: a try, a warning, another plan, a term's beginning.

    `next_plan`: the plan of the last term, if it is not the one in force yet. None: nothing is due ever again.
    """
    instants = [at for at, _ in warnings_of(subscription, chargeable=chargeable)]
    instants.append(subscription.terms[-1].starts_at)  # seats that were given up end with it
    if subscription.auto_renew:
        attempt = attempt_at(subscription, now)
        instants += [subscription.ends_at, *([attempt.ends_at] if attempt else [])]
    if next_plan is not None:
        instants.append(plan_changes_at(subscription))
    return min((at for at in instants if at > now), default=None)


def _end_after(interval: BillingInterval, anchor: datetime, zone: str, starts_at: datetime) -> datetime:
    return period_at(Cycle(CycleUnit.MONTHS, _MONTHS[interval], zone), anchor, starts_at).end
