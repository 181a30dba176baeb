"""Ids as clients see them (DESIGN.md §5): a prefix that names the noun, and 26 characters."""

import re
from typing import Final
from uuid import UUID

import strawberry

from domain.ids import parse_public_id, public_id

WORKSPACE: Final = "wsp"
WALLET: Final = "wal"
PERSON: Final = "per"
SERVICE: Final = "svc"
SESSION: Final = "ses"
EXPORT: Final = "exp"
TASK: Final = "tsk"
ENTRY: Final = "ent"
NOTICE: Final = "ntc"
BANNER: Final = "ban"
ORGANISATION: Final = "org"
MEMBER: Final = "mem"
SEAT: Final = "sea"
INVITATION: Final = "inv"
ORDER: Final = "ord"
API_KEY: Final = "key"
REFUSAL: Final = "ref"
REFERRAL: Final = "rfl"

_ENTRY = re.compile(r"(ent_[0-9a-z]{26})_([1-9][0-9]{0,17})")


def write(noun: str, uuid: UUID) -> strawberry.ID:
    """Write the id of a noun."""
    return strawberry.ID(public_id(noun, uuid))


def read(noun: str, text: str) -> UUID | None:
    """Read the id of a noun; None: it is not one, so there is no such thing."""
    try:
        return parse_public_id(noun, text)
    except ValueError:
        return None


def write_entry(wallet_id: UUID, number: int) -> strawberry.ID:
    """Write the id of an entry: its wallet's characters and its number."""
    return strawberry.ID(f"{public_id(ENTRY, wallet_id)}_{number}")


def read_entry(text: str) -> tuple[UUID, int] | None:
    """Read the id of an entry as wallet and number; None: it is not one."""
    match = _ENTRY.fullmatch(text)
    wallet_id = read(ENTRY, match[1]) if match else None
    return (wallet_id, int(match[2])) if match and wallet_id else None
