"""Drawing a charge or a hold from every pool of a meter at once (C5, D2, F3)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.allowances import Allowance
from domain.benefits import SuspensionReason
from domain.due import lapses, open_period
from domain.entries import Change
from domain.grants import Draw, Grant, draw
from domain.meters import QUOTA_POOLS, Pool
from domain.pages import Draft
from domain.wallets import WalletState, waits_until


def take(draft: Draft, meter: str, amount: int, now: datetime) -> tuple[Draw, ...]:
    """Draw an amount that is known to be there from each pool, opening windows that open on use."""
    for allowance in list(draft.state.allowances.values()):
        if allowance.meter == meter and _openable(draft.state, allowance, now):
            open_period(draft, allowance, now, now)
    draws: list[Draw] = []
    for pool in pools_of(draft.state, meter, now):
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
    return min(wanted, *(available(state, meter, pool, now) for pool in pools_of(state, meter, now)))


def held_first(state: WalletState, held: Sequence[Draw], amount: int) -> tuple[Draw, ...]:
    """Choose which of a task's held draws become the charge: in each pool the first drawn, up to `amount`."""
    left = dict.fromkeys(QUOTA_POOLS, amount)
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


def pools_of(state: WalletState, meter: str, now: datetime) -> tuple[Pool, ...]:
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


def available(state: WalletState, meter: str, pool: Pool, now: datetime) -> int:
    """Count what a draw could take from one pool, a window that it would open included. Thousandths."""
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
