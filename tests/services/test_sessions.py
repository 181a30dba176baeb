"""Sessions: listed, ended one by one and all at once; each once, in a pinned number of statements (F5)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.principals import ANONYMOUS, Principal
from domain.refusals import RefusalCode
from feed.topics import access_topic
from services.authentication import authenticate, is_valid
from services.credentials import issue_session
from services.runtime import Runtime
from services.sessions import open_session, revoke_all_sessions, revoke_session, sessions_of_viewer, sign_out
from tests.factories.clock import TestClock
from tests.factories.credentials import A_DAY, make_service
from tests.factories.persons import make_person
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio

ENDING = ["BEGIN;", "INSERT", "UPDATE", "UPDATE", "COMMIT;"]


async def signed_in(runtime: Runtime, person_id: UUID, user_agent: str = "Firefox/140.0 (X11; Linux)") -> Principal:
    async with runtime.database.transaction() as connection:
        session = await open_session(connection, runtime.clock(), person_id, user_agent)
    return await authenticate(runtime, session.token)


async def test_sessions_are_listed_with_the_current_one_marked(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    phone = await signed_in(runtime, person, "CriOS/138 (iPhone)")
    clock.advance(timedelta(hours=2))
    here = await signed_in(runtime, person)
    await signed_in(runtime, await make_person())
    expired = await issue_session(runtime, person, "short", timedelta(seconds=1))
    clock.advance(timedelta(seconds=1))
    rows = await sessions_of_viewer(runtime, here)
    assert [(row.id, row.label, row.current) for row in rows] == [
        (here.credential, "Firefox on Linux", True),
        (phone.credential, "Chrome on iPhone", False),
    ]
    assert expired.id not in {row.id for row in rows}
    assert await sessions_of_viewer(runtime, await make_service(runtime)) == ()


async def test_signing_out_ends_the_session_that_asks_alone(runtime: Runtime) -> None:
    person = await make_person()
    here, there = await signed_in(runtime, person), await signed_in(runtime, person)
    with runtime.broker.listen(access_topic(person)) as wakeups:
        async with recorded(runtime.database.pool) as statements:
            done = await sign_out(runtime, here, "k")
        assert wakeups.take()
    assert [statement.split()[0] for statement in statements] == ENDING
    assert (done.result.count, done.result.refused, done.replayed) == (1, None, False)
    assert not await is_valid(runtime, here)
    assert await is_valid(runtime, there)
    before = await content(runtime.database)
    assert (await sign_out(runtime, here, "k")).replayed
    assert await content(runtime.database) == before


async def test_a_session_is_revoked_by_its_person_only(runtime: Runtime) -> None:
    person = await make_person()
    here, there = await signed_in(runtime, person), await signed_in(runtime, person)
    foreign = await signed_in(runtime, await make_person())
    assert foreign.credential
    assert there.credential
    told = [await revoke_session(runtime, here, id_, f"k{id_}") for id_ in (foreign.credential, uuid4())]
    assert {each.result.refused.code for each in told if each.result.refused} == {RefusalCode.NOT_FOUND}
    assert told[0].result == told[1].result
    assert await is_valid(runtime, foreign)
    async with recorded(runtime.database.pool) as statements:
        done = await revoke_session(runtime, here, there.credential, "k")
    assert [statement.split()[0] for statement in statements] == ENDING
    assert done.result.count == 1
    assert not await is_valid(runtime, there)
    again = await revoke_session(runtime, here, there.credential, "k2")  # what has ended stays so
    assert (again.result.count, again.result.refused) == (1, None)


async def test_an_ended_session_keeps_the_instant_of_its_end(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    here, there = await signed_in(runtime, person), await signed_in(runtime, person)
    assert there.credential
    await revoke_session(runtime, here, there.credential, "k")
    revoked = "SELECT revoked_at FROM credentials WHERE id = $1"
    first = await runtime.database.pool.fetchval(revoked, there.credential)
    clock.advance(A_DAY)
    await revoke_session(runtime, here, there.credential, "k2")
    assert await runtime.database.pool.fetchval(revoked, there.credential) == first


@pytest.mark.parametrize("except_current", [True, False])
async def test_all_sessions_end_at_once(runtime: Runtime, *, except_current: bool) -> None:
    person = await make_person()
    here, *others = [await signed_in(runtime, person) for _ in range(4)]
    foreign = await signed_in(runtime, await make_person())
    async with recorded(runtime.database.pool) as statements:
        done = await revoke_all_sessions(runtime, here, "k", except_current=except_current)
    assert [statement.split()[0] for statement in statements] == ENDING
    assert done.result.count == (3 if except_current else 4)
    assert await is_valid(runtime, here) is except_current
    assert [await is_valid(runtime, other) for other in others] == [False] * 3
    assert await is_valid(runtime, foreign)


async def test_f5_a_key_is_for_one_request(runtime: Runtime) -> None:
    person = await make_person()
    here, there = await signed_in(runtime, person), await signed_in(runtime, person)
    assert there.credential
    await revoke_session(runtime, here, there.credential, "k")
    before = await content(runtime.database)
    for reused in (
        await revoke_session(runtime, here, uuid4(), "k"),
        await revoke_all_sessions(runtime, here, "k", except_current=False),
        await sign_out(runtime, here, "k"),
    ):
        assert reused.result.refused
        assert reused.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await content(runtime.database) == before
    stranger = await signed_in(runtime, await make_person())
    assert (await sign_out(runtime, stranger, "k")).result.count == 1  # keys are scoped to the caller


async def test_g1_sessions_are_for_people(runtime: Runtime) -> None:
    service = await make_service(runtime)
    for caller, error in ((ANONYMOUS, Unauthenticated), (service, Forbidden)):
        with pytest.raises(error):
            await sign_out(runtime, caller, "k")
        with pytest.raises(error):
            await revoke_session(runtime, caller, uuid4(), "k")
        with pytest.raises(error):
            await revoke_all_sessions(runtime, caller, "k", except_current=True)
    here = await signed_in(runtime, await make_person())
    for key in ("", "x" * 256, "a\nb"):
        with pytest.raises(InvalidInput, match="idempotencyKey"):
            await sign_out(runtime, here, key)
    assert await is_valid(runtime, here)
