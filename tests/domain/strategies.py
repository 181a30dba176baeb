"""What histories are made of: random commands under a clock that jumps, and sometimes runs behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import assert_never
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from domain.allowances import Allowance
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
from domain.entries import Entry
from domain.grants import Grant, GrantKind
from domain.ledger import Accepted, Decision, decide
from domain.meters import Pool
from domain.notices import Notice
from domain.pages import Page
from domain.periods import Cycle, CycleUnit
from domain.pricing import PriceRule
from domain.tasks import Task, TaskStatus
from domain.usage import Surface, Usage
from domain.wallets import WalletState

T0 = datetime(2024, 1, 31, 9, 30, tzinfo=UTC)
"""Every history begins on a 31st, in a leap year, in the middle of a day."""

CREDIT, TOKEN = "chat-credit", "work-token"
CHAT = PriceRule("chat-message", 1, "chat-message", CREDIT, per_unit=1_000)
WORK = PriceRule("work-task", 3, "work-task", TOKEN, per_unit=500)
RULES: Mapping[str, PriceRule] = {CREDIT: CHAT, TOKEN: WORK}

WEEK = Cycle(CycleUnit.DAYS, 7, "Asia/Shanghai")
MONTH = Cycle(CycleUnit.MONTHS, 1, "Europe/Berlin")
EXACT_WEEK = Cycle(CycleUnit.HOURS, 168)
WINDOW = Cycle(CycleUnit.HOURS, 5)


def share(parts: int) -> settings:
    """Settings for one of `parts` of the examples: for what is small, or costly."""
    return settings(max_examples=max(10, settings().max_examples // parts))


instants = st.datetimes(
    min_value=datetime(1972, 1, 1),  # noqa: DTZ001  (Hypothesis adds the zone)
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001  (as above)
    timezones=st.just(UTC),
)


@dataclass(frozen=True)
class Spend:
    """Consume, in thousandths of the product's unit."""

    meter: str
    quantity: int


@dataclass(frozen=True)
class Start:
    """Start a task with an estimate."""

    meter: str
    quantity: int
    hold_for: timedelta
    running_max: int = 30


@dataclass(frozen=True)
class Finish:
    """Complete, fail, cancel (`outcome`) or extend (None) the `back`-last running task, or else the last started."""

    back: int
    outcome: TaskStatus | None
    quantity: int = 0


@dataclass(frozen=True)
class Give:
    """A one-off grant that lasts `lifetime`, or for ever; a negative one has ended before it is given."""

    meter: str
    kind: GrantKind
    amount: int
    lifetime: timedelta | None


@dataclass(frozen=True)
class Subscribe:
    """An allowance, anchored at `offset` from now."""

    meter: str
    pool: Pool
    amount: int
    cycle: Cycle
    offset: timedelta = timedelta()


@dataclass(frozen=True)
class Unsubscribe:
    """End the allowance that was started `back` allowances ago."""

    back: int


@dataclass(frozen=True)
class Entitle:
    """Set benefits: quotas (meter, pool, amount, cycle), anchored at `anchor` from T0 or now, until `until` from T0."""

    quotas: tuple[tuple[str, Pool, int, Cycle], ...]
    anchor: timedelta | None
    until: timedelta | None
    concurrency_max: int | None = None


@dataclass(frozen=True)
class Suspend:
    """Suspend the benefits."""

    reason: SuspensionReason


@dataclass(frozen=True)
class Revoke:
    """End all one-off grants of a kind."""

    kind: GrantKind


@dataclass(frozen=True)
class Back:
    """Take back up to an amount of what was given once."""

    meter: str
    amount: int


@dataclass(frozen=True)
class Say:
    """Tell the owner something."""


@dataclass(frozen=True)
class Nothing:
    """Only read."""


Action = Spend | Start | Finish | Give | Subscribe | Unsubscribe | Entitle | Suspend | Revoke | Back | Say | Nothing
Step = tuple[timedelta, Action]
History = list[Step]

_QUANTITIES = (1, 999, 1_000, 2_000, 7_001, 30_000, 75_000, 200_000)
_HOLDS = (timedelta(hours=24), timedelta(hours=3), timedelta(days=12), timedelta(minutes=1))
_LIVES = (None, timedelta(hours=1), timedelta(days=7), timedelta(days=30), timedelta(seconds=-1))

