"""Status of a person (A4): which changes there are, and what they say to who is turned away."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Inactive
from domain.persons import PersonStatus
from domain.refusals import Refusal, RefusalCode

PERSON_SUSPENDED = "PERSON_SUSPENDED"
PERSON_TERMINATED = "PERSON_TERMINATED"


@dataclass(frozen=True, slots=True)
class Standing:
    """A status, why, and until when: only a suspension ends by itself."""

    status: PersonStatus
    reason: str | None = None
    until: datetime | None = None

    def at(self, now: datetime) -> "Standing":
        """Give what holds at an instant: a suspension that is over counts as ACTIVE."""
        if self.status is PersonStatus.SUSPENDED and self.until is not None and self.until <= now:
            return ACTIVE
        return self


ACTIVE = Standing(PersonStatus.ACTIVE)


def suspend(standing: Standing, reason: str, until: datetime | None) -> Standing | Refusal:
    """Suspend; who is suspended already gets the new reason and end."""
    return _ended(standing) or Standing(PersonStatus.SUSPENDED, reason, until)


def reinstate(standing: Standing) -> Standing | Refusal:
    """Let a suspended person come back."""
    if ended := _ended(standing):
        return ended
    if standing.status is not PersonStatus.SUSPENDED:
        return Refusal(RefusalCode.PERSON_NOT_SUSPENDED, "This person is not suspended.", ("personId",))
    return ACTIVE


def terminate(standing: Standing, reason: str) -> Standing | Refusal:
    """Terminate, for good."""
    return _ended(standing) or Standing(PersonStatus.TERMINATED, reason)


def turned_away(standing: Standing) -> Inactive | None:
    """Say what a person who is not active is told at the door; None: they may come in, or nobody may know of them."""
    match standing.status:
        case PersonStatus.SUSPENDED:
            until = f" until {standing.until:%Y-%m-%d %H:%M} UTC" if standing.until else ""
            message = f"This account is suspended{until}: {standing.reason or 'no reason was given'}"
            return Inactive(PERSON_SUSPENDED, message, standing.reason, standing.until)
        case PersonStatus.TERMINATED:
            message = f"This account was terminated: {standing.reason or 'no reason was given'}"
            return Inactive(PERSON_TERMINATED, message, standing.reason, None)
        case _:
            return None


def _ended(standing: Standing) -> Refusal | None:
    """Refuse what cannot be changed any more. Of an erased person nothing is known."""
    match standing.status:
        case PersonStatus.TERMINATED:
            return Refusal(RefusalCode.PERSON_TERMINATED, "A terminated account stays terminated.", ("personId",))
        case PersonStatus.DELETED:
            return NO_PERSON
        case _:
            return None


NO_PERSON = Refusal(RefusalCode.NOT_FOUND, "There is no such person.", ("personId",))
