"""Authenticating costs at most one statement, and none while a credential is remembered; nothing ended gets in (G1)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.catalog import Catalog
from domain.errors import Inactive, Unauthenticated
from domain.persons import PersonKind, PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from feed.broker import Broker
from feed.broker_inbox import LOST
from feed.broker_memory import MemoryBackend
from feed.topics import access_topic
from models.credentials import Credential, CredentialKind
from models.operators import Operator
from models.persons import Person
from services.accepted import KEPT_FOR, AcceptedCredentials
from services.authentication import SEEN_EVERY, SESSION_SLIDES, authenticate, check, ended
from services.credentials import (
    SESSIONS_PER_PERSON_MAX,
    issue_operator_key,
    issue_service_key,
    issue_session,
    put_session,
    revoke,
)
from services.runtime import Runtime
from services.sessions import SESSION_ENDS, open_session
from services.tokens import IssuedCredential
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_service_account
from tests.factories.persons import make_person, set_status
from tests.factories.processes import open_listening_process
from tests.factories.statements import recorded

pytestmark = pytest.mark.anyio

SECOND_S = 1.0
MICROSECOND = timedelta(microseconds=1)


async def statements(runtime: Runtime, token: str) -> int:
    """How many statements it takes to accept a token."""
    async with recorded(runtime.database.pool) as seen:
        await authenticate(runtime, token)
    return len(seen)


async def refused(runtime: Runtime, token: str) -> bool:
    try:
        await authenticate(runtime, token)
    except Unauthenticated:
        return True
    return False


async def open_for(runtime: Runtime, person_id: UUID) -> IssuedCredential:
    async with runtime.database.transaction() as connection:
        return await open_session(connection, runtime.clock(), person_id, "Firefox/140.0 (X11; Linux)")


async def stored(id_: UUID) -> Credential:
    return await Credential.get(id=id_)


async def test_g1_a_warm_credential_costs_no_statement(runtime: Runtime) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    key = await issue_service_key(runtime, await make_service_account(runtime), "gateway", frozenset())
    for token in (session.token, key.token):
        first = await authenticate(runtime, token)
        assert await statements(runtime, token) == 0
        assert await authenticate(runtime, token) == first


async def test_g1_a_cold_credential_costs_one_statement_writing_its_use_included(
    runtime: Runtime, clock: TestClock
) -> None:
    session = await open_for(runtime, await make_person())
    clock.advance(SEEN_EVERY)
    assert await statements(runtime, session.token) == 1
    assert (await stored(session.id)).last_seen_at == clock.now


async def test_g1_what_is_remembered_is_looked_up_again_after_half_a_minute(runtime: Runtime, clock: TestClock) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    await authenticate(runtime, session.token)
    clock.advance(KEPT_FOR - MICROSECOND)
    assert await statements(runtime, session.token) == 0
    clock.advance(MICROSECOND)
    assert await statements(runtime, session.token) == 1
    clock.advance(-timedelta(seconds=1))  # a clock that was set back makes nothing last longer
    assert await statements(runtime, session.token) == 1


async def test_g1_nothing_is_remembered_beyond_its_expiry(runtime: Runtime, clock: TestClock) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", timedelta(seconds=10))
    await authenticate(runtime, session.token)
    clock.advance(timedelta(seconds=10))
    assert await refused(runtime, session.token)


async def test_g1_wrong_tokens_are_never_remembered(runtime: Runtime) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    wrong = session.token[:-1] + ("A" if session.token[-1] != "A" else "E")
    for token in (wrong, session.token.replace("als_", "alg_"), session.token.replace("als_", "alo_")):
        for _ in range(2):
            async with recorded(runtime.database.pool) as seen:
                assert await refused(runtime, token)
            assert len(seen) == 1
    assert len(runtime.accepted) == 0
    await authenticate(runtime, session.token)
    assert await refused(runtime, wrong)  # one that is remembered vouches for no other


async def test_g1_what_is_remembered_is_bounded_and_forgets_its_listeners() -> None:
    async with Broker(MemoryBackend()) as broker:
        accepted = AcceptedCredentials(broker, entries_max=3)
        for number in range(10):
            keep(accepted, bytes([number]), uuid4())
        assert len(accepted) == 3
        assert len(broker._listeners) == 4  # three people, and all of them together
        assert accepted.find(bytes([6]), NOW) is None
        assert accepted.find(bytes([7]), NOW)
        keep(accepted, b"new", uuid4())
        assert accepted.find(bytes([7]), NOW)  # used last: it stays
        assert accepted.find(bytes([8]), NOW) is None


def keep(accepted: AcceptedCredentials, token_hash: bytes, subject: UUID, ends_at: datetime | None = None) -> None:
    principal = Principal(Caller.USER, subject, uuid4())
    accepted.keep(token_hash, principal, begun=accepted.begin(), since=NOW, ends_at=ends_at)


async def test_g1_what_was_read_before_a_change_is_not_kept() -> None:
    """A revocation that arrives between the statement and its answer: what was read may be old."""
    async with Broker(MemoryBackend()) as broker:
        accepted, subject = AcceptedCredentials(broker), uuid4()
        begun = accepted.begin()
        await broker.wake([access_topic(subject)])
        assert accepted.begin() != begun  # another reader, who must not take the news away from the first
        accepted.keep(b"t", Principal(Caller.USER, subject), begun=begun, since=NOW, ends_at=None)
        assert accepted.find(b"t", NOW) is None
        keep(accepted, b"t", subject)
        assert accepted.find(b"t", NOW)
        await broker.wake([access_topic(uuid4())])  # somebody else's access
        assert accepted.find(b"t", NOW)
        await broker.wake([access_topic(subject)])
        assert accepted.find(b"t", NOW) is None


async def test_g1_a_change_drops_all_credentials_of_its_subject_alone() -> None:
    async with Broker(MemoryBackend()) as broker:
        accepted, subject, other = AcceptedCredentials(broker), uuid4(), uuid4()
        for token_hash, whose in ((b"a", subject), (b"b", subject), (b"c", other)):
            keep(accepted, token_hash, whose)
        await broker.wake([access_topic(subject)])
        keep(accepted, b"a", subject)  # looked up again: knows more than the old flag
        assert accepted.find(b"a", NOW)
        assert accepted.find(b"b", NOW) is None
        assert accepted.find(b"c", NOW)


async def test_g1_nothing_is_taken_from_memory_while_the_broker_hears_nobody(runtime: Runtime) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    await authenticate(runtime, session.token)
    backend: Any = runtime.broker._broadcast._backend
    inbox = backend._inbox
    inbox.put("allotment_feed", LOST)
    await until(lambda: not runtime.broker.is_live)
    assert [await statements(runtime, session.token) for _ in range(2)] == [1, 1]
    inbox.gap("allotment_feed")
    await until(lambda: runtime.broker.is_live)
    assert [await statements(runtime, session.token) for _ in range(2)] == [1, 0]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def test_g1_each_kind_of_credential_says_who_calls(runtime: Runtime) -> None:
    guest = await Person.create(
        id=uuid4(), kind=PersonKind.GUEST, display_name="Guest", status=PersonStatus.ACTIVE, created_at=NOW
    )
    operator = await Operator.create(id=uuid4(), name="Olive", created_at=NOW)
    async with runtime.database.transaction() as connection:
        kind = CredentialKind.GUEST_SESSION
        visit = await put_session(connection, NOW, guest.id, "Firefox", expires_at=NOW + A_DAY, kind=kind)
    key = await issue_operator_key(runtime, operator.id, "laptop", A_DAY)
    assert visit.token.startswith("alg_")
    assert key.token.startswith("alo_")
    assert await authenticate(runtime, visit.token) == Principal(Caller.GUEST, guest.id, visit.id)
    assert await authenticate(runtime, key.token) == Principal(Caller.OPERATOR, operator.id, key.id)
    guest.kind = PersonKind.USER  # signed up: the guest's token is no user's
    await guest.save()
    await runtime.broker.wake([access_topic(guest.id)])
    assert await refused(runtime, visit.token)
    await revoke(runtime, key.id)
    assert await refused(runtime, key.token)


async def test_sessions_slide_with_use_within_their_absolute_end(runtime: Runtime, clock: TestClock) -> None:
    session = await open_for(runtime, await make_person())
    row = await stored(session.id)
    assert (row.label, row.expires_at, row.ends_at) == ("Firefox on Linux", NOW + SESSION_SLIDES, NOW + SESSION_ENDS)
    seen = []
    for days in (29, 29, 29):
        clock.advance(timedelta(days=days))
        await authenticate(runtime, session.token)
        seen.append((await stored(session.id)).expires_at)
    assert seen == [NOW + timedelta(days=59), NOW + timedelta(days=88), NOW + SESSION_ENDS]
    clock.now = NOW + SESSION_ENDS - MICROSECOND
    assert not await refused(runtime, session.token)
    clock.now = NOW + SESSION_ENDS
    assert await refused(runtime, session.token)


async def test_a_session_that_is_not_used_ends_after_thirty_days(runtime: Runtime, clock: TestClock) -> None:
    session = await open_for(runtime, await make_person())
    clock.now = NOW + SESSION_SLIDES
    assert await refused(runtime, session.token)
    assert (await stored(session.id)).last_seen_at == NOW


async def test_use_is_written_at_most_once_an_hour_and_only_with_the_secret(runtime: Runtime, clock: TestClock) -> None:
    session = await open_for(runtime, await make_person())
    clock.advance(SEEN_EVERY - MICROSECOND)
    await authenticate(runtime, session.token)
    assert (await stored(session.id)).last_seen_at == NOW
    clock.advance(KEPT_FOR)
    assert await refused(runtime, session.token[:-2] + "AA")
    assert (await stored(session.id)).last_seen_at == NOW
    await authenticate(runtime, session.token)
    assert (await stored(session.id)).last_seen_at == clock.now


async def test_a4_use_while_suspended_makes_no_session_last(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    session = await open_for(runtime, person)
    await set_status(person, PersonStatus.SUSPENDED)
    clock.advance(A_DAY)
    with pytest.raises(Inactive):
        await authenticate(runtime, session.token)
    assert (await stored(session.id)).expires_at == NOW + SESSION_SLIDES


async def test_a4_only_who_shows_the_secret_is_told_of_the_suspension(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    await Person.filter(id=person).update(status="SUSPENDED", status_reason="spam", status_until=NOW + A_DAY / 2)
    with pytest.raises(Inactive) as told:
        await authenticate(runtime, session.token)
    assert (told.value.code, told.value.reason) == ("PERSON_SUSPENDED", "spam")
    assert await refused(runtime, session.token[:-2] + "AA")
    clock.advance(A_DAY / 2)  # the suspension is over
    assert (await authenticate(runtime, session.token)).person_id == person
    clock.advance(A_DAY / 2)
    assert await refused(runtime, session.token)  # expired: nothing is told any more


async def test_a_person_has_at_most_twenty_sessions_and_the_oldest_ends(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    sessions = []
    for _ in range(SESSIONS_PER_PERSON_MAX + 2):
        clock.advance(timedelta(minutes=1))
        sessions.append(await open_for(runtime, person))
    holds = [not await refused(runtime, session.token) for session in sessions]
    assert holds == [False, False] + [True] * SESSIONS_PER_PERSON_MAX


async def test_sessions_opened_at_once_keep_the_bound(runtime: Runtime) -> None:
    person = await make_person()
    sessions = await asyncio.gather(*(open_for(runtime, person) for _ in range(30)))
    holds = [not await refused(runtime, session.token) for session in sessions]
    assert sum(holds) == SESSIONS_PER_PERSON_MAX


@dataclass(frozen=True, slots=True)
class Pair:
    here: Runtime
    there: Runtime


@pytest.fixture
async def pair(dsn: str, runtime: Runtime, catalog: Catalog, clock: TestClock) -> AsyncIterator[Pair]:
    """Two processes; `runtime` opens the ORM's connections."""
    del runtime
    async with AsyncExitStack() as stack:
        here, there = [await stack.enter_async_context(open_listening_process(dsn, catalog, clock)) for _ in range(2)]
        yield Pair(here, there)