SPENDS: tuple[Action, ...] = tuple(Spend(meter, quantity) for meter in RULES for quantity in _QUANTITIES)
STARTS: tuple[Action, ...] = (
    *(Start(meter, quantity, hold) for meter in RULES for quantity in _QUANTITIES[2:] for hold in _HOLDS),
    Start(CREDIT, 1_000, _HOLDS[1], running_max=1),
)
FINISHES: tuple[Action, ...] = (
    *(Finish(back, TaskStatus.COMPLETED, quantity) for back in range(3) for quantity in (0, *_QUANTITIES, 10**9)),
    *(Finish(back, outcome) for back in range(3) for outcome in (TaskStatus.FAILED, TaskStatus.CANCELLED, None)),
)
GIVES: tuple[Action, ...] = (
    *(
        Give(meter, kind, amount, life)
        for meter in RULES
        for kind in (GrantKind.SIGN_UP, GrantKind.PROMOTIONAL, GrantKind.PLAN, GrantKind.PURCHASED)
        for amount in (1, 100_000)
        for life in _LIVES
    ),
    Give(CREDIT, GrantKind.PROMOTIONAL, 0, None),
)
SUBSCRIBES: tuple[Action, ...] = (
    *(Subscribe(CREDIT, Pool.MAIN, 100_000, cycle) for cycle in (WEEK, MONTH, EXACT_WEEK)),
    Subscribe(CREDIT, Pool.MAIN, 50_000, MONTH, timedelta(days=-400)),
    Subscribe(CREDIT, Pool.MAIN, 50_000, WEEK, timedelta(hours=30)),
    Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW),
    Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW),
    Subscribe(TOKEN, Pool.WINDOW, 20_500, WINDOW, timedelta(hours=-12)),
    Subscribe(TOKEN, Pool.WINDOW, 20_500, WINDOW, timedelta(minutes=5)),
    Subscribe(TOKEN, Pool.MAIN, 80_001, WEEK),
)
ENDINGS: tuple[Action, ...] = (
    *(Unsubscribe(back) for back in range(3)),
    Revoke(GrantKind.SIGN_UP),
    Revoke(GrantKind.PLAN),
    Back(CREDIT, 1),
    Back(CREDIT, 100_001),
    Back(TOKEN, 10**9),
    Say(),
    Nothing(),
)

SEAT = ((CREDIT, Pool.MAIN, 100_000, MONTH), (CREDIT, Pool.WINDOW, 60_000, WINDOW), (TOKEN, Pool.MAIN, 80_001, WEEK))
RAISED = tuple((meter, pool, amount + 7_000, cycle) for meter, pool, amount, cycle in SEAT)
"""The same as a seat, but more of it."""
TURNED = (
    (TOKEN, Pool.MAIN, 30_000, WEEK),
    (CREDIT, Pool.MAIN, 100_000, EXACT_WEEK),
    (TOKEN, Pool.WINDOW, 9_000, WINDOW),
)
"""Other quotas, other cycles."""
_TERMS = (None, timedelta(hours=2), timedelta(days=40), timedelta(days=366), timedelta(days=3_000))
ENTITLEMENTS: tuple[Action, ...] = (
    *(Entitle(SEAT, timedelta(), until) for until in _TERMS),
    *(Entitle(quotas, timedelta(days=-20), _TERMS[3]) for quotas in (SEAT, RAISED, TURNED)),
    *(Entitle(quotas, None, _TERMS[4]) for quotas in (SEAT, RAISED)),
    Entitle(RAISED, timedelta(), _TERMS[2]),
    Entitle((), timedelta(), None),
    *(Entitle(SEAT, timedelta(), _TERMS[3], most) for most in (1, 2, 3)),
    Entitle((), None, None, 1),
    *(Suspend(reason) for reason in SuspensionReason),
    *(Suspend(reason) for reason in SuspensionReason),
)

_OFTEN = (SPENDS, SPENDS, STARTS, STARTS, STARTS, FINISHES, FINISHES)
_SELDOM = (GIVES, SUBSCRIBES, ENTITLEMENTS, ENTITLEMENTS, ENDINGS)
actions = st.one_of(*(st.sampled_from(menu) for menu in (*_OFTEN, *_SELDOM)))

_MICROSECOND = timedelta(microseconds=1)
_SHORT = (timedelta(), _MICROSECOND, timedelta(seconds=1), timedelta(minutes=1), timedelta(minutes=59))
_DELAYS = (
    timedelta(hours=3),
    timedelta(hours=5),
    timedelta(hours=5) - _MICROSECOND,
    timedelta(hours=14, minutes=30),
    timedelta(hours=24),
    timedelta(days=6, hours=6, minutes=30),  # from T0: the midnight in Shanghai at which a week is over
    timedelta(days=7),
    timedelta(days=30),
)
BACKWARDS = (timedelta(seconds=-1), timedelta(hours=-6))
JUMPS = (timedelta(days=21), timedelta(days=100), timedelta(days=800))

delays = st.one_of(*(st.sampled_from(menu) for menu in (_SHORT, _SHORT, _SHORT, _DELAYS, (*BACKWARDS, *JUMPS))))
_steps = st.tuples(delays, actions)

