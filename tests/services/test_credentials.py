"""Credentials (G1, A4): shown once, kept as hashes, checked in constant time, dead at once when they are ended."""

import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from domain.errors import Inactive, Unauthenticated
from domain.ids import parse_public_id, public_id
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from feed.topics import access_topic
from services import authentication
from services.authentication import authenticate, is_valid
from services.credentials import issue_service_key, issue_session, revoke
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_service_account
from tests.factories.persons import make_person, set_status
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.workspaces import make_enterprise_workspace

pytestmark = pytest.mark.anyio

_COLUMNS = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'i', 'm') AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
"""


async def refused(runtime: Runtime, token: str) -> bool:
    try:
        await authenticate(runtime, token)
    except Unauthenticated as error:
        assert str(error) == "The credential is unknown, expired or revoked."  # noqa: PT017  (the same for all)
        return True
    return False


async def test_g1_a_session_and_a_service_key_say_who_calls(runtime: Runtime) -> None:
    person, account = await make_person(), await make_service_account(runtime)
    workspace = await make_enterprise_workspace()
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    key = await issue_service_key(runtime, account, "gateway", frozenset({"usage:read", "usage:write"}), workspace)
    assert await authenticate(runtime, session.token) == Principal(Caller.USER, person, session.id)
    assert await authenticate(runtime, key.token) == Principal(
        Caller.SERVICE, account, key.id, frozenset({"usage:read", "usage:write"}), workspace
    )
    assert await authenticate(runtime, None) is ANONYMOUS


async def test_g1_a_token_has_a_prefix_an_id_and_256_random_bits(runtime: Runtime) -> None:
    person, account = await make_person(), await make_service_account(runtime)
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    key = await issue_service_key(runtime, account, "gateway", frozenset())
    for prefix, issued in (("als", session), ("alk", key)):
        start, id_, secret = issued.token.split("_", 2)
        assert start == prefix
        assert parse_public_id(prefix, f"{prefix}_{id_}") == issued.id
        assert len(secret) == 43
        assert issued.token not in repr(issued)
        assert secret not in repr(issued)
    assert session.token[-43:] != key.token[-43:]


async def test_c3_only_a_hash_of_the_secret_is_in_the_database(runtime: Runtime) -> None:
    """Every column of every table is searched for the secret, in each form that it could hide in."""
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    secret = session.token.rpartition("_")[2] if session.token.count("_") == 2 else session.token.split("_", 2)[2]
    columns = await runtime.database.pool.fetch(_COLUMNS)
    assert len(columns) > 80
    forms = [
        secret.encode(),
        session.token.encode(),
        urlsafe_b64encode(secret.encode()),
        secret.encode().hex().encode(),
    ]
    for row in columns:
        found = await runtime.database.pool.fetch(f'SELECT "{row[1]}"::text FROM "{row[0]}"')
        for (value,) in found:
            for form in forms:
                assert value is None or form not in value.encode(), (row, value)
                assert value is None or form.hex() not in value, (row, value)
    stored = await runtime.database.pool.fetchval("SELECT secret_hash FROM credentials")
    assert stored == sha256(secret.encode()).digest()


async def test_g1_what_is_not_the_whole_token_is_refused_and_all_refusals_are_alike(runtime: Runtime) -> None:
    person, account = await make_person(), await make_service_account(runtime)
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    other = await issue_session(runtime, person, "Chrome", A_DAY)
    key = await issue_service_key(runtime, account, "gateway", frozenset())
    token, (_, id_, secret) = session.token, session.token.split("_", 2)
    other_secret = other.token.split("_", 2)[2]
    last = "A" if secret[-1] != "A" else "E"
    for wrong in (
        "",
        "_",
        "__",
        "als",
        "als_",
        f"als_{id_}",
        f"als_{id_}_",
        token[:-1],
        token + "A",
        token + " ",
        " " + token,
        token[:-1] + last,
        token.upper(),
        f"als_{id_}_{other_secret}",
        f"als_{public_id('x', uuid4())[2:]}_{secret}",
        f"alk_{id_}_{secret}",  # another prefix
        f"als_{key.token.split('_', 1)[1]}",
        f"xyz_{id_}_{secret}",
        f"als_{'z' * 26}_{secret}",
        f"als_{id_[:-1]}ü_{secret}",
        f"als_{id_}_\x00{secret[1:]}",
        f"als_{id_}_{sha256(secret.encode()).hexdigest()}",
        "x" * 10_000,
        "\ud800",
    ):
        assert await refused(runtime, wrong), wrong
    assert not await refused(runtime, token)


async def test_g1_the_comparison_takes_the_same_time_whatever_differs(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, stored: bytes) -> bool:
        compared.append((given, stored))
        return hmac.compare_digest(given, stored)

    class Comparing:
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(authentication, "hmac", Comparing)
    assert not await refused(runtime, session.token)
    assert await refused(runtime, session.token[:-2] + "AA")
    unknown = f"{public_id('als', uuid4())}_{session.token.split('_', 2)[2]}"
    assert await refused(runtime, unknown)  # who is unknown is compared as well
    assert len(compared) == 3
    assert {len(side) for pair in compared for side in pair} == {32}


async def test_g1_authenticating_is_one_statement(runtime: Runtime) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    async with recorded(runtime.database.pool) as statements:
        await authenticate(runtime, session.token)
    assert len(statements) == 1
    async with recorded(runtime.database.pool) as statements:
        await authenticate(runtime, None)
        assert await refused(runtime, "als_no_token")
    assert statements == []


async def test_g1_a_session_ends_to_the_microsecond(runtime: Runtime, clock: TestClock) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    principal = await authenticate(runtime, session.token)
    clock.now = NOW + A_DAY - timedelta(microseconds=1)
    assert not await refused(runtime, session.token)
    assert await is_valid(runtime, principal)
    clock.now = NOW + A_DAY
    assert await refused(runtime, session.token)
    assert not await is_valid(runtime, principal)


async def test_c3_revoking_ends_a_credential_at_once_and_tells_what_is_open(runtime: Runtime, clock: TestClock) -> None:
    person = await make_person()
    session, other = [await issue_session(runtime, person, "Firefox", A_DAY) for _ in range(2)]
    principal = await authenticate(runtime, session.token)
    with runtime.broker.listen(access_topic(person)) as wakeups:
        await revoke(runtime, session.id)
        assert await wakeups.wait(timeout_s=5)
    assert await refused(runtime, session.token)
    assert not await is_valid(runtime, principal)
    assert not await refused(runtime, other.token)
    before = await content(runtime.database)
    clock.advance(timedelta(hours=1))
    await revoke(runtime, session.id)  # again
    await revoke(runtime, uuid4())
    assert await content(runtime.database) == before


async def test_c3_revoking_works_under_a_clock_that_runs_behind(runtime: Runtime, clock: TestClock) -> None:
    session = await issue_session(runtime, await make_person(), "Firefox", A_DAY)
    clock.advance(-timedelta(seconds=1))
    await revoke(runtime, session.id)
    assert await refused(runtime, session.token)


@pytest.mark.parametrize("status", [status for status in PersonStatus if status is not PersonStatus.ACTIVE])
async def test_a4_who_is_not_active_is_refused_at_the_door_and_comes_back(
    runtime: Runtime, status: PersonStatus
) -> None:
    person = await make_person()
    session = await issue_session(runtime, person, "Firefox", A_DAY)
    principal = await authenticate(runtime, session.token)
    await set_status(person, status)
    await runtime.broker.wake([access_topic(person)])
    with pytest.raises((Inactive, Unauthenticated)):
        await authenticate(runtime, session.token)
    assert not await is_valid(runtime, principal)
    await set_status(person, PersonStatus.ACTIVE)
    assert not await refused(runtime, session.token)
    assert await is_valid(runtime, principal)


async def test_g1_nobodys_access_is_always_valid_and_nobody_elses_without_a_credential(runtime: Runtime) -> None:
    assert await is_valid(runtime, ANONYMOUS)
    assert not await is_valid(runtime, Principal(Caller.USER, uuid4()))
    assert not await is_valid(runtime, Principal(Caller.USER, uuid4(), UUID(int=0)))
