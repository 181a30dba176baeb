"""Explanations: entries and refusals in words, for a person (F7, C5).

Every fact comes from the entry itself: its receipt, its changes, its task, its balances. The catalog lends the words
for units and products, and grants, where they are given, their kinds and pools, which never change.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar, assert_never

from domain.allowances import Allowance
from domain.amounts import THOUSANDTHS_PER_UNIT, format_amount
from domain.balances import Balance
from domain.benefits import SuspensionReason
from domain.entries import Entry, EntryKind
from domain.grants import Draw, Grant, GrantKind
from domain.meters import Pool
from domain.pricing import PriceRule, Receipt
from domain.refusals import LimitState, Refusal
from domain.tasks import Task, TaskStatus
from domain.usage import Usage
from domain.wording import Words, are, instant, joined, lowered, plural, remain, were

_Fact = TypeVar("_Fact")

_NO_GRANTS: Mapping[int, Grant] = MappingProxyType({})

_KIND = {
    GrantKind.SIGN_UP: "sign-up",
    GrantKind.REFERRAL: "referral",
    GrantKind.PROMOTIONAL: "promotion",
    GrantKind.ADJUSTMENT: "adjustment",
    GrantKind.GUEST: "guest",
    GrantKind.PLAN: "plan",
    GrantKind.PURCHASED: "purchase",
}

_SUSPENDED = {
    SuspensionReason.SUBSCRIPTION_EXPIRED: "the subscription ended, and renewing it brings them back",
    SuspensionReason.MEMBERSHIP_ENDED: "the membership in the organization ended, and joining again brings them back",
}


def explain(entry: Entry, words: Words, grants: Mapping[int, Grant] = _NO_GRANTS) -> str:
    """Tell in plain English what an entry records, why, and what remains (F7).

    Args:
        entry: any entry, its balances included.
        words: what units and products are called.
        grants: those that the entry's changes name; without them, a grant is called by its number alone.
    """
    sentences = [*_told(entry, words, grants), _figures(entry, words)]
    return " ".join(sentence for sentence in sentences if sentence)


def explain_refusal(refusal: Refusal, words: Words) -> str:
    """Tell in plain English why a command was refused: every limit, what remains in it, when it resets (C5)."""
    sentences = [refusal.message]
    charged = next((limit.meter for limit in refusal.limits if limit.pool is not Pool.CONCURRENCY), None)
    if charged and refusal.requested is not None:
        needed = words.amount(charged, refusal.requested)
        sentences.append(f"{needed} {are(refusal.requested)} needed.")
    sentences += [_limit(limit, words) for limit in refusal.limits]
    return " ".join((*sentences, f"Nothing was charged. ({refusal.code})"))


def _told(  # noqa: PLR0911  (one return for each kind of the closed set)
    entry: Entry, words: Words, grants: Mapping[int, Grant]
) -> Iterable[str]:
    match entry.kind:
        case EntryKind.GRANT:
            return _grant(entry, words)
        case EntryKind.EXPIRE | EntryKind.REVOKE:
            return _end(entry, words, grants)
        case EntryKind.CONSUME:
            return _consume(entry, words, grants)
        case EntryKind.HOLD | EntryKind.EXTEND | EntryKind.SETTLE | EntryKind.RELEASE | EntryKind.TIMEOUT:
            return _task(entry, words, grants)
        case EntryKind.NOTICE:
            return (f"A notice was sent: {_need(entry.notice).kind}.",)
        case EntryKind.ALLOWANCE_STARTED | EntryKind.ALLOWANCE_CHANGED | EntryKind.ALLOWANCE_ENDED:
            return (_about_allowance(entry, words),)
        case EntryKind.BENEFITS_CHANGED | EntryKind.BENEFITS_SUSPENDED | EntryKind.RESTORE:
            return (_about_benefits(entry, words, grants),)
    assert_never(entry.kind)


def _about_allowance(entry: Entry, words: Words) -> str:
    allowance = _need(entry.allowance)
    told = _allowance(allowance, words)
    if entry.kind is EntryKind.ALLOWANCE_CHANGED:
        return f"From the next period on it is {lowered(told)}; the current one stays as it is."
    if entry.kind is EntryKind.ALLOWANCE_ENDED:
        return f"{told} ended on {instant(entry.at)}."
    when = "each period opens with its first use" if allowance.opens_on_use else "nothing carries over"
    return f"{told} begins on {instant(allowance.anchor)}: {when}."


def _about_benefits(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> str:
    if entry.kind is EntryKind.RESTORE:
        [change] = entry.changes
        back = f"{words.amount(entry.meter, entry.amount)} that had lapsed came back"
        return f"Benefits are in force again, so {back} ({_inline(change.grant, grants)})."
    benefits = _need(entry.benefits)
    if benefits.suspended is None:
        return f"Benefits are in force {f'until {instant(benefits.until)}' if benefits.until else 'without an end'}."
    return f"Benefits were suspended on {instant(entry.at)}: {_SUSPENDED[benefits.suspended]}."


def _grant(entry: Entry, words: Words) -> Iterable[str]:
    grant = _need(entry.grant)
    amount = words.amount(grant.meter, grant.granted)
    if grant.allowance is None:
        yield f"{amount} {were(grant.granted)} given ({_KIND[grant.kind]}, grant {grant.number})."
        one = grant.granted == THOUSANDTHS_PER_UNIT
        if grant.ends_at is None:
            yield f"{'It does' if one else 'They do'} not expire."
        else:
            yield f"{'It expires' if one else 'They expire'} on {instant(grant.ends_at)}."
        return
    what = "A window opened" if grant.pool is Pool.WINDOW else "A new period of the quota began"
    until = f", valid until {instant(grant.ends_at)}" if grant.ends_at else ""
    yield f"{what} with its full amount of {amount}{until} (grant {grant.number})."


def _end(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    if entry.kind is EntryKind.REVOKE and takes_back(entry, grants):
        parts = [
            f"{words.amount(entry.meter, change.lapsed)} from {_inline(change.grant, grants)}"
            for change in entry.changes
        ]
        yield f"{words.amount(entry.meter, entry.amount)} {were(entry.amount)} taken back: {joined(parts)}."
        return
    [change] = entry.changes
    name, known = _named(change.grant, grants), grants.get(change.grant)
    lapsed = words.amount(entry.meter, entry.amount)
    left = f"{lapsed} that {were(entry.amount)} left lapsed" if entry.amount else "nothing was left in it"
    if entry.kind is EntryKind.REVOKE and not change.ends:
        yield f"Benefits were suspended, so {left} ({lowered(name)})."
        if entry.amount:
            yield "They come back with the benefits if those come back before the period is over."
    elif entry.kind is EntryKind.REVOKE:
        early = " before its period was over" if known and known.allowance is not None else ""
        yield f"{name} was revoked{early}: {left}."
    elif known and known.allowance is not None:
        what = "window" if known.pool is Pool.WINDOW else "quota's period"
        yield f"The {what} ended ({lowered(name)}): {left}. Nothing carries over."
    else:
        yield f"{name} expired: {left}."


def takes_back(entry: Entry, grants: Mapping[int, Grant]) -> bool:
    """Tell a part taken back of what was given once from a quota that is suspended: neither ends a grant."""
    first = entry.changes[0]
    known = grants.get(first.grant)
    return not first.ends and (len(entry.changes) > 1 or (known is not None and known.allowance is None))


def _consume(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    receipt = _need(entry.receipt)
    charged = words.amount(entry.meter, receipt.charged)
    yield f"{_used(receipt.usage, words)} cost {charged}: {_rule(receipt.rule, words)}."
    yield from _drawn(receipt, words, grants)


def _task(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    task = _need(entry.task)
    held = words.amount(entry.meter, task.held)
    match entry.kind:
        case EntryKind.HOLD:
            yield (
                f"A task was started with an estimate of {_used(task.usage, words)}: {held} at "
                f"{_rule(task.rule, words)}."
            )
            yield f"{held} {are(task.held)} held until {instant(task.expires_at)}{_held_on(task, words, grants)}."
        case EntryKind.EXTEND:
            yield f"A running task sent a heartbeat: its hold of {held} lasts until {instant(task.expires_at)}."
        case EntryKind.SETTLE:
            yield from _settle(entry, task, words, grants)
        case EntryKind.RELEASE:
            how = "failed" if task.status is TaskStatus.FAILED else "was cancelled"
            yield f"A task {how}, so it cost nothing: its hold of {held} was released."
        case _:
            yield (
                f"A task timed out on {instant(entry.at)}: it was neither completed nor extended in time, so it cost "
                f"nothing and its hold of {held} was released."
            )
    yield from _lapsed(entry, words, grants)


def _settle(entry: Entry, task: Task, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    receipt = _need(entry.receipt)
    charged, held = words.amount(entry.meter, receipt.charged), words.amount(entry.meter, task.held)
    yield f"A task was completed: {_used(receipt.usage, words)} cost {charged}: {_rule(receipt.rule, words)}."
    if receipt.waived:
        price, waived = words.amount(entry.meter, receipt.price), words.amount(entry.meter, receipt.waived)
        yield (
            f"Its price was {price}; a running task finishes even when that much is not there, so what was there was "
            f"taken and {waived} {were(receipt.waived)} waived."
        )
    if receipt.charged > task.held:
        more = words.amount(entry.meter, receipt.charged - task.held)
        yield f"{held} had been held for it, and {more} more {were(receipt.charged - task.held)} taken."
    elif receipt.charged < task.held:
        free = task.held - receipt.charged
        yield f"{held} had been held for it, of which {words.amount(entry.meter, free)} {were(free)} not needed."
    yield from _drawn(receipt, words, grants)


def _lapsed(entry: Entry, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    running = {(row.allowance, row.period_start) for row in entry.balances if row.allowance is not None}
    for change in entry.changes:
        if change.lapsed:
            known, lapsed = grants.get(change.grant), words.amount(entry.meter, change.lapsed)
            if known and (known.allowance, known.period_start) in running:
                yield f"Benefits are suspended, so {lapsed} of the hold lapsed ({_inline(change.grant, grants)})."
            else:
                yield f"{_named(change.grant, grants)} had ended meanwhile, so {lapsed} of the hold lapsed with it."


def _drawn(receipt: Receipt, words: Words, grants: Mapping[int, Grant]) -> Iterable[str]:
    amounts: dict[int, int] = {}
    for drawn in receipt.draws:  # a grant stands twice where a task took from its hold and beyond it
        amounts[drawn.grant] = amounts.get(drawn.grant, 0) + drawn.amount
    main, windows = _by_pool((Draw(grant, amount) for grant, amount in amounts.items()), grants)
    meter = receipt.rule.meter
    if len(main) == 1:
        yield f"Drawn from {_inline(main[0].grant, grants)}."
    elif main:
        parts = [f"{words.amount(meter, drawn.amount)} from {_inline(drawn.grant, grants)}" for drawn in main]
        yield f"Drawn in this order: {joined(parts)}."
    else:
        yield "Nothing was drawn."
    if windows:
        yield f"It counts against the window as well ({joined([_inline(drawn.grant, grants) for drawn in windows])})."


def _held_on(task: Task, words: Words, grants: Mapping[int, Grant]) -> str:
    main, windows = _by_pool(task.draws, grants)
    if len(main) == 1:
        on = f" on {_inline(main[0].grant, grants)}"
    elif main:
        meter = task.rule.meter
        parts = [f"{words.amount(meter, drawn.amount)} on {_inline(drawn.grant, grants)}" for drawn in main]
        on = f": {joined(parts)}"
    else:
        on = ""
    return f"{on}; the window holds as much, too" if windows else on


def _by_pool(draws: Iterable[Draw], grants: Mapping[int, Grant]) -> tuple[list[Draw], list[Draw]]:
    """Part draws into the main pool's and the window's; what is unknown is called a draw like any other."""
    main: list[Draw] = []
    windows: list[Draw] = []
    for drawn in draws:
        known = grants.get(drawn.grant)
        (windows if known and known.pool is Pool.WINDOW else main).append(drawn)
    return main, windows


def _figures(entry: Entry, words: Words) -> str:
    """Say what remains of the entry's meter: quota first, then the window, then credits."""
    rows = [row for row in entry.balances if row.meter == entry.meter]
    quota = any(row.allowance is not None and row.pool is Pool.MAIN for row in rows)
    rows.sort(key=lambda row: (row.allowance is None, row.pool))
    return " ".join(sentence for row in rows if (sentence := _figure(row, words, beside_quota=quota)))


