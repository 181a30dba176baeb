"""Status of people (A4): every change from every status."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import status
from domain.persons import PersonStatus
from domain.refusals import Refusal, RefusalCode
from domain.status import ACTIVE, Standing, turned_away

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUSPENDED = Standing(PersonStatus.SUSPENDED, "spam", NOW + timedelta(days=1))
TERMINATED = Standing(PersonStatus.TERMINATED, "fraud")
DELETED = Standing(PersonStatus.DELETED)


def code(outcome: Standing | Refusal) -> RefusalCode | None:
    return outcome.code if isinstance(outcome, Refusal) else None


@pytest.mark.parametrize(
    ("standing", "suspended", "reinstated", "terminated"),
    [
        (ACTIVE, None, RefusalCode.PERSON_NOT_SUSPENDED, None),
        (SUSPENDED, None, None, None),
        (TERMINATED, *[RefusalCode.PERSON_TERMINATED] * 3),
        (DELETED, *[RefusalCode.NOT_FOUND] * 3),
    ],
)
def test_a4_every_change_from_every_status(
    standing: Standing,
    suspended: RefusalCode | None,
    reinstated: RefusalCode | None,
    terminated: RefusalCode | None,
) -> None:
    assert code(status.suspend(standing, "why", None)) == suspended
    assert code(status.reinstate(standing)) == reinstated
    assert code(status.terminate(standing, "why")) == terminated


def test_a4_a_change_takes_its_own_reason_and_end() -> None:
    assert status.suspend(SUSPENDED, "more spam", None) == Standing(PersonStatus.SUSPENDED, "more spam")
    assert status.reinstate(SUSPENDED) == ACTIVE
    assert status.terminate(SUSPENDED, "fraud") == TERMINATED


def test_a4_a_suspension_is_over_at_its_end() -> None:
    until = SUSPENDED.until
    assert until
    assert SUSPENDED.at(until - timedelta(microseconds=1)) is SUSPENDED
    assert SUSPENDED.at(until) == ACTIVE
    assert TERMINATED.at(until) is TERMINATED
    assert Standing(PersonStatus.SUSPENDED, "for ever").at(until).status is PersonStatus.SUSPENDED


def test_a4_who_is_turned_away_is_told_why_and_until_when() -> None:
    away = turned_away(SUSPENDED)
    assert away
    assert (away.code, away.reason, away.until) == ("PERSON_SUSPENDED", "spam", SUSPENDED.until)
    assert str(away) == "This account is suspended until 2026-01-16 12:00 UTC: spam"
    gone = turned_away(TERMINATED)
    assert gone
    assert (gone.code, str(gone)) == ("PERSON_TERMINATED", "This account was terminated: fraud")
    assert turned_away(ACTIVE) is None
    assert turned_away(DELETED) is None  # nothing is known of them
