"""Invitation links: who makes and revokes them, what they tell, and what is kept of them (B3, B4)."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from domain.errors import Forbidden, InvalidInput, Unauthenticated
from domain.invitations import InvitationStatus
from domain.principals import ANONYMOUS, Caller, Principal
from domain.refusals import RefusalCode
from domain.workspaces import MemberRole
from feed.topics import workspace_topic
from services.accepting import accept_invitation
from services.invitation_reads import (
    InvitationPreview,
    InvitationRow,
    invitation_uses,
    invitations_page,
    preview_invitation,
    read_invitation,
)
from services.invitations import (
    OPEN_INVITATIONS_MAX,
    InvitationDone,
    NewInvitation,
    create_invitation,
    revoke_invitation,
)
from services.keyset import Window
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import (
    OrganisationRef,
    invite,
    make_account,
    make_organisation,
    put_member,
    user,
)
from tests.factories.statements import recorded
from tests.factories.tables import content, places_of

pytestmark = pytest.mark.anyio

A_MOMENT, A_DAY = timedelta(microseconds=1), timedelta(days=1)
A_WEEK = NewInvitation(7)


@pytest.fixture
async def ref(runtime: Runtime) -> OrganisationRef:
    return await make_organisation(runtime)


async def made(
    runtime: Runtime, ref: OrganisationRef, wanted: NewInvitation = A_WEEK, key: str = "k"
) -> tuple[InvitationRow, str]:
    done = await create_invitation(runtime, user(ref.admin_id), ref.id, wanted, key)
    assert done.invitation
    assert done.token
    return done.invitation, done.token


async def revoke(runtime: Runtime, ref: OrganisationRef, id_: UUID | None, key: str = "r") -> InvitationDone:
    return await revoke_invitation(runtime, user(ref.admin_id), id_, key)


async def audited(runtime: Runtime) -> list[tuple[str, UUID, UUID]]:
    rows = await runtime.database.pool.fetch("SELECT verb, actor, target FROM audit_entries ORDER BY verb")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("days", [2, 7])
async def test_b4_a_link_lasts_2_or_7_days(runtime: Runtime, ref: OrganisationRef, clock: TestClock, days: int) -> None:
    invitation, token = await made(runtime, ref, NewInvitation(days))
    assert (invitation.created_at, invitation.expires_at) == (NOW, NOW + timedelta(days=days))
    assert (invitation.created_by, invitation.uses, invitation.uses_max) == (ref.admin_id, 0, None)
    clock.now = invitation.expires_at - A_MOMENT
    assert invitation.status(clock.now) is InvitationStatus.OPEN
    assert await preview_invitation(runtime, ANONYMOUS, token) == InvitationPreview(
        "Example Labs", invitation.expires_at
    )
    clock.now = invitation.expires_at
    assert invitation.status(clock.now) is InvitationStatus.EXPIRED
    assert await preview_invitation(runtime, ANONYMOUS, token) is None


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("days", NewInvitation(3)),
        ("days", NewInvitation(0)),
        ("days", NewInvitation(-2)),
        ("days", NewInvitation(10**9)),
        ("usesMax", NewInvitation(7, 0)),
        ("usesMax", NewInvitation(7, -1)),
        ("usesMax", NewInvitation(7, 50_001)),
        ("usesMax", NewInvitation(7, 10**9)),
        ("email", NewInvitation(7, None, "")),
        ("email", NewInvitation(7, None, "nobody")),
        ("email", NewInvitation(7, None, "a b@example.org")),
        ("email", NewInvitation(7, None, "a\0@example.org")),
        ("email", NewInvitation(7, None, "a" * 400 + "@example.org")),
    ],
)
async def test_g5_bad_input_names_the_field_and_changes_nothing(
    runtime: Runtime, ref: OrganisationRef, field: str, wanted: NewInvitation
) -> None:
    before = await content(runtime.database)
    with pytest.raises(InvalidInput) as caught:
        await create_invitation(runtime, user(ref.admin_id), ref.id, wanted, "k")
    assert caught.value.field == ("input", field)
    assert await content(runtime.database) == before


async def test_b4_the_token_has_256_bits_is_shown_once_and_stored_hashed(
    runtime: Runtime, ref: OrganisationRef
) -> None:
    invitation, token = await made(runtime, ref)
    assert token.startswith("ali_")
    assert len(token) == len("ali_") + 43
    assert token not in str(await content(runtime.database))
    assert await places_of(runtime.database, token, token.removeprefix("ali_")) == set()
    kept = await runtime.database.pool.fetchval("SELECT token_hash FROM invitations")
    assert kept == sha256(token.encode()).digest()
    again = await create_invitation(runtime, user(ref.admin_id), ref.id, A_WEEK, "k")
    assert (again.invitation, again.token, again.replayed) == (invitation, None, True)
    assert token not in repr(await create_invitation(runtime, user(ref.admin_id), ref.id, A_WEEK, "k2"))


async def test_f5_a_key_makes_one_link_and_is_bound_to_its_input(runtime: Runtime, ref: OrganisationRef) -> None:
    await made(runtime, ref)
    other = await create_invitation(runtime, user(ref.admin_id), ref.id, NewInvitation(2), "k")
    assert other.refused
    assert other.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM invitations") == 1
    done = await revoke_invitation(runtime, user(ref.admin_id), uuid4(), "k")
    assert done.refused
    assert done.refused.code is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_b4_a_link_for_one_address_keeps_it_in_lower_case_and_out_of_the_audit(
    runtime: Runtime, ref: OrganisationRef
) -> None:
    invitation, _ = await made(runtime, ref, NewInvitation(7, 1, " Bo@Example.ORG "))
    assert (invitation.email, invitation.uses_max) == ("bo@example.org", 1)
    assert await places_of(runtime.database, "bo@example.org") == {"invitations.email"}
    row = await runtime.database.pool.fetchrow("SELECT before, after, reason FROM audit_entries")
    assert row
    assert json.loads(row["after"]) == {"expires_at": "2026-01-22T12:00:00Z", "uses_max": 1, "bound": True}


async def test_b4_links_are_made_only_while_a_seat_is_free(runtime: Runtime, clock: TestClock) -> None:
    ref = await make_organisation(runtime, seats=2, members=1)
    before = await content(runtime.database)
    refused = (await create_invitation(runtime, user(ref.admin_id), ref.id, A_WEEK, "k")).refused
    assert refused
    assert refused.code is RefusalCode.NO_SEAT_AVAILABLE
    after = await content(runtime.database)
    assert after.pop("verb_results") != before.pop("verb_results")  # the answer is kept, and nothing else
    assert after == before
    pool = runtime.database.pool
    await pool.execute("UPDATE seats SET release_at = $1 WHERE person_id <> $2", NOW + A_DAY, ref.admin_id)
    clock.now = NOW + A_DAY - A_MOMENT
    refused = (await create_invitation(runtime, user(ref.admin_id), ref.id, A_WEEK, "k2")).refused
    assert refused
    assert refused.code is RefusalCode.NO_SEAT_AVAILABLE
    clock.now = NOW + A_DAY
    await made(runtime, ref, key="k3")


async def test_b4_at_most_100_links_are_open(runtime: Runtime, ref: OrganisationRef, clock: TestClock) -> None:
    first, _ = await made(runtime, ref, NewInvitation(2), "first")
    for _ in range(OPEN_INVITATIONS_MAX - 1):
        await invite(runtime, ref)
    refused = (await create_invitation(runtime, user(ref.admin_id), ref.id, A_WEEK, "k")).refused
    assert refused
    assert (refused.code, refused.facts) == (RefusalCode.TOO_MANY_OPEN, {"limit": "100"})
    await revoke(runtime, ref, first.id)
    await made(runtime, ref, NewInvitation(2), "k2")
    clock.now = NOW + 2 * A_DAY
    await made(runtime, ref, key="k3")


async def test_b3_only_administrators_make_and_revoke_links(runtime: Runtime, ref: OrganisationRef) -> None:
    invitation, _ = await made(runtime, ref)
    member = (await make_account(runtime)).person_id
    await put_member(runtime, ref.id, member)
    other = await make_organisation(runtime, name="Other Labs")
    former = (await make_account(runtime)).person_id
    await put_member(runtime, ref.id, former, role=MemberRole.ADMIN)
    await runtime.database.pool.execute("UPDATE members SET left_at = $2 WHERE person_id = $1", former, NOW)
    before = await content(runtime.database)
    unknown = await create_invitation(runtime, user(other.admin_id), uuid4(), A_WEEK, "u")
    assert unknown.refused
    assert unknown.refused.code is RefusalCode.NOT_FOUND
    for stranger in (other.admin_id, former):
        told = await create_invitation(runtime, user(stranger), ref.id, A_WEEK, "k")
        assert (told.refused, told.invitation, told.token) == (unknown.refused, None, None)
    told = await create_invitation(runtime, user(member), ref.id, A_WEEK, "k")
    assert told.refused
    assert told.refused.code is RefusalCode.NOT_ADMINISTRATOR
    no_link = (await revoke(runtime, other, uuid4(), "u2")).refused
    for stranger in (other.admin_id, former, member):
        assert (await revoke_invitation(runtime, user(stranger), invitation.id, "r")).refused == no_link
        assert await read_invitation(runtime.database.pool, stranger, invitation.id) is None
        assert await invitation_uses(runtime, user(stranger), [invitation.id]) == {}
    after = await content(runtime.database)
    assert {**after, "verb_results": ()} == {**before, "verb_results": ()}


@pytest.mark.parametrize("caller", [Caller.GUEST, Caller.SERVICE, Caller.OPERATOR])
async def test_g1_nobody_but_registered_people_have_links(
    runtime: Runtime, ref: OrganisationRef, caller: Caller
) -> None:
    principal = Principal(caller, ref.admin_id)
    with pytest.raises(Forbidden):
        await create_invitation(runtime, principal, ref.id, A_WEEK, "k")
    with pytest.raises(Forbidden):
        await revoke_invitation(runtime, principal, uuid4(), "k")
    with pytest.raises(Unauthenticated):
        await create_invitation(runtime, ANONYMOUS, ref.id, A_WEEK, "k")


async def test_b4_a_revoked_link_stays_so_and_is_dead_at_once(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    invitation, token = await made(runtime, ref)
    with runtime.broker.listen(workspace_topic(ref.workspace_id)) as woken:
        done = await revoke(runtime, ref, invitation.id)
        assert woken.take()
        assert done.invitation == replace(invitation, revoked_at=NOW)
        clock.advance(A_DAY)
        again = await revoke(runtime, ref, invitation.id, "r2")
        assert (again.invitation, again.refused, again.replayed) == (done.invitation, None, False)
        assert (await revoke(runtime, ref, invitation.id)).replayed
        assert not woken.take()
    assert await preview_invitation(runtime, ANONYMOUS, token) is None
    assert await audited(runtime) == [
        ("createInvitation", ref.admin_id, invitation.id),
        ("revokeInvitation", ref.admin_id, invitation.id),
    ]


async def test_b4_a_preview_tells_name_and_expiry_and_strangers_cannot_tell_the_rest_apart(
    runtime: Runtime, ref: OrganisationRef, clock: TestClock
) -> None:
    link, token = await made(runtime, ref, NewInvitation(2, 1))
    bo = (await make_account(runtime, "Bo")).person_id
    for caller in (ANONYMOUS, user(bo), user(ref.admin_id), Principal(Caller.GUEST, uuid4())):
        assert await preview_invitation(runtime, caller, token) == InvitationPreview("Example Labs", link.expires_at)
    assert (await accept_invitation(runtime, user(bo), token, "a")).result.refused is None
    revoked, revoked_token = await made(runtime, ref, key="revoked")
    await revoke(runtime, ref, revoked.id)
    expired = await invite(runtime, ref, days=2)
    clock.now = NOW + 2 * A_DAY
    hostile = ("", "ali_", "ali_" + "A" * 43, token[:-1], token + "A", token.upper(), "ali_" + "é" * 43, "x" * 10_000)
    for text in (token, revoked_token, expired, *hostile):
        async with recorded(runtime.database.pool) as statements:
            assert await preview_invitation(runtime, ANONYMOUS, text) is None
        assert len(statements) == 1  # whatever it is, the same work


async def test_b4_links_are_listed_with_their_uses(runtime: Runtime, ref: OrganisationRef, clock: TestClock) -> None:
    first, token = await made(runtime, ref, NewInvitation(7, 2), "first")
    people = [(await make_account(runtime, name)).person_id for name in ("Bo", "Cy")]
    for person in people:
        clock.advance(A_DAY)
        assert (await accept_invitation(runtime, user(person), token, "a")).result.refused is None
    second, _ = await made(runtime, ref, NewInvitation(2), "second")
    async with recorded(runtime.database.pool) as statements:
        page = await invitations_page(runtime, ref.id, Window(10))
        uses = await invitation_uses(runtime, user(ref.admin_id), [first.id, second.id])
    assert len(statements) == 2
    assert [row.id for row in page.rows] == [second.id, first.id]
    assert [row.status(clock()) for row in page.rows] == [InvitationStatus.OPEN, InvitationStatus.USED_UP]
    assert page.rows[1].uses == 2
    assert [(use.person_id, use.used_at) for use in uses[first.id]] == [
        (people[1], NOW + 2 * A_DAY),
        (people[0], NOW + A_DAY),
    ]
    assert second.id not in uses
    for status, ids in ((InvitationStatus.OPEN, [second.id]), (InvitationStatus.USED_UP, [first.id])):
        page = await invitations_page(runtime, ref.id, Window(10), status)
        assert [row.id for row in page.rows] == ids


async def test_b4_making_and_revoking_a_link_are_at_most_eleven_statements(
    runtime: Runtime, ref: OrganisationRef
) -> None:
    async with recorded(runtime.database.pool) as statements:
        invitation, _ = await made(runtime, ref)
    assert len(statements) == 11
    async with recorded(runtime.database.pool) as statements:
        await revoke(runtime, ref, invitation.id)
    assert len(statements) == 11
