"""Signing in and up (A2): one account for a subject and for an e-mail, welcomed once, in one transaction."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.errors import Unauthenticated
from domain.persons import Locale, PersonStatus
from domain.principals import Caller, Principal
from domain.refusals import Refusal, RefusalCode
from feed.topics import access_topic, wallet_topic
from models.identities import Provider
from models.persons import Person
from services import signing_in
from services.authentication import authenticate
from services.erasing import erase
from services.posting import Posted
from services.reconciling import reconcile
from services.runtime import Runtime
from services.signing_in import Assertion, sign_in
from services.usage import consume
from tests.factories.clock import NOW, TestClock
from tests.factories.persons import set_status
from tests.factories.sign_ins import FIREFOX, HASHES, assertion, make_guest, principal_of, signed_in
from tests.factories.statements import recorded
from tests.factories.tables import content, places_of
from tests.factories.usage import chat

pytestmark = pytest.mark.anyio

_LEDGER = """
SELECT e.kind, e.amount, e.body->'grant'->>'kind' AS grant FROM entries e JOIN wallets w ON w.id = e.wallet_id
WHERE w.person_id = $1 ORDER BY e.number
"""


async def welcomes(runtime: Runtime) -> int:
    count: int = await runtime.database.pool.fetchval("SELECT count(*) FROM grants WHERE kind = 'SIGN_UP'")
    return count


async def people(runtime: Runtime) -> int:
    count: int = await runtime.database.pool.fetchval("SELECT count(*) FROM persons WHERE status <> 'DELETED'")
    return count


async def refused(runtime: Runtime, asserted: Assertion) -> Refusal:
    outcome = await sign_in(runtime, HASHES, asserted, guest=None, device=FIREFOX, address=None)
    assert isinstance(outcome, Refusal), outcome
    return outcome


async def assert_reconciled(runtime: Runtime) -> None:
    assert [found async for found in reconcile(runtime) if found.problems] == []


async def test_a2_a_new_person_gets_an_account_the_free_plan_and_100_credits(runtime: Runtime) -> None:
    came = await signed_in(runtime, assertion())
    assert came.is_new
    row = await runtime.database.pool.fetchrow(
        """
        SELECT p.kind, p.display_name, p.email, p.locale, p.time_zone, p.status, p.under_review, s.kind AS space,
            m.role, w.guest, i.provider, i.subject, c.kind AS credential, c.label
        FROM persons p JOIN workspaces s ON s.owner_id = p.id JOIN members m ON m.workspace_id = s.id
        JOIN wallets w ON w.workspace_id = s.id JOIN identities i ON i.person_id = p.id
        JOIN credentials c ON c.person_id = p.id
        """
    )
    assert row is not None
    assert tuple(row) == (
        "USER", "Ada", "ada@example.org", "en", "Europe/Paris", "ACTIVE", False, "PERSONAL", "OWNER", False,
        "GOOGLE", "1", "SESSION", "Firefox on Linux",
    )  # fmt: skip
    entries = [tuple(row) for row in await runtime.database.pool.fetch(_LEDGER, came.person_id)]
    assert entries[-1] == ("GRANT", 100_000, "SIGN_UP")
    given = ["ALLOWANCE_STARTED"] * 2 + ["BENEFITS_CHANGED"] + ["GRANT"] * 2
    assert [kind for kind, _, _ in entries] == [*given, "GRANT"]
    principal = await authenticate(runtime, came.credential.token)
    assert principal == Principal(Caller.USER, came.person_id, came.credential.id)
    await assert_reconciled(runtime)


async def test_a2_the_same_subject_comes_back_to_the_same_account(runtime: Runtime) -> None:
    first = await signed_in(runtime, assertion())
    again = await signed_in(runtime, assertion(name="Somebody else", locale=Locale.SIMPLIFIED_CHINESE))
    assert (again.person_id, again.is_new) == (first.person_id, False)
    assert again.credential.id != first.credential.id
    person = await Person.get(id=first.person_id)
    assert (person.display_name, person.locale) == ("Ada", Locale.ENGLISH)  # theirs to change, not the provider's
    assert await welcomes(runtime) == 1


async def test_a2_the_same_verified_email_signs_in_to_the_same_account(runtime: Runtime) -> None:
    first = await signed_in(runtime, assertion("1", "Ada@Example.org"))
    other = await signed_in(runtime, assertion("77", "ada@EXAMPLE.org", provider=Provider.GITHUB))
    assert (other.person_id, other.is_new) == (first.person_id, False)
    without = await signed_in(runtime, assertion("77", None, provider=Provider.GITHUB))
    assert without.person_id == first.person_id
    identities = await runtime.database.pool.fetch("SELECT provider, subject FROM identities ORDER BY 1 DESC")
    assert [tuple(row) for row in identities] == [("GOOGLE", "1"), ("GITHUB", "77")]
    assert (await people(runtime), await welcomes(runtime)) == (1, 1)


async def test_a2_without_a_verified_email_nobody_is_taken_for_another(runtime: Runtime) -> None:
    first = await signed_in(runtime, assertion("1", None))
    other = await signed_in(runtime, assertion("1", None, provider=Provider.GITHUB))
    third = await signed_in(runtime, assertion("2", None))
    assert len({first.person_id, other.person_id, third.person_id}) == 3
    assert await welcomes(runtime) == 3


async def test_a2_an_email_that_is_verified_later_is_the_accounts(runtime: Runtime) -> None:
    first = await signed_in(runtime, assertion("1", None))
    await signed_in(runtime, assertion("1", "ada@example.org"))
    assert (await Person.get(id=first.person_id)).email == "ada@example.org"
    assert (await signed_in(runtime, assertion("2", "ada@example.org"))).person_id == first.person_id
    assert await welcomes(runtime) == 1


async def test_a2_an_email_that_another_account_has_stays_there(runtime: Runtime) -> None:
    ada = await signed_in(runtime, assertion("1"))
    nameless = await signed_in(runtime, assertion("2", None))
    assert (await signed_in(runtime, assertion("2"))).person_id == nameless.person_id
    assert (await Person.get(id=nameless.person_id)).email is None
    assert (await Person.get(id=ada.person_id)).email == "ada@example.org"


async def test_a2_a_changed_email_is_not_welcomed_again(runtime: Runtime) -> None:
    first = await signed_in(runtime, assertion("1", "old@example.org"))
    assert (await signed_in(runtime, assertion("1", "new@example.org"))).person_id == first.person_id
    again = await signed_in(runtime, assertion("2", "new@example.org"))
    assert again.is_new
    assert await welcomes(runtime) == 1


@pytest.mark.parametrize(
    "back", [assertion("1", None), assertion("2"), assertion("3", provider=Provider.GITHUB)], ids=repr
)
async def test_a2_who_deleted_the_account_and_comes_back_is_not_welcomed_again(
    runtime: Runtime, back: Assertion
) -> None:
    first = await signed_in(runtime, assertion("1"))
    async with runtime.database.transaction() as connection:
        await erase(connection, [first.person_id], NOW)
    again = await signed_in(runtime, back)
    assert again.is_new
    assert again.person_id != first.person_id
    assert (await people(runtime), await welcomes(runtime)) == (1, 1)
    kinds = [row["grant"] for row in await runtime.database.pool.fetch(_LEDGER, again.person_id)]
    assert "PLAN" in kinds
    assert "SIGN_UP" not in kinds
    await assert_reconciled(runtime)


async def test_a1_a_guest_who_signs_up_keeps_everything_but_the_free_messages(
    runtime: Runtime, clock: TestClock
) -> None:
    guest = await make_guest(runtime)
    principal, wallet = await principal_of(runtime, guest), guest.account.wallet_id
    assert isinstance(await consume(runtime, principal, chat(wallet, 3), "k"), Posted)
    clock.advance(timedelta(days=1))
    with (
        runtime.broker.listen(access_topic(guest.account.person_id)) as access,
        runtime.broker.listen(wallet_topic(wallet)) as news,
    ):
        came = await signed_in(runtime, assertion(), guest=principal)
        assert access.take()
        assert news.take()
    assert (came.person_id, came.is_new) == (guest.account.person_id, True)
    row = await runtime.database.pool.fetchrow(
        "SELECT w.id, w.workspace_id, w.guest, p.kind, p.email FROM wallets w JOIN persons p ON p.id = w.person_id"
    )
    assert row is not None
    assert tuple(row) == (wallet, guest.account.workspace_id, False, "USER", "ada@example.org")
    entries = [tuple(row) for row in await runtime.database.pool.fetch(_LEDGER, came.person_id)]
    assert entries[:3] == [("GRANT", 10_000, "GUEST"), ("CONSUME", 3_000, None), ("REVOKE", 7_000, None)]
    assert entries[-1] == ("GRANT", 100_000, "SIGN_UP")
    with pytest.raises(Unauthenticated):
        await authenticate(runtime, guest.token)
    await assert_reconciled(runtime)


async def test_a1_a_guest_who_has_an_account_goes_there_and_stays_a_guest(runtime: Runtime) -> None:
    ada = await signed_in(runtime, assertion())
    guest = await make_guest(runtime)
    came = await signed_in(runtime, assertion(), guest=await principal_of(runtime, guest))
    assert (came.person_id, came.is_new) == (ada.person_id, False)
    assert (await principal_of(runtime, guest)).caller is Caller.GUEST


@pytest.mark.parametrize("caller", [Caller.USER, Caller.SERVICE, Caller.ANONYMOUS, Caller.OPERATOR])
async def test_a1_only_a_guest_becomes_the_new_user(runtime: Runtime, caller: Caller) -> None:
    guest = await make_guest(runtime)
    came = await signed_in(runtime, assertion(), guest=Principal(caller, guest.account.person_id))
    assert came.person_id != guest.account.person_id
    assert (await principal_of(runtime, guest)).caller is Caller.GUEST


async def test_a1_who_signed_up_is_no_guest_any_more(runtime: Runtime) -> None:
    guest = await make_guest(runtime)
    principal = await principal_of(runtime, guest)
    ada = await signed_in(runtime, assertion("1"), guest=principal)
    bo = await signed_in(runtime, assertion("2", "bo@example.org"), guest=principal)
    assert bo.person_id != ada.person_id
    assert (await people(runtime), await welcomes(runtime)) == (2, 2)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (PersonStatus.SUSPENDED, RefusalCode.PERSON_SUSPENDED),
        (PersonStatus.TERMINATED, RefusalCode.PERSON_TERMINATED),
        (PersonStatus.DELETED, RefusalCode.NOT_FOUND),
    ],
)
async def test_a4_who_is_not_active_is_refused(runtime: Runtime, status: PersonStatus, code: RefusalCode) -> None:
    came = await signed_in(runtime, assertion())
    await set_status(came.person_id, status)
    before = await content(runtime.database)
    assert (await refused(runtime, assertion())).code is code
    if status is not PersonStatus.DELETED:  # whose e-mail is free again
        assert (await refused(runtime, assertion("2", provider=Provider.GITHUB))).code is code
    assert await content(runtime.database) == before


async def test_a4_a_suspension_that_is_over_keeps_nobody_out(runtime: Runtime, clock: TestClock) -> None:
    came = await signed_in(runtime, assertion())
    await Person.filter(id=came.person_id).update(status="SUSPENDED", status_until=NOW + timedelta(days=1))
    assert (await refused(runtime, assertion())).code is RefusalCode.PERSON_SUSPENDED
    clock.advance(timedelta(days=1))
    assert (await signed_in(runtime, assertion())).person_id == came.person_id


async def test_a2_signing_up_is_all_or_nothing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = await make_guest(runtime)
    principal = await principal_of(runtime, guest)

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr(signing_in, "open_session", broken)
    before = await content(runtime.database)
    for come_as in (None, principal):
        with pytest.raises(RuntimeError):
            await signed_in(runtime, assertion(), guest=come_as, address="203.0.113.9")
    assert await content(runtime.database) == before


async def test_a3_nothing_stands_in_clear_but_the_email(runtime: Runtime) -> None:
    came = await signed_in(runtime, assertion(), address="203.0.113.9", device_id="device-4711")
    assert await places_of(runtime.database, "203.0.113.9", "device-4711", came.credential.token) == set()
    assert await places_of(runtime.database, "ada@example.org") == {"persons.email"}


async def test_statements_of_signing_up_and_in(runtime: Runtime) -> None:
    guest = await make_guest(runtime)
    principal = await principal_of(runtime, guest)
    counts = []
    for asserted, come_as in (
        (assertion("1"), None),  # signs up
        (assertion("1"), None),  # comes back
        (assertion("2", provider=Provider.GITHUB), None),  # from elsewhere
        (assertion("3", "bo@example.org"), principal),  # was a guest
    ):
        async with recorded(runtime.database.pool) as statements:
            await signed_in(runtime, asserted, guest=come_as, address="203.0.113.9", device_id="d")
        counts.append(len(statements))
    # BEGIN, lock, find, [guest], account and wallet, identity, marks, three of the ledger, traits, two of the session
    assert counts == [14, 8, 9, 15 - 1]


@pytest.mark.parametrize(
    ("subject", "email"),
    [("", None), ("x" * 256, None), ("a\0b", None), ("1", ""), ("1", "nobody"), ("1", "a b@c"), ("1", "a\0@c.org")],
)
def test_an_assertion_that_cannot_be_kept_is_none(subject: str, email: str | None) -> None:
    with pytest.raises(ValueError, match=r"must be|has 1 to"):
        assertion(subject, email)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  Ada  Lovelace ", "Ada  Lovelace"),
        ("Ada\0\x07\u202e Lovelace", "Ada Lovelace"),
        ("", "ada"),
        ("\u200b\u2003", "ada"),
        ("ä" * 500, "ä" * 100),
        ("李明", "李明"),
    ],
)
async def test_names_of_providers_are_tamed(runtime: Runtime, said: str, kept: str) -> None:
    came = await signed_in(runtime, assertion(name=said))
    assert (await Person.get(id=came.person_id)).display_name == kept


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../../etc/passwd", "europe/paris", "x" * 10_000])
async def test_zones_that_are_none_count_as_utc(runtime: Runtime, zone: str | None) -> None:
    came = await signed_in(runtime, assertion(time_zone=zone))
    assert (await Person.get(id=came.person_id)).time_zone == "UTC"


async def test_the_database_forbids_a_second_account_of_an_email(runtime: Runtime) -> None:
    came = await signed_in(runtime, assertion())
    with pytest.raises(asyncpg.UniqueViolationError):
        await runtime.database.pool.execute(
            "INSERT INTO persons (id, display_name, email, status, created_at) VALUES ($1, 'B', $2, 'ACTIVE', $3)",
            UUID(int=came.person_id.int ^ 1),
            "ADA@example.org",
            NOW,
        )
