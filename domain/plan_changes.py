"""What a new version of the plans takes from people, who must hear of it in time (A7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.amounts import format_amount
from domain.changes import refuse_early
from domain.meters import Pool
from domain.money import money_words
from domain.plans import Plan


@dataclass(frozen=True, slots=True)
class Rise:
    """Something of a plan that costs more, or gives less for as much; `what` says it in words."""

    plan: str
    what: str

    def __str__(self) -> str:
        return f"{self.plan} {self.what}"


def price_rises(before: Mapping[str, Plan], after: Mapping[str, Plan]) -> tuple[Rise, ...]:
    """Find what rises from one version of the plans to another, in the order of the former.

    A higher price, and one where there was none; less of an allowance, none of it, or in another cycle; a window beside
    it that was not there; fewer requests or tasks; a price that is not offered any more, and a plan that is gone. What
    is new takes nothing away.
    """
    rises: list[Rise] = []
    for id_, old in before.items():
        new = after.get(id_)
        found = _rises(old, new) if new else ["is discontinued"]
        rises += [Rise(id_, what) for what in found]
    return tuple(rises)


def unannounced(
    before: Mapping[str, Plan],
    after: Mapping[str, Plan],
    *,
    effective_at: datetime | None,
    now: datetime,
    notice: timedelta,
) -> tuple[str, ...]:
    """Say what rises too early, and which date would be good: nothing where people have the notice they are due.

    Args:
        before: the plans that people know.
        after: the plans that are published.
        effective_at: when they take effect; None: at once.
        now: when they are published.
        notice: the least time in between, if anything rises.
    """
    refused = refuse_early(effective_at or now, now, notice)
    if refused is None or refused.earliest_at is None:
        return ()
    must = f"must be {refused.earliest_at.isoformat()} or later ({notice.days} days of notice)"
    return tuple(f"plans.toml: effective_at: {must}, since {rise}" for rise in price_rises(before, after))


def _rises(old: Plan, new: Plan) -> Iterator[str]:
    if old.audience is not new.audience:
        yield f"is for {new.audience} workspaces instead of {old.audience} ones"
    yield from _prices(old, new)
    yield from _allowances(old, new)
    if new.requests_per_minute_max < old.requests_per_minute_max:
        yield f"allows {new.requests_per_minute_max} requests a minute instead of {old.requests_per_minute_max}"
    if new.concurrency_max < old.concurrency_max:
        yield f"allows {new.concurrency_max} tasks at a time instead of {old.concurrency_max}"


def _prices(old: Plan, new: Plan) -> Iterator[str]:
    if not old.prices and new.prices:
        yield "costs something and was free"
    prices = {(each.interval, each.currency): each for each in new.prices}
    for price in old.prices if new.prices else ():  # what costs nothing any more takes nothing away
        words = money_words(price.amount_minor, price.currency)
        now = prices.get((price.interval, price.currency))
        if now is None:
            yield f"cannot be paid {price.interval} in {price.currency} any more"
        elif now.amount_minor > price.amount_minor:
            yield f"costs {money_words(now.amount_minor, now.currency)} {price.interval} instead of {words}"


def _allowances(old: Plan, new: Plan) -> Iterator[str]:
    given = {(each.meter, each.pool): each for each in new.allowances}
    for allowance in old.allowances:
        name, now = f"{allowance.meter} {allowance.pool}", given.get((allowance.meter, allowance.pool))
        if now is None and allowance.pool is Pool.WINDOW:
            continue  # a limit less
        if now is None:
            yield f"gives no {name} any more"
        elif now.amount < allowance.amount:
            yield f"gives {format_amount(now.amount)} {name} instead of {format_amount(allowance.amount)}"
        elif now.cycle != allowance.cycle:
            yield f"gives {name} in another cycle"
    had = {(each.meter, each.pool) for each in old.allowances}
    for meter, pool in given:
        if pool is Pool.WINDOW and (meter, pool) not in had and (meter, Pool.MAIN) in had:
            yield f"limits {meter} by a {pool}"