_AT_ONCE = timedelta()
_GIFT = (_AT_ONCE, Give(CREDIT, GrantKind.SIGN_UP, 100_000, None))
_PURCHASE = (_AT_ONCE, Give(TOKEN, GrantKind.PURCHASED, 100_000, None))
_QUOTA = (_AT_ONCE, Subscribe(CREDIT, Pool.MAIN, 100_000, WEEK))
_LIMIT = (_AT_ONCE, Subscribe(CREDIT, Pool.WINDOW, 60_000, WINDOW))
_TOKENS = (_AT_ONCE, Subscribe(TOKEN, Pool.MAIN, 80_001, EXACT_WEEK))
_JOINED = (_AT_ONCE, Entitle(SEAT, timedelta(), timedelta(days=40)))
_LIMITED = (_AT_ONCE, Entitle(SEAT, timedelta(), timedelta(days=366), 2))
beginnings = st.sampled_from(
    [
        [],
        [_GIFT],
        [_GIFT, _PURCHASE],
        [_QUOTA, _LIMIT],
        [_TOKENS, _GIFT, _QUOTA, _LIMIT],
        [_JOINED],
        [_JOINED, _GIFT],
        [_LIMITED],
    ]
)

histories: st.SearchStrategy[History] = st.builds(
    list.__add__,
    beginnings,
    st.one_of(*(st.lists(_steps, min_size=least, max_size=3 * least) for least in (1, 8, 12))),
)


@dataclass
class Run:
    """A history being played: the clock, the state, all entries, and the rows as pages leave them."""

    now: datetime = T0
    state: WalletState = field(default_factory=WalletState)
    entries: list[Entry] = field(default_factory=list)
    grants: dict[int, Grant] = field(default_factory=dict)
    allowances: dict[int, Allowance] = field(default_factory=dict)
    tasks: dict[UUID, Task] = field(default_factory=dict)
    started: list[UUID] = field(default_factory=list)

    def command(self, action: Action) -> Command:  # noqa: C901, PLR0911, PLR0912  (one for each of a closed set)
        """Say the action as a command, at the clock's instant."""
        match action:
            case Spend(meter, quantity):
                return Consume(usage_of(meter, quantity), RULES[meter])
            case Start(meter, quantity, hold_for, running_max):
                task_id = UUID(int=len(self.started) + 1)
                return StartTask(task_id, usage_of(meter, quantity), RULES[meter], hold_for, running_max)
            case Finish(back, outcome, quantity):
                running = [*self.state.tasks]
                task_id = running[-1 - back] if back < len(running) else UUID(int=len(self.started))
                if outcome is TaskStatus.COMPLETED:
                    return CompleteTask(task_id, quantity)
                return ReleaseTask(task_id, outcome) if outcome else ExtendTask(task_id, timedelta(hours=2))
            case Give(meter, kind, amount, lifetime):
                return OpenGrant(meter, kind, amount, None if lifetime is None else self.now + lifetime, "given")
            case Subscribe(meter, pool, amount, cycle, offset):
                begins = self.now + offset if offset else None
                return StartAllowance(meter, pool, amount, cycle, "plan", pool is Pool.WINDOW, begins)
            case Unsubscribe(back):
                return EndAllowance(self.state.allowances_made - back)
            case Entitle(quotas, anchor, until, concurrency_max):
                since = self.now if anchor is None else T0 + anchor
                wanted = tuple(
                    StartAllowance(meter, pool, amount, cycle, "seat", pool is Pool.WINDOW, since)
                    for meter, pool, amount, cycle in quotas
                )
                return SetBenefits(wanted, None if until is None else T0 + until, concurrency_max)
            case Suspend(reason):
                return SuspendBenefits(reason)
            case Revoke(kind):
                return RevokeGrants(kind)
            case Back(meter, amount):
                return TakeBack(meter, amount)
            case Say():
                return Tell(Notice("TERMS_CHANGED", {"version": "2"}))
            case Nothing():
                return Advance()
        assert_never(action)

    def step(self, step: Step) -> Decision:
        """Let time pass, then decide."""
        delay, action = step
        self.now += delay
        return self.answer(self.command(action))

    def answer(self, command: Command) -> Decision:
        """Decide, now."""
        decision = decide(self.state, command, self.now)
        if isinstance(command, StartTask) and isinstance(decision, Accepted):
            self.started.append(command.task_id)
        self.keep(decision.page)
        return decision

    def keep(self, page: Page) -> None:
        """Store a page, as the poster does."""
        self.state = page.state
        self.entries += page.entries
        self.grants |= page.grants
        self.allowances |= page.allowances
        self.tasks |= page.tasks


def play(history: History) -> Run:
    """Play a whole history."""
    run = Run()
    for step in history:
        run.step(step)
    return run


def usage_of(meter: str, quantity: int) -> Usage:
    """Usage of the meter's product."""
    return Usage(RULES[meter].product, quantity, Surface.WEB, "kimi-web")


def funded(amount: int, kind: GrantKind = GrantKind.SIGN_UP, meter: str = CREDIT) -> WalletState:
    """A wallet that has been given one amount that does not end."""
    return decide(WalletState(), OpenGrant(meter, kind, amount, None, "given"), T0).page.state