def _figure(row: Balance, words: Words, *, beside_quota: bool) -> str:
    remaining, held = words.amount(row.meter, row.remaining), words.amount(row.meter, row.held)
    beside = f" ({held} {are(row.held)} held)" if row.held else ""
    resets = f"; it resets on {instant(row.resets_at)}" if row.resets_at else ""
    if row.allowance is None:
        return f"{'Beside the quota, ' if beside_quota else ''}{remaining} {remain(row.remaining)}{beside}."
    if row.pool is Pool.WINDOW and row.resets_at is None and not row.lapsed:
        return f"No window is open: the next use opens one of {remaining}."
    if row.resets_at is None:
        return ""  # suspended, or between two periods: a later entry says what the new one gives
    of = f"{format_amount(row.remaining)} of {words.amount(row.meter, row.granted)}"
    where = "in the window" if row.pool is Pool.WINDOW else "in the quota"
    return f"{of} {remain(row.remaining)} {where}{beside}{resets}."


def _limit(limit: LimitState, words: Words) -> str:
    meter = words.meters.get(limit.meter)
    name = meter.name if meter else limit.meter
    what = f"{name}, current window" if limit.pool is Pool.WINDOW else name
    used, held = format_amount(limit.used), format_amount(limit.held)
    of = f"{format_amount(limit.remaining)} of {words.amount(limit.meter, limit.limit)} {remain(limit.remaining)}"
    if limit.pool is Pool.CONCURRENCY:
        resets = "each one that ends makes room"
        if limit.resets_at:
            resets += f", the first of them on {instant(limit.resets_at)} at the latest"
    elif limit.resets_at:
        resets = f"it resets on {instant(limit.resets_at)}"
    elif limit.pool is Pool.WINDOW:
        resets = "no window is open, and a new one gives no more than this"
    else:
        resets = "it does not reset by itself, only a new grant helps"
    return f"{what}: {of} ({used} used, {held} held); {resets}."


