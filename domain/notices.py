"""Notices: what a person is told in a feed beside the figures (A5, A6, B12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.persons import Locale


class NoticeKind(StrEnum):
    """What notices are about. Codes are stable: clients switch on them. Each has its words in `notice_words`."""

    TERMS = "TERMS"
    """The terms change materially (A6)."""
    PRICE = "PRICE"
    """A price changes (A7)."""
    DISCONTINUATION = "DISCONTINUATION"
    """A plan or a feature ends (A7)."""
    INFORMATION = "INFORMATION"
    """Something that operators want people to know."""
    EXPORT_PROGRESS = "EXPORT_PROGRESS"
    """An export goes on, is ready, or failed: `export`, `state`, `progress` (percentage). In the feed alone (A5)."""
    WORKSPACE_SWITCHED = "WORKSPACE_SWITCHED"
    """The person works in another workspace now: `workspace`, its id. In the feed alone (B12)."""
    DELETION_REQUESTED = "DELETION_REQUESTED"
    """The account will be deleted, from `due_at` on (A5)."""
    DELETION_CALLED_BACK = "DELETION_CALLED_BACK"
    """It will not (A5)."""
    DELETION_PUT_OFF = "DELETION_PUT_OFF"
    """It is not deleted yet, but tried again from `due_at` on (A5)."""
    ORDER_PAID = "ORDER_PAID"
    """An order is paid, and what was bought is there: `order`, `reference`, `total_minor`, `currency` (D8)."""
    ORDER_EXPIRED = "ORDER_EXPIRED"
    """An order was not paid in time: `order`, `reference`, `total_minor`, `currency` (D8)."""
    PAYMENT_FAILED = "PAYMENT_FAILED"
    """A subscription could not be renewed automatically: `organization`; benefits go on until `until_at` (D5)."""
    SUBSCRIPTION_ENDING = "SUBSCRIPTION_ENDING"
    """A subscription ends soon, and nothing renews it: `organization`, `ends_at`, `days` until then (B10)."""
    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    """A subscription has ended, and the benefits with it: `organization`, `ended_at` (B10)."""

    CREDITS_ADJUSTED = "CREDITS_ADJUSTED"
    """An operator gave credits or took some back: `amount`, a decimal, negative if taken; `meter` (D2, G3)."""
    ORGANIZATION_JOINED = "ORGANIZATION_JOINED"
    """The person has joined an organisation: `organization`, `workspace` (B5)."""
    MEMBER_JOINED = "MEMBER_JOINED"
    """Somebody has joined an organisation that the person administers: `organization`, `workspace` (B5)."""
    MEMBERSHIP_ENDED = "MEMBERSHIP_ENDED"
    """An administrator removed the person from an organisation: `organization`, `ended_at` (B7)."""
    ADMINISTRATION_HANDED_OVER = "ADMINISTRATION_HANDED_OVER"
    """An operator gave or took the role of an administrator: `organization`, `role` is what it is now (B3)."""
    KEY_RESTRICTED = "KEY_RESTRICTED"
    """An API key of the person is restricted: `key`, `hint`, `restricted_at`, `why` by language (C4)."""
    KEY_FREED = "KEY_FREED"
    """It is not any more: `key`, `hint` (C4)."""
    REFERRAL_REWARDED = "REFERRAL_REWARDED"
    """Credits for somebody who came by the person's code: `referral`, `reward` (SIGN_UP, PAYMENT), `credits` (D4)."""
    REFERRAL_REVERSED = "REFERRAL_REVERSED"
    """An operator took them back: `referral`, `credits` is how much of them was left (D4)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind` is a stable code, `facts` are what its words are made from; `id` names the in-app notice, if it is one.

    `locale` is the language that its reader had chosen when it was written, so that a feed need not ask again.
    """

    kind: str
    facts: Mapping[str, str]
    id: UUID | None = None
    locale: Locale = Locale.ENGLISH
