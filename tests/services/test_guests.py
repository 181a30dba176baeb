"""Guests (A1): let in without registering, with free messages that the ledger counts, and erased after 30 days."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.persons import Locale
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import Refusal, RefusalCode
from services import guests as module
from services.authentication import authenticate
from services.guests import erase_old_guests, start_guest
from services.posting import Outcome, Posted
from services.reconciling import reconcile
from services.runtime import Runtime
from services.traits import Seen, record_traits
from services.upkeep import forget, write_due
from services.usage import consume
from tests.factories.clock import NOW, TestClock
from tests.factories.sign_ins import HASHES, assertion, make_guest, principal_of, signed_in
from tests.factories.statements import recorded
from tests.factories.tables import content, places_of
from tests.factories.usage import chat, coding

pytestmark = pytest.mark.anyio

DAYS_30 = timedelta(days=30)


async def send(runtime: Runtime, guest: Principal, wallet_id: UUID, number: int) -> Outcome:
    return await consume(runtime, guest, chat(wallet_id), f"message {number}")


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []


async def test_a1_a_guest_has_an_account_like_anybody(runtime: Runtime) -> None:
    guest = await make_guest(runtime, locale=Locale.SIMPLIFIED_CHINESE)
    row = await runtime.database.pool.fetchrow(
        """
        SELECT p.kind, p.display_name, p.email, p.locale, p.status, s.kind AS space, s.owner_id, m.role, w.guest,
            c.kind AS credential, c.expires_at, c.ends_at, c.label
        FROM persons p JOIN workspaces s ON s.owner_id = p.id JOIN members m ON m.workspace_id = s.id
        JOIN wallets w ON w.workspace_id = s.id AND w.person_id = p.id JOIN credentials c ON c.person_id = p.id
        """
    )
    assert row is not None
    assert tuple(row) == (
        "GUEST", "Guest", None, "zh-Hans", "ACTIVE", "PERSONAL", guest.account.person_id, "OWNER", True,
        "GUEST_SESSION", NOW + DAYS_30, NOW + DAYS_30, "Guest session",
    )  # fmt: skip
    assert guest.token.startswith("alg_")
    assert guest.token not in repr(guest)
    principal = await principal_of(runtime, guest)
    assert principal == Principal(Caller.GUEST, guest.account.person_id, guest.credential_id)
    await assert_reconciled(runtime)


async def test_a1_ten_messages_are_free_and_the_eleventh_says_how_to_go_on(runtime: Runtime) -> None:
    guest = await make_guest(runtime)
    principal, wallet = await principal_of(runtime, guest), guest.account.wallet_id
    for number in range(10):
        assert isinstance(await send(runtime, principal, wallet, number), Posted)
    refused = await send(runtime, principal, wallet, 10)
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.GUEST_LIMIT_REACHED
    assert "Sign up" in refused.message
    assert (refused.limits[0].limit, refused.limits[0].used, refused.limits[0].remaining) == (10_000, 10_000, 0)
    await assert_reconciled(runtime)


async def test_a1_a_guest_sends_messages_from_their_own_wallet_and_nothing_else(runtime: Runtime) -> None:
    guest, other = await make_guest(runtime), await make_guest(runtime, "other")
    principal = await principal_of(runtime, guest)
    before = await content(runtime.database)
    with pytest.raises(Forbidden, match="Sign up"):
        await consume(runtime, principal, coding(guest.account.wallet_id), "coding")
    foreign = await send(runtime, principal, other.account.wallet_id, 1)
    assert isinstance(foreign, Refusal)
    assert foreign.code is RefusalCode.NOT_FOUND
    assert await content(runtime.database) == before


async def test_a1_only_who_has_no_credential_becomes_a_guest(runtime: Runtime) -> None:
    guest = await make_guest(runtime)
    for caller in Caller:
        if caller is not Caller.ANONYMOUS:
            with pytest.raises(Forbidden):
                await start_guest(runtime, Principal(caller, guest.account.person_id), "k", Locale.ENGLISH)


async def test_f5_a_token_is_shown_once(runtime: Runtime) -> None:
    guest = await make_guest(runtime, "same")
    before = await content(runtime.database)
    assert await start_guest(runtime, ANONYMOUS, "same", Locale.ENGLISH) is None
    reused = await start_guest(runtime, ANONYMOUS, "same", Locale.SIMPLIFIED_CHINESE)
    assert isinstance(reused, Refusal)
    assert reused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await content(runtime.database) == before
    secret = guest.token.split("_", 2)[2]
    assert await places_of(runtime.database, guest.token, secret) == set()
    results = await runtime.database.pool.fetch("SELECT result FROM verb_results")
    assert [row["result"] for row in results] == ["{}"]


@pytest.mark.parametrize("key", ["", "a\0b", "x" * 256, "\ud800"])
async def test_f5_a_bad_key_starts_nothing(runtime: Runtime, key: str) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput):
        await start_guest(runtime, ANONYMOUS, key, Locale.ENGLISH)
    assert await content(runtime.database) == before


async def test_a1_starting_is_all_or_nothing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr(module, "put_session", broken)
    before = await content(runtime.database)
    with pytest.raises(RuntimeError):
        await make_guest(runtime)
    assert await content(runtime.database) == before


async def test_statements_of_starting_a_guest(runtime: Runtime) -> None:
    async with recorded(runtime.database.pool) as statements:
        await make_guest(runtime)
    verbs = [statement.split()[0] for statement in statements]
    assert verbs == [
        "BEGIN;", "INSERT",  # the key
        "WITH", "INSERT",  # the account, its wallet
        "SELECT", "SELECT", "WITH",  # the ledger: lock, load, write
        "SELECT", "WITH",  # the session
        "UPDATE", "COMMIT;",
    ]  # fmt: skip


async def test_a1_a_guests_session_ends_with_their_data(runtime: Runtime, clock: TestClock) -> None:
    guest = await make_guest(runtime)
    clock.now = NOW + DAYS_30 - timedelta(microseconds=1)
    assert (await principal_of(runtime, guest)).caller is Caller.GUEST
    assert await erase_old_guests(runtime) == 0
    clock.now = NOW + DAYS_30
    with pytest.raises(Unauthenticated):
        await authenticate(runtime, guest.token)
    assert await forget(runtime) > 0
    assert await erase_old_guests(runtime) == 0
    status = await runtime.database.pool.fetchval("SELECT status FROM persons")
    assert status == "DELETED"


async def test_a1_an_erased_guest_has_left_nothing_but_a_ledger(runtime: Runtime, clock: TestClock) -> None:
    guest = await make_guest(runtime, locale=Locale.SIMPLIFIED_CHINESE)
    principal = await principal_of(runtime, guest)
    for number in range(11):
        await send(runtime, principal, guest.account.wallet_id, number)
    await make_guest(runtime, "one whose messages are left")
    person = guest.account.person_id
    async with runtime.database.transaction() as connection:
        await record_traits(connection, HASHES, person, Seen(device="a device", address="203.0.113.9"), NOW)
    hashes = [row["hash"] for row in await runtime.database.pool.fetch("SELECT hash FROM traits")]
    secret_hash = sha256(guest.token.split("_", 2)[2].encode()).digest()
    needles = (*hashes, secret_hash, "Guest session", "message 3")
    assert len(hashes) == 2
    assert {
        "credentials.secret_hash",
        "traits.hash",
        "idempotency_keys.key",
        "credentials.label",
    } <= (await places_of(runtime.database, *needles))
    clock.now = NOW + DAYS_30
    entries = await runtime.database.pool.fetchval("SELECT count(*) FROM entries")
    assert await erase_old_guests(runtime) == 2
    assert await places_of(runtime.database, *needles) == set()
    row = await runtime.database.pool.fetchrow("SELECT kind, display_name, locale, status, status_at FROM persons")
    assert row is not None
    assert tuple(row) == ("GUEST", "Deleted", "en", "DELETED", NOW + DAYS_30)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries") == entries
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM refusals") == 0
    assert await write_due(runtime) == 1
    await assert_reconciled(runtime)


async def test_a1_who_signed_up_is_no_guest_to_be_erased(runtime: Runtime, clock: TestClock) -> None:
    guest = await make_guest(runtime)
    await signed_in(runtime, assertion(), guest=await principal_of(runtime, guest))
    clock.now = NOW + 2 * DAYS_30
    before = await content(runtime.database)
    assert await erase_old_guests(runtime) == 0
    assert await content(runtime.database) == before


async def test_a1_rounds_are_bounded_and_begin_with_the_oldest(
    runtime: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GUESTS_ERASED_PER_ROUND_MAX", 2)
    for number in range(5):
        await make_guest(runtime, f"guest {number}")
        clock.advance(timedelta(hours=1))
    clock.now = NOW + DAYS_30 + timedelta(hours=3)  # the last one is too young
    async with recorded(runtime.database.pool) as statements:
        assert await erase_old_guests(runtime) == 2
    oldest = await runtime.database.pool.fetch("SELECT created_at FROM persons WHERE status = 'DELETED' ORDER BY 1")
    assert [row["created_at"] for row in oldest] == [NOW, NOW + timedelta(hours=1)]
    assert [await erase_old_guests(runtime) for _ in range(2)] == [2, 0]
    assert len(statements) < 20
