"""Announcements: a banner at once, and every user told exactly once, whatever happens to the worker (A6, A7)."""

from datetime import timedelta

import pytest

from domain.changes import ChangeKind
from domain.errors import Forbidden, InvalidInput
from domain.persons import PersonKind, PersonStatus
from domain.principals import ANONYMOUS
from domain.refusals import RefusalCode
from models.notices import Banner, Email, Notice
from models.operators import AuditEntry
from models.persons import Person
from services import announcements
from services.announcements import tell_everybody
from services.banners import banners_now
from services.reconciling import reconcile
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service
from tests.factories.notices import NEWS, announce, make_reader, publish, tell_all, terms
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.wallets import make_wallets

pytestmark = pytest.mark.anyio

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


async def test_a7_everybody_active_is_told_once_by_notice_feed_and_email(runtime: Runtime, clock: TestClock) -> None:
    told = [await make_reader(runtime, f"{name}@example.com") for name in ("ada", "bo")]
    suspended, over, guest = [await make_person() for _ in range(3)]
    await Person.filter(id=suspended).update(status=PersonStatus.SUSPENDED, status_until=NOW + DAY)
    await Person.filter(id=over).update(status=PersonStatus.SUSPENDED, status_until=NOW)
    await Person.filter(id=guest).update(kind=PersonKind.GUEST)
    await announce(runtime, await make_operator(runtime))
    clock.advance(MICROSECOND)
    await Person.filter(id=(await make_reader(runtime, "late@example.com")).person_id).update(created_at=clock.now)
    assert await tell_all(runtime) == 3
    assert {row.person_id for row in await Notice.all()} == {told[0].person_id, told[1].person_id, over}
    assert {row.address for row in await Email.all()} == {"ada@example.com", "bo@example.com"}
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'NOTICE'") == 2
    before = await content(runtime.database)
    assert await tell_everybody(runtime) == 0
    assert await content(runtime.database) == before
    assert {result.problems async for result in reconcile(runtime)} == {()}


async def test_a7_rounds_are_bounded_and_go_on_where_the_last_one_ended(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "NOTICES_AT_ONCE_MAX", 4)
    await make_wallets(runtime, 10)
    operator = await make_operator(runtime)
    await announce(runtime, operator, key="1")
    await announce(runtime, operator, key="2")
    rounds = []
    while told := await tell_everybody(runtime):
        rounds.append(told)
    assert rounds == [4, 4, 2, 4, 4, 2]
    assert await Notice.all().count() == 20


async def test_a7_a_mark_that_was_lost_tells_nobody_twice(runtime: Runtime) -> None:
    await make_reader(runtime)
    await announce(runtime, await make_operator(runtime))
    banner = await Banner.get()
    assert await tell_all(runtime) == 1
    await Banner.filter(id=banner.id).update(text=banner.text)
    await tell_all(runtime)
    assert (await Notice.all().count(), await Email.all().count()) == (1, 1)


async def test_a7_a_round_costs_the_same_for_one_and_for_many(runtime: Runtime) -> None:
    operator, counts = await make_operator(runtime), []
    for more in (1, 200):
        await make_wallets(runtime, more)
        await announce(runtime, operator, key=str(more))
        async with recorded(runtime.database.pool) as statements:
            await tell_everybody(runtime)
        counts.append(len(statements))
        await tell_all(runtime)
    assert counts == [9, 9]
    async with recorded(runtime.database.pool) as statements:
        assert await tell_everybody(runtime) == 0
    assert len(statements) == 3


async def test_a7_the_banner_shows_while_it_matters(runtime: Runtime, clock: TestClock) -> None:
    operator = await make_operator(runtime)
    await announce(runtime, operator, ChangeKind.PRICE, NOW + 30 * DAY)
    clock.advance(MICROSECOND)
    await publish(runtime, operator)
    shown = await banners_now(runtime, ANONYMOUS)
    assert [(row.kind, row.effective_at) for row in shown] == [("TERMS", NOW + 31 * DAY), ("PRICE", NOW + 30 * DAY)]
    assert shown[1].text == NEWS
    assert "15 February 2026, 12:00 UTC" in shown[0].text.en
    assert "《使用条款》（第1版）" in shown[0].text.zh_hans
    for days, kinds in ((37 * DAY - MICROSECOND, ["TERMS", "PRICE"]), (37 * DAY, ["TERMS"]), (38 * DAY, [])):
        clock.now = NOW + days
        assert [row.kind for row in await banners_now(runtime, ANONYMOUS)] == kinds
    clock.now = NOW - MICROSECOND
    assert await banners_now(runtime, ANONYMOUS) == ()


async def test_a7_a_price_needs_its_days_of_notice(runtime: Runtime) -> None:
    operator = await make_operator(runtime)
    before = {table: rows for table, rows in (await content(runtime.database)).items() if table != "verb_results"}
    for kind, at, earliest in (
        (ChangeKind.PRICE, NOW + 30 * DAY - MICROSECOND, NOW + 30 * DAY),
        (ChangeKind.DISCONTINUATION, NOW - MICROSECOND, NOW),
        (ChangeKind.INFORMATION, NOW - MICROSECOND, NOW),
    ):
        done = await announce(runtime, operator, kind, at, key=kind)
        assert done.result.refused
        assert done.result.refused.code is RefusalCode.EFFECTIVE_TOO_EARLY
        assert done.result.refused.earliest_at == earliest
        assert (await announce(runtime, operator, kind, at, key=kind)).replayed
    after = {table: rows for table, rows in (await content(runtime.database)).items() if table != "verb_results"}
    assert after == before
    good = {ChangeKind.PRICE: NOW + 30 * DAY, ChangeKind.DISCONTINUATION: NOW, ChangeKind.INFORMATION: None}
    for kind, begins in good.items():
        assert (await announce(runtime, operator, kind, begins, key=f"good {kind}")).result.banner_id
    with pytest.raises(InvalidInput, match="effectiveAt"):
        await announce(runtime, operator, ChangeKind.DISCONTINUATION, None, key="none")


async def test_g3_it_is_on_the_record_and_done_once(runtime: Runtime) -> None:
    operator = await make_operator(runtime)
    first = await announce(runtime, operator, ChangeKind.DISCONTINUATION, NOW + DAY)
    again = await announce(runtime, operator, ChangeKind.DISCONTINUATION, NOW + DAY)
    assert (again.result, again.replayed) == (first.result, True)
    other = await announce(runtime, operator, ChangeKind.DISCONTINUATION, NOW + 2 * DAY)
    assert other.result.refused
    assert other.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    [entry] = await AuditEntry.all()
    assert (entry.actor, entry.verb, entry.reason) == (operator.subject, "announceChange", "people should know")
    assert entry.target == first.result.banner_id
    assert isinstance(entry.after, dict)
    assert (entry.after["kind"], entry.after["text.en"]) == ("DISCONTINUATION", NEWS.en)
    assert await Banner.all().count() == 1


async def test_g1_only_operators_publish(runtime: Runtime) -> None:
    service = await make_service(runtime)
    before = await content(runtime.database)
    with pytest.raises(Forbidden):
        await announce(runtime, service)
    with pytest.raises(Forbidden):
        await publish(runtime, service, terms())
    assert await content(runtime.database) == before
