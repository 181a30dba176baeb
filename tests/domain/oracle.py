"""A second ledger, naive on purpose: lists of what happened, and every figure counted again from the beginning.

It shares with the real one the nouns of its answers (`Balance`, codes) and nothing of how they are found: nothing
falls due here, because whether a grant is over or a task still runs is asked of the clock each time.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.balances import Balance
from domain.benefits import SuspensionReason
from domain.commands import (
    Advance,
    Command,
    CompleteTask,
    Consume,
    EndAllowance,
    ExtendTask,
    OpenGrant,
    ReleaseTask,
    RevokeGrants,
    SetBenefits,
    StartAllowance,
    StartTask,
    SuspendBenefits,
    TakeBack,
    Tell,
)
from domain.grants import GrantKind
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from domain.refusals import RefusalCode

RANKS = {GrantKind.PLAN: 1, GrantKind.PURCHASED: 2}
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(eq=False)
class Gift:
    """A grant, without figures: those are counted."""

    meter: str
    pool: Pool
    kind: GrantKind
    starts: datetime
    ends: datetime | None
    amount: int
    allowance: int | None = None
    period_start: datetime | None = None
    revoked: bool = False
    taken_back: int = 0

    @property
    def name(self) -> tuple[object, ...]:
        return self.meter, self.pool, self.starts, self.ends, self.allowance


@dataclass(eq=False)
class Promise:
    """An allowance. It `waits` where the period that it began in had been given before."""

    number: int
    command: StartAllowance
    anchor: datetime
    since: datetime
    waits: datetime | None = None
    ended: bool = False

    @property
    def pool(self) -> tuple[str, Pool]:
        return self.command.meter, self.command.pool


@dataclass(eq=False)
class Job:
    """A task and what it holds."""

    id: UUID
    meter: str
    per_unit: int
    holds: list[tuple[Gift, int]]
    amount: int
    expires: datetime
    resolved: bool = False


@dataclass
class Answer:
    """What the real ledger must say, too."""

    code: RefusalCode | None = None
    limits: list[Pool] = field(default_factory=list)
    draws: list[tuple[object, ...]] = field(default_factory=list)
    charged: int = 0
    waived: int = 0


def boundaries(cycle: Cycle, anchor: datetime) -> Iterator[datetime]:
    """Yield the start of every period of days or months, for ever."""
    zone = ZoneInfo(cycle.zone)
    local = anchor.astimezone(zone)
    yield anchor
    turn = 0
    while True:
        turn += 1
        if cycle.unit is CycleUnit.DAYS:
            day = local.date() + timedelta(days=cycle.count * turn)
            yield datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        else:
            year, month = local.year, local.month
            for _ in range(cycle.count * turn):
                year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            day_of_month = min(local.day, monthrange(year, month)[1])
            naive = datetime(year, month, day_of_month, local.hour, local.minute, tzinfo=zone)
            yield naive.replace(second=local.second, microsecond=local.microsecond).astimezone(UTC)


class Oracle:
    """One wallet, from scratch."""

    def __init__(self) -> None:
        self.now = datetime(1970, 1, 1, tzinfo=UTC)
        self.gifts: list[Gift] = []
        self.promises: list[Promise] = []
        self.jobs: list[Job] = []
        self.charges: list[tuple[Gift, int]] = []
        self.until: datetime | None = None
        self.suspended: SuspensionReason | None = None
        self.concurrency_max: int | None = None

    def answer(self, command: Command, now: datetime) -> Answer:  # noqa: C901, PLR0911, PLR0912  (naive)
        if self.until is not None and self.until <= now and not self.suspended:
            self.now = self.until - timedelta(microseconds=1)
            self._open_periods()
            self.suspended = SuspensionReason.SUBSCRIPTION_EXPIRED
        self.now = now
        self._open_periods()
        match command:
            case Advance():
                return Answer()
            case OpenGrant():
                self.gifts.append(Gift(command.meter, Pool.MAIN, command.kind, now, command.ends_at, command.amount))
                return Answer()
            case StartAllowance():
                return self._promise(command)
            case EndAllowance():
                for promise in self._kept():
                    if promise.number == command.allowance:
                        self._end(promise)
                        return Answer()
                return Answer(RefusalCode.NOT_FOUND)
            case SetBenefits():
                self._entitle(command)
                return Answer()
            case SuspendBenefits():
                if self.suspended is not SuspensionReason.MEMBERSHIP_ENDED:
                    self.suspended = command.reason
                return Answer()
            case RevokeGrants():
                kind = command.kind
                for gift in self.gifts:
                    gift.revoked |= gift.kind is kind and gift.allowance is None
                return Answer()
            case TakeBack():
                left = command.amount
                for gift in self._in_order(command.meter, Pool.MAIN):
                    part = min(left, self._remaining(gift)) if gift.allowance is None else 0
                    gift.taken_back += part
                    left -= part
                return Answer()
            case Tell():
                return Answer()
            case Consume():
                meter, amount = command.rule.meter, _priced(command.usage.quantity, command.rule.per_unit)
                if short := self._short(meter, amount):
                    return short
                draws = self._take(meter, amount)
                self.charges += draws
                return Answer(draws=_named(draws), charged=amount)
            case StartTask():
                meter, amount = command.rule.meter, _priced(command.usage.quantity, command.rule.per_unit)
                if short := self._short(meter, amount, starts=True):
                    return short
                if len(self._running()) >= command.running_max:
                    return Answer(RefusalCode.TOO_MANY_RUNNING_TASKS)
                draws = self._take(meter, amount)
                expires = now + command.hold_for
                self.jobs.append(Job(command.task_id, meter, command.rule.per_unit, draws, amount, expires))
                return Answer()
            case CompleteTask() | ReleaseTask() | ExtendTask():
                for job in self.jobs:
                    if job.id == command.task_id and self._runs(job):
                        return self._finish(job, command)
                return Answer(RefusalCode.TASK_ALREADY_RESOLVED)

    def balances(self) -> tuple[Balance, ...]:
        rows: list[Balance] = []
        for promise in self._kept():
            asked = promise.command
            gifts = [gift for gift in self.gifts if gift.allowance == promise.number and not self._over(gift)]
            if gifts:
                [gift] = gifts
                figures = self._figures(gift)
                start, end = gift.period_start, gift.ends
            elif self.suspended:
                figures, start, end = (asked.amount, 0, 0, 0, asked.amount), None, None
            elif promise.waits:
                figures, (start, end) = (0, 0, 0, 0, 0), self._period(promise)
            else:
                full = asked.amount if asked.opens_on_use else 0
                figures, start, end = (full, 0, 0, full, 0), None, None
            rows.append(Balance(asked.meter, asked.pool, promise.number, *figures, start, end))
        if self.concurrency_max is not None:
            running = self._running()
            most = 1_000 * max(self.concurrency_max, len(running))
            held, ends = 1_000 * len(running), sorted(job.expires for job in running)
            figures, end = (most, 0, held, most - held, 0), ends[0] if ends else None
            rows.append(Balance("running_task", Pool.CONCURRENCY, None, *figures, None, end))
        for meter in sorted({gift.meter for gift in self.gifts if gift.allowance is None}):
            each = [self._figures(gift) for gift in self.gifts if gift.meter == meter and gift.allowance is None]
            granted, used, held, remaining, lapsed = (sum(column) for column in zip(*each, strict=True))
            rows.append(Balance(meter, Pool.MAIN, None, granted, used, held, remaining, lapsed))
        return tuple(rows)

    def _runs(self, job: Job) -> bool:
        return not job.resolved and self.now < job.expires

    def _running(self) -> list[Job]:
        return [job for job in self.jobs if self._runs(job)]

    def _over(self, gift: Gift) -> bool:
        return gift.revoked or (gift.ends is not None and gift.ends <= self.now)

    def _figures(self, gift: Gift) -> tuple[int, int, int, int, int]:
        used = sum(amount for charged, amount in self.charges if charged is gift)
        held = sum(amount for job in self.jobs if self._runs(job) for holding, amount in job.holds if holding is gift)
        back = gift.taken_back
        rest = gift.amount - used - held - back
        taken = self._over(gift) or (gift.allowance is not None and self.suspended)
        return (gift.amount, used, held, 0, back + rest) if taken else (gift.amount, used, held, rest, back)

    def _remaining(self, gift: Gift) -> int:
        return self._figures(gift)[3]

    def _kept(self) -> list[Promise]:
        return [promise for promise in self.promises if not promise.ended]

    def _period(self, promise: Promise) -> tuple[datetime, datetime]:
        cycle = promise.command.cycle
        if cycle.unit is CycleUnit.HOURS:  # thousands of windows pass in a jump of years
            into = (self.now - promise.anchor) % timedelta(hours=cycle.count)
            return self.now - into, self.now - into + timedelta(hours=cycle.count)
        starts = boundaries(cycle, promise.anchor)
        start = next(starts)
        for end in starts:
            if self.now < end:
                return start, end
            start = end
        raise AssertionError

    def _open(self, promise: Promise, since: datetime) -> None:
        asked = promise.command
        start, end = self._period(promise)
        gift = Gift(
            asked.meter, asked.pool, GrantKind.PLAN, max(start, since), end, asked.amount, promise.number, start
        )
        self.gifts.append(gift)

    def _open_periods(self) -> None:
        for promise in self._kept():
            if promise.waits and promise.waits <= self.now:
                if promise.command.opens_on_use and not self.suspended:
                    now, self.now = self.now, promise.waits
                    self._open(promise, promise.waits)
                    self.now = now
                promise.waits = None
            due = not promise.command.opens_on_use and not promise.waits and promise.anchor <= self.now
            if due and not self.suspended and not self._current(promise):
                self._open(promise, promise.since)

    def _current(self, promise: Promise) -> bool:
        return any(gift.allowance == promise.number and not self._over(gift) for gift in self.gifts)

    def _promise(self, command: StartAllowance) -> Answer:
        promise = self._begun(command)
        if promise.waits or promise.pool in {kept.pool for kept in self._kept()}:
            return Answer(RefusalCode.ALREADY_GRANTED)
        self.promises.append(promise)
        self._open_periods()
        return Answer()

    def _begun(self, command: StartAllowance) -> Promise:
        promise = Promise(len(self.promises) + 1, command, command.anchor or self.now, self.now)
        mine = [gift for gift in self.gifts if (gift.meter, gift.pool) == promise.pool]
        starts = [gift.period_start for gift in mine if gift.period_start is not None]
        if promise.anchor <= self.now and starts:
            start, end = self._period(promise)
            promise.waits = end if start <= max(starts) else None
        return promise

    def _end(self, promise: Promise) -> None:
        promise.ended = True
        for gift in self.gifts:
            gift.revoked |= gift.allowance == promise.number

    def _entitle(self, command: SetBenefits) -> None:
        wanted = {(asked.meter, asked.pool): asked for asked in command.allowances}
        for promise in self._kept():
            asked, had = wanted.get(promise.pool), promise.command
            if asked and (asked.cycle, asked.anchor, asked.opens_on_use) == (
                had.cycle,
                promise.anchor,
                had.opens_on_use,
            ):
                promise.command = replace(had, amount=asked.amount)
                del wanted[promise.pool]
            else:
                self._end(promise)
        for asked in wanted.values():
            self.promises.append(self._begun(asked))
        if self.suspended:
            for promise in self._kept():
                promise.since = self.now
        over = command.until is not None and command.until <= self.now
        self.until, self.suspended = command.until, SuspensionReason.SUBSCRIPTION_EXPIRED if over else None
        self.concurrency_max = command.concurrency_max
        self._open_periods()

    def _closed_windows(self, meter: str) -> list[Promise]:
        return [
            promise
            for promise in self._kept()
            if promise.command.meter == meter
            and promise.command.opens_on_use
            and promise.anchor <= self.now
            and not promise.waits
            and not self.suspended
            and not self._current(promise)
        ]

    def _pools(self, meter: str) -> list[Pool]:
        windows = [
            promise
            for promise in self._kept()
            if promise.command.meter == meter and promise.command.pool is Pool.WINDOW and promise.anchor <= self.now
        ]
        return [Pool.MAIN, Pool.WINDOW] if windows and not self.suspended else [Pool.MAIN]

    def _available(self, meter: str, pool: Pool) -> int:
        there = sum(self._remaining(gift) for gift in self.gifts if (gift.meter, gift.pool) == (meter, pool))
        closed = [promise for promise in self._closed_windows(meter) if promise.command.pool is pool]
        return there + sum(promise.command.amount for promise in closed)

    def _short(self, meter: str, amount: int, *, starts: bool = False) -> Answer | None:
        pools = [pool for pool in self._pools(meter) if self._available(meter, pool) < amount]
        if starts and self.concurrency_max is not None and len(self._running()) >= self.concurrency_max:
            pools.append(Pool.CONCURRENCY)
        main = [row for row in self.balances() if row.meter == meter and row.pool is Pool.MAIN]
        ended = self.suspended is SuspensionReason.MEMBERSHIP_ENDED
        if not pools and not ended:
            return None
        quota = [row for row in main if row.allowance is not None]
        reasons: list[tuple[object, RefusalCode]] = [
            (ended, RefusalCode.MEMBERSHIP_ENDED),
            (Pool.MAIN in pools and self.suspended, RefusalCode.SUBSCRIPTION_EXPIRED),
            (Pool.MAIN in pools and not main, RefusalCode.NOT_ENTITLED),
            (Pool.MAIN in pools and quota, RefusalCode.QUOTA_EXHAUSTED),
            (Pool.MAIN in pools, RefusalCode.INSUFFICIENT_CREDITS),
            (Pool.WINDOW in pools, RefusalCode.WINDOW_LIMIT_REACHED),
            (Pool.CONCURRENCY in pools, RefusalCode.CONCURRENCY_LIMIT_REACHED),
        ]
        code = next(code for holds, code in reasons if holds)
        return Answer(code, [pool for pool in pools if main or pool is not Pool.MAIN])

    def _take(self, meter: str, amount: int) -> list[tuple[Gift, int]]:
        for promise in self._closed_windows(meter):
            self._open(promise, self.now)
        taken: list[tuple[Gift, int]] = []
        for pool in self._pools(meter):
            left = amount
            for gift in self._in_order(meter, pool):
                part = min(left, self._remaining(gift))
                if part:
                    taken.append((gift, part))
                    left -= part
            assert not left
        return taken

    def _in_order(self, meter: str, pool: Pool) -> list[Gift]:
        gifts = [gift for gift in self.gifts if (gift.meter, gift.pool) == (meter, pool)]
        return sorted(gifts, key=lambda gift: (RANKS.get(gift.kind, 0), gift.ends or NEVER, gift.starts))

    def _finish(self, job: Job, command: CompleteTask | ReleaseTask | ExtendTask) -> Answer:
        if isinstance(command, ExtendTask):
            job.expires = max(job.expires, self.now + command.hold_for)
            return Answer()
        if isinstance(command, ReleaseTask):
            job.resolved = True
            return Answer()
        wanted = _priced(command.quantity, job.per_unit)
        there = [self._available(job.meter, pool) for pool in self._pools(job.meter)]
        gone = self.suspended is SuspensionReason.MEMBERSHIP_ENDED
        more = 0 if gone else min(max(0, wanted - job.amount), *there)
        beyond = self._take(job.meter, more) if more else []
        draws: list[tuple[Gift, int]] = []
        for pool in Pool:
            left = min(wanted, job.amount)
            for gift, amount in job.holds:
                if gift.pool is pool:
                    draws.append((gift, min(left, amount)))
                    left -= min(left, amount)
        job.resolved = True
        draws += beyond
        self.charges += draws
        charged = min(wanted, job.amount) + more
        return Answer(draws=_named(draws), charged=charged, waived=wanted - charged)


def _priced(quantity: int, per_unit: int) -> int:
    whole, rest = divmod(quantity * per_unit, 1_000)
    return whole + (2 * rest >= 1_000)


def _named(draws: list[tuple[Gift, int]]) -> list[tuple[object, ...]]:
    return [(*gift.name, amount) for gift, amount in draws if amount]
