"""History: a wallet's figures at a past instant, from what its entries recorded (F12)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.allowances import Allowance
from domain.balances import Balance


def balances_at(
    entry_balances: tuple[Balance, ...], allowances: Iterable[Allowance], instant: datetime
) -> tuple[Balance, ...]:
    """Give all figures of a wallet as they were at `instant`.

    Quotas turn over whether or not somebody wrote it down: a wallet that nobody looked at has one entry for many
    missed periods (F10). So a quota whose recorded period is over by then, or that the entry shows between two
    periods, had the full amount of a fresh one, and a window that opens on use was closed again. Everything else
    is as recorded.

    Args:
        entry_balances: the balances of the last entry whose `at` is at or before `instant`.
        allowances: those in force after that entry; others are ignored, and their `granted_until` does not matter.
        instant: at or after that entry, and not after the last instant up to which the wallet was advanced: one-off
            grants' ends and holds' time-outs have entries of their own, so they are in the balances already.
    """
    by_number = {allowance.number: allowance for allowance in allowances}
    return tuple(_at(balance, by_number.get(balance.allowance or 0), instant) for balance in entry_balances)


def _at(balance: Balance, allowance: Allowance | None, instant: datetime) -> Balance:
    if allowance is None or instant < allowance.anchor:
        return balance
    if balance.resets_at is not None and instant < balance.resets_at:
        return balance
    amount = allowance.amount
    fresh = replace(balance, granted=amount, used=0, held=0, remaining=amount, lapsed=0)
    if allowance.opens_on_use:
        return replace(fresh, period_start=None, resets_at=None)
    period = allowance.period(instant)
    return replace(fresh, period_start=period.start, resets_at=period.end)
