"""Status of people (A4), changed by operators: recorded (G3), once (F5), and felt at once by what is open."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.authorization import READ
from domain.errors import Forbidden, Inactive, InvalidInput, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import RefusalCode
from domain.status import Standing
from feed.topics import access_topic
from models.operators import AuditEntry
from models.persons import Person
from services.authentication import authenticate
from services.credentials import issue_session
from services.once import Once
from services.runtime import Runtime
from services.status import StatusChanged, reinstate_person, suspend_person, terminate_person
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_operator, make_service, make_user
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

UNTIL = NOW + timedelta(days=3)


async def stored(person_id: UUID) -> tuple[PersonStatus, str | None, object, object, object]:
    person = await Person.get(id=person_id)
    return person.status, person.status_reason, person.status_until, person.status_by, person.status_at


async def test_a4_a_suspended_person_is_turned_away_and_comes_back(runtime: Runtime) -> None:
    person, operator = await make_person(), await make_operator(runtime)
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    await authenticate(runtime, session.token)
    with runtime.broker.listen(access_topic(person)) as wakeups:
        async with recorded(runtime.database.pool) as statements:
            done = await suspend_person(runtime, operator, person, "spam", until=UNTIL, key="a")
        assert wakeups.take()
        assert [each.split()[0] for each in statements] == [
            "BEGIN;",
            "INSERT",  # the key
            "SELECT",
            "UPDATE",
            "INSERT",  # the audit's entry
            "UPDATE",  # the key's result
            "COMMIT;",
        ]
        assert done == Once(StatusChanged(person, Standing(PersonStatus.SUSPENDED, "spam", UNTIL)), replayed=False)
        assert await stored(person) == (PersonStatus.SUSPENDED, "spam", UNTIL, operator.subject, NOW)
        with pytest.raises(Inactive) as told:
            await authenticate(runtime, session.token)
        assert (told.value.code, told.value.reason, told.value.until) == ("PERSON_SUSPENDED", "spam", UNTIL)
        await reinstate_person(runtime, operator, person, "a mistake", key="b")
        assert wakeups.take()
    assert await stored(person) == (PersonStatus.ACTIVE, None, None, operator.subject, NOW)
    assert (await authenticate(runtime, session.token)).person_id == person


async def test_a4_a_terminated_person_does_not_come_back(runtime: Runtime) -> None:
    person, operator = await make_person(), await make_operator(runtime)
    await terminate_person(runtime, operator, person, "fraud", key="a")
    before = await content(runtime.database)
    for number, change in enumerate(changes(runtime, operator, person)):
        refused = (await change(f"k{number}")).result.refused
        assert refused
        assert (refused.code, refused.field) == (RefusalCode.PERSON_TERMINATED, ("personId",))
    after = await content(runtime.database)
    assert (after["persons"], after["audit_entries"]) == (before["persons"], before["audit_entries"])


def changes(
    runtime: Runtime, operator: Principal, person: UUID, reason: str = "why"
) -> tuple[Callable[[str], Awaitable[Once[StatusChanged]]], ...]:
    return (
        lambda key: suspend_person(runtime, operator, person, reason, until=None, key=key),
        lambda key: reinstate_person(runtime, operator, person, reason, key=key),
        lambda key: terminate_person(runtime, operator, person, reason, key=key),
    )


async def test_a4_who_is_not_suspended_has_nothing_to_come_back_from(runtime: Runtime, clock: TestClock) -> None:
    person, operator = await make_person(), await make_operator(runtime)
    refused = (await reinstate_person(runtime, operator, person, "why", key="a")).result.refused
    assert refused
    assert refused.code is RefusalCode.PERSON_NOT_SUSPENDED
    await suspend_person(runtime, operator, person, "spam", until=UNTIL, key="b")
    clock.now = UNTIL  # it ended by itself
    refused = (await reinstate_person(runtime, operator, person, "why", key="c")).result.refused
    assert refused
    assert refused.code is RefusalCode.PERSON_NOT_SUSPENDED


async def test_b11_unknown_and_erased_people_look_alike(runtime: Runtime) -> None:
    operator, erased = await make_operator(runtime), await make_person(status=PersonStatus.DELETED)
    told = []
    for person in (erased, uuid4()):
        for change in changes(runtime, operator, person):
            told.append((await change(str(uuid4()))).result.refused)  # noqa: PERF401 - one after the other
    assert {refused.code for refused in told if refused} == {RefusalCode.NOT_FOUND}
    assert len(set(told)) == 1


async def test_g3_every_change_is_recorded_with_before_after_and_why(runtime: Runtime, clock: TestClock) -> None:
    person, operator = await make_person(), await make_operator(runtime)
    await suspend_person(runtime, operator, person, "spam", until=UNTIL, key="a")
    await suspend_person(runtime, operator, person, "more spam", until=None, key="b")
    clock.advance(timedelta(hours=1))
    await terminate_person(runtime, operator, person, "fraud", key="c")
    entries = await AuditEntry.all().order_by("id")
    active = {"status": "ACTIVE", "reason": None, "until": None}
    spam = {"status": "SUSPENDED", "reason": "spam", "until": "2026-01-18T12:00:00Z"}
    more = {"status": "SUSPENDED", "reason": "more spam", "until": None}
    gone = {"status": "TERMINATED", "reason": "fraud", "until": None}
    assert [(entry.verb, entry.before, entry.after, entry.reason) for entry in sorted(entries, key=order)] == [
        ("suspendPerson", active, spam, "spam"),
        ("suspendPerson", spam, more, "more spam"),
        ("terminatePerson", more, gone, "fraud"),
    ]
    assert {(entry.actor, entry.target) for entry in entries} == {(operator.subject, person)}


def order(entry: AuditEntry) -> tuple[object, bool]:
    return entry.at, entry.reason == "more spam"


async def test_f5_asked_again_nothing_happens_again(runtime: Runtime, clock: TestClock) -> None:
    person, operator = await make_person(), await make_operator(runtime)
    first = await suspend_person(runtime, operator, person, "spam", until=UNTIL, key="a")
    await reinstate_person(runtime, operator, person, "a mistake", key="b")
    before = await content(runtime.database)
    clock.now = UNTIL  # `until` is no more in the future, and the request is the same
    again = await suspend_person(runtime, operator, person, "spam", until=UNTIL, key="a")
    assert (again.result, again.replayed) == (first.result, True)
    for other in (
        await suspend_person(runtime, operator, person, "spam", until=None, key="a"),
        await terminate_person(runtime, operator, person, "spam", key="a"),
    ):
        assert other.result.refused
        assert other.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await content(runtime.database) == before


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\nb", "a\x7f"])
async def test_mistakes_change_nothing_and_leave_the_key_free(runtime: Runtime, reason: str) -> None:
    person, operator = await make_person(), await make_operator(runtime)
    before = await content(runtime.database)
    for change in changes(runtime, operator, person, reason):
        with pytest.raises(InvalidInput, match=r"input\.reason"):
            await change("k")
    for until in (NOW, NOW - timedelta(days=1)):
        with pytest.raises(InvalidInput, match=r"input\.until"):
            await suspend_person(runtime, operator, person, "spam", until=until, key="k")
    assert await content(runtime.database) == before
    assert (await suspend_person(runtime, operator, person, "spam", until=None, key="k")).result.standing


async def test_g1_status_is_for_operators(runtime: Runtime) -> None:
    person = await make_person()
    reader = await make_service(runtime, frozenset({READ}))
    for caller, error in (
        (ANONYMOUS, Unauthenticated),
        (await make_user(runtime, person), Forbidden),
        (Principal(Caller.GUEST, person), Forbidden),
        (reader, Forbidden),
    ):
        for change in changes(runtime, caller, person):
            with pytest.raises(error):
                await change("k")
    assert (await stored(person))[0] is PersonStatus.ACTIVE
