"""Refusals: business answers as data, with everything that is needed to act on them (C5, G5)."""

from datetime import datetime

import strawberry

from domain.meters import Pool
from domain.refusals import RefusalCode
from schema.enums import show
from schema.meters import Meter
from schema.scalars import Amount

show(
    RefusalCode,
    "RefusalCode",
    "Why something was not done. Codes are stable: switch on them, and show people the message.",
    {
        RefusalCode.NOT_FOUND: (
            "There is no such thing for this caller. What does not exist and what is somebody else's look alike."
        ),
        RefusalCode.NOT_ENTITLED: "The wallet has neither quota nor credits of the meter that would be charged.",
        RefusalCode.QUOTA_EXHAUSTED: "The current cycle's quota, with the credits if any, does not cover the amount.",
        RefusalCode.INSUFFICIENT_CREDITS: "The credits do not cover the amount, and there is no quota of this meter.",
        RefusalCode.GUEST_LIMIT_REACHED: "A guest's free messages are used up. Signing up gives more.",
        RefusalCode.WINDOW_LIMIT_REACHED: "The limit of the short window does not cover the amount.",
        RefusalCode.TOO_MANY_RUNNING_TASKS: "The wallet has as many running tasks as it may have.",
        RefusalCode.TASK_ALREADY_RESOLVED: (
            "The task was completed, failed, cancelled or timed out before. A task resolves at most once."
        ),
        RefusalCode.ALREADY_GRANTED: "The quota was given for this period already; there is no second grant for it.",
        RefusalCode.PERSON_NOT_SUSPENDED: "The person is not suspended, so there is nothing to come back from.",
        RefusalCode.PERSON_SUSPENDED: "The account is suspended. The message says why, and until when.",
        RefusalCode.PERSON_TERMINATED: "The account is terminated, and stays so.",
        RefusalCode.EFFECTIVE_TOO_EARLY: (
            "It would take effect before people have had the notice that they are due; see `earliestAt`."
        ),
        RefusalCode.REAUTHENTICATION_REQUIRED: "The session is too old for this. Sign in again, and ask again.",
        RefusalCode.SOLE_ADMINISTRATOR: (
            "An organisation with other members would be left without an administrator: the role must be handed over "
            "first."
        ),
        RefusalCode.IDEMPOTENCY_KEY_REUSED: (
            "The idempotency key was used with another input within the last days. Choose a new key for a new request."
        ),
    },
)


@strawberry.type(description="One limit that stands in the way. All figures are in the meter's unit.")
class LimitState:
    """An exhausted limit."""

    meter: Meter = strawberry.field(description="What is limited.")
    pool: Pool = strawberry.field(description="Which limit of the meter this is.")
    limit: Amount = strawberry.field(description="What may be used in all, in `unit`.")
    used: Amount = strawberry.field(description="Used of it, in `unit`.")
    held: Amount = strawberry.field(description="Set aside for running tasks, in `unit`.")
    remaining: Amount = strawberry.field(description="Left of it, in `unit`; less than what was asked for.")
    unit: str = strawberry.field(description="Unit of all figures: the meter's.")
    resets_at: datetime | None = strawberry.field(
        description="When it is full again; null: it does not refresh by itself."
    )


@strawberry.type(description="Why something was not done. A refusal costs nothing and changes nothing.")
class Refusal:
    """A refusal."""

    code: RefusalCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason and what would help, in English, for people.")
    field: list[str] = strawberry.field(
        description='Path of the input\'s field that it is about, such as `["walletId"]`; empty: about none of them.'
    )
    limits: list[LimitState] = strawberry.field(
        description="Every limit that stands in the way, not only the first; empty where no limit is the reason."
    )
    requested: Amount | None = strawberry.field(
        description="The amount that was asked for, in the unit of the `limits`; null where no limit is the reason."
    )
    earliest_at: datetime | None = strawberry.field(
        description="The earliest instant that would have been accepted; null where no date is the reason."
    )
