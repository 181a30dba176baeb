"""API keys: who makes them, what is kept of them, and when they are dead (C3)."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from domain.authorization import WRITE
from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.usage import Surface
from services.api_keys import (
    ENDED_KEYS_SHOWN_FOR,
    KEY_INVALID,
    LIVE_KEYS_MAX,
    NO_KEY,
    NO_WORKSPACE,
    KeyDone,
    KeyFound,
    NewKey,
    create_key,
    find_key,
    key_of_viewer,
    keys_of_viewer,
    revoke_key,
)
from services.authentication import authenticate
from services.clients import client_list
from services.credentials import SESSIONS_PER_PERSON_MAX, issue_session
from services.key_use import SEEN_EVERY
from services.posting import Outcome, Posted
from services.runtime import Runtime
from services.tasks import start_task
from services.usage import UsageReport, consume
from tests.factories.api_keys import Coder, make_api_key, make_coder
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_service
from tests.factories.persons import set_status
from tests.factories.runtime import open_process
from tests.factories.statements import recorded
from tests.factories.tables import content, places_of
from tests.factories.wallets import make_colleague

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ada(runtime: Runtime) -> Coder:
    return await make_coder(runtime)


@pytest.fixture
async def gateway(runtime: Runtime) -> Principal:
    return await make_service(runtime, frozenset({WRITE}))


async def make(runtime: Runtime, coder: Coder, wanted: NewKey | None = None, key: str = "k") -> KeyDone:
    return await create_key(runtime, coder.principal, wanted or NewKey("Laptop"), key)


def code(outcome: KeyDone | Outcome | KeyFound | Refusal) -> RefusalCode | None:
    refused = outcome.refused if isinstance(outcome, KeyDone) else outcome
    return refused.code if isinstance(refused, Refusal) else None


def report(text: str, product: str = "coding-request", client: str | None = "kimi-cli") -> UsageReport:
    return UsageReport(None, product, 1_000, Surface.CLI, client, text)


async def test_c3_a_key_is_found_by_one_statement(runtime: Runtime, ada: Coder) -> None:
    made = await make_api_key(runtime, ada)
    async with recorded(runtime.database.pool) as statements:
        found = await find_key(runtime, made.text)
    assert found == KeyFound(made.id, ada.wallet.person_id, ada.wallet.workspace_id, ada.wallet.id)
    assert len(statements) == 1


async def test_c3_a_typo_is_refused_without_a_statement(runtime: Runtime, ada: Coder) -> None:
    text = (await make_api_key(runtime, ada)).text
    typo = text[:10] + ("0" if text[10] != "0" else "1") + text[11:]
    async with recorded(runtime.database.pool) as statements:
        for wrong in (typo, text[:-1], text.upper(), f" {text}", "", "ak_", "als_x_y", "é" * 49):
            assert await find_key(runtime, wrong) == KEY_INVALID
    assert statements == []


async def test_c3_a_secret_is_shown_once_and_stands_nowhere(
    runtime: Runtime, ada: Coder, gateway: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    done = await make(runtime, ada)
    assert done.key
    assert done.secret
    assert done.key.hint == f"ak_…{done.secret[-4:]}"
    assert done.secret not in repr(done)
    again = await make(runtime, ada)
    assert again == KeyDone(done.key, None, replayed=True)
    used = await consume(runtime, gateway, report(done.secret), "c")
    assert isinstance(used, Posted)
    assert used.entry
    await consume(runtime, gateway, report(done.secret, client="no-such-agent"), "d")
    await start_task(runtime, gateway, report(done.secret), "e")
    assert done.secret not in repr(report(done.secret))
    body = done.secret[3:-4]
    assert await places_of(runtime.database, done.secret, body, sha256(done.secret.encode()).digest()) == {
        "credentials.secret_hash"
    }
    assert body not in caplog.text


async def test_c3_only_with_the_coding_benefit(runtime: Runtime, clock: TestClock) -> None:
    nobody, coder = await make_coder(runtime, plan=None), await make_coder(runtime)
    assert code(await make(runtime, nobody)) is RefusalCode.NOT_ENTITLED
    pool = runtime.database.pool
    await pool.execute("UPDATE wallets SET suspended = 'SUBSCRIPTION_EXPIRED' WHERE id = $1", coder.wallet.id)
    assert code(await make(runtime, coder)) is RefusalCode.NOT_ENTITLED
    until = clock.now + timedelta(days=1)
    await pool.execute("UPDATE wallets SET suspended = NULL, benefits_until = $2 WHERE id = $1", coder.wallet.id, until)
    assert code(await make(runtime, coder, key="k2")) is None
    clock.now = until
    assert code(await make(runtime, coder, key="k3")) is RefusalCode.NOT_ENTITLED


async def test_c3_not_in_an_enterprise_workspace(runtime: Runtime, ada: Coder) -> None:
    shared = await make_colleague(runtime, person_id=ada.wallet.person_id)
    others = await make_colleague(runtime)
    done = await make(runtime, ada, NewKey("Laptop", workspace_id=shared.workspace_id))
    assert done.refused
    assert done.refused.code is RefusalCode.PERSONAL_USE_ONLY
    assert done.refused.facts["alternative"] == "USAGE_BASED_API"
    assert "usage-based API" in done.refused.message
    for foreign in (others.workspace_id, uuid4()):
        assert (await make(runtime, ada, NewKey("L", workspace_id=foreign), str(foreign))).refused == NO_WORKSPACE
    assert (await make(runtime, ada, NewKey("L", workspace_id=ada.wallet.workspace_id), "own")).key


async def test_c3_guests_services_and_nobody_make_none(runtime: Runtime, gateway: Principal) -> None:
    guest = Principal(Caller.GUEST, uuid4())
    before = await content(runtime.database)
    for caller, error in ((gateway, Forbidden), (guest, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(error):
            await create_key(runtime, caller, NewKey("Laptop"), "k")
    assert await content(runtime.database) == before


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (NewKey(""), "name"),
        (NewKey("  "), "name"),
        (NewKey("a" * 101), "name"),
        (NewKey("a\nb"), "name"),
        (NewKey("a", 0), "expiresInDays"),
        (NewKey("a", 367), "expiresInDays"),
        (NewKey("a", -1), "expiresInDays"),
        (NewKey("a", scopes=("",)), "scopes"),
        (NewKey("a", scopes=("coding-request", "gold")), "scopes"),
    ],
)
async def test_bad_input_names_its_field(runtime: Runtime, ada: Coder, wanted: NewKey, field: str) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput) as caught:
        await make(runtime, ada, wanted)
    assert caught.value.field == ("input", field)
    assert await content(runtime.database) == before


async def test_c3_at_most_twenty_that_live(runtime: Runtime, ada: Coder, clock: TestClock) -> None:
    keys = [await make_api_key(runtime, ada, f"{number}", expires_in_days=1) for number in range(LIVE_KEYS_MAX)]
    assert code(await make(runtime, ada)) is RefusalCode.TOO_MANY_OPEN
    await revoke_key(runtime, ada.principal, keys[0].id, "r")
    assert (await make(runtime, ada, key="k2")).key
    assert code(await make(runtime, ada, key="k3")) is RefusalCode.TOO_MANY_OPEN
    clock.advance(timedelta(days=1))
    assert (await make(runtime, ada, key="k4")).key


async def test_c3_at_the_same_time_no_more_than_twenty_are_made(runtime: Runtime, ada: Coder) -> None:
    wanted = (make(runtime, ada, NewKey(f"{number}"), f"k{number}") for number in range(LIVE_KEYS_MAX + 5))
    codes = [code(done) for done in await asyncio.gather(*wanted)]
    assert codes.count(None) == LIVE_KEYS_MAX
    assert codes.count(RefusalCode.TOO_MANY_OPEN) == 5


async def test_c3_a_revoked_key_is_dead_at_once_and_stays_listed_for_a_while(
    runtime: Runtime, ada: Coder, clock: TestClock
) -> None:
    first, second = await make_api_key(runtime, ada, "1"), await make_api_key(runtime, ada, "2")
    done = await revoke_key(runtime, ada.principal, second.id, "r")
    assert done.key
    assert done.key.revoked_at == NOW
    assert await find_key(runtime, second.text) == KEY_INVALID
    assert isinstance(await find_key(runtime, first.text), KeyFound)
    clock.advance(timedelta(hours=1))
    again = await revoke_key(runtime, ada.principal, second.id, "r2")
    assert again.key == done.key
    assert [row.id for row in await keys_of_viewer(runtime, ada.principal)] == [first.id, second.id]
    clock.now = NOW + ENDED_KEYS_SHOWN_FOR
    assert [row.id for row in await keys_of_viewer(runtime, ada.principal)] == [first.id]
    assert await key_of_viewer(runtime, ada.principal, second.id) == done.key


async def test_b11_somebody_elses_key_does_not_exist(runtime: Runtime, ada: Coder) -> None:
    bo, made = await make_coder(runtime), await make_api_key(runtime, ada)
    session = ada.principal.credential
    for id_ in (made.id, session, uuid4(), None):
        assert (await revoke_key(runtime, bo.principal, id_, str(id_))).refused == NO_KEY
    assert (await revoke_key(runtime, ada.principal, session, "session")).refused == NO_KEY
    assert await key_of_viewer(runtime, bo.principal, made.id) is None
    assert await keys_of_viewer(runtime, bo.principal) == ()
    assert isinstance(await find_key(runtime, made.text), KeyFound)


async def test_c3_a_key_expires(runtime: Runtime, ada: Coder, clock: TestClock) -> None:
    made = await make_api_key(runtime, ada, expires_in_days=2)
    clock.now = NOW + timedelta(days=2) - timedelta(microseconds=1)
    assert isinstance(await find_key(runtime, made.text), KeyFound)
    clock.now = NOW + timedelta(days=2)
    assert await find_key(runtime, made.text) == KEY_INVALID


@pytest.mark.parametrize("status", [PersonStatus.SUSPENDED, PersonStatus.TERMINATED, PersonStatus.DELETED])
async def test_a4_the_keys_of_who_is_not_active_are_dead(runtime: Runtime, ada: Coder, status: PersonStatus) -> None:
    made = await make_api_key(runtime, ada)
    await set_status(ada.wallet.person_id, status)
    assert await find_key(runtime, made.text) == KEY_INVALID


async def test_c3_a_revoked_key_is_refused_by_another_process(
    runtime: Runtime, ada: Coder, gateway: Principal, dsn: str
) -> None:
    made = await make_api_key(runtime, ada)
    async with open_process(dsn, runtime.catalog, runtime.clock) as other:
        assert isinstance(await consume(other, gateway, report(made.text), "1"), Posted)
        await revoke_key(runtime, ada.principal, made.id, "r")
        assert await consume(other, gateway, report(made.text), "2") == KEY_INVALID
        assert await consume(runtime, gateway, report(made.text), "3") == KEY_INVALID


async def test_c3_a_charge_by_key_costs_one_statement_more(
    runtime: Runtime, ada: Coder, gateway: Principal, clock: TestClock
) -> None:
    made = await make_api_key(runtime, ada)
    await consume(runtime, gateway, report(made.text), "warm")
    async with recorded(runtime.database.pool) as by_wallet:
        await consume(runtime, gateway, UsageReport(ada.wallet.id, "coding-request", 1_000, Surface.CLI), "w")
    async with recorded(runtime.database.pool) as by_key:
        await consume(runtime, gateway, report(made.text), "k")
    assert (len(by_wallet), len(by_key)) == (5, 6)
    clock.advance(SEEN_EVERY)
    await client_list(runtime)  # each process reads it anew now and then
    async with recorded(runtime.database.pool) as noting:
        await consume(runtime, gateway, report(made.text), "n")
    assert len(noting) == 7


async def test_c3_the_last_use_is_noted_at_most_once_a_minute(
    runtime: Runtime, ada: Coder, gateway: Principal, clock: TestClock
) -> None:
    made = await make_api_key(runtime, ada)

    async def used() -> tuple[object, object]:
        (row,) = await keys_of_viewer(runtime, ada.principal)
        return row.last_used_at, row.last_client

    assert await used() == (None, None)
    await consume(runtime, gateway, report(made.text), "1")
    assert await used() == (NOW, "kimi-cli")
    clock.now = NOW + SEEN_EVERY - timedelta(microseconds=1)
    await consume(runtime, gateway, report(made.text, client="claude-code"), "2")
    assert await used() == (NOW, "kimi-cli")
    clock.now = NOW + SEEN_EVERY
    await consume(runtime, gateway, report(made.text, client="claude-code"), "3")
    assert await used() == (clock.now, "claude-code")


async def test_c3_of_the_address_a_keyed_hash_is_kept(
    runtime: Runtime, ada: Coder, gateway: Principal, clock: TestClock
) -> None:
    made = await make_api_key(runtime, ada)

    async def hash_after(address: str | None, key: str) -> object:
        clock.advance(SEEN_EVERY)
        assert isinstance(await consume(runtime, gateway, replace(report(made.text), address=address), key), Posted)
        sql = "SELECT last_address FROM credentials WHERE id = $1"
        return await runtime.database.pool.fetchval(sql, made.id)

    first = await hash_after("192.0.2.1", "1")
    assert len(str(first)) == 64
    assert await hash_after("::ffff:192.0.2.1", "2") == first
    assert await hash_after("192.0.2.2", "3") not in (first, None)
    assert await hash_after(None, "4") is None
    assert await places_of(runtime.database, "192.0.2.1") == set()


async def test_c3_a_use_that_cannot_be_noted_fails_no_charge(
    runtime: Runtime, ada: Coder, gateway: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    made = await make_api_key(runtime, ada)
    await runtime.database.pool.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON credentials FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    assert isinstance(await consume(runtime, gateway, report(made.text), "1"), Posted)
    assert "could not be noted" in caplog.text
    assert made.text not in caplog.text


async def test_c4_a_restricted_key_says_why(runtime: Runtime, ada: Coder, gateway: Principal) -> None:
    made = await make_api_key(runtime, ada)
    await runtime.database.pool.execute(
        "UPDATE credentials SET restricted_at = $2, restricted_because = 'Three violations.' WHERE id = $1",
        made.id,
        NOW,
    )
    outcome = await consume(runtime, gateway, report(made.text), "1")
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.facts) == (RefusalCode.KEY_RESTRICTED, {"reason": "Three violations."})
    assert "Three violations." in outcome.message


async def test_c3_a_key_is_for_its_products_alone(runtime: Runtime, ada: Coder, gateway: Principal) -> None:
    made = await make_api_key(runtime, ada, scopes=("coding-request", "coding-request"))
    assert isinstance(await consume(runtime, gateway, report(made.text), "1"), Posted)
    outcome = await consume(runtime, gateway, report(made.text, "chat-message"), "2")
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.facts) == (RefusalCode.KEY_OUT_OF_SCOPE, {"scopes": "coding-request"})


async def test_b11_a_narrowed_service_knows_the_keys_of_its_workspace_alone(runtime: Runtime, ada: Coder) -> None:
    bo = await make_coder(runtime)
    narrowed = await make_service(runtime, workspace_id=ada.wallet.workspace_id)
    own, foreign = await make_api_key(runtime, ada), await make_api_key(runtime, bo)
    assert await consume(runtime, narrowed, report(foreign.text), "1") == KEY_INVALID
    assert isinstance(await consume(runtime, narrowed, report(own.text), "2"), Posted)


async def test_f5_the_key_is_part_of_the_request(runtime: Runtime, ada: Coder, gateway: Principal) -> None:
    first, second = await make_api_key(runtime, ada, "1"), await make_api_key(runtime, ada, "2")
    one = await consume(runtime, gateway, report(first.text), "same")
    again = await consume(runtime, gateway, report(first.text), "same")
    assert isinstance(one, Posted)
    assert isinstance(again, Posted)
    assert (again.entry, again.replayed) == (one.entry, True)
    assert code(await consume(runtime, gateway, report(second.text), "same")) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_f4_a_task_is_started_by_key(runtime: Runtime, ada: Coder, gateway: Principal) -> None:
    made = await make_api_key(runtime, ada)
    outcome = await start_task(runtime, gateway, report(made.text), "1")
    assert isinstance(outcome, Posted)
    assert outcome.entry
    assert outcome.entry.task
    assert outcome.entry.task.usage.credential == made.id
    await revoke_key(runtime, ada.principal, made.id, "r")
    assert await start_task(runtime, gateway, report(made.text), "2") == KEY_INVALID


async def test_g1_a_key_is_no_bearer_credential_and_is_not_looked_up(runtime: Runtime, ada: Coder) -> None:
    made = await make_api_key(runtime, ada)
    async with recorded(runtime.database.pool) as statements:
        with pytest.raises(Forbidden, match="gateway passes it on") as caught:
            await authenticate(runtime, made.text)
    assert statements == []
    assert made.text not in str(caught.value)


async def test_many_sessions_end_no_key(runtime: Runtime, ada: Coder) -> None:
    made = await make_api_key(runtime, ada)
    for _ in range(SESSIONS_PER_PERSON_MAX + 1):
        await issue_session(runtime, ada.wallet.person_id, "session", A_DAY)
    assert isinstance(await find_key(runtime, made.text), KeyFound)
