"""`products`: what can be used and what it costs, for everybody."""

import pytest

from tests.graphql.conftest import Graph

pytestmark = pytest.mark.anyio


async def test_d1_everybody_sees_what_things_cost(graph: Graph) -> None:
    query = "{ products { id name step quantityMax price { id version perUnit meter { id name unit } } } }"
    answer = await graph.ask(query)
    assert answer.errors == []
    assert [product["id"] for product in answer.data["products"]] == ["chat-message", "coding-request", "work-task"]
    assert answer.data["products"][0] == {
        "id": "chat-message",
        "name": "Chat message",
        "step": "1",
        "quantityMax": "100",
        "price": {
            "id": "chat-message-standard",
            "version": 1,
            "perUnit": "1",
            "meter": {"id": "chat_credit", "name": "Chat credits", "unit": "credit"},
        },
    }
