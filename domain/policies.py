"""Policies: the numbers of RULES.md that operators may change. Their values are in `catalog/policies.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.amounts import THOUSANDTHS_PER_UNIT
from domain.meters import Meter, Product
from domain.toml_tables import Table
from domain.usage import Surface

_DAYS_MAX = 3_660
_HOURS_MAX = 24 * _DAYS_MAX
_COUNT_MAX = 1_000_000


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
    seats_max: int
    """Most seats of an organisation."""
    renewal_opens_days: int
    """How long before a term's end the next one can be bought (B10)."""
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
    order_hours: int
    """How long an order can be paid (D8)."""
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


def read_policies(table: Table, meters: Mapping[str, Meter], products: Mapping[str, Product]) -> Policies:
    """Read the policies; problems are noted in the table."""
    return Policies(
        billing_zone=table.zone("billing_zone"),
        credit_meter=table.reference("credit_meter", meters, "meters.toml"),
        guest_messages=table.amount("guest_messages", step=THOUSANDTHS_PER_UNIT),
        guest_product=table.reference("guest_product", products, "products.toml"),
        guest_data_days=table.whole("guest_data_days", _DAYS_MAX),
        sign_up_credits=table.amount("sign_up_credits"),
        change_notice_days=table.whole("change_notice_days", _DAYS_MAX),
        seats_min=table.whole("seats_min", _COUNT_MAX),
        seats_max=table.whole("seats_max", _COUNT_MAX),
        renewal_opens_days=table.whole("renewal_opens_days", _DAYS_MAX),
        invitation_days=table.wholes("invitation_days", _DAYS_MAX),
        organisations_per_person_max=table.whole("organisations_per_person_max", _COUNT_MAX),
        enterprise_surfaces=table.choices("enterprise_surfaces", Surface),
        coding_meter=table.reference("coding_meter", meters, "meters.toml"),
        coding_cycle=table.choice("coding_cycle", CodingCycle),
        violations_max=table.whole("violations_max", _COUNT_MAX),
        violation_window_hours=table.whole("violation_window_hours", _HOURS_MAX),
        referral_sign_up_credits=table.amount("referral_sign_up_credits"),
        referral_payment_credits=table.amount("referral_payment_credits"),
        order_hours=table.whole("order_hours", _HOURS_MAX),
        payment_grace_days=table.whole("payment_grace_days", _DAYS_MAX),
        hold_timeout_hours=table.whole("hold_timeout_hours", _HOURS_MAX),
        running_tasks_per_wallet_max=table.whole("running_tasks_per_wallet_max", _COUNT_MAX),
        idempotency_retention_days=table.whole("idempotency_retention_days", _DAYS_MAX),
        usage_events_per_batch_max=table.whole("usage_events_per_batch_max", _COUNT_MAX),
        refusal_retention_days=table.whole("refusal_retention_days", _DAYS_MAX),
        feed_replay_entries_max=table.whole("feed_replay_entries_max", _COUNT_MAX),
        overview_updates_per_second_max=table.whole("overview_updates_per_second_max", _COUNT_MAX),
        alert_percents=table.wholes("alert_percents", 100),
    )
