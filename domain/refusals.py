"""Refusals: business answers of a closed set, with everything that is needed to act on them (C5, G5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from enum import StrEnum

from domain.meters import Pool


class RefusalCode(StrEnum):
    """The closed set of reasons. Codes are stable: clients switch on them."""

    NOT_FOUND = "NOT_FOUND"
    """No such thing for this caller: unknown and foreign ids are indistinguishable (B11)."""
    NOT_ENTITLED = "NOT_ENTITLED"
    """The wallet has neither quota nor credits of this meter."""
    QUOTA_EXHAUSTED = "QUOTA_EXHAUSTED"
    """The cycle's quota, and credits if there are any, do not cover the amount."""
    INSUFFICIENT_CREDITS = "INSUFFICIENT_CREDITS"
    """The credits do not cover the amount."""
    GUEST_LIMIT_REACHED = "GUEST_LIMIT_REACHED"
    """A guest's free messages are used up; signing up gives more (A1)."""
    WINDOW_LIMIT_REACHED = "WINDOW_LIMIT_REACHED"
    """The short window's limit does not cover the amount."""
    CONCURRENCY_LIMIT_REACHED = "CONCURRENCY_LIMIT_REACHED"
    """As many tasks run as the plan allows at the same time (C5)."""
    TOO_MANY_RUNNING_TASKS = "TOO_MANY_RUNNING_TASKS"
    """The wallet has as many running tasks as any wallet may have, whatever its plan."""
    TASK_ALREADY_RESOLVED = "TASK_ALREADY_RESOLVED"
    """The task was completed, failed, cancelled or timed out before (F4)."""
    ALREADY_GRANTED = "ALREADY_GRANTED"
    """The allowance exists already; there is no second grant for one period (B8)."""
    PERSON_NOT_SUSPENDED = "PERSON_NOT_SUSPENDED"
    """Only who is suspended can be reinstated (A4)."""
    PERSON_SUSPENDED = "PERSON_SUSPENDED"
    """The account is suspended; the message says why and until when (A4)."""
    PERSON_TERMINATED = "PERSON_TERMINATED"
    """A terminated account stays terminated (A4)."""
    EFFECTIVE_TOO_EARLY = "EFFECTIVE_TOO_EARLY"
    """The change leaves people less time than they are due (A6, A7)."""
    REAUTHENTICATION_REQUIRED = "REAUTHENTICATION_REQUIRED"
    """The session is too old for this: sign in again (A5)."""
    SOLE_ADMINISTRATOR = "SOLE_ADMINISTRATOR"
    """An organisation with members would be left without an administrator (A5, B3)."""
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    """What pays for the benefits has ended; renewing brings them back (B10)."""
    MEMBERSHIP_ENDED = "MEMBERSHIP_ENDED"
    """The wallet's owner is no longer a member of the organisation (B7)."""
    PLATFORM_NOT_SUPPORTED = "PLATFORM_NOT_SUPPORTED"
    """An enterprise workspace does not work from this surface (B13)."""
    NOT_ADMINISTRATOR = "NOT_ADMINISTRATOR"
    """Only administrators of the organisation may do this (B3)."""
    NO_SEAT_AVAILABLE = "NO_SEAT_AVAILABLE"
    """Every seat of the organisation is held (B4, B5)."""
    INVITATION_INVALID = "INVITATION_INVALID"
    """No invitation that could be used now: which of all reasons is not told (B4)."""
    TOO_MANY_ORGANIZATIONS = "TOO_MANY_ORGANIZATIONS"
    """The person is in as many organisations as one may be (B5)."""
    CANNOT_REMOVE_YOURSELF = "CANNOT_REMOVE_YOURSELF"
    """Administrators remove others; oneself one leaves (B7)."""
    SEATS_IN_USE = "SEATS_IN_USE"
    """A renewal would leave fewer seats than are allocated (B10)."""
    RENEWAL_TOO_EARLY = "RENEWAL_TOO_EARLY"
    """The next term cannot be bought yet, or was bought already (B10)."""
    ORDER_CLOSED = "ORDER_CLOSED"
    """The order is paid, failed or expired: nothing can be done about it any more (D8)."""
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    """What was paid is not exactly the order's total (D8)."""
    TOO_MANY_OPEN = "TOO_MANY_OPEN"
    """There are as many open orders, or invitations, as there may be at a time."""
    TOO_MANY_SETTINGS = "TOO_MANY_SETTINGS"
    """There would be more settings in one workspace than are kept (B12)."""
    REFERRAL_CLOSED = "REFERRAL_CLOSED"
    """The referral was rejected or reversed before: there is nothing to take back (D4)."""
    CLIENT_NOT_APPROVED = "CLIENT_NOT_APPROVED"
    """The coding benefit is not for this program, or the program does not prove what it is (C4)."""
    KEY_NOT_RESTRICTED = "KEY_NOT_RESTRICTED"
    """Only an API key that is restricted can be freed (C4)."""
    PERSONAL_USE_ONLY = "PERSONAL_USE_ONLY"
    """The coding benefit's API keys are of the personal workspace; organisations use the usage-based API (C3)."""
    KEY_INVALID = "KEY_INVALID"
    """No API key that holds: what is the matter with it is not told (C3)."""
    KEY_RESTRICTED = "KEY_RESTRICTED"
    """The API key is genuine, and may not be used until an operator lifts that (C4)."""
    KEY_OUT_OF_SCOPE = "KEY_OUT_OF_SCOPE"
    """The API key was made for other products (C3)."""
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    """The key was used with another input (F5)."""


@dataclass(frozen=True, slots=True)
class LimitState:
    """One exhausted limit (C5). Amounts in thousandths of the meter's unit."""

    meter: str
    pool: Pool
    limit: int
    used: int
    held: int
    remaining: int
    resets_at: datetime | None
    """When it refreshes; None: only new grants help. Of running tasks, when the first times out at the latest."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command was not carried out; `field` is the input's field that it is about, if it is about one."""

    code: RefusalCode
    message: str
    field: tuple[str, ...] = ()
    limits: tuple[LimitState, ...] = ()
    requested: int | None = None
    """The amount that was asked for, in thousandths of the unit of the meter that would be charged."""
    earliest_at: datetime | None = None
    """The earliest instant that would have been accepted, where a date is the reason (A7)."""
    facts: Mapping[str, str] = dataclass_field(default_factory=dict, hash=False)
    """What else is needed to act on it, by name: counts, ids, amounts in minor units."""
