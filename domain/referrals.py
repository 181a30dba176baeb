"""Referrals (D4): codes, what stands against a reward, and how a referral stands.

A code reads `7K2MQ9XD`: Crockford's base 32, which has no I, L, O and U, and reads what people write for 1 and 0.
It is no secret, and a mistyped one is nobody's or, once in very many times, somebody else's.
"""

import re
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.ids import public_id
from domain.persons import PersonStatus

PREFIX = "rfl"
"""Of the ids of referrals, as clients see them."""
ENTROPY_BYTES = 5
CODE_CHARACTERS = 8

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("ILO", "110", " -")
_CODE = re.compile(f"[{_ALPHABET}]{{{CODE_CHARACTERS}}}")
_WRITTEN_CHARACTERS_MAX = 32


class RejectionReason(StrEnum):
    """Why nothing is given for somebody who signed up with a code. A closed set; the first that holds is recorded.

    An own code needs none: with it one signs in to the account that one has, or it is `SAME_PERSON`.
    """

    REFERRER_GONE = "REFERRER_GONE"
    """The account that the code belongs to was deleted or terminated."""
    SAME_PERSON = "SAME_PERSON"
    """Both accounts share a verified e-mail or telephone number, a device or an address (A3)."""
    NOT_NEW = "NOT_NEW"
    """Who signed up had an account before: they had been welcomed already (A2)."""


class ReferralState(StrEnum):
    """How a referral stands, as its referrer sees it."""

    SIGNED_UP = "SIGNED_UP"
    """They signed up, and have not paid anything yet."""
    PAID = "PAID"
    """They have paid for something, too: all rewards are given."""
    REJECTED = "REJECTED"
    """Nothing was given, and nothing will be."""
    REVERSED = "REVERSED"
    """What was given was taken back; nothing more will be given."""


class ReferralReward(StrEnum):
    """What a referrer is rewarded for, each once for each referred person."""

    SIGN_UP = "SIGN_UP"
    PAYMENT = "PAYMENT"


def make_code(entropy: bytes) -> str:
    """Write a code from five random bytes: 40 bits."""
    value = int.from_bytes(entropy[:ENTROPY_BYTES], "big")
    return "".join(_ALPHABET[value >> 5 * place & 31] for place in reversed(range(CODE_CHARACTERS)))


def read_code(text: str) -> str | None:
    """Read a code as people write it: any case, with spaces and hyphens or none. None: it is none."""
    if len(text) > _WRITTEN_CHARACTERS_MAX or not text.isascii():
        return None
    found = text.upper().translate(_READ_AS)
    return found if _CODE.fullmatch(found) else None


def rejection(*, referrer: PersonStatus, linked: bool, welcomed_before: bool) -> RejectionReason | None:
    """Say why a referral is not rewarded; None: it is.

    Args:
        referrer: the status of who the code belongs to; who is suspended may come back, and is rewarded.
        linked: whether both accounts share a trait (A3).
        welcomed_before: whether who signed up had an account before (A2).
    """
    if referrer in (PersonStatus.DELETED, PersonStatus.TERMINATED):
        return RejectionReason.REFERRER_GONE
    if linked:
        return RejectionReason.SAME_PERSON
    return RejectionReason.NOT_NEW if welcomed_before else None


def state_of(
    rejected_because: str | None, payment_rewarded_at: datetime | None, reversed_at: datetime | None
) -> ReferralState:
    """Tell how a referral stands."""
    if rejected_because is not None:
        return ReferralState.REJECTED
    if reversed_at is not None:
        return ReferralState.REVERSED
    return ReferralState.SIGNED_UP if payment_rewarded_at is None else ReferralState.PAID


def source_of(reward: ReferralReward, referral_id: UUID) -> str:
    """Name what gave a grant: the referral, so that exactly its rewards can be taken back. Names nobody."""
    named = {ReferralReward.SIGN_UP: "sign-up", ReferralReward.PAYMENT: "payment"}
    return f"referral:{named[reward]}:{public_id(PREFIX, referral_id)}"
