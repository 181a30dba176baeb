"""Commands: everything that can be asked of a wallet's ledger. A closed set, decided by `domain.ledger.decide`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.benefits import SuspensionReason
from domain.grants import GrantKind
from domain.meters import Pool
from domain.notices import Notice
from domain.periods import Cycle
from domain.pricing import PriceRule
from domain.tasks import TaskStatus
from domain.usage import Surface, Usage


@dataclass(frozen=True, slots=True)
class Consume:
    """Charge usage in one step (F4). An enterprise wallet is charged on `enterprise_surfaces` alone (B13)."""

    usage: Usage
    rule: PriceRule
    enterprise_surfaces: tuple[Surface, ...] = ()


@dataclass(frozen=True, slots=True)
class StartTask:
    """Hold the price of an estimate (`usage.quantity`) until the task resolves or `hold_for` is over (F4).

    `running_max` bounds what one wallet's lock must load, whatever its plan allows. An enterprise wallet is charged on
    `enterprise_surfaces` alone (B13).
    """

    task_id: UUID
    usage: Usage
    rule: PriceRule
    hold_for: timedelta
    running_max: int
    enterprise_surfaces: tuple[Surface, ...] = ()


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Settle the actual `quantity` (thousandths of the product's unit) of a running task."""

    task_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class ReleaseTask:
    """Set a running task's hold free: `outcome` is FAILED or CANCELLED."""

    task_id: UUID
    outcome: TaskStatus


@dataclass(frozen=True, slots=True)
class ExtendTask:
    """A heartbeat: the hold lasts `hold_for` from now on."""

    task_id: UUID
    hold_for: timedelta


@dataclass(frozen=True, slots=True)
class OpenGrant:
    """Give `amount` thousandths once, until `ends_at` or for ever (D2)."""

    meter: str
    kind: GrantKind
    amount: int
    ends_at: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class StartAllowance:
    """Give `amount` thousandths in every period of `cycle`, beginning with the full amount of the current one (B9, C2).

    `anchor` is now unless given: the members of an organisation share the anchor of its subscription.
    """

    meter: str
    pool: Pool
    amount: int
    cycle: Cycle
    source: str
    opens_on_use: bool = False
    anchor: datetime | None = None


@dataclass(frozen=True, slots=True)
class EndAllowance:
    """Stop an allowance; the rest of its period lapses (B7)."""

    allowance: int


@dataclass(frozen=True, slots=True)
class SetBenefits:
    """Let these allowances, and no others, be in force until `until`, and lift a suspension (B8, B9, B10).

    Idempotent. What is in force already stays; another amount holds from the next period on; another anchor or cycle
    ends the old allowance and begins anew. After a suspension within the period, what was left comes back; after the
    period, the current one is granted in full. `concurrency_max` tasks may be started to run at the same time (C5; at
    least 1; None: no limit); those that run go on.
    """

    allowances: tuple[StartAllowance, ...]
    until: datetime | None
    concurrency_max: int | None = None


@dataclass(frozen=True, slots=True)
class SuspendBenefits:
    """Suspend the benefits: what remains of every allowance's grant lapses until they come back (B7, B10)."""

    reason: SuspensionReason


@dataclass(frozen=True, slots=True)
class RevokeGrants:
    """End the open one-off grants of a kind: what remains of them lapses (A1: a guest's messages at sign-up).

    `source`: only those that it gave (D4: a referral that is taken back); None: those of any source.
    """

    kind: GrantKind
    source: str | None = None


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take up to `amount` thousandths back from what was given once, in the order of draws: never more than is there.

    What allowances give and what tasks hold is let be (D2).
    """

    meter: str
    amount: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the wallet's owner something through the feed."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class Advance:
    """Write what fell due, nothing else (F10)."""


Command = (
    Consume
    | StartTask
    | CompleteTask
    | ReleaseTask
    | ExtendTask
    | OpenGrant
    | StartAllowance
    | EndAllowance
    | SetBenefits
    | SuspendBenefits
    | RevokeGrants
    | TakeBack
    | Tell
    | Advance
)
