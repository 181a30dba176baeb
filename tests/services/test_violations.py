"""Violations: recorded with their context, restricting the key at the third within a day, lifted, forgotten (C4)."""

from datetime import timedelta

import pytest

from domain.errors import Forbidden, InvalidInput
from domain.ids import public_id
from domain.notice_words import notice_words
from domain.notices import NoticeKind
from domain.persons import Locale
from domain.principals import Principal
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from feed.topics import access_topic
from models.credentials import Credential
from models.persons import Person
from services.api_keys import KeyFound, find_key
from services.clients import check_client, client_list
from services.key_restrictions import lift_restriction, restrict_key
from services.runtime import Runtime
from services.upkeep import forget
from services.violations import SHOWN_MAX, violations_of_viewer
from tests.factories.api_keys import Coder, MadeKey, make_api_key, make_coder
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_operator, make_service_account
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
BECAUSE = "3 requests within 24 hours came from programs that are not approved"


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    return await make_operator(runtime)


@pytest.fixture
async def coder(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


@pytest.fixture
async def made(runtime: Runtime, coder: Coder) -> MadeKey:
    return await make_api_key(runtime, coder)


@pytest.fixture
async def key(runtime: Runtime, made: MadeKey) -> KeyFound:
    found = await find_key(runtime, made.text)
    assert isinstance(found, KeyFound)
    return found


async def violate(runtime: Runtime, key: KeyFound, client: str | None = "curl/8.5") -> Refusal:
    refusal = await check_client(
        runtime, key, client=client, proof=None, product="coding-request", surface=Surface.CLI, caller=None
    )
    assert refusal
    assert refusal.code is RefusalCode.CLIENT_NOT_APPROVED
    return refusal


async def is_restricted(runtime: Runtime, made: MadeKey) -> str | None:
    found = await find_key(runtime, made.text)
    assert isinstance(found, KeyFound)
    return found.restricted


async def test_c4_a_violation_is_recorded_with_its_context_and_costs_nothing(
    runtime: Runtime, key: KeyFound, coder: Coder
) -> None:
    service, before = await make_service_account(runtime), await content(runtime.database)
    await client_list(runtime)
    async with recorded(runtime.database.pool) as statements:
        await check_client(
            runtime,
            key,
            client="cur\0l\ud800",
            proof=None,
            product="coding-request",
            surface=Surface.API,
            caller=service,
        )
    assert len(statements) == 5  # BEGIN, two locks, the violation, COMMIT
    (row,) = await runtime.database.pool.fetch("SELECT * FROM violations")
    assert dict(row) == {
        "id": row["id"],
        "credential_id": key.id,
        "workspace_id": coder.wallet.workspace_id,
        "person_id": coder.wallet.person_id,
        "at": NOW,
        "client": "cur\ufffdl\ufffd",
        "product": "coding-request",
        "surface": "API",
        "why": "UNKNOWN",
        "list_version": 0,
        "caller": service,
        "lifted_at": None,
    }
    after = await content(runtime.database)
    assert {table for table in after if after[table] != before[table]} == {"violations"}


async def test_c4_the_third_within_a_day_restricts_the_key_and_its_person_is_told(
    runtime: Runtime, key: KeyFound, made: MadeKey, coder: Coder
) -> None:
    await Person.filter(id=coder.wallet.person_id).update(email="ada@example.org")
    with runtime.broker.listen(access_topic(coder.wallet.person_id)) as woken:
        for _ in range(2):
            assert "restricted" not in (await violate(runtime, key)).facts
        assert await is_restricted(runtime, made) is None
        assert not woken.take()
        async with recorded(runtime.database.pool) as statements:
            refusal = await violate(runtime, key, None)
        assert woken.take()
    assert 8 <= len(statements) <= 20
    assert refusal.facts["restricted"] == BECAUSE
    assert "This API key is restricted now" in refusal.message
    assert await is_restricted(runtime, made) == BECAUSE
    (notice,) = await runtime.database.pool.fetch("SELECT kind, facts FROM notices")
    assert notice["kind"] == NoticeKind.KEY_RESTRICTED
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails WHERE address = 'ada@example.org'") == 1
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'NOTICE'") == 1
    later = await violate(runtime, key)  # a request that was under way
    assert later.facts["restricted"] == BECAUSE
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices") == 1


def test_c4_the_notice_has_words_in_both_languages() -> None:
    facts = {"hint": "ak_…1234", "restricted_at": NOW.isoformat(), "why.en": "too many", "why.zh-Hans": "太多"}
    for locale, why in ((Locale.ENGLISH, "too many"), (Locale.SIMPLIFIED_CHINESE, "太多")):
        for kind in (NoticeKind.KEY_RESTRICTED, NoticeKind.KEY_FREED):
            words = notice_words(kind, facts, locale)
            assert "ak_…1234" in words.title
        assert why in notice_words(NoticeKind.KEY_RESTRICTED, facts, locale).text


async def test_c4_violations_older_than_the_window_do_not_count(
    runtime: Runtime, key: KeyFound, made: MadeKey, clock: TestClock
) -> None:
    await violate(runtime, key)
    clock.advance(timedelta(hours=1))
    await violate(runtime, key)
    clock.now = NOW + DAY  # the first is exactly as old as the window
    await violate(runtime, key)
    assert await is_restricted(runtime, made) is None
    clock.now = NOW + DAY + timedelta(hours=1) - MICROSECOND
    await violate(runtime, key)
    assert await is_restricted(runtime, made)


async def test_c4_each_key_has_its_own_count(runtime: Runtime, key: KeyFound, coder: Coder) -> None:
    second = await find_key(runtime, (await make_api_key(runtime, coder, "Desk")).text)
    assert isinstance(second, KeyFound)
    for each in (key, second, key, second):
        assert "restricted" not in (await violate(runtime, each)).facts


async def test_c4_g3_lifted_violations_count_no_more(
    runtime: Runtime, key: KeyFound, made: MadeKey, operator: Principal, clock: TestClock
) -> None:
    for _ in range(3):
        await violate(runtime, key)
    clock.advance(timedelta(minutes=1))
    done = await lift_restriction(runtime, operator, key.id, "a mistake", key="k")
    assert (done.result.restricted_at, done.result.refused, done.replayed) == (None, None, False)
    assert await is_restricted(runtime, made) is None
    before = await content(runtime.database)
    assert (await lift_restriction(runtime, operator, key.id, "a mistake", key="k")).replayed
    assert await content(runtime.database) == before
    for _ in range(2):
        assert "restricted" not in (await violate(runtime, key)).facts
    assert "restricted" in (await violate(runtime, key)).facts
    kinds = await runtime.database.pool.fetch("SELECT kind FROM notices ORDER BY id")
    assert sorted(row["kind"] for row in kinds) == ["KEY_FREED", "KEY_RESTRICTED", "KEY_RESTRICTED"]
    (row,) = await runtime.database.pool.fetch("SELECT * FROM audit_entries")
    assert (row["target"], row["verb"], row["reason"]) == (key.id, "liftRestriction", "a mistake")
    assert BECAUSE in row["before"]


async def test_c4_an_operator_restricts_a_key(
    runtime: Runtime, key: KeyFound, made: MadeKey, operator: Principal, clock: TestClock
) -> None:
    assert (await restrict_key(runtime, operator, key.id, "resold", key="1")).result.restricted_at == NOW
    assert await is_restricted(runtime, made) == "resold"
    clock.advance(timedelta(hours=1))
    again = (await restrict_key(runtime, operator, key.id, "resold to many", key="2")).result
    assert (again.restricted_at, again.because) == (NOW, "resold to many")
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM audit_entries") == 2


async def test_c4_what_is_no_key_or_not_restricted_is_refused(
    runtime: Runtime, key: KeyFound, coder: Coder, operator: Principal
) -> None:
    session = (await Credential.get(person_id=coder.wallet.person_id, kind="SESSION")).id
    for number, id_ in enumerate((None, session, coder.wallet.id)):
        for verb in (lift_restriction, restrict_key):
            refused = (await verb(runtime, operator, id_, "why not", key=f"{verb.__name__}{number}")).result.refused
            assert refused
            assert (refused.code, refused.field) == (RefusalCode.NOT_FOUND, ("apiKeyId",))
    refused = (await lift_restriction(runtime, operator, key.id, "why not", key="k")).result.refused
    assert refused
    assert refused.code is RefusalCode.KEY_NOT_RESTRICTED
    reused = (await lift_restriction(runtime, operator, key.id, "another reason", key="k")).result.refused
    assert reused
    assert reused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    before = await content(runtime.database)
    for verb in (lift_restriction, restrict_key):
        with pytest.raises(InvalidInput):
            await verb(runtime, operator, key.id, " ", key="k2")
        with pytest.raises(Forbidden):
            await verb(runtime, coder.principal, key.id, "me", key="k2")
    assert await content(runtime.database) == before


async def test_c4_b11_people_see_their_own_newest_violations(
    runtime: Runtime, key: KeyFound, coder: Coder, operator: Principal, clock: TestClock
) -> None:
    for number in range(SHOWN_MAX + 1):
        clock.advance(DAY)
        await violate(runtime, key, f"program-{number}")
    shown = await violations_of_viewer(runtime, coder.principal)
    assert [row.client for row in shown] == [f"program-{number}" for number in range(SHOWN_MAX, 0, -1)]
    assert public_id("key", shown[0].key_id) == public_id("key", key.id)
    assert shown[0].hint.startswith("ak_")
    assert await violations_of_viewer(runtime, operator) == ()
    assert await violations_of_viewer(runtime, (await make_coder(runtime)).principal) == ()


async def test_f7_violations_are_forgotten_after_30_days(runtime: Runtime, key: KeyFound, clock: TestClock) -> None:
    await violate(runtime, key)
    clock.now = NOW + 30 * DAY - MICROSECOND
    await forget(runtime)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM violations") == 1
    clock.now = NOW + 30 * DAY
    await forget(runtime)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM violations") == 0


async def test_a_key_that_is_gone_leaves_no_trace(runtime: Runtime, key: KeyFound) -> None:
    await Credential.filter(id=key.id).delete()
    assert "restricted" not in (await violate(runtime, key)).facts
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM violations") == 0
