"""Notices: what the viewer was told, in their language; the same in the feed at once; read marks (A6, A7)."""

import pytest

from domain.commands import Tell
from domain.notices import Notice
from domain.persons import Locale
from domain.principals import ANONYMOUS, Caller, Principal
from feed.cursor import encode
from models.persons import Person
from services.runtime import Runtime
from tests.factories.credentials import make_operator
from tests.factories.notices import announce, publish, tell, tell_all
from tests.factories.statements import recorded
from tests.factories.usage import spend
from tests.factories.wallets import carry_out
from tests.graphql.conftest import NOBODYS, Graph, Json, Owner, bad_ids

pytestmark = pytest.mark.anyio

WORDS = "id kind title text facts { name value } createdAt"
PAGE = f"""
query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $unread: Boolean! = false) {{ viewer {{
    unreadNotices
    notices(first: $first, after: $after, last: $last, before: $before, unreadOnly: $unread) {{
        edges {{ cursor node {{ id }} }} nodes {{ {WORDS} readAt }}
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
    }}
}} }}
"""
READ = """
mutation ($ids: [ID!]! = [], $all: Boolean! = false, $key: String! = "k") {
    markNoticesRead(input: { noticeIds: $ids, all: $all, idempotencyKey: $key }) {
        unreadNotices replayed errors { code field }
    }
}
"""
FOLLOW = f"""
subscription ($id: ID!, $after: Cursor) {{ usageFeed(workspaceId: $id, after: $after) {{
    __typename
    ... on UsageChange {{ cursor entry {{ number kind meter {{ id }} }} }}
    ... on NoticeReceived {{ cursor notice {{ {WORDS} }} }}
    ... on UsageSnapshot {{ cursor balance {{ asOfEntry }} }}
}} }}
"""


async def page(graph: Graph, caller: Principal, **arguments: object) -> Json:
    answer = await graph.ask(PAGE, caller, **arguments)
    assert answer.errors == []
    return answer.data["viewer"]


async def test_a6_people_are_told_in_their_language(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await publish(runtime, await make_operator(runtime))
    await tell_all(runtime)
    viewer = await page(graph, ada.principal)
    assert viewer["unreadNotices"] == 1
    [notice] = viewer["notices"]["nodes"]
    assert notice["id"].startswith("ntc_")
    assert (notice["kind"], notice["title"]) == ("TERMS", "New terms from 15 February 2026, 12:00 UTC")
    assert "“Terms of use” (version 1)" in notice["text"]
    assert {"name": "version", "value": "1"} in notice["facts"]
    assert (notice["createdAt"], notice["readAt"]) == ("2026-01-15T12:00:00Z", None)
    await Person.filter(id=ada.wallet.person_id).update(locale=Locale.SIMPLIFIED_CHINESE)
    [notice] = (await page(graph, ada.principal))["notices"]["nodes"]
    assert "《使用条款》" in notice["text"]


async def test_f8_a_notice_arrives_in_its_place_in_the_feed(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await Person.filter(id=ada.wallet.person_id).update(locale=Locale.SIMPLIFIED_CHINESE)
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id) as feed:
        assert (await feed.next())["__typename"] == "UsageSnapshot"
        await carry_out(runtime, ada.wallet.id, spend())
        await announce(runtime, await make_operator(runtime))
        await tell_all(runtime)
        await carry_out(runtime, ada.wallet.id, spend())
        await tell(runtime, ada.wallet.person_id)
        change, notice, again, last = [await feed.next() for _ in range(4)]
    assert (change["entry"]["number"], again["entry"]["number"]) == (2, 4)
    assert (notice["__typename"], notice["cursor"]) == ("NoticeReceived", encode(ada.wallet.id, 3))
    [shown] = (await page(graph, ada.principal, last=1))["notices"]["nodes"]
    assert {**notice["notice"], "readAt": None} in (await page(graph, ada.principal))["notices"]["nodes"]
    assert (notice["notice"]["title"], notice["notice"]["text"]) == ("通知", "聊天更快了。")
    assert shown["createdAt"] == "2026-01-15T12:00:00Z"
    assert last["notice"]["text"] == "Hello."
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id, after=encode(ada.wallet.id, 2)) as feed:
        assert [await feed.next() for _ in range(3)] == [notice, again, last]


