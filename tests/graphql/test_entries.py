"""`Wallet.entries`: pages of a ledger, and every bad argument named."""

import pytest

from domain.principals import Principal
from feed.cursor import encode
from services.runtime import Runtime
from tests.factories.usage import hold, spend
from tests.factories.wallets import carry_out, give
from tests.graphql.conftest import Graph, Json, Owner, make_owner

pytestmark = pytest.mark.anyio

PAGE = """
query ($id: ID!, $first: Int, $after: Cursor, $last: Int, $before: Cursor, $kinds: [EntryKind!]) {
    node(id: $id) { ... on Wallet {
        entries(first: $first, after: $after, last: $last, before: $before, kinds: $kinds) {
            edges { cursor node { number } }
            nodes { number cursor }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    } }
}
"""
DETAILS = """
query ($id: ID!) { node(id: $id) { ... on Wallet { entries(first: 100) { nodes {
    id number kind at recordedAt amount unit meter { id }
    task { id status } grant { number kind pool granted unit source startsAt endsAt meter { id } }
    allowance { number amount unit source opensOnUse endsAt pool cycle { unit } meter { id } }
    changes { grantNumber used held remaining lapsed ends }
    receipt {
        product quantity surface client price charged waived draws { grantNumber amount }
        priceRule { id version perUnit meter { id } }
    }
    balance {
        asOfEntry at
        credits { remaining held used granted lapsed asOfEntry } quotas { remaining source cycle { count } }
    }
} } } } }
"""


@pytest.fixture
async def owner(runtime: Runtime) -> Owner:
    """Somebody with 30 entries: grants of 1, 2, 3 … credits."""
    made = await make_owner(runtime)
    for number in range(1, 31):
        await give(runtime, made.wallet.id, number)
    return made


async def page(graph: Graph, owner: Owner, **arguments: object) -> Json:
    answer = await graph.ask(PAGE, owner.principal, id=owner.wallet_id, **arguments)
    assert answer.errors == []
    found = answer.data["node"]["entries"]
    assert [edge["node"]["number"] for edge in found["edges"]] == [node["number"] for node in found["nodes"]]
    assert [edge["cursor"] for edge in found["edges"]] == [node["cursor"] for node in found["nodes"]]
    return found


def numbers(found: Json) -> list[int]:
    return [node["number"] for node in found["nodes"]]


def more(found: Json) -> tuple[bool, bool]:
    return found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]


def at(owner: Owner, number: int) -> str:
    return encode(owner.wallet.id, number)


async def test_without_arguments_the_newest_twenty_oldest_first(graph: Graph, owner: Owner) -> None:
    found = await page(graph, owner)
    assert numbers(found) == list(range(11, 31))
    assert more(found) == (True, False)
    assert found["pageInfo"]["startCursor"] == at(owner, 11)
    assert found["pageInfo"]["endCursor"] == at(owner, 30)


async def test_pages_forward_and_back_visit_everything_once(graph: Graph, owner: Owner) -> None:
    seen: list[int] = []
    cursor = None
    while True:
        found = await page(graph, owner, first=7, after=cursor)
        assert more(found)[0] is bool(seen)
        seen += numbers(found)
        cursor = found["pageInfo"]["endCursor"]
        if not more(found)[1]:
            break
    assert seen == list(range(1, 31))
    back: list[int] = []
    cursor = None
    while True:
        found = await page(graph, owner, last=7, before=cursor)
        assert more(found)[1] is bool(back)
        back = numbers(found) + back
        cursor = found["pageInfo"]["startCursor"]
        if not more(found)[0]:
            break
    assert back == seen


async def test_cursors_bound_both_sides(graph: Graph, owner: Owner) -> None:
    assert numbers(await page(graph, owner, after=at(owner, 10), before=at(owner, 14))) == [11, 12, 13]
    assert numbers(await page(graph, owner, last=2, after=at(owner, 10), before=at(owner, 14))) == [12, 13]
    assert numbers(await page(graph, owner, after=at(owner, 10))) == list(range(11, 31))
    assert numbers(await page(graph, owner, after=at(owner, 0), first=1)) == [1]
    empty = await page(graph, owner, after=at(owner, 30))
    assert (numbers(empty), more(empty)) == ([], (True, False))
    assert empty["pageInfo"] | {"hasPreviousPage": 0, "hasNextPage": 0} == {
        "hasPreviousPage": 0,
        "hasNextPage": 0,
        "startCursor": None,
        "endCursor": None,
    }


