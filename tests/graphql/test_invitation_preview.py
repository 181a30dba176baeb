"""`Query.invitation`: what a link tells whoever has it, and what strangers cannot tell apart (B4)."""

from datetime import timedelta

import pytest

from domain.principals import ANONYMOUS
from services.accepting import accept_invitation
from services.invitation_reads import token_hash
from services.invitations import revoke_invitation
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.organisations import invite, make_account, make_organisation, user
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

PREVIEW = "query ($token: String!) { invitation(token: $token) { organizationName expiresAt } }"


async def test_b4_anybody_with_the_link_sees_name_and_expiry(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    ref = await make_organisation(runtime, name="Beispiel & Söhne")
    token = await invite(runtime, ref, days=2, email="bo@example.org")
    told = {"invitation": {"organizationName": "Beispiel & Söhne", "expiresAt": "2026-01-17T12:00:00Z"}}
    for caller in (ANONYMOUS, ada.principal, user(ref.admin_id)):
        assert (await graph.ask(PREVIEW, caller, token=token)).data == told


async def test_b4_links_that_do_not_hold_are_nothing_to_everybody(
    graph: Graph, runtime: Runtime, clock: TestClock
) -> None:
    ref, bo = await make_organisation(runtime), (await make_account(runtime)).person_id
    expired, used_up, gone = (
        await invite(runtime, ref, days=2),
        await invite(runtime, ref, uses_max=1),
        await invite(runtime, ref),
    )
    assert (await accept_invitation(runtime, user(bo), used_up, "k")).result.refused is None
    id_ = await runtime.database.pool.fetchval("SELECT id FROM invitations WHERE token_hash = $1", token_hash(gone))
    await revoke_invitation(runtime, user(ref.admin_id), id_, "r")
    clock.now = NOW + timedelta(days=2)
    before = await graph.content()
    for token in (expired, used_up, gone, "", "ali_" + "A" * 43, expired[:-1], "é" * 99, "x" * 10_000):
        for caller in (ANONYMOUS, user(bo), user(ref.admin_id)):
            assert (await graph.ask(PREVIEW, caller, token=token)).data == {"invitation": None}
    assert await graph.content() == before


@pytest.mark.parametrize("field", ["id", "organizationId", "email", "createdBy { id }", "status", "uses"])
async def test_b4_a_preview_has_nothing_more(graph: Graph, field: str) -> None:
    answer = await graph.ask(f'{{ invitation(token: "x") {{ {field} }} }}')
    assert answer.code == "GRAPHQL_VALIDATION_FAILED"
