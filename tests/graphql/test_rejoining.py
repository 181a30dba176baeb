"""Joining, being removed and coming back, as those concerned see it over the real transport (B6, B7, B8)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import public_id
from domain.principals import Principal
from services.runtime import Runtime
from services.seats import settle_seats
from services.usage import consume
from tests.factories.clock import TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import OrganisationRef, add_member, make_account, make_organisation
from tests.factories.usage import chat
from tests.graphql.conftest import Graph, Json

pytestmark = pytest.mark.anyio

SETTLEMENT = datetime(2026, 2, 15, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)

INVITE = """
mutation ($input: CreateInvitationInput!) { createInvitation(input: $input) { token errors { code } } }
"""
ACCEPT = """
mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
    workspace { id role wallet { id quotas { meter { id } granted used remaining } } } errors { code }
} }
"""
REMOVE = """
mutation ($input: RemoveMemberInput!) { removeMember(input: $input) { seatReleasesAt errors { code } } }
"""
OVERVIEW = """
query ($id: ID!) { organization(id: $id) {
    seatCounts { total unallocated allocated pendingRelease }
    seats { nodes { number status releaseAt holder { person { displayName } } changes { kind } } }
    members { nodes { id person { displayName } quotas { meter { id } used remaining } } }
} }
"""


async def done(graph: Graph, verb: str, document: str, caller: Principal, /, **asked: object) -> Json:
    payload = (await graph.ask(document, caller, input=asked)).data[verb]
    assert payload["errors"] == []
    return payload


async def overview(graph: Graph, admin: Principal, ref: OrganisationRef) -> Json:
    return (await graph.ask(OVERVIEW, admin, id=public_id("org", ref.id))).data["organization"]


def credits_of(payload: Json) -> tuple[str, str, str]:
    """Of the chat credits that a workspace gives: granted, used, remaining."""
    (quota,) = [each for each in payload["workspace"]["wallet"]["quotas"] if each["meter"]["id"] == "chat_credit"]
    return quota["granted"], quota["used"], quota["remaining"]


@pytest.mark.parametrize("when", ["within the period", "after the settlement", "after the worker has settled"])
async def test_b8_removed_in_the_middle_of_a_period_and_back(
    graph: Graph, runtime: Runtime, clock: TestClock, service: Principal, when: str
) -> None:
    ref = await make_organisation(runtime, seats=3)
    admin = await make_user(runtime, ref.admin_id)
    bo = await make_user(runtime, (await make_account(runtime, "Bo")).person_id)
    id_ = public_id("org", ref.id)
    clock.now = SETTLEMENT - timedelta(days=6)
    token = (await done(graph, "createInvitation", INVITE, admin, organizationId=id_, days=7, idempotencyKey="invite"))[
        "token"
    ]
    joined = await done(graph, "acceptInvitation", ACCEPT, bo, token=token, idempotencyKey="join")
    assert credits_of(joined) == ("2000", "0", "2000")
    wallet = await runtime.database.pool.fetchval(
        "SELECT id FROM wallets WHERE workspace_id = $1 AND person_id = $2", ref.workspace_id, bo.person_id
    )
    for number in range(3):
        await consume(runtime, service, chat(wallet, 100), f"usage {number}")
    (member,) = [
        each
        for each in (await overview(graph, admin, ref))["members"]["nodes"]
        if each["person"]["displayName"] == "Bo"
    ]
    asked = {"organizationId": id_, "memberId": member["id"], "idempotencyKey": "remove"}
    assert await done(graph, "removeMember", REMOVE, admin, **asked) == {
        "seatReleasesAt": "2026-02-15T12:00:00Z",
        "errors": [],
    }
    clock.now = SETTLEMENT - TICK
    shown = await overview(graph, admin, ref)
    assert shown["seatCounts"] == {"total": 3, "unallocated": 1, "allocated": 1, "pendingRelease": 1}
    assert (shown["seats"]["nodes"][1]["status"], shown["seats"]["nodes"][1]["releaseAt"]) == (
        "PENDING_RELEASE",
        "2026-02-15T12:00:00Z",
    )
    if when != "within the period":
        clock.now = SETTLEMENT
        if when == "after the worker has settled":
            assert await settle_seats(runtime) == 1
        shown = await overview(graph, admin, ref)
        assert shown["seatCounts"] == {"total": 3, "unallocated": 2, "allocated": 1, "pendingRelease": 0}
        assert [seat["status"] for seat in shown["seats"]["nodes"]] == ["ALLOCATED", "UNALLOCATED", "UNALLOCATED"]
        await add_member(runtime, ref, "Cy")  # takes the seat that was Bo's
    back = await done(graph, "acceptInvitation", ACCEPT, bo, token=token, idempotencyKey="back")
    expected = ("2000", "300", "1700") if when == "within the period" else ("2000", "0", "2000")
    assert credits_of(back) == expected
    assert back["workspace"]["role"] == "MEMBER"
    seats = (await overview(graph, admin, ref))["seats"]["nodes"]
    held = {seat["holder"]["person"]["displayName"]: seat["number"] for seat in seats if seat["holder"]}
    assert held["Bo"] == (2 if when == "within the period" else 3)
    changes = sorted(seats[1]["changes"], key=lambda change: change["kind"])
    last = "REASSIGNED" if when == "within the period" else "RELEASED"
    assert last in {change["kind"] for change in changes}
