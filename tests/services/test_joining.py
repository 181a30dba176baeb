"""Joining an organisation by a link: everything is checked again, once, under lock (B4, B5, B8, B9)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import Forbidden, Unauthenticated
from domain.ids import public_id
from domain.persons import PersonStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import Refusal, RefusalCode
from domain.seats import SeatCounts
from domain.workspaces import MemberRole
from feed.topics import access_topic, wallet_topic, workspace_topic
from services.accepting import ADMINISTRATORS_TOLD_MAX, INVALID, Accepted, accept_invitation
from services.invitation_reads import token_hash
from services.invitations import revoke_invitation
from services.joining import Joined, count_organisations, join
from services.leaving import leave_organisation
from services.once import Once
from services.reconciling import reconcile
from services.runtime import Runtime
from services.seats import seat_counts
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import (
    OrganisationRef,
    add_member,
    fill,
    invite,
    locked,
    make_account,
    make_organisation,
    put_member,
    user,
)
from tests.factories.persons import set_status
from tests.factories.statements import recorded
from tests.factories.tables import content
from tests.factories.usage import spend
from tests.factories.wallets import carry_out

pytestmark = pytest.mark.anyio

A_MOMENT, A_DAY = timedelta(microseconds=1), timedelta(days=1)
FIRST_SETTLEMENT = datetime.fromisoformat("2026-02-15T12:00:00Z")
SECOND_SETTLEMENT = datetime.fromisoformat("2026-03-15T12:00:00Z")
QUOTA = 2_000_000
"""Chat credits of the plan in thousandths: each member's, each month."""

_ORDER = """
INSERT INTO orders (id, kind, status, method, buyer_id, currency, total_minor, intent, reference, created_at,
    expires_at, closed_at)
VALUES (gen_random_uuid(), $2, $3::text, 'CHECKOUT', $1, 'USD', 1, '{}', substr(gen_random_uuid()::text, 1, 32), $4,
    $4::timestamptz + interval '1 day', CASE WHEN $3::text = 'PENDING' THEN NULL ELSE $4::timestamptz END)
"""


@pytest.fixture
async def ref(runtime: Runtime) -> OrganisationRef:
    return await make_organisation(runtime)


async def person(runtime: Runtime, name: str = "Bo", email: str | None = None) -> UUID:
    return (await make_account(runtime, name, email=email)).person_id


async def accept(runtime: Runtime, person_id: UUID, token: str, key: str = "k") -> Once[Accepted]:
    return await accept_invitation(runtime, user(person_id), token, key)


async def accepted(runtime: Runtime, person_id: UUID, token: str, key: str = "k") -> UUID:
    done = await accept(runtime, person_id, token, key)
    assert done.result.refused is None, done
    assert done.result.workspace_id
    return done.result.workspace_id


async def refused(runtime: Runtime, person_id: UUID, token: str) -> Refusal:
    """The refusal, after which nothing but the answer is stored."""
    before = await content(runtime.database)
    done = await accept(runtime, person_id, token, f"refused {uuid4()}")
    assert done.result.refused
    assert done.result.workspace_id is None
    after = await content(runtime.database)
    assert {**after, "verb_results": ()} == {**before, "verb_results": ()}
    return done.result.refused


async def membership(runtime: Runtime, ref: OrganisationRef, person_id: UUID) -> Mapping[str, Any]:
    row = await runtime.database.pool.fetchrow(
        """SELECT m.role, m.joined_at, m.left_at, s.number AS seat, w.id AS wallet FROM members m
        LEFT JOIN seats s ON s.workspace_id = m.workspace_id AND s.person_id = m.person_id AND s.release_at IS NULL
        LEFT JOIN wallets w ON w.workspace_id = m.workspace_id AND w.person_id = m.person_id
        WHERE m.workspace_id = $1 AND m.person_id = $2""",
        ref.workspace_id,
        person_id,
    )
    assert row
    return dict(row)