async def test_kinds_select(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, spend(), hold(), spend())
    assert numbers(await page(graph, ada, kinds=["CONSUME"])) == [2, 4]
    assert numbers(await page(graph, ada, kinds=["CONSUME", "HOLD"], first=2)) == [2, 3]
    assert numbers(await page(graph, ada, kinds=[])) == [1, 2, 3, 4]
    assert numbers(await page(graph, ada, kinds=["SETTLE"])) == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"first": 2**31 - 1}, "first"),
        ({"last": 0}, "last"),
        ({"last": 101}, "last"),
        ({"first": 1, "last": 1}, "last"),
        ({"after": "nonsense"}, "after"),
        ({"after": ""}, "after"),
        ({"after": "x" * 100_000}, "after"),
        ({"after": "é"}, "after"),
        ({"before": "AAAAAAAAAAAA"}, "before"),
    ],
)
async def test_bad_arguments_are_named(graph: Graph, ada: Owner, arguments: dict[str, object], field: str) -> None:
    answer = await graph.ask(PAGE, ada.principal, id=ada.wallet_id, **arguments)
    if arguments.get("first") == 2**31 - 1:
        assert answer.code == "QUERY_TOO_COMPLEX"  # refused before it is looked at
    else:
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", [field])


async def test_b11_a_cursor_of_another_wallet_is_as_bad_as_nonsense(graph: Graph, ada: Owner, stranger: Owner) -> None:
    told = []
    for cursor in (at(stranger, 1), "nonsense"):
        answer = await graph.ask(PAGE, ada.principal, id=ada.wallet_id, after=cursor)
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["after"])
        told.append(answer.errors)
    assert told[0] == told[1]


@pytest.mark.parametrize("arguments", [{"first": "1"}, {"after": 5}, {"kinds": ["NONSENSE"]}, {"first": 1.5}])
async def test_arguments_of_the_wrong_type_are_named(graph: Graph, ada: Owner, arguments: dict[str, object]) -> None:
    answer = await graph.ask(PAGE, ada.principal, id=ada.wallet_id, **arguments)
    assert answer.code == "BAD_USER_INPUT"
    assert next(iter(arguments)) in answer.errors[0]["message"]


async def test_f7_entries_tell_everything(graph: Graph, runtime: Runtime, service: Principal) -> None:
    owner = await make_owner(runtime, credits_=5, plan="business")
    held = hold(2)
    await carry_out(runtime, owner.wallet.id, spend(3), held)
    answer = await graph.ask(DETAILS, owner.principal, id=owner.wallet_id)
    assert (await graph.ask(DETAILS, service, id=owner.wallet_id)) == answer
    assert answer.errors == []
    entries = answer.data["node"]["entries"]["nodes"]
    assert [entry["kind"] for entry in entries] == [
        "GRANT",
        "ALLOWANCE_STARTED",
        "ALLOWANCE_STARTED",
        "BENEFITS_CHANGED",
        "GRANT",
        "GRANT",
        "CONSUME",
        "HOLD",
    ]
    credits_, started, _, _, period, _, consumed, holding = entries
    assert credits_["grant"]["kind"] == "SIGN_UP"
    assert credits_["grant"]["endsAt"] is None
    assert started["allowance"]["source"] == "plan:business@1"
    assert (period["grant"]["kind"], period["grant"]["granted"], period["allowance"]["number"]) == ("PLAN", "2000", 1)
    assert consumed["at"] == "2026-01-15T12:00:00Z"
    assert consumed["recordedAt"].endswith("Z")
    assert (consumed["amount"], consumed["unit"], consumed["meter"]) == ("3", "credit", {"id": "chat_credit"})
    assert consumed["receipt"] == {
        "product": "chat-message",
        "quantity": "3",
        "surface": "WEB",
        "client": "kimi-web",
        "price": "3",
        "charged": "3",
        "waived": "0",
        "draws": [{"grantNumber": 1, "amount": "3"}],
        "priceRule": {
            "id": "chat-message-standard",
            "version": 1,
            "perUnit": "1",
            "meter": {"id": "chat_credit"},
        },
    }
    assert consumed["changes"] == [
        {"grantNumber": 1, "used": "3", "held": "0", "remaining": "-3", "lapsed": "0", "ends": False}
    ]
    assert consumed["task"] is None
    assert holding["receipt"] is None
    assert holding["task"]["status"] == "RUNNING"
    assert holding["balance"]["asOfEntry"] == 8
    assert holding["balance"]["credits"] == [
        {"granted": "5", "used": "3", "held": "2", "remaining": "0", "lapsed": "0", "asOfEntry": 8}
    ]
    assert holding["balance"]["quotas"][0] == {
        "remaining": "2000",
        "source": "plan:business@1",
        "cycle": {"count": 1},
    }


async def test_two_pages_of_one_wallet_in_one_operation_stay_apart(graph: Graph, ada: Owner) -> None:
    query = """
    query ($id: ID!) { node(id: $id) { ... on Wallet {
        a: entries(first: 1) { nodes { number } } b: entries(last: 1) { nodes { kind } }
    } } }
    """
    answer = await graph.ask(query, ada.principal, id=ada.wallet_id)
    assert answer.data["node"] == {"a": {"nodes": [{"number": 1}]}, "b": {"nodes": [{"kind": "GRANT"}]}}
