"""People: who is what, and how they want to be spoken to (A1, A4)."""

from enum import StrEnum


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