def _used(usage: Usage, words: Words) -> str:
    through = f" through {usage.client}" if usage.client else ""
    return f"{words.quantity(usage)} on {usage.surface}{through}"


def _rule(rule: PriceRule, words: Words) -> str:
    return f"price rule {rule.id}, version {rule.version}, {words.amount(rule.meter, rule.per_unit)} each"


def _allowance(allowance: Allowance, words: Words) -> str:
    cycle, amount = allowance.cycle, words.amount(allowance.meter, allowance.amount)
    unit = cycle.unit.value.lower().removesuffix("s")
    turn = unit if cycle.count == 1 else f"{cycle.count} {plural(unit)}"
    what = "limit" if allowance.pool is Pool.WINDOW else "quota"
    return f"A {what} of {amount} every {turn} (allowance {allowance.number}, {allowance.source})"


def _named(number: int, grants: Mapping[int, Grant]) -> str:
    known = grants.get(number)
    if known is None:
        return f"Grant {number}"
    return f"Grant {number} ({'window' if known.pool is Pool.WINDOW else _KIND[known.kind]})"


def _inline(number: int, grants: Mapping[int, Grant]) -> str:
    return lowered(_named(number, grants))


def _need(fact: _Fact | None) -> _Fact:
    if fact is None:
        raise ValueError("the entry lacks what every entry of its kind has")
    return fact
