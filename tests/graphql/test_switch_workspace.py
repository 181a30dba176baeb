"""`switchWorkspace`: everything that a page repaints in one answer, and word to the other pages (B11, B12)."""

import asyncio
from itertools import pairwise
from uuid import uuid4

import pytest

from domain.ids import public_id
from domain.principals import Caller, Principal
from feed.topics import wallet_topic
from models.persons import Person
from services.runtime import Runtime
from services.switching import switch_workspace
from tests.factories.clock import NOW
from tests.factories.credentials import make_user
from tests.factories.statements import recorded
from tests.factories.wallets import WalletRef, give, make_colleague
from tests.factories.workspaces import leave
from tests.graphql.conftest import Answer, Graph, Json, Owner, bad_ids

pytestmark = pytest.mark.anyio

REPAINTED = """
    id kind name role surfaces excludedFromTraining settings { name value }
    quotas { remaining } credits { remaining } wallet { id lastEntry }
"""
SWITCH = f"""
mutation ($input: SwitchWorkspaceInput!) {{ switchWorkspace(input: $input) {{
    workspace {{ {REPAINTED} }} replayed errors {{ code message field details {{ name value }} }}
}} }}
"""
FOLLOW = """
subscription ($id: ID!) { usageFeed(workspaceId: $id) {
    __typename
    ... on NoticeReceived { notice { id kind title text facts { name value } } }
    ... on UsageChange { entry { kind } }
} }
"""
BEGINS = "{ viewer { person { defaultWorkspaceId } notices { nodes { id } } } }"


@pytest.fixture
async def office(runtime: Runtime, ada: Owner) -> WalletRef:
    """Ada's wallet in an organisation's workspace."""
    return await make_colleague(runtime, person_id=ada.wallet.person_id, credits_=7)


async def switch(graph: Graph, caller: Principal, workspace: str, key: str | None = None) -> Json:
    answer = await asked(graph, caller, workspace, key)
    assert answer.errors == []
    return answer.data["switchWorkspace"]


async def asked(graph: Graph, caller: Principal, workspace: str, key: str | None = None) -> Answer:
    given = {"workspaceId": workspace, "idempotencyKey": key or str(uuid4())}
    return await graph.ask(SWITCH, caller, input=given)


async def test_b12_the_answer_has_all_that_a_page_repaints(graph: Graph, ada: Owner, office: WalletRef) -> None:
    payload = await switch(graph, ada.principal, public_id("wsp", office.workspace_id))
    assert payload == {
        "workspace": {
            "id": public_id("wsp", office.workspace_id),
            "kind": "ENTERPRISE",
            "name": "Example Labs",
            "role": "MEMBER",
            "surfaces": ["WEB"],
            "excludedFromTraining": True,
            "settings": [],
            "quotas": [],
            "credits": [{"remaining": "7"}],
            "wallet": {"id": public_id("wal", office.id), "lastEntry": 1},
        },
        "replayed": False,
        "errors": [],
    }
    home = (await switch(graph, ada.principal, ada.workspace_id))["workspace"]
    assert (home["kind"], home["role"], home["surfaces"], home["excludedFromTraining"]) == (
        "PERSONAL",
        "OWNER",
        ["WEB", "DESKTOP", "MOBILE", "API", "CLI"],
        False,
    )
    assert home["credits"] == [{"remaining": "5"}]
    assert home["wallet"]["lastEntry"] == 3  # the credits, and the notices of both switches


async def test_b12_the_other_pages_are_told_in_the_personal_feed(
    graph: Graph, runtime: Runtime, ada: Owner, office: WalletRef, stranger: Owner
) -> None:
    workspace = public_id("wsp", office.workspace_id)
    async with (
        graph.following(FOLLOW, ada.principal, id=ada.workspace_id) as at_home,
        graph.following(FOLLOW, ada.principal, id=workspace) as at_work,
        graph.following(FOLLOW, stranger.principal, id=stranger.workspace_id) as elsewhere,
    ):
        for feed in (at_home, at_work, elsewhere):
            assert (await feed.next())["__typename"] == "UsageSnapshot"
        await switch(graph, ada.principal, workspace)
        notice = (await at_home.next())["notice"]
        assert (notice["id"], notice["kind"]) == (None, "WORKSPACE_SWITCHED")
        assert notice["facts"] == [{"name": "workspace", "value": workspace}]
        assert notice["title"]
        for owner in (office, stranger.wallet):  # the next thing that they hear of is this, not the switch
            await give(runtime, owner.id, 1)
            await runtime.broker.wake([wallet_topic(owner.id)])
        for feed in (at_work, elsewhere):
            assert (await feed.next())["entry"]["kind"] == "GRANT"
    begins = (await graph.ask(BEGINS, ada.principal)).data["viewer"]
    assert begins == {"person": {"defaultWorkspaceId": workspace}, "notices": {"nodes": []}}
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM emails") == 0


async def test_b12_who_is_there_already_changes_nothing(
    graph: Graph, runtime: Runtime, ada: Owner, office: WalletRef
) -> None:
    workspace = public_id("wsp", office.workspace_id)
    await switch(graph, ada.principal, workspace)
    for id_ in (workspace, ada.workspace_id):
        await switch(graph, ada.principal, id_)
        before = await _ledgers(runtime)
        for _ in range(2):
            payload = await switch(graph, ada.principal, id_)
            assert (payload["workspace"]["id"], payload["errors"]) == (id_, [])
        assert await _ledgers(runtime) == before


