"""The limits that hold together (C5): who may use nothing now, and every limit that stands in the way."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from domain.balances import Balance
from domain.benefits import SuspensionReason
from domain.draws import available, pools_of
from domain.meters import Pool
from domain.refusals import LimitState, Refusal, RefusalCode
from domain.wallets import WalletState, balances

_FORMER_MEMBER = (  # no new use at all, credits or not (B7)
    RefusalCode.MEMBERSHIP_ENDED,
    "You are no longer a member of this organization, so its workspace cannot be used; your personal one can.",
)
_EXPIRED = (
    RefusalCode.SUBSCRIPTION_EXPIRED,
    "The subscription has ended, and with it its quotas; renewing it brings them back.",
)
_NOT_OF_THE_CYCLE = {
    Pool.WINDOW: (RefusalCode.WINDOW_LIMIT_REACHED, "The limit of the current window does not cover this."),
    Pool.CONCURRENCY: (
        RefusalCode.CONCURRENCY_LIMIT_REACHED,
        "As many tasks run as the plan allows at the same time. One that ends makes room.",
    ),
}


def refuse_exhausted(
    state: WalletState, meter: str, amount: int, now: datetime, *, starts_task: bool = False
) -> Refusal | None:
    """Refuse a use that some limit does not allow, naming every such limit, as the balances show it; None: all do.

    The first in the order membership → entitlement → cycle → window → concurrency gives the code. Running tasks limit
    only what starts another one.
    """
    short = [pool for pool in pools_of(state, meter, now) if available(state, meter, pool, now) < amount]
    most = state.benefits.concurrency_max
    full = starts_task and most is not None and len(state.tasks) >= most
    if not (short or full or state.benefits.suspended is SuspensionReason.MEMBERSHIP_ENDED):
        return None
    figures = [row for row in balances(state) if row.meter == meter or row.pool is Pool.CONCURRENCY]
    if full:
        short.append(Pool.CONCURRENCY)
    code, message = _reason(state, meter, short, figures)
    return Refusal(code, message, limits=tuple(_limits(state, short, figures)), requested=amount)


def _reason(
    state: WalletState, meter: str, short: Sequence[Pool], figures: Sequence[Balance]
) -> tuple[RefusalCode, str]:
    """Say what to switch on, and what to show people: the first of all reasons."""
    if state.benefits.suspended is SuspensionReason.MEMBERSHIP_ENDED:
        return _FORMER_MEMBER
    if short[0] in _NOT_OF_THE_CYCLE:
        return _NOT_OF_THE_CYCLE[short[0]]
    if state.benefits.suspended:
        return _EXPIRED
    main = [row for row in figures if row.pool is Pool.MAIN]
    if not main:
        return RefusalCode.NOT_ENTITLED, f"There is neither quota nor credit for {meter}."
    if any(row.allowance is not None for row in main):
        return RefusalCode.QUOTA_EXHAUSTED, "The remaining quota of the current cycle does not cover this."
    return RefusalCode.INSUFFICIENT_CREDITS, "The remaining credits do not cover this."


def _limits(state: WalletState, short: Sequence[Pool], figures: Sequence[Balance]) -> Iterator[LimitState]:
    for pool in short:
        rows = [row for row in figures if row.pool is pool]
        if state.benefits.suspended and pool is Pool.MAIN:
            rows = [replace(row, resets_at=None) for row in rows]  # nothing refreshes before they come back
        if rows:
            yield _limit(pool, rows)


def _limit(pool: Pool, rows: Sequence[Balance]) -> LimitState:
    resets = [row.resets_at for row in rows if row.resets_at is not None]
    return LimitState(
        rows[0].meter,
        pool,
        limit=sum(row.granted - row.lapsed for row in rows),
        used=sum(row.used for row in rows),
        held=sum(row.held for row in rows),
        remaining=sum(row.remaining for row in rows),
        resets_at=min(resets, default=None),
    )
