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
        RefusalCode.CONCURRENCY_LIMIT_REACHED: "As many tasks run as the plan allows at the same time.",
        RefusalCode.TOO_MANY_RUNNING_TASKS: "The wallet has as many running tasks as any may have, whatever its plan.",
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
        RefusalCode.SUBSCRIPTION_EXPIRED: (
            "What pays for the benefits has ended. Renewing brings them back, with what was left of the period."
        ),
        RefusalCode.MEMBERSHIP_ENDED: "The wallet's owner is no longer a member of the organisation.",
        RefusalCode.PLATFORM_NOT_SUPPORTED: (
            "An enterprise workspace does not work from this surface; the personal workspace does: see `details`."
        ),
        RefusalCode.NOT_ADMINISTRATOR: "Only administrators of the organisation may do this.",
        RefusalCode.NO_SEAT_AVAILABLE: "No seat of the organisation is free. Its administrators can buy more.",
        RefusalCode.INVITATION_INVALID: (
            "There is no such invitation that you could use now. Unknown, expired, used up and revoked look alike."
        ),
        RefusalCode.TOO_MANY_ORGANIZATIONS: (
            "The person is in as many organizations as one may be in, those counted that they are about to buy."
        ),
        RefusalCode.CANNOT_REMOVE_YOURSELF: "Administrators remove others. Oneself one leaves: `leaveOrganization`.",
        RefusalCode.SEATS_IN_USE: "It would leave fewer seats than members hold. `details` says how many they hold.",
        RefusalCode.RENEWAL_TOO_EARLY: "The next term cannot be bought yet; see `earliestAt`.",
        RefusalCode.ORDER_CLOSED: "The order is paid, failed or expired. `details` says which.",
        RefusalCode.AMOUNT_MISMATCH: "What was paid is not the order's total. `details` says what was expected.",
        RefusalCode.TOO_MANY_OPEN: "There are as many open ones as there may be at a time. `details` says how many.",
        RefusalCode.TOO_MANY_SETTINGS: "There would be more settings in the workspace than are kept; see `details`.",
        RefusalCode.REFERRAL_CLOSED: "The referral was rejected or reversed before: there is nothing to take back.",
        RefusalCode.CLIENT_NOT_APPROVED: (
            "The coding benefit is not for this program, or it does not prove what it is. Nothing was charged. "
            "`details` lists the approved ones, and says so if the API key is restricted now."
        ),
        RefusalCode.KEY_NOT_RESTRICTED: "The API key is not restricted, so there is nothing to lift.",
        RefusalCode.PERSONAL_USE_ONLY: (
            "API keys with the coding benefit are of the personal workspace. Organizations use the usage-based API."
        ),
        RefusalCode.KEY_INVALID: (
            "The API key does not hold. Mistyped, unknown, revoked and expired ones, and those of accounts that are "
            "not active, look alike."
        ),
        RefusalCode.KEY_RESTRICTED: (
            "The API key is restricted because of how it was used. The message says why, and what helps."
        ),
        RefusalCode.KEY_OUT_OF_SCOPE: "The API key was made for other products. `details` says for which.",
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
    remaining: Amount = strawberry.field(description="Left of it, in `unit`: less than is needed.")
    unit: str = strawberry.field(description="Unit of all figures: the meter's.")
    resets_at: datetime | None = strawberry.field(
        description=(
            "When it is full again; null: it does not refresh by itself. Of running tasks, when the first of them "
            "times out at the latest, which makes room for one."
        )
    )


@strawberry.type(description="One more fact about a refusal.")
class RefusalDetail:
    """A fact of a refusal."""

    name: str = strawberry.field(description="What it tells, such as `allocated`. Names are stable.")
    value: str = strawberry.field(description="What it is: a number, an id, a code.")


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
        description=(
            "The amount that was asked for, in the unit of the meter that would be charged; null where no limit is the "
            "reason."
        )
    )
    earliest_at: datetime | None = strawberry.field(
        description="The earliest instant that would have been accepted; null where no date is the reason."
    )
    details: list[RefusalDetail] = strawberry.field(
        description="What else is needed to act on it, sorted by name, such as how many seats are held."
    )