async def test_b12_one_begins_at_home(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    before = await _ledgers(runtime)
    assert (await switch(graph, ada.principal, ada.workspace_id))["workspace"]["id"] == ada.workspace_id
    assert await _ledgers(runtime) == before
    assert (await graph.ask(BEGINS, ada.principal)).data["viewer"]["person"] == {"defaultWorkspaceId": None}


async def test_f5_a_switch_happens_once(graph: Graph, ada: Owner, office: WalletRef) -> None:
    workspace = public_id("wsp", office.workspace_id)
    first = await switch(graph, ada.principal, workspace, "k")
    await switch(graph, ada.principal, ada.workspace_id, "l")
    before = await graph.content()
    assert await switch(graph, ada.principal, workspace, "k") == first | {"replayed": True}
    other = await switch(graph, ada.principal, ada.workspace_id, "k")
    assert (other["workspace"], other["errors"][0]["code"]) == (None, "IDEMPOTENCY_KEY_REUSED")
    assert await graph.content() == before
    await leave(office.workspace_id, office.person_id, NOW)
    left = await switch(graph, ada.principal, workspace, "k")
    assert (left["workspace"], left["replayed"], left["errors"]) == (None, True, [])


async def test_b11_unknown_foreign_and_left_workspaces_look_alike(
    graph: Graph, runtime: Runtime, ada: Owner, office: WalletRef, stranger: Owner
) -> None:
    theirs = await make_colleague(runtime)
    await leave(office.workspace_id, office.person_id, NOW)
    expected = await switch(graph, ada.principal, stranger.workspace_id)
    assert expected == {
        "workspace": None,
        "replayed": False,
        "errors": [
            {"code": "NOT_FOUND", "message": "There is no such workspace.", "field": ["workspaceId"], "details": []}
        ],
    }
    left, foreign = public_id("wsp", office.workspace_id), public_id("wsp", theirs.workspace_id)
    before = await _ledgers(runtime)
    for id_ in (left, foreign, ada.wallet_id, *bad_ids("wsp")):
        assert await switch(graph, ada.principal, id_) == expected
    assert await _ledgers(runtime) == before


async def test_a1_a_guest_is_shown_their_own_workspace(graph: Graph, ada: Owner, stranger: Owner) -> None:
    guest = Principal(Caller.GUEST, ada.wallet.person_id, ada.principal.credential)
    assert (await switch(graph, guest, ada.workspace_id))["workspace"]["id"] == ada.workspace_id
    assert (await switch(graph, guest, stranger.workspace_id))["workspace"] is None


async def test_g5_a_bad_key_is_named(graph: Graph, ada: Owner) -> None:
    before = await graph.content()
    answer = await asked(graph, ada.principal, ada.workspace_id, "\n")
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "idempotencyKey"])
    assert await graph.content() == before


async def test_a_person_without_a_personal_workspace_switches_too(graph: Graph, runtime: Runtime) -> None:
    one = await make_colleague(runtime)
    other = await make_colleague(runtime, person_id=one.person_id)
    caller = await make_user(runtime, one.person_id)
    for place in (one, other):
        payload = await switch(graph, caller, public_id("wsp", place.workspace_id))
        assert payload["workspace"]["wallet"]["id"] == public_id("wal", place.id)
    assert (await Person.get(id=one.person_id)).default_workspace_id == other.workspace_id


async def test_b12_of_many_switches_at_once_the_last_that_is_told_holds(
    graph: Graph, runtime: Runtime, ada: Owner, office: WalletRef
) -> None:
    places = [office.workspace_id, ada.wallet.workspace_id] * 15
    await asyncio.gather(*(switch_workspace(runtime, ada.principal, place, f"k{n}") for n, place in enumerate(places)))
    told = await runtime.database.pool.fetch(
        """SELECT body -> 'notice' -> 'facts' ->> 'workspace' AS workspace FROM entries
        WHERE wallet_id = $1 AND kind = 'NOTICE' ORDER BY number""",
        ada.wallet.id,
    )
    begins = (await graph.ask(BEGINS, ada.principal)).data["viewer"]["person"]["defaultWorkspaceId"]
    heard = [row["workspace"] for row in told]
    assert heard[-1] == begins
    assert all(one != other for one, other in pairwise(heard))  # each told a move


async def test_a_switch_is_nine_statements_and_none_are_six(
    graph: Graph, runtime: Runtime, ada: Owner, office: WalletRef
) -> None:
    counts = []
    for key in ("a", "b", "a"):
        async with recorded(runtime.database.pool) as statements:
            await switch_workspace(runtime, ada.principal, office.workspace_id, key)
        counts.append(len(statements))
    assert counts == [9, 6, 4]
    given = {"workspaceId": ada.workspace_id, "idempotencyKey": "c"}
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(SWITCH, ada.principal, input=given)
    assert (answer.errors, len(statements)) == ([], 9 + 3)  # the workspace, its settings, its wallet


async def _ledgers(runtime: Runtime) -> list[tuple[object, ...]]:
    """Where everybody begins, and how far every ledger is."""
    pool = runtime.database.pool
    rows = [
        *await pool.fetch("SELECT id, default_workspace_id FROM persons ORDER BY id"),
        *await pool.fetch("SELECT id, last_entry FROM wallets ORDER BY id"),
        *await pool.fetch("SELECT id FROM notices ORDER BY id"),
    ]
    return [tuple(row) for row in rows]
