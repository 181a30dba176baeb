"""History: a wallet's figures at a past instant, from what its entries recorded (F12)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from domain.allowances import Allowance
from domain.balances import Balance
from domain.benefits import Benefits

_IN_FORCE = Benefits()
_INSTANT = timedelta(microseconds=1)


def balances_at(
    entry_balances: tuple[Balance, ...],
    allowances: Iterable[Allowance],
    instant: datetime,
    benefits: Benefits = _IN_FORCE,
) -> tuple[Balance, ...]:
    """Give all figures of a wallet as they were at `instant`.

    Quotas turn over whether or not somebody wrote it down: a wallet that nobody looked at has one entry for many
    missed periods (F10). So a quota whose recorded period is over by then, or that the entry shows between two
    periods, had the full amount of a fresh one, and a window that opens on use was closed again. Where benefits were
    suspended, nothing turned over. Everything else is as recorded.

    Args:
        entry_balances: the balances of the last entry whose `at` is at or before `instant`.
        allowances: those in force after that entry, with the amounts of that time; others are ignored, and their
            `granted_until` does not matter.
        instant: at or after that entry, and not after the last instant up to which the wallet was advanced: one-off
            grants' ends and holds' time-outs have entries of their own, so they are in the balances already.
        benefits: as that entry left them; may be left out where their end, if it has come, has an entry of its own.
    """
    by_number = {allowance.number: allowance for allowance in allowances}
    return tuple(
        _then(balance, allowance, instant, benefits) if allowance else balance
        for balance in entry_balances
        for allowance in [by_number.get(balance.allowance or 0)]
    )


def _then(balance: Balance, allowance: Allowance, instant: datetime, benefits: Benefits) -> Balance:
    if benefits.suspended:
        return _suspended(balance, allowance, instant)
    if benefits.until is not None and benefits.until <= instant:
        return _suspended(_at(balance, allowance, benefits.until - _INSTANT), allowance, instant)
    return _at(balance, allowance, instant)


def _at(balance: Balance, allowance: Allowance, instant: datetime) -> Balance:
    resets_at = balance.resets_at
    if instant < allowance.anchor or (resets_at is not None and instant < resets_at):
        return balance
    if resets_at is None and balance.lapsed:  # so only a suspended quota looks
        return balance
    amount = allowance.amount
    fresh = replace(balance, granted=amount, used=0, held=0, remaining=amount, lapsed=0)
    if not allowance.opens_on_use:
        period = allowance.period(instant)
    elif resets_at is None or balance.granted or allowance.period(resets_at).end <= instant:
        return replace(fresh, period_start=None, resets_at=None)
    else:
        period = allowance.period(resets_at)  # it waited for this period, which has opened by itself (B8)
    return replace(fresh, period_start=period.start, resets_at=period.end)


def _suspended(balance: Balance, allowance: Allowance, instant: datetime) -> Balance:
    """Give a quota's figures after benefits ended, from those before."""
    if balance.granted and balance.resets_at is not None and instant < balance.resets_at:
        return replace(balance, remaining=0, lapsed=balance.lapsed + balance.remaining)
    meter, pool, amount = balance.meter, balance.pool, allowance.amount
    return Balance(meter, pool, balance.allowance, amount, 0, 0, 0, amount)
