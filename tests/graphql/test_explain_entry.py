"""`explainEntry`: an entry in words (F7)."""

import pytest

from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.credentials import make_service
from tests.factories.usage import spend
from tests.factories.wallets import carry_out
from tests.graphql.conftest import Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

EXPLAIN = "query ($id: ID!) { explainEntry(id: $id) { text entry { id number receipt { charged } } } }"


async def test_f7_a_charge_is_told_in_words(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, spend(2))
    answer = await graph.ask(EXPLAIN, ada.principal, id=ada.entry_id(2))
    assert answer.errors == []
    told = answer.data["explainEntry"]
    assert told["entry"] == {"id": ada.entry_id(2), "number": 2, "receipt": {"charged": "2"}}
    assert "2 chat messages" in told["text"]
    assert "chat-message-standard" in told["text"]


async def test_b11_what_is_not_ones_own_is_not_explained(graph: Graph, ada: Owner, stranger: Owner) -> None:
    for id_ in (stranger.entry_id(1), ada.entry_id(99), ada.wallet_id, *bad_ids("ent")):
        answer = await graph.ask(EXPLAIN, ada.principal, id=id_)
        assert (answer.data, answer.errors) == ({"explainEntry": None}, [])


async def test_g1_a_service_needs_to_read(graph: Graph, runtime: Runtime, ada: Owner, service: Principal) -> None:
    blind = await make_service(runtime, frozenset({"usage:write"}))
    assert (await graph.ask(EXPLAIN, service, id=ada.entry_id(1))).data["explainEntry"]
    assert (await graph.ask(EXPLAIN, blind, id=ada.entry_id(1))).code == "FORBIDDEN"
    assert (await graph.ask(EXPLAIN, id=ada.entry_id(1))).code == "UNAUTHENTICATED"
