"""Policies: the numbers of RULES.md that operators may change. Their values are in `catalog/policies.toml`."""

from dataclasses import dataclass
from enum import StrEnum

from domain.usage import Surface


class CodingCycle(StrEnum):
    """How the days of the coding quota's cycle are counted (C2)."""

    DAYS = "DAYS"
    """Calendar days of the billing zone: the first is the activation's, however short."""
    INSTANT = "INSTANT"
    """24 hours each, from the instant of activation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """All policies, by the names that they have in the file.

    Credits and messages are in thousandths, as all amounts are; everything else is in the unit its name ends with.
    """

    billing_zone: str
    """IANA zone of months and day boundaries (§0)."""
    credit_meter: str
    """Meter of sign-up, referral and purchased credits (D2)."""

    guest_messages: int
    """Free messages of a guest (A1), thousandths of `guest_product`: what they are worth says its price."""
    guest_product: str
    """Product that those messages are (A1)."""
    guest_data_days: int
    """Age at which a guest's data is erased (A1)."""
    sign_up_credits: int
    """Once per person, thousandths of `credit_meter` (A2)."""
    change_notice_days: int
    """Least time from the publication of a plan version that changes a price to its taking effect (A7)."""

    seats_min: int
    """Fewest seats of an organisation's subscription (B1, B10)."""
    invitation_days: tuple[int, ...]
    """Lifetimes of an invitation link that an administrator may choose from, ascending (B4)."""
    organisations_per_person_max: int
    """Organisations that one person may be in at the same time (B5)."""
    enterprise_surfaces: tuple[Surface, ...]
    """Surfaces on which an enterprise workspace works (B13)."""

    coding_meter: str
    """Meter of the coding benefit (C2)."""
    coding_cycle: CodingCycle
    """How its cycles of days run (C2). Applied to plans when the catalog is parsed."""
    violations_max: int
    """Requests of unapproved clients within the window that restrict a key (C4)."""
    violation_window_hours: int
    """The window in which violations count (C4)."""

    referral_sign_up_credits: int
    """For a sign-up with one's code, thousandths of `credit_meter` (D4)."""
    referral_payment_credits: int
    """For that person's first payment, thousandths of `credit_meter` (D4)."""
    payment_grace_days: int
    """From a failed payment to the suspension of benefits (D5)."""

    hold_timeout_hours: int
    """How long a task's hold lasts without a heartbeat (F4)."""
    running_tasks_per_wallet_max: int
    """Running tasks of one wallet, whatever its plan: bounds the state that is loaded under its lock (F4)."""
    idempotency_retention_days: int
    """How long an idempotency key is kept (F5)."""
    usage_events_per_batch_max: int
    """Usage events in one request (F6)."""
    refusal_retention_days: int
    """How long a refusal can be asked about (F7)."""
    feed_replay_entries_max: int
    """Entries that a cursor may lie back before a reader must resync (F8)."""
    overview_updates_per_second_max: int
    """Updates of an administrator's live overview (F9)."""
    alert_percents: tuple[int, ...]
    """Shares of a quota at which its owner is told, ascending (F11)."""