async def test_g1_a_revocation_in_another_process_takes_effect_within_a_second(pair: Pair) -> None:
    person = await make_person()
    slowest_s = 0.0
    for _ in range(20):
        session = await issue_session(pair.here, person, "Firefox", A_DAY)
        await warm(pair.there, session.token)
        began_s = monotonic()
        await revoke(pair.here, session.id)
        async with asyncio.timeout(SECOND_S):
            while not await refused(pair.there, session.token):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.001)
        slowest_s = max(slowest_s, monotonic() - began_s)
        assert await refused(pair.here, session.token)
    assert slowest_s < SECOND_S


async def warm(runtime: Runtime, token: str) -> None:
    """Authenticate until it costs nothing: the wake-up of the session's making may still be on its way."""
    async with asyncio.timeout(5):
        while await statements(runtime, token):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


async def test_a4_a_suspension_in_another_process_takes_effect_within_a_second(pair: Pair) -> None:
    person = await make_person()
    session = await issue_session(pair.here, person, "Firefox", A_DAY)
    await warm(pair.there, session.token)
    await set_status(person, PersonStatus.SUSPENDED)
    await pair.here.broker.wake([access_topic(person)])
    with pytest.raises(Inactive):
        await asyncio.wait_for(until_turned_away(pair.there, session.token), SECOND_S)


