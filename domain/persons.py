"""People: who is what, and how they want to be spoken to (A1, A4)."""

import unicodedata
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from domain.errors import InvalidInput

NAME_CHARACTERS_MAX = 100
ZONE_CHARACTERS_MAX = 64
ERASED_NAME = "Deleted"
"""What an erased person is called: their name is gone, and the column is not empty."""

_NO_ZONES = frozenset({"Factory", "localtime"})
_UNWRITABLE = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_TURNS_TEXT_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class PersonKind(StrEnum):
    """A guest has not registered; signing up makes a user of them."""

    GUEST = "GUEST"
    USER = "USER"


class PersonStatus(StrEnum):
    """Anything but ACTIVE is refused at the door (A4)."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"
    DELETED = "DELETED"


class Locale(StrEnum):
    """Languages of notices and e-mails, as BCP 47 tags."""

    ENGLISH = "en"
    SIMPLIFIED_CHINESE = "zh-Hans"


def read_display_name(text: str, *, field: tuple[str, ...]) -> str:
    """Read what somebody wants to be called: composed, without blanks around it.

    Raises:
        InvalidInput: it is empty or too long, or has characters that cannot be shown or turn other text around.
    """
    name = unicodedata.normalize("NFC", text.strip()) if len(text) <= 4 * NAME_CHARACTERS_MAX else text
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX or not all(map(_is_writable, name)) or not _shows(name):
        raise InvalidInput(field, f"must be 1 to {NAME_CHARACTERS_MAX} characters, and none that cannot be shown")
    return name


def tame_display_name(text: str) -> str | None:
    """Make a display name of what a provider says: what cannot be shown is left out; None: nothing is left."""
    shown = "".join(character for character in text[: 4 * NAME_CHARACTERS_MAX] if _is_writable(character))
    name = unicodedata.normalize("NFC", shown).strip()[:NAME_CHARACTERS_MAX].strip()
    return name if _shows(name) else None


def read_time_zone(text: str, *, field: tuple[str, ...]) -> str:
    """Read the name of a time zone.

    Raises:
        InvalidInput: there is no such zone.
    """
    if not is_time_zone(text):
        raise InvalidInput(field, "must be the IANA name of a time zone, such as Asia/Shanghai")
    return text


def is_time_zone(text: str) -> bool:
    """Tell whether there is a time zone of this name, in this very spelling."""
    return len(text) <= ZONE_CHARACTERS_MAX and text in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def _is_writable(character: str) -> bool:
    return unicodedata.category(character) not in _UNWRITABLE and character not in _TURNS_TEXT_AROUND


def _shows(name: str) -> bool:
    """Tell whether there is anything to see: blanks and joiners alone are no name."""
    return any(unicodedata.category(character)[0] in "LNPSM" for character in name)
