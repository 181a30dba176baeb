"""Terms: versions by operators, accepted by the first act after they took effect, once, and cheaply (A6)."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.catalog import Catalog
from domain.errors import InvalidInput
from domain.principals import ANONYMOUS
from domain.refusals import RefusalCode
from domain.texts import Text
from models.notices import Banner, Notice
from models.operators import AuditEntry
from models.terms import TermsAcceptance
from services.accepted_terms import AcceptedTerms
from services.runtime import Runtime
from services.terms import accepted_terms, publish_terms, terms_bodies, terms_versions
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_user
from tests.factories.notices import publish, tell_all, terms
from tests.factories.runtime import open_process
from tests.factories.statements import recorded
from tests.factories.wallets import make_wallet, make_wallets

pytestmark = pytest.mark.anyio

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


async def act(runtime: Runtime, person_id: UUID) -> None:
    await runtime.terms.accept(runtime.database, person_id, runtime.clock())


async def acceptances() -> list[tuple[UUID, int]]:
    rows = await TermsAcceptance.all().order_by("version", "accepted_at")
    return [(row.person_id, row.version) for row in rows]


async def test_a6_versions_are_numbered_and_never_change(runtime: Runtime, clock: TestClock) -> None:
    operator = await make_operator(runtime)
    first = await publish(runtime, operator, terms("One", effective_at=None), "1")
    clock.advance(DAY)
    second = await publish(runtime, operator, terms("Two", effective_at=clock.now), "2")
    assert (first.result.version, second.result.version) == (1, 2)
    rows = await terms_versions(runtime, ANONYMOUS)
    assert [(row.version, row.title.en, row.published_at, row.effective_at) for row in rows] == [
        (2, "Two", NOW + DAY, NOW + DAY),
        (1, "One", NOW, NOW),
    ]
    assert await terms_bodies(runtime, [1, 2, 3]) == {
        1: Text("1. Be kind.\n", "1. 请友善。\n"),
        2: Text("1. Be kind.\n", "1. 请友善。\n"),
    }
    with pytest.raises(asyncpg.PostgresError):
        await runtime.database.pool.execute("UPDATE terms_versions SET material = false")


async def test_a6_what_is_past_is_refused(runtime: Runtime) -> None:
    operator = await make_operator(runtime)
    done = await publish(runtime, operator, terms(effective_at=NOW - MICROSECOND))
    assert done.result.refused
    assert done.result.refused.code is RefusalCode.EFFECTIVE_TOO_EARLY
    assert done.result.refused.earliest_at == NOW
    assert await terms_versions(runtime, ANONYMOUS) == ()
    assert await AuditEntry.all().count() == 0


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\nb"])
async def test_g3_a_reason_is_needed(runtime: Runtime, reason: str) -> None:
    operator = await make_operator(runtime)
    with pytest.raises(InvalidInput, match="reason"):
        await publish_terms(runtime, operator, terms(), reason, "k")


async def test_g3_publishing_is_on_the_record_once_and_without_the_body(runtime: Runtime) -> None:
    operator = await make_operator(runtime)
    first, again = await publish(runtime, operator), await publish(runtime, operator)
    assert (again.result, again.replayed) == (first.result, True)
    [entry] = await AuditEntry.all()
    assert (entry.actor, entry.verb, entry.reason) == (operator.subject, "publishTerms", "the law changed")
    assert isinstance(entry.after, dict)
    assert entry.after["version"] == 1
    assert not [name for name in entry.after if name.startswith("body")]


async def test_a6_only_a_material_change_is_announced(runtime: Runtime) -> None:
    operator = await make_operator(runtime)
    await make_wallet(runtime)
    assert (await publish(runtime, operator, terms(material=False), "1")).result.banner_id is None
    assert (await tell_all(runtime), await Banner.all().count()) == (0, 0)
    assert (await publish(runtime, operator, terms("Two"), "2")).result.banner_id
    assert await tell_all(runtime) == 1
    [notice] = await Notice.all()
    assert isinstance(notice.facts, dict)
    assert (notice.kind, notice.facts["title.en"], notice.facts["version"]) == ("TERMS", "Two", "2")


async def test_a6_racing_publications_get_different_numbers(runtime: Runtime) -> None:
    operator = await make_operator(runtime)
    racing = [publish(runtime, operator, terms(material=False), f"k{number}") for number in range(8)]
    done = await asyncio.gather(*racing)
    assert sorted(each.result.version or 0 for each in done) == list(range(1, 9))


async def test_a6_the_first_act_after_the_effective_date_accepts(runtime: Runtime, clock: TestClock) -> None:
    operator, ada = await make_operator(runtime), (await make_wallet(runtime)).person_id
    await act(runtime, ada)
    await publish(runtime, operator, terms(effective_at=None), "1")
    await publish(runtime, operator, terms(effective_at=NOW + DAY), "2")
    for at, accepted in ((NOW, [1]), (NOW + DAY - MICROSECOND, [1]), (NOW + DAY + MICROSECOND, [1, 2])):
        clock.now = at
        await act(runtime, ada)
        assert await acceptances() == [(ada, version) for version in accepted]
    rows = await accepted_terms(runtime, await make_user(runtime, ada))
    assert [(row.version, accepted_at) for row, accepted_at in rows] == [(2, NOW + DAY + MICROSECOND), (1, NOW)]


async def test_a6_a_version_that_was_overtaken_is_never_accepted(runtime: Runtime, clock: TestClock) -> None:
    operator, ada = await make_operator(runtime), (await make_wallet(runtime)).person_id
    await publish(runtime, operator, terms(effective_at=NOW + 9 * DAY), "1")
    await publish(runtime, operator, terms(effective_at=NOW + DAY), "2")
    for days in (2, 10):
        clock.now = NOW + days * DAY
        await act(runtime, ada)
    assert await acceptances() == [(ada, 2)]


async def test_a6_a_warm_act_costs_no_statement_and_a_cold_one_a_single_one(runtime: Runtime) -> None:
    ada, bo = [wallet.person_id for wallet in await make_wallets(runtime, 2)]
    async with recorded(runtime.database.pool) as statements:
        await act(runtime, ada)
    assert statements == []  # there are no terms
    await publish(runtime, await make_operator(runtime), terms(effective_at=None))
    counts = []
    for person in (ada, ada, bo, bo, ada):
        async with recorded(runtime.database.pool) as statements:
            await asyncio.gather(*(act(runtime, person) for _ in range(5)))
        counts.append([statement.split()[0] for statement in statements])
    assert [sorted(each) for each in counts[1:]] == [[], ["INSERT"], [], []]
    assert counts[0].count("INSERT") == 1
    assert await acceptances() == [(ada, 1), (bo, 1)]


async def test_a6_what_is_remembered_is_bounded(runtime: Runtime) -> None:
    people = [wallet.person_id for wallet in await make_wallets(runtime, 5)]
    await publish(runtime, await make_operator(runtime), terms(effective_at=None))
    memory = AcceptedTerms(runtime.broker, persons_max=2)
    for _ in range(2):
        for person in people:
            await memory.accept(runtime.database, person, NOW)
    assert len(memory._accepted) == 2
    assert sorted(await acceptances()) == sorted((person, 1) for person in people)


async def test_a6_what_failed_is_tried_again_by_the_next_act(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = (await make_wallet(runtime)).person_id
    await publish(runtime, await make_operator(runtime), terms(effective_at=None))
    with monkeypatch.context() as broken:
        broken.setattr("services.accepted_terms._ACCEPT", "SELECT 1 / 0, $1::uuid, $2::uuid, $3::int, $4::timestamptz")
        with pytest.raises(asyncpg.PostgresError):
            await act(runtime, ada)
    await act(runtime, ada)
    assert await acceptances() == [(ada, 1)]


async def test_a6_other_processes_learn_of_a_version_in_time(
    runtime: Runtime, dsn: str, catalog: Catalog, clock: TestClock
) -> None:
    ada = (await make_wallet(runtime)).person_id
    async with open_process(dsn, catalog, clock) as other:  # its broker hears nobody
        await publish(runtime, await make_operator(runtime), terms(effective_at=None))
        await act(other, ada)
        assert await acceptances() == []
        clock.advance(timedelta(minutes=10))
        await act(other, ada)
    assert await acceptances() == [(ada, 1)]


async def test_a6_two_processes_record_one_acceptance(
    runtime: Runtime, dsn: str, catalog: Catalog, clock: TestClock
) -> None:
    people = [wallet.person_id for wallet in await make_wallets(runtime, 10)]
    await publish(runtime, await make_operator(runtime), terms(effective_at=None))
    async with open_process(dsn, catalog, clock) as other:
        await asyncio.gather(*(act(each, person) for each in (runtime, other) for person in people))
    assert sorted(await acceptances()) == sorted((person, 1) for person in people)