async def until_turned_away(runtime: Runtime, token: str) -> None:
    while True:
        await authenticate(runtime, token)
        await asyncio.sleep(0.001)


async def test_g1_a_broker_that_is_cut_off_serves_nothing_old(pair: Pair, runtime: Runtime) -> None:
    """While the wake-ups of other processes cannot arrive, every request is looked up."""
    person = await make_person()
    session = await issue_session(pair.here, person, "Firefox", A_DAY)
    await warm(pair.there, session.token)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'allotment-broker'"
    await runtime.database.pool.fetch(f"{cut} AND datname = current_database()")
    await until(lambda: not pair.there.broker.is_live)
    await revoke(pair.here, session.id)
    assert await refused(pair.there, session.token)
    await until(lambda: pair.there.broker.is_live)
    assert await refused(pair.there, session.token)


async def test_a_session_that_ends_is_told_to_what_is_open_with_it(pair: Pair) -> None:
    person = await make_person()
    session = await issue_session(pair.here, person, "Firefox", A_DAY)
    principal = await authenticate(pair.there, session.token)
    waiting = asyncio.ensure_future(ended(pair.there, principal))
    nobody = asyncio.ensure_future(ended(pair.there, ANONYMOUS))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await revoke(pair.here, session.id)
    async with asyncio.timeout(SECOND_S):
        assert isinstance(await waiting, Unauthenticated)
    assert not nobody.done()
    nobody.cancel()


async def test_what_is_open_is_checked_though_the_wake_came_before_it_listened(runtime: Runtime) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    principal = await authenticate(runtime, session.token)
    await revoke(runtime, session.id)
    async with asyncio.timeout(SECOND_S):
        assert isinstance(await ended(runtime, principal), Unauthenticated)


async def test_a_socket_of_a_remembered_credential_costs_no_statement(runtime: Runtime) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    principal = await authenticate(runtime, session.token)
    async with recorded(runtime.database.pool) as seen:
        waiting = asyncio.ensure_future(ended(runtime, principal))
        await asyncio.sleep(0.02)
    assert seen == []
    waiting.cancel()


async def test_check_says_what_has_ended(runtime: Runtime) -> None:
    person = await make_person()
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    principal = await authenticate(runtime, session.token)
    await check(runtime, principal)
    await set_status(person, PersonStatus.TERMINATED)
    with pytest.raises(Inactive, match="terminated"):
        await check(runtime, principal)
    await set_status(person, PersonStatus.DELETED)
    with pytest.raises(Unauthenticated):
        await check(runtime, principal)
