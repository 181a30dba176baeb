"""Tickets: one socket each, within a minute, with the rights of the session that asked."""

from datetime import timedelta
from hashlib import sha256

import pytest

from domain.errors import Forbidden, Inactive, Unauthenticated
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Principal
from domain.refusals import RefusalCode
from models.one_time_codes import CodePurpose, OneTimeCode
from services.authentication import authenticate
from services.credentials import issue_session, revoke
from services.runtime import Runtime
from services.tickets import TICKET_LASTS, create_ticket, use_ticket
from services.upkeep import forget
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_service, make_user
from tests.factories.persons import make_person, set_status
from tests.factories.statements import recorded
from tests.factories.tables import content

pytestmark = pytest.mark.anyio


async def make_ticket(runtime: Runtime, principal: Principal, key: str = "k") -> str:
    ticket = await create_ticket(runtime, principal, key)
    assert ticket.text
    return ticket.text


async def refused(runtime: Runtime, text: str) -> bool:
    try:
        await use_ticket(runtime, text)
    except Unauthenticated as error:
        assert str(error) == "The ticket is unknown, expired or used."  # noqa: PT017  (the same for all)
        return True
    return False


async def test_a_ticket_is_good_once_and_costs_one_statement(runtime: Runtime) -> None:
    user = await make_user(runtime, await make_person())
    text = await make_ticket(runtime, user)
    async with recorded(runtime.database.pool) as statements:
        assert await use_ticket(runtime, text) == user
    assert len(statements) == 1
    assert await refused(runtime, text)


async def test_a_ticket_lasts_a_minute(runtime: Runtime, clock: TestClock) -> None:
    user = await make_user(runtime, await make_person())
    texts = [await make_ticket(runtime, user, key) for key in ("a", "b")]
    clock.now = NOW + TICKET_LASTS - timedelta(microseconds=1)
    assert not await refused(runtime, texts[0])
    clock.now = NOW + TICKET_LASTS
    assert await refused(runtime, texts[1])


async def test_only_the_hash_of_a_ticket_is_stored_and_it_is_shown_once(runtime: Runtime) -> None:
    user = await make_user(runtime, await make_person())
    ticket = await create_ticket(runtime, user, "k")
    assert ticket.text
    assert ticket.text not in repr(ticket)
    assert ticket.text not in str(await content(runtime.database))
    code = await OneTimeCode.get()
    assert (code.purpose, code.code_hash) == (CodePurpose.TICKET, sha256(ticket.text.encode()).hexdigest())
    before = await content(runtime.database)
    again = await create_ticket(runtime, user, "k")
    assert (again.text, again.made.replayed, again.made.result) == (None, True, ticket.made.result)
    other = await create_ticket(runtime, await make_user(runtime, user.subject or code.person_id), "k")
    assert other.made.result.refused
    assert other.made.result.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED  # another session: another input
    after = await content(runtime.database)
    assert {table: rows for table, rows in after.items() if table != "credentials"} == {
        table: rows for table, rows in before.items() if table != "credentials"
    }


async def test_a_ticket_ends_with_its_session_and_its_person(runtime: Runtime) -> None:
    person = await make_person()
    user, other = [await make_user(runtime, person) for _ in range(2)]
    ended, held = await make_ticket(runtime, user), await make_ticket(runtime, other, "o")
    assert user.credential
    await revoke(runtime, user.credential)
    assert await refused(runtime, ended)
    await set_status(person, PersonStatus.SUSPENDED)
    with pytest.raises(Inactive, match="suspended"):
        await use_ticket(runtime, held)


async def test_g1_what_is_no_ticket_is_refused_and_a_ticket_is_no_token(runtime: Runtime) -> None:
    person = await make_person()
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    text = await make_ticket(runtime, await authenticate(runtime, session.token))
    exchange = "alt_" + "e" * 43
    await OneTimeCode.create(
        code_hash=sha256(exchange.encode()).hexdigest(),
        purpose=CodePurpose.EXCHANGE,
        person_id=person,
        credential_id=session.id,
        expires_at=NOW + A_DAY,
    )
    wrong = ("", "alt_", session.token, text[:-1], text + "A", text.upper(), text.removeprefix("alt_"), exchange)
    for each in (*wrong, "alt_" + "x" * 10_000, "alt_é", "alt_\0"):
        assert await refused(runtime, each), each
    for each in (text, text.replace("alt_", "als_")):
        with pytest.raises(Unauthenticated):
            await authenticate(runtime, each)
    assert not await refused(runtime, text)


async def test_tickets_that_are_too_old_are_forgotten(runtime: Runtime, clock: TestClock) -> None:
    user = await make_user(runtime, await make_person())
    old = await make_ticket(runtime, user, "old")
    clock.advance(TICKET_LASTS / 2)
    new = await make_ticket(runtime, user, "new")
    clock.advance(TICKET_LASTS / 2)
    assert [await forget(runtime) for _ in range(2)] == [1, 0]
    assert await refused(runtime, old)
    assert not await refused(runtime, new)


async def test_g1_tickets_are_for_people(runtime: Runtime) -> None:
    for caller, error in ((ANONYMOUS, Unauthenticated), (await make_service(runtime), Forbidden)):
        with pytest.raises(error):
            await create_ticket(runtime, caller, "k")
