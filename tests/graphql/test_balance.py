"""`Wallet.balance`: the figures at an instant, after an entry, or now (F12)."""

from datetime import timedelta

import pytest

from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.usage import spend
from tests.factories.wallets import carry_out
from tests.graphql.conftest import Graph, Json, Owner, make_owner

pytestmark = pytest.mark.anyio

BALANCE = """
query ($id: ID!, $at: DateTime, $entry: Int) { node(id: $id) { ... on Wallet {
    lastEntry
    balance(at: $at, entry: $entry) {
        asOfEntry at credits { remaining asOfEntry } quotas { remaining source cycle { unit } asOfEntry }
    }
} } }
"""


async def balance(graph: Graph, owner: Owner, **arguments: object) -> Json:
    answer = await graph.ask(BALANCE, owner.principal, id=owner.wallet_id, **arguments)
    assert answer.errors == []
    return answer.data["node"]["balance"]


async def test_f12_now_is_what_the_wallet_shows(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, spend())
    found = await balance(graph, ada)
    assert found["asOfEntry"] == 2
    assert found["at"] == "2026-01-15T12:00:00Z"
    assert found["credits"] == [{"remaining": "4", "asOfEntry": 2}]


async def test_f12_after_each_entry(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, spend(), spend())
    seen = [(await balance(graph, ada, entry=number))["credits"][0]["remaining"] for number in (1, 2, 3)]
    assert seen == ["5", "4", "3"]


async def test_f12_at_an_instant(graph: Graph, runtime: Runtime, clock: TestClock) -> None:
    owner = await make_owner(runtime, credits_=5, plan="business")
    clock.advance(timedelta(hours=1))
    await carry_out(runtime, owner.wallet.id, spend())
    clock.advance(timedelta(hours=1))
    before = await balance(graph, owner, at="2026-01-15T12:59:59.999999Z")
    after = await balance(graph, owner, at="2026-01-15T21:00:00+08:00")
    assert (before["asOfEntry"], before["credits"][0]["remaining"]) == (6, "5")
    assert (after["asOfEntry"], after["credits"][0]["remaining"]) == (7, "4")
    assert after["at"] == "2026-01-15T13:00:00Z"
    assert after["quotas"][0] == {
        "remaining": "2000",
        "source": "plan:business@1",
        "cycle": {"unit": "MONTHS"},
        "asOfEntry": 7,
    }
    long_ago = await balance(graph, owner, at="2020-02-29T00:00:00Z")
    assert long_ago == {"asOfEntry": 0, "at": "2020-02-29T00:00:00Z", "credits": [], "quotas": []}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"entry": 0}, "entry"),
        ({"entry": -1}, "entry"),
        ({"entry": 2}, "entry"),
        ({"entry": 2**31 - 1}, "entry"),
        ({"entry": 1, "at": "2026-01-01T00:00:00Z"}, "entry"),
        ({"at": (NOW + timedelta(microseconds=1)).isoformat()}, "at"),
        ({"at": "9999-12-31T23:59:59Z"}, "at"),
    ],
)
async def test_bad_arguments_are_named(graph: Graph, ada: Owner, arguments: dict[str, object], field: str) -> None:
    answer = await graph.ask(BALANCE, ada.principal, id=ada.wallet_id, **arguments)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", [field])


@pytest.mark.parametrize(
    "at",
    [
        "yesterday",
        "",
        "2026-01-15",
        "2026-01-15T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-01-15 12:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-01-15T12:00:00.0000001Z",
        "\u0662026-01-15T12:00:00Z",
        1768478400,
    ],
)
async def test_what_is_no_instant_is_named(graph: Graph, ada: Owner, at: object) -> None:
    answer = await graph.ask(BALANCE, ada.principal, id=ada.wallet_id, at=at)
    assert answer.code == "BAD_USER_INPUT"
    assert "$at" in answer.errors[0]["message"]
    assert "RFC 3339" in answer.errors[0]["message"]