async def quotas(runtime: Runtime, wallet_id: UUID) -> list[tuple[datetime, int, int, int]]:
    """The period's start, what was granted, used, and remains of it, of each month's chat credits."""
    rows = await runtime.database.pool.fetch(
        """SELECT period_start, granted, used, remaining FROM grants
        WHERE wallet_id = $1 AND meter = 'chat_credit' ORDER BY number""",
        wallet_id,
    )
    return [tuple(row) for row in rows]


async def uses(runtime: Runtime) -> tuple[int, int]:
    row = await runtime.database.pool.fetchrow(
        "SELECT (SELECT sum(uses) FROM invitations), (SELECT count(*) FROM invitation_uses)"
    )
    assert row
    return row[0], row[1]


async def test_b5_b9_joining_gives_membership_seat_and_the_whole_quota_of_the_current_period(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    clock.now = FIRST_SETTLEMENT + 20 * A_DAY
    bo, token = await person(runtime), await invite(runtime, ref)
    assert await accepted(runtime, bo, token) == ref.workspace_id
    row = await membership(runtime, ref, bo)
    assert (row["role"], row["joined_at"], row["left_at"], row["seat"]) == ("MEMBER", clock.now, None, 2)
    assert await quotas(runtime, row["wallet"]) == [(FIRST_SETTLEMENT, QUOTA, 0, QUOTA)]
    await carry_out(runtime, row["wallet"], spend(500))
    clock.now = SECOND_SETTLEMENT - A_MOMENT
    await carry_out(runtime, row["wallet"], spend(500))
    clock.now = SECOND_SETTLEMENT  # the organisation's, not a month after joining; nothing carries over
    await carry_out(runtime, row["wallet"], spend(1))
    assert await quotas(runtime, row["wallet"]) == [
        (FIRST_SETTLEMENT, QUOTA, 1_000_000, 0),
        (SECOND_SETTLEMENT, QUOTA, 1_000, QUOTA - 1_000),
    ]
    assert await uses(runtime) == (1, 1)


async def test_b5_joining_again_is_a_no_op_and_counts_as_no_use(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    bo, token, other = await person(runtime), await invite(runtime, ref, uses_max=1), await invite(runtime, ref)
    assert await accepted(runtime, bo, token) == ref.workspace_id
    before = await content(runtime.database)
    clock.advance(A_DAY)
    with runtime.broker.listen(workspace_topic(ref.workspace_id)) as woken:
        assert await accepted(runtime, bo, token, "k2") == ref.workspace_id  # though it is used up by now
        assert await accepted(runtime, bo, other, "k3") == ref.workspace_id
        assert not woken.take()
    after = await content(runtime.database)
    assert {**after, "verb_results": ()} == {**before, "verb_results": ()}
    assert await uses(runtime) == (1, 1)


async def test_f5_the_same_key_gives_the_original_result(runtime: Runtime, ref: OrganisationRef) -> None:
    bo, token = await person(runtime), await invite(runtime, ref)
    await accepted(runtime, bo, token)
    before = await content(runtime.database)
    again = await accept(runtime, bo, token)
    assert (again.result, again.replayed) == (Accepted(ref.workspace_id), True)
    assert await content(runtime.database) == before
    reused = (await accept(runtime, bo, await invite(runtime, ref))).result.refused
    assert reused
    assert reused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    first = await accept(runtime, bo, "ali_none", "bad")
    assert await accept(runtime, bo, "ali_none", "bad") == Once(first.result, replayed=True)
    assert first.result.refused == INVALID


async def test_b4_links_that_do_not_hold_are_all_answered_alike(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    bo, cy = await person(runtime, email="bo@example.org"), await person(runtime, "Cy")
    short, used_up, gone = (
        await invite(runtime, ref, days=2),
        await invite(runtime, ref, uses_max=1),
        await invite(runtime, ref),
    )
    foreign = await invite(runtime, ref, email="ada@example.org")
    await accepted(runtime, cy, used_up)
    link = await runtime.database.pool.fetchval("SELECT id FROM invitations WHERE token_hash = $1", token_hash(gone))
    assert (await revoke_invitation(runtime, user(ref.admin_id), link, "r")).refused is None
    clock.now = NOW + 2 * A_DAY  # the very end of `short`
    hostile = ["", "ali_", "ali_" + "A" * 43, short.upper(), f" {short}", "é" * 10, "x" * 10_000]
    for token in (short, used_up, gone, foreign, *hostile):
        assert await refused(runtime, bo, token) == INVALID
    assert await refused(runtime, cy, gone) == INVALID  # for members, too
    assert await refused(runtime, await person(runtime, "Di"), foreign) == INVALID  # nobody has verified an address


async def test_b4_a_link_holds_until_its_end(runtime: Runtime, ref: OrganisationRef, clock: TestClock) -> None:
    bo, token = await person(runtime), await invite(runtime, ref, days=2)
    clock.now = NOW + 2 * A_DAY - A_MOMENT
    await accepted(runtime, bo, token)


async def test_b4_a_link_for_one_address_is_for_whoever_has_verified_it(runtime: Runtime, ref: OrganisationRef) -> None:
    bo, token = await person(runtime, email="bo@example.org"), await invite(runtime, ref, email="Bo@Example.org")
    await accepted(runtime, bo, token)


async def test_b4_a_link_of_another_organisation_leads_there_and_nowhere_else(
    runtime: Runtime, ref: OrganisationRef
) -> None:
    bo, other = await person(runtime), await make_organisation(runtime, name="Other Labs")
    assert await accepted(runtime, bo, await invite(runtime, other)) == other.workspace_id
    rows = await runtime.database.pool.fetch("SELECT workspace_id FROM members WHERE person_id = $1", bo)
    assert ref.workspace_id not in {row[0] for row in rows}


async def test_b5_without_a_free_seat_nobody_joins(runtime: Runtime, ref: OrganisationRef) -> None:
    token = await invite(runtime, ref)
    for _ in range(4):
        await accepted(runtime, await person(runtime), token)
    no_seat = await refused(runtime, await person(runtime), token)
    assert no_seat.code is RefusalCode.NO_SEAT_AVAILABLE
    async with runtime.database.pool.acquire() as connection:
        assert await seat_counts(connection, ref.id, NOW) == SeatCounts(0, 5, 0, 0)


async def test_b5_an_administrator_without_a_seat_takes_one_and_stays_one(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, admin_takes_seat=False)
    assert await quotas(runtime, ref.admin.id) == []
    await accepted(runtime, ref.admin_id, await invite(runtime, ref))
    row = await membership(runtime, ref, ref.admin_id)
    assert (row["role"], row["seat"], row["wallet"]) == ("ADMIN", 1, ref.admin.id)
    assert await quotas(runtime, ref.admin.id) == [(NOW, QUOTA, 0, QUOTA)]


async def test_b5_nobody_is_in_more_than_ten_organisations_those_counted_that_they_are_about_to_buy(
    runtime: Runtime, clock: TestClock
) -> None:
    bo, pool = await person(runtime), runtime.database.pool
    refs = [await make_organisation(runtime) for _ in range(11)]
    tokens = [await invite(runtime, ref) for ref in refs]
    for number in range(9):
        await accepted(runtime, bo, tokens[number], f"k{number}")
    for kind, status in (("ORGANISATION", "PENDING"), ("ORGANISATION", "EXPIRED"), ("SEATS", "PENDING")):
        await pool.execute(_ORDER, bo, kind, status, NOW)
    too_many = await refused(runtime, bo, tokens[9])
    assert (too_many.code, too_many.facts) == (RefusalCode.TOO_MANY_ORGANIZATIONS, {"limit": "10"})
    clock.now = NOW + A_DAY  # the order cannot be paid any more, whether or not it was closed
    await accepted(runtime, bo, tokens[9], "k9")
    assert (await refused(runtime, bo, tokens[10])).code is RefusalCode.TOO_MANY_ORGANIZATIONS
    await accepted(runtime, bo, tokens[3], "again")  # where they are already
    left = await leave_organisation(runtime, user(bo), refs[3].id, "leave")
    assert left.result.refused is None
    await accepted(runtime, bo, tokens[10], "k10")
    assert (await refused(runtime, bo, tokens[3])).code is RefusalCode.TOO_MANY_ORGANIZATIONS
    async with pool.acquire() as connection:
        assert await count_organisations(connection, bo, clock()) == 10


async def test_b10_nobody_joins_while_the_subscription_is_expired(runtime: Runtime, clock: TestClock) -> None:
    ref, bo = await make_organisation(runtime), await person(runtime)
    ends_at = datetime.fromisoformat("2027-01-15T12:00:00Z")
    clock.now = ends_at - A_DAY
    token = await invite(runtime, ref)
    clock.now = ends_at
    assert (await refused(runtime, bo, token)).code is RefusalCode.SUBSCRIPTION_EXPIRED
    await runtime.database.pool.execute("UPDATE subscriptions SET benefits_until = $1", ends_at + A_DAY)
    await accepted(runtime, bo, token)  # in the days of grace


async def test_b8_coming_back_within_the_period_gives_the_same_seat_and_what_was_left(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    bo, token = await person(runtime), await invite(runtime, ref)
    await accepted(runtime, bo, token)
    before = await membership(runtime, ref, bo)
    await carry_out(runtime, before["wallet"], spend(300))
    clock.advance(A_DAY)
    await leave_organisation(runtime, user(bo), ref.id, "leave")
    await accepted(runtime, await person(runtime, "Cy"), token)  # takes another seat
    clock.advance(A_DAY)
    await accepted(runtime, bo, token, "back")
    assert await membership(runtime, ref, bo) == before
    assert await quotas(runtime, before["wallet"]) == [(NOW, QUOTA, 300_000, QUOTA - 300_000)]
    assert await uses(runtime) == (3, 3)
    assert [found async for found in reconcile(runtime) if found.problems] == []


async def test_b8_coming_back_after_the_release_is_a_normal_join(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    bo, token = await person(runtime), await invite(runtime, ref)
    await accepted(runtime, bo, token)
    await leave_organisation(runtime, user(bo), ref.id, "leave")
    clock.now = FIRST_SETTLEMENT
    token = await invite(runtime, ref)
    cy = await person(runtime, "Cy")
    await accepted(runtime, cy, token)
    assert (await membership(runtime, ref, cy))["seat"] == 2  # which was Bo's, and no worker has run
    await accepted(runtime, bo, token, "back")
    row = await membership(runtime, ref, bo)
    assert row["seat"] == 3
    assert await quotas(runtime, row["wallet"]) == [(NOW, QUOTA, 0, 0), (FIRST_SETTLEMENT, QUOTA, 0, QUOTA)]


async def test_b5_administrators_and_who_joined_are_told_and_no_name_is_kept(
    runtime: Runtime, ref: OrganisationRef
) -> None:
    deputy = await person(runtime, "Di")
    await put_member(runtime, ref.id, deputy, role=MemberRole.ADMIN)
    await add_member(runtime, ref)
    bo = await person(runtime, "Bo Peep")
    await accepted(runtime, bo, await invite(runtime, ref))
    rows = await runtime.database.pool.fetch("SELECT person_id, kind, facts FROM notices")
    assert {(row["person_id"], row["kind"]) for row in rows} == {
        (bo, "ORGANIZATION_JOINED"),
        (ref.admin_id, "MEMBER_JOINED"),
        (deputy, "MEMBER_JOINED"),
    }
    assert all("Peep" not in row["facts"] and public_id("org", ref.id) in row["facts"] for row in rows)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails") == 0
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'NOTICE'") == 3


async def test_b5_all_who_care_are_woken_after_joining(runtime: Runtime, ref: OrganisationRef) -> None:
    account, token = await make_account(runtime), await invite(runtime, ref)
    topics = access_topic(account.person_id), workspace_topic(ref.workspace_id), wallet_topic(account.wallet_id)
    listening = [runtime.broker.listen(topic) for topic in topics]
    flags = [each.__enter__() for each in listening]
    await accepted(runtime, account.person_id, token)
    assert all(flag.take() for flag in flags)
    for each in listening:
        each.__exit__(None, None, None)


async def test_b5_joining_is_ten_statements_whatever_the_size(runtime: Runtime) -> None:
    small, large = await make_organisation(runtime), await make_organisation(runtime, seats=600)
    await fill(runtime, large, 500, benefits=False)
    for _ in range(3):
        await put_member(runtime, large.id, await person(runtime), role=MemberRole.ADMIN)
    for ref in (small, large):
        bo, token = await person(runtime), await invite(runtime, ref)
        async with recorded(runtime.database.pool) as statements:
            await accepted(runtime, bo, token)
        assert len(statements) == 10, statements
        async with recorded(runtime.database.pool) as statements:
            await accepted(runtime, bo, token, "again")
        assert len(statements) == 5
        async with recorded(runtime.database.pool) as statements:
            await accepted(runtime, bo, token)
        assert len(statements) == 5
        await leave_organisation(runtime, user(bo), ref.id, "leave")
        async with recorded(runtime.database.pool) as statements:
            await accepted(runtime, bo, token, "back")
        assert len(statements) == 10


async def test_b5_of_very_many_administrators_some_are_told(runtime: Runtime) -> None:
    ref = await make_organisation(runtime, seats=80)
    await fill(runtime, ref, 70, benefits=False)
    await runtime.database.pool.execute("UPDATE members SET role = 'ADMIN' WHERE workspace_id = $1", ref.workspace_id)
    await accepted(runtime, await person(runtime), await invite(runtime, ref))
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM notices") == ADMINISTRATORS_TOLD_MAX + 1


@pytest.mark.parametrize("caller", [Caller.GUEST, Caller.SERVICE, Caller.OPERATOR])
async def test_g1_only_registered_people_join(runtime: Runtime, ref: OrganisationRef, caller: Caller) -> None:
    token, bo = await invite(runtime, ref), await person(runtime)
    before = await content(runtime.database)
    with pytest.raises(Forbidden):
        await accept_invitation(runtime, Principal(caller, bo), token, "k")
    with pytest.raises(Unauthenticated):
        await accept_invitation(runtime, ANONYMOUS, token, "k")
    assert await content(runtime.database) == before


@pytest.mark.parametrize("status", [PersonStatus.TERMINATED, PersonStatus.DELETED])
async def test_a4_an_account_that_ends_meanwhile_joins_nothing(
    runtime: Runtime, ref: OrganisationRef, status: PersonStatus
) -> None:
    token, bo = await invite(runtime, ref), await person(runtime)
    await set_status(bo, status)
    before = await content(runtime.database)
    with pytest.raises(Unauthenticated):
        await accept(runtime, bo, token)
    assert await content(runtime.database) == before


async def test_b5_join_itself_refuses_and_writes_nothing(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    await fill(runtime, ref, 4, benefits=False)
    bo = await person(runtime)

    async def joined(*, takes_seat: bool = True) -> Joined | Refusal:
        async with runtime.database.transaction() as connection:
            organisation = await locked(connection, ref.id)
            role, now = MemberRole.MEMBER, clock()
            return await join(
                connection, runtime, organisation, bo, role=role, takes_seat=takes_seat, now=now, actor=None
            )

    before = await content(runtime.database)
    no_seat = await joined()
    assert isinstance(no_seat, Refusal)
    assert no_seat.code is RefusalCode.NO_SEAT_AVAILABLE
    assert await content(runtime.database) == before
    without = await joined(takes_seat=False)
    assert isinstance(without, Joined)
    assert (without.seat_id, without.changed) == (None, frozenset())
    assert await joined(takes_seat=False) == without
    clock.now = datetime.fromisoformat("2027-01-15T12:00:00Z")
    expired = await joined()
    assert isinstance(expired, Refusal)
    assert expired.code is RefusalCode.SUBSCRIPTION_EXPIRED
