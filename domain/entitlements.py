"""Entitlements: the allowances that a wallet has, begun, changed and ended alone or all together (B7–B10, C2)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from domain.allowances import Allowance
from domain.benefits import Benefits, SuspensionReason
from domain.commands import EndAllowance, SetBenefits, StartAllowance, SuspendBenefits
from domain.due import of_allowances, suspend, write_due, write_end
from domain.entries import Change, Entry, EntryKind
from domain.meters import Pool
from domain.pages import Draft
from domain.refusals import Refusal, RefusalCode
from domain.wallets import WalletState, waits_until


def start_allowance(draft: Draft, command: StartAllowance, now: datetime) -> Entry | Refusal | None:
    """Begin an allowance, with the full amount of its current period; refuse a second one, or a second grant (B8)."""
    begun = _begun(draft.state, command, now)
    in_force = {(kept.meter, kept.pool) for kept in draft.state.allowances.values()}
    waits = waits_until(replace(draft.state, last_at=now), begun)
    if (begun.meter, begun.pool) in in_force or (waits and begun.anchor <= now):
        return Refusal(
            RefusalCode.ALREADY_GRANTED,
            f"This wallet already has its {begun.meter} quota for the current period.",
        )
    before = draft.state.last_entry
    _start(draft, begun, now)
    write_due(draft, now)
    return draft.last_since(before)


def end_allowance(draft: Draft, command: EndAllowance, now: datetime) -> Entry | Refusal:
    """End an allowance; the rest of its period lapses (B7)."""
    allowance = draft.state.allowances.get(command.allowance)
    if allowance is None:
        return Refusal(RefusalCode.NOT_FOUND, "This wallet has no such allowance.")
    return _end(draft, allowance, now)


def set_benefits(draft: Draft, command: SetBenefits, now: datetime) -> Entry | None:
    """Let exactly these allowances be in force until an instant (B8, B9, B10); None: they are already.

    Nothing is granted before all is set: then the periods that turned over meanwhile open, as they always do. An
    allowance that begins again in a period that was granted to this wallet already gives nothing before the next one.

    Raises:
        ValueError: two of the allowances are of one meter and pool.
    """
    before = draft.state.last_entry
    missing = _wanted(command)
    for kept in sorted(draft.state.allowances.values(), key=lambda allowance: allowance.number):
        asked = missing.get((kept.meter, kept.pool))
        if asked is None or not _goes_on(kept, asked):
            _end(draft, kept, now)
            continue
        del missing[kept.meter, kept.pool]
        changed = replace(kept, amount=asked.amount, source=asked.source)
        if changed != kept:
            draft.write(EntryKind.ALLOWANCE_CHANGED, now, kept.meter, asked.amount, allowance=changed)
    for asked in missing.values():
        _start(draft, _begun(draft.state, asked, now), now)
    over = command.until is not None and command.until <= now
    suspended = SuspensionReason.SUBSCRIPTION_EXPIRED if over else None
    benefits = Benefits(command.until, suspended, command.concurrency_max)
    if benefits != draft.state.benefits:
        if over:
            suspend(draft, benefits, now)
        else:
            _restore(draft, benefits, now)
    write_due(draft, now)
    return draft.last_since(before)


def suspend_benefits(draft: Draft, command: SuspendBenefits, now: datetime) -> Entry | None:
    """Suspend the benefits (B7, B10); None: they are, for this reason or for one that matters more."""
    before = draft.state.benefits
    if before.suspended in (command.reason, SuspensionReason.MEMBERSHIP_ENDED):
        return None
    return suspend(draft, replace(before, suspended=command.reason), now)


def _wanted(command: SetBenefits) -> dict[tuple[str, Pool], StartAllowance]:
    wanted: Mapping[tuple[str, Pool], StartAllowance] = {
        (asked.meter, asked.pool): asked for asked in command.allowances
    }
    if len(wanted) != len(command.allowances):
        raise ValueError(f"a wallet has one allowance for each meter and pool: {command}")
    return dict(wanted)


def _goes_on(kept: Allowance, asked: StartAllowance) -> bool:
    """Tell whether an allowance is the one that is asked for, but for what may change in the middle of it."""
    anchor = kept.anchor if asked.anchor is None else asked.anchor
    return (kept.cycle, kept.anchor, kept.opens_on_use) == (asked.cycle, anchor, asked.opens_on_use)


def _begun(state: WalletState, asked: StartAllowance, now: datetime) -> Allowance:
    return Allowance(
        number=state.allowances_made + 1,
        meter=asked.meter,
        pool=asked.pool,
        amount=asked.amount,
        cycle=asked.cycle,
        anchor=asked.anchor or now,
        source=asked.source,
        opens_on_use=asked.opens_on_use,
    )


def _start(draft: Draft, allowance: Allowance, now: datetime) -> None:
    draft.write(EntryKind.ALLOWANCE_STARTED, now, allowance.meter, allowance.amount, allowance=allowance)


def _end(draft: Draft, allowance: Allowance, now: datetime) -> Entry:
    for grant in of_allowances(draft.state):
        if grant.allowance == allowance.number:
            write_end(draft, grant, now, EntryKind.REVOKE)
    ended = replace(allowance, ends_at=now)
    return draft.write(EntryKind.ALLOWANCE_ENDED, now, allowance.meter, allowance.amount, allowance=ended)


def _restore(draft: Draft, benefits: Benefits, now: datetime) -> None:
    """Set benefits that are in force; what suspension took from periods that still run comes back (B8, B10)."""
    draft.write(EntryKind.BENEFITS_CHANGED, now, "", 0, benefits=benefits)
    for grant in of_allowances(draft.state):
        if grant.lapsed:
            change = Change(grant.number, remaining=grant.lapsed, lapsed=-grant.lapsed)
            draft.write(EntryKind.RESTORE, now, grant.meter, grant.lapsed, changes=(change,))
