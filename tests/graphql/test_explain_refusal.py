"""`Wallet.refusals` and `explainRefusal`: what was refused, as data and in words (F7, F12, C5)."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.ids import public_id
from domain.principals import Principal
from services.posting import Posting, Reporter
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service
from tests.factories.statements import recorded
from tests.factories.usage import spend
from tests.graphql.conftest import Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

REFUSALS = """
query ($id: ID!, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  node(id: $id) { ... on Wallet { refusals(first: $first, after: $after, last: $last, before: $before) {
    nodes { id at asOfEntry refusal { code message requested limits { meter { id } remaining } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }
}
"""
EXPLAIN = """
query ($id: ID!, $locale: Locale) {
  explainRefusal(id: $id, locale: $locale) { text refusal { id refusal { code } } }
}
"""
ENTRY = "query ($id: ID!, $locale: Locale) { explainEntry(id: $id, locale: $locale) { text } }"


async def refuse(runtime: Runtime, clock: TestClock, owner: Owner, count: int) -> list[str]:
    """Have a wallet refused so often, a minute apart; return the refusals' ids, the newest first."""
    for _ in range(count):
        clock.advance(timedelta(minutes=1))
        await runtime.poster.submit(Posting(spend(100), owner.wallet.id, Reporter(UUID(int=1))))
    rows = await runtime.database.pool.fetch(
        "SELECT id FROM refusals WHERE wallet_id = $1 ORDER BY at DESC", owner.wallet.id
    )
    return [public_id("ref", row["id"]) for row in rows]


async def test_f12_refusals_are_read_page_by_page(graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner) -> None:
    ids = await refuse(runtime, clock, ada, 3)
    answer = await graph.ask(REFUSALS, ada.principal, id=ada.wallet_id, first=2)
    assert answer.errors == []
    page = answer.data["node"]["refusals"]
    assert [node["id"] for node in page["nodes"]] == ids[:2]
    assert page["nodes"][0] | {"id": ""} == {
        "id": "",
        "at": "2026-01-15T12:03:00Z",
        "asOfEntry": 1,
        "refusal": {
            "code": "INSUFFICIENT_CREDITS",
            "message": "The remaining credits do not cover this.",
            "requested": "100",
            "limits": [{"meter": {"id": "chat_credit"}, "remaining": "5"}],
        },
    }
    info = page["pageInfo"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    rest = await graph.ask(REFUSALS, ada.principal, id=ada.wallet_id, first=2, after=info["endCursor"])
    page = rest.data["node"]["refusals"]
    assert [node["id"] for node in page["nodes"]] == ids[2:]
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (False, True)
    back = await graph.ask(REFUSALS, ada.principal, id=ada.wallet_id, last=1, before=page["pageInfo"]["startCursor"])
    assert [node["id"] for node in back.data["node"]["refusals"]["nodes"]] == [ids[1]]
    bad = await graph.ask(REFUSALS, ada.principal, id=ada.wallet_id, first=2, after="nothing")
    assert (bad.code, bad.field) == ("BAD_USER_INPUT", ["after"])


async def test_f12_a_page_of_refusals_is_one_statement_beside_the_wallets(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner
) -> None:
    await refuse(runtime, clock, ada, 2)
    async with recorded(runtime.database.pool) as statements:
        await graph.ask_once(REFUSALS, ada.principal, id=ada.wallet_id)
    assert len(statements) == 2


async def test_f7_a_refusal_is_told_in_the_readers_language_or_another(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner
) -> None:
    (id_,) = await refuse(runtime, clock, ada, 1)
    answer = await graph.ask(EXPLAIN, ada.principal, id=id_)
    told = answer.data["explainRefusal"]
    assert told["refusal"] == {"id": id_, "refusal": {"code": "INSUFFICIENT_CREDITS"}}
    assert told["text"].startswith("The remaining credits do not cover this. 100 credits are needed.")
    await runtime.database.pool.execute("UPDATE persons SET locale = 'zh-Hans' WHERE id = $1", ada.wallet.person_id)
    answer = await graph.ask(EXPLAIN, ada.principal, id=id_)
    assert answer.data["explainRefusal"]["text"].startswith("剩余的积分不足以支付本次用量。本次需要 100 积分。")
    answer = await graph.ask(EXPLAIN, ada.principal, id=id_, locale="ENGLISH")
    assert answer.data["explainRefusal"]["text"].startswith("The remaining credits")


async def test_f7_an_entry_is_told_in_the_readers_language_or_another(
    graph: Graph, service: Principal, ada: Owner
) -> None:
    for caller, locale, beginning in (
        (ada.principal, None, "5 credits were given"),
        (ada.principal, "SIMPLIFIED_CHINESE", "已发放 5 积分"),
        (service, None, "5 credits were given"),
        (service, "SIMPLIFIED_CHINESE", "已发放 5 积分"),
    ):
        answer = await graph.ask(ENTRY, caller, id=ada.entry_id(1), locale=locale)
        assert answer.data["explainEntry"]["text"].startswith(beginning)


async def test_f7_refusals_are_found_for_as_long_as_they_are_kept(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner
) -> None:
    (id_,) = await refuse(runtime, clock, ada, 1)
    node = "query ($id: ID!) { node(id: $id) { id ... on RecordedRefusal { refusal { code } } } }"
    clock.now = NOW + timedelta(days=30)
    assert (await graph.ask(node, ada.principal, id=id_)).data["node"]["id"] == id_
    clock.now += timedelta(minutes=1)
    assert (await graph.ask(node, ada.principal, id=id_)).data["node"] is None
    assert (await graph.ask(EXPLAIN, ada.principal, id=id_)).data["explainRefusal"] is None
    assert (await graph.ask(REFUSALS, ada.principal, id=ada.wallet_id)).data["node"]["refusals"]["nodes"] == []


async def test_b11_refusals_of_others_do_not_exist(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner, stranger: Owner
) -> None:
    (id_,) = await refuse(runtime, clock, ada, 1)
    for bad in (id_, *bad_ids("ref")):
        answer = await graph.ask(EXPLAIN, stranger.principal, id=bad)
        assert (answer.data, answer.errors) == ({"explainRefusal": None}, [])
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await graph.ask(node, stranger.principal, id=id_)).data["node"] is None


async def test_g1_a_service_needs_to_read(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner, service: Principal
) -> None:
    (id_,) = await refuse(runtime, clock, ada, 1)
    blind = await make_service(runtime, frozenset({"usage:write"}))
    assert (await graph.ask(EXPLAIN, service, id=id_)).data["explainRefusal"]
    assert (await graph.ask(EXPLAIN, blind, id=id_)).code == "FORBIDDEN"
    assert (await graph.ask(EXPLAIN, id=id_)).code == "UNAUTHENTICATED"
