"""`usageFeed`: a snapshot, then every entry once, over a socket (F8)."""

import json
from uuid import uuid4

import pytest

from domain.errors import Forbidden
from domain.principals import ANONYMOUS, Principal
from feed.cursor import encode
from feed.events import ResyncReason, Snapshot
from feed.events import ResyncRequired as Resync
from resolvers.context import Context
from resolvers.errors import CODES
from resolvers.feed import event_view
from schema.feed import ResyncRequired, UsageChange, UsageSnapshot
from services.feed import follow
from services.runtime import Runtime
from services.usage import consume
from tests.factories.clock import NOW
from tests.factories.usage import chat, hold, spend
from tests.factories.wallets import carry_out, make_colleague, subscribe
from tests.factories.workspaces import leave
from tests.graphql.conftest import Graph, Owner, bad_ids, client_of
from tests.graphql.reports import started

pytestmark = pytest.mark.anyio

FOLLOW = """
subscription ($id: ID!, $after: Cursor) { usageFeed(workspaceId: $id, after: $after) {
    __typename
    ... on UsageSnapshot {
        cursor at runningTasks { id status }
        balance { asOfEntry credits { remaining } quotas { remaining source cycle { count } } }
    }
    ... on UsageChange {
        cursor
        entry {
            number kind amount recordedAt task { id status }
            balance { asOfEntry credits { remaining } quotas { remaining source } }
        }
    }
    ... on ResyncRequired { cursor reason snapshot { cursor balance { asOfEntry } } }
} }
"""


async def test_f8_a_snapshot_then_every_entry_once(graph: Graph, service: Principal, ada: Owner) -> None:
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id) as feed:
        assert await feed.next() == {
            "__typename": "UsageSnapshot",
            "cursor": encode(ada.wallet.id, 1),
            "at": "2026-01-15T12:00:00Z",
            "runningTasks": [],
            "balance": {"asOfEntry": 1, "credits": [{"remaining": "5"}], "quotas": []},
        }
        await consume(graph.runtime, service, chat(ada.wallet.id), "a")
        task = await started(graph, service, ada)
        first, second = await feed.next(), await feed.next()
    assert first["cursor"] == encode(ada.wallet.id, 2)
    assert (first["entry"]["number"], first["entry"]["kind"], first["entry"]["amount"]) == (2, "CONSUME", "1")
    assert first["entry"]["balance"] == {"asOfEntry": 2, "credits": [{"remaining": "4"}], "quotas": []}
    assert (second["entry"]["number"], second["entry"]["task"]) == (3, {"id": task, "status": "RUNNING"})


async def test_f8_with_a_cursor_it_resumes_without_a_gap(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, spend(), spend(), spend())
    for seen in range(4):
        after = encode(ada.wallet.id, seen)
        async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id, after=after) as feed:
            numbers = [(await feed.next())["entry"]["number"] for _ in range(seen, 4)]
        assert numbers == list(range(seen + 1, 5))


async def test_f8_a_snapshot_shows_running_tasks(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, hold())
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id) as feed:
        assert [task["status"] for task in (await feed.next())["runningTasks"]] == ["RUNNING"]


async def test_f8_a_plan_that_begins_while_one_follows_has_its_source(
    graph: Graph, runtime: Runtime, ada: Owner
) -> None:
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id) as feed:
        assert (await feed.next())["balance"]["quotas"] == []
        await subscribe(runtime, ada.wallet.id, "business")
        events = [await feed.next() for _ in range(5)]
    quotas = events[-1]["entry"]["balance"]["quotas"]
    assert [(quota["remaining"], quota["source"]) for quota in quotas] == [
        ("2000", "plan:business@1"),
        ("5000000", "plan:business@1"),
        ("30", None),
    ]


async def test_f8_a_cursor_ahead_of_the_ledger_is_told(graph: Graph, ada: Owner) -> None:
    ahead = encode(ada.wallet.id, 99)
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id, after=ahead) as feed:
        here = encode(ada.wallet.id, 1)
        assert await feed.next() == {
            "__typename": "ResyncRequired",
            "cursor": here,
            "reason": "CURSOR_AHEAD",
            "snapshot": {"cursor": here, "balance": {"asOfEntry": 1}},
        }


