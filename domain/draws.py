"""Drawing a charge or a hold from every pool of a meter at once (C5, D2, F3)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.allowances import Allowance
from domain.balances import Balance
from domain.benefits import SuspensionReason
from domain.due import lapses, open_period
from domain.entries import Change
from domain.grants import Draw, Grant, draw
from domain.meters import Pool
from domain.pages import Draft
from domain.refusals import LimitState, Refusal, RefusalCode
from domain.wallets import WalletState, balances, waits_until


def refuse_shortage(state: WalletState, meter: str, amount: int, now: datetime) -> Refusal | None:
    """Refuse an amount that some pool does not cover, naming every such pool; None: all of them do.

    The first in the order membership → entitlement → cycle → window gives the code (C5).
    """
    short = [pool for pool in _pools(state, meter, now) if _available(state, meter, pool, now) < amount]
    if not short:
        return None
    figures = [balance for balance in balances(state) if balance.meter == meter]
    if state.benefits.suspended:
        # nothing refreshes before they come back
        rows = [replace(row, resets_at=None) for row in figures if row.pool is Pool.MAIN]
        return Refusal(
            RefusalCode.SUBSCRIPTION_EXPIRED,
            "The subscription has ended, and with it its quotas; renewing it brings them back.",
            limits=(_limit(meter, Pool.MAIN, rows),) if rows else (),
            requested=amount,
        )
    if not figures:
        return Refusal(RefusalCode.NOT_ENTITLED, f"There is neither quota nor credit for {meter}.", requested=amount)
    limits = tuple(_limit(meter, pool, [row for row in figures if row.pool is pool]) for pool in short)
    if short[0] is Pool.WINDOW:
        code, message = (
            RefusalCode.WINDOW_LIMIT_REACHED,
            "The limit of the current window does not cover this.",
        )
    elif any(row.allowance is not None for row in figures if row.pool is Pool.MAIN):
        code, message = (
            RefusalCode.QUOTA_EXHAUSTED,
            "The remaining quota of the current cycle does not cover this.",
        )
    else:
        code, message = RefusalCode.INSUFFICIENT_CREDITS, "The remaining credits do not cover this."
    return Refusal(code, message, limits=limits, requested=amount)


def take(draft: Draft, meter: str, amount: int, now: datetime) -> tuple[Draw, ...]:
    """Draw an amount that is known to be there from each pool, opening windows that open on use."""
    for allowance in list(draft.state.allowances.values()):
        if allowance.meter == meter and _openable(draft.state, allowance, now):
            open_period(draft, allowance, now, now)
    draws: list[Draw] = []
    for pool in _pools(draft.state, meter, now):
        drawn, missing = draw(_drawable(draft.state, meter, pool, now), amount)
        if missing:
            raise ValueError(f"{meter} {pool} is short of {missing} thousandths that were counted before")
        draws += drawn
    return tuple(draws)


def extra_for(state: WalletState, meter: str, wanted: int, now: datetime) -> int:
    """Say how much of what a task wants beyond its hold every pool can give (F4): the least of what they have.

    To a former member, no pool gives anything (B7).
    """
    if state.benefits.suspended is SuspensionReason.MEMBERSHIP_ENDED:
        return 0
    return min(wanted, *(_available(state, meter, pool, now) for pool in _pools(state, meter, now)))


def held_first(state: WalletState, held: Sequence[Draw], amount: int) -> tuple[Draw, ...]:
    """Choose which of a task's held draws become the charge: in each pool the first drawn, up to `amount`."""
    left = dict.fromkeys(Pool, amount)
    used: list[Draw] = []
    for hold in held:
        pool = state.grants[hold.grant].pool
        part = min(hold.amount, left[pool])
        if part:
            used.append(Draw(hold.grant, part))
            left[pool] -= part
    return tuple(used)


def changes_of(
    state: WalletState, held: Sequence[Draw], from_hold: Sequence[Draw], beyond: Sequence[Draw]
) -> tuple[Change, ...]:
    """Settle: what was held is used or comes back (or lapses with its grant), what is beyond is taken from the rest."""
    used = {drawn.grant: drawn.amount for drawn in from_hold}
    more = {drawn.grant: drawn.amount for drawn in beyond}
    changes: list[Change] = []
    for hold in held:
        free = hold.amount - used.get(hold.grant, 0)
        extra = more.pop(hold.grant, 0)
        gone = lapses(state, state.grants[hold.grant])
        changes.append(
            Change(
                hold.grant,
                used=hold.amount - free + extra,
                held=-hold.amount,
                remaining=(0 if gone else free) - extra,
                lapsed=free if gone else 0,
            )
        )
    changes += [Change(number, used=amount, remaining=-amount) for number, amount in more.items()]
    return tuple(changes)


def _pools(state: WalletState, meter: str, now: datetime) -> tuple[Pool, ...]:
    """List the pools that a draw needs. Suspended, allowances give nothing and limit nothing: credits stay usable."""
    windowed = not state.benefits.suspended and any(
        allowance.meter == meter and allowance.pool is Pool.WINDOW and allowance.anchor <= now
        for allowance in state.allowances.values()
    )
    return (Pool.MAIN, Pool.WINDOW) if windowed else (Pool.MAIN,)


def _drawable(state: WalletState, meter: str, pool: Pool, now: datetime) -> Iterable[Grant]:
    return (
        grant
        for grant in state.grants.values()
        if grant.meter == meter and grant.pool is pool and grant.remaining and grant.in_force(now)
    )


def _available(state: WalletState, meter: str, pool: Pool, now: datetime) -> int:
    unopened = sum(
        allowance.amount
        for allowance in state.allowances.values()
        if allowance.meter == meter and allowance.pool is pool and _openable(state, allowance, now)
    )
    return unopened + sum(grant.remaining for grant in _drawable(state, meter, pool, now))


def _openable(state: WalletState, allowance: Allowance, now: datetime) -> bool:
    """Tell whether the next draw opens its period: it has begun, and no period of it is open, or was granted before."""
    if not allowance.opens_on_use or now < allowance.anchor or state.benefits.suspended:
        return False
    if waits_until(state, allowance):
        return False
    return not any(grant.allowance == allowance.number and not grant.ended for grant in state.grants.values())


def _limit(meter: str, pool: Pool, figures: Sequence[Balance]) -> LimitState:
    resets = [row.resets_at for row in figures if row.resets_at is not None]
    return LimitState(
        meter,
        pool,
        limit=sum(row.granted - row.lapsed for row in figures),
        used=sum(row.used for row in figures),
        held=sum(row.held for row in figures),
        remaining=sum(row.remaining for row in figures),
        resets_at=min(resets, default=None),
    )