async def test_f8_what_is_told_in_the_feed_alone_has_no_id(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    after = encode(ada.wallet.id, 1)
    async with graph.following(FOLLOW, ada.principal, id=ada.workspace_id, after=after) as feed:
        told = Notice("EXPORT_PROGRESS", {"progress": "40", "export": "exp_1"})
        await carry_out(runtime, ada.wallet.id, Tell(told), Tell(Notice("SOMETHING_NEW", {})))
        first, second = await feed.next(), await feed.next()
    assert (first["notice"]["id"], first["notice"]["kind"]) == (None, "EXPORT_PROGRESS")
    assert first["notice"]["facts"] == [{"name": "export", "value": "exp_1"}, {"name": "progress", "value": "40"}]
    assert "40 %" in first["notice"]["text"]
    assert second["notice"]["title"] == "News about your account"
    assert (await page(graph, ada.principal))["notices"]["nodes"] == []


async def test_f1_notices_are_numbered_with_the_entries_and_are_none(
    graph: Graph, runtime: Runtime, service: Principal, ada: Owner
) -> None:
    await tell(runtime, ada.wallet.person_id)
    await carry_out(runtime, ada.wallet.id, spend())
    await tell(runtime, ada.wallet.person_id)
    wallet = f"""{{ node(id: "{ada.wallet_id}") {{ ... on Wallet {{
        lastEntry balance {{ asOfEntry }} past: balance(entry: 2) {{ credits {{ remaining }} }}
        ENTRIES {{ nodes {{ number meter {{ id }} }} }}
    }} }} }}"""
    for asked, numbers in (
        ("entries", [1, 3]),
        ("entries(first: 1)", [1]),
        ("entries(last: 1)", [3]),
        (f'entries(first: 5, after: "{encode(ada.wallet.id, 2)}")', [3]),
        (f'entries(last: 5, before: "{encode(ada.wallet.id, 4)}")', [1, 3]),
    ):
        answer = await graph.ask(wallet.replace("ENTRIES", asked), ada.principal)
        assert answer.errors == []
        assert [entry["number"] for entry in answer.data["node"]["entries"]["nodes"]] == numbers
        assert answer.data["node"]["past"] == {"credits": [{"remaining": "5"}]}
        assert answer.data["node"]["lastEntry"] == answer.data["node"]["balance"]["asOfEntry"] == 4
    for caller in (ada.principal, service):
        id_ = ada.entry_id(2)
        answer = await graph.ask(f'{{ node(id: "{id_}") {{ id }} explainEntry(id: "{id_}") {{ text }} }}', caller)
        assert (answer.errors, answer.data) == ([], {"node": None, "explainEntry": None})
    answer = await graph.ask(wallet.replace("ENTRIES", "entries(kinds: [NOTICE])"), ada.principal)
    assert answer.code == "GRAPHQL_VALIDATION_FAILED"


async def test_pages_go_both_ways_and_never_lose_a_notice(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    for number in range(5):
        await tell(runtime, ada.wallet.person_id, str(number))
    whole = (await page(graph, ada.principal))["notices"]
    everything = [node["id"] for node in whole["nodes"]]
    assert whole["pageInfo"]["hasNextPage"] is whole["pageInfo"]["hasPreviousPage"] is False
    seen: list[str] = []
    after = None
    while True:
        found = (await page(graph, ada.principal, first=2, after=after))["notices"]
        seen += [edge["node"]["id"] for edge in found["edges"]]
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert seen == everything
    back = (await page(graph, ada.principal, last=3))["notices"]
    assert [node["id"] for node in back["nodes"]] == everything[2:]
    assert (back["pageInfo"]["hasNextPage"], back["pageInfo"]["hasPreviousPage"]) == (False, True)
    rest = (await page(graph, ada.principal, before=back["pageInfo"]["startCursor"]))["notices"]
    assert [node["id"] for node in rest["nodes"]] == everything[:2]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (True, False)


async def test_bad_pages_are_refused_by_name(graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner) -> None:
    await tell(runtime, stranger.wallet.person_id)
    foreign = (await page(graph, stranger.principal))["notices"]["pageInfo"]["startCursor"]
    for arguments, field in (
        ({"first": 0}, "first"),
        ({"first": 101}, "first"),
        ({"last": -1}, "last"),
        ({"first": 1, "last": 1}, "last"),
        ({"after": "nonsense"}, "after"),
        ({"before": ""}, "before"),
        ({"after": foreign}, "after"),
        ({"after": encode(ada.wallet.id, 1)}, "after"),
    ):
        answer = await graph.ask(PAGE, ada.principal, **arguments)
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", [field])


async def test_statements_do_not_grow_with_notices(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    counts = []
    for more in (0, 1, 40):
        for _ in range(more):
            await tell(runtime, ada.wallet.person_id)
        async with recorded(runtime.database.pool) as statements:
            answer = await graph.ask_once(PAGE, ada.principal, first=100)
        assert answer.errors == []
        counts.append((len(answer.data["viewer"]["notices"]["nodes"]), len(statements)))
    assert counts == [(0, 2), (1, 2), (41, 2)]


async def test_notices_are_marked_as_read(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    for number in range(3):
        await tell(runtime, ada.wallet.person_id, str(number))
    everything = [node["id"] for node in (await page(graph, ada.principal))["notices"]["nodes"]]
    for replayed in (False, True):
        answer = await graph.ask(READ, ada.principal, ids=[everything[0], everything[0]])
        assert answer.data["markNoticesRead"] == {"unreadNotices": 2, "replayed": replayed, "errors": []}
    viewer = await page(graph, ada.principal, unread=True)
    assert [node["id"] for node in viewer["notices"]["nodes"]] == everything[1:]
    assert viewer["unreadNotices"] == 2
    found = await graph.ask(f'{{ node(id: "{everything[0]}") {{ ... on Notice {{ readAt text }} }} }}', ada.principal)
    assert found.data["node"]["readAt"] == "2026-01-15T12:00:00Z"
    reused = await graph.ask(READ, ada.principal, all=True)
    assert [error["code"] for error in reused.data["markNoticesRead"]["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    answer = await graph.ask(READ, ada.principal, all=True, key="all")
    assert answer.data["markNoticesRead"]["unreadNotices"] == 0


async def test_b11_unknown_foreign_and_malformed_notices_are_the_same(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    await tell(runtime, ada.wallet.person_id)
    await tell(runtime, stranger.wallet.person_id)
    [own] = (await page(graph, ada.principal))["notices"]["nodes"]
    [foreign] = (await page(graph, stranger.principal))["notices"]["nodes"]
    told = []
    for number, id_ in enumerate((foreign["id"], ada.wallet_id, *bad_ids("ntc"))):
        answer = await graph.ask(READ, ada.principal, ids=[own["id"], id_], key=f"k{number}")
        told.append(answer.data["markNoticesRead"])
        assert (await graph.ask("query ($id: ID!) { node(id: $id) { id } }", ada.principal, id=id_)).data in (
            {"node": None},
            {"node": {"id": ada.wallet_id}},
        )
    refused = {"unreadNotices": None, "replayed": False, "errors": [{"code": "NOT_FOUND", "field": ["noticeIds"]}]}
    assert all(each == refused for each in told)
    assert (await page(graph, ada.principal))["unreadNotices"] == 1


@pytest.mark.parametrize(
    "arguments", [{}, {"ids": [], "all": False}, {"all": True, "ids": ["ntc_x"]}, {"ids": ["ntc_x"] * 101}]
)
async def test_either_some_or_all(graph: Graph, ada: Owner, arguments: dict[str, object]) -> None:
    answer = await graph.ask(READ, ada.principal, **arguments)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "noticeIds"])


async def test_g1_who_is_no_person_has_none(graph: Graph, runtime: Runtime, service: Principal, ada: Owner) -> None:
    await tell(runtime, ada.wallet.person_id)
    [own] = (await page(graph, ada.principal))["notices"]["nodes"]
    for caller in (service, Principal(Caller.OPERATOR, NOBODYS)):
        viewer = await page(graph, caller)
        assert (viewer["unreadNotices"], viewer["notices"]["nodes"]) == (0, [])
        assert (await graph.ask(f'{{ node(id: "{own["id"]}") {{ id }} }}', caller)).data == {"node": None}
    assert (await graph.ask(PAGE, ANONYMOUS)).code == "UNAUTHENTICATED"