async def test_b11_unknown_foreign_and_malformed_workspaces_are_the_same(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    left = await make_colleague(runtime, person_id=ada.wallet.person_id)
    await leave(left.workspace_id, ada.wallet.person_id, NOW)
    told = []
    for id_ in (stranger.workspace_id, ada.wallet_id, *bad_ids("wsp")):
        async with graph.following(FOLLOW, ada.principal, id=id_) as feed:
            told.append(await feed.error())
    assert told[0]["extensions"] == {"code": "NOT_FOUND", "field": ["workspaceId"]}
    assert all(each == told[0] for each in told)


async def test_b11_a_cursor_of_another_wallet_is_as_bad_as_nonsense(graph: Graph, ada: Owner, stranger: Owner) -> None:
    told = []
    for after in (encode(stranger.wallet.id, 1), "nonsense", "", "x" * 10_000):
        async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id, after=after) as feed:
            told.append(await feed.error())
    assert told[0]["extensions"] == {"code": "BAD_USER_INPUT", "field": ["after"]}
    assert all(each == told[0] for each in told)


async def test_g1_it_is_for_people(graph: Graph, service: Principal, ada: Owner) -> None:
    for caller, code in ((service, "FORBIDDEN"), (ANONYMOUS, "UNAUTHENTICATED")):
        for id_ in (ada.workspace_id, "nonsense"):
            async with graph.following(FOLLOW, caller, id=id_) as feed:
                assert (await feed.error())["extensions"]["code"] == code


async def test_f8_a_server_that_stops_says_so(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id) as feed:
        await feed.next()
        await runtime.feed.stop()
        assert (await feed.error())["extensions"]["code"] == "UNAVAILABLE"


async def test_all_who_follow_a_wallet_share_one_view_and_one_encoding(runtime: Runtime, ada: Owner) -> None:
    feeds = [await follow(runtime, ada.principal, ada.wallet.workspace_id, None) for _ in range(2)]
    for feed in feeds:
        await anext(feed)
    await carry_out(runtime, ada.wallet.id, spend())
    events = [await anext(feed) for feed in feeds]
    views = [event_view(runtime.catalog, event) for event in events]
    for feed in feeds:
        await feed.aclose()
    assert isinstance(views[0], UsageChange)
    assert views[0] is views[1]
    assert not isinstance(events[0], Resync)
    assert views[0].shared is events[0].shared


async def test_a_snapshot_that_stands_in_for_a_gap_is_not_taken_for_one_that_begins_a_feed(runtime: Runtime) -> None:
    event = Snapshot(uuid4(), uuid4(), 0, NOW, (), ())
    view = event_view(runtime.catalog, Resync(ResyncReason.TOO_FAR_BEHIND, event))
    assert isinstance(view, ResyncRequired)
    assert isinstance(event_view(runtime.catalog, event), UsageSnapshot)
    assert getattr(view, "shared", None) is None


async def test_equal_rights_share_and_others_do_not(runtime: Runtime, ada: Owner, stranger: Owner) -> None:
    def key(principal: Principal) -> object:
        return Context(runtime, principal).share_key

    principal = ada.principal
    device = Principal(principal.caller, principal.subject, uuid4())
    assert key(principal) == key(device)
    assert hash(key(principal)) == hash(key(device))
    assert key(principal) != key(stranger.principal)
    narrowed = Principal(principal.caller, principal.subject, None, frozenset({"usage:read"}))
    assert key(principal) != key(narrowed)
    assert CODES[Forbidden] == "FORBIDDEN"


async def test_f8_it_can_be_followed_by_server_sent_events(graph: Graph, ada: Owner) -> None:
    async with client_of(graph.endpoint) as client:
        response = await client.post(
            "/",
            content=json.dumps({"query": FOLLOW, "variables": {"id": "nonsense"}}),
            headers={
                "content-type": "application/json",
                "accept": "text/event-stream",
                "authorization": graph.header(ada.principal),
            },
        )
    assert "NOT_FOUND" in response.text
