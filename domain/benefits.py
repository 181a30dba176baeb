"""Benefits: whether what a membership gives can be used now (B7, B9, B10)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SuspensionReason(StrEnum):
    """Why benefits are suspended. What was left in the period comes back with them (B8, B10)."""

    SUBSCRIPTION_EXPIRED = "SUBSCRIPTION_EXPIRED"
    """What pays for them has ended (B10, D5)."""
    MEMBERSHIP_ENDED = "MEMBERSHIP_ENDED"
    """The person is no longer a member of the organisation (B7)."""


@dataclass(frozen=True, slots=True)
class Benefits:
    """The benefits of a wallet: its allowances together, in force until `until` (None: without an end).

    `concurrency_max` tasks may run at the same time, suspended or not (C5); None: as many as the installation allows.
    """

    until: datetime | None = None
    suspended: SuspensionReason | None = None
    concurrency_max: int | None = None
