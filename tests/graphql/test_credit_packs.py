"""`creditPacks`: for everybody, as the catalog has them (D1, D3)."""

import pytest

from domain.principals import ANONYMOUS, Principal
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

PACKS = "{ creditPacks { id version name meter { id } amount unit prices { minor currency } } }"


async def test_d3_everybody_sees_the_packs_and_their_prices(
    graph: Graph, ada: Owner, service: Principal, operator: Principal
) -> None:
    for caller in (ANONYMOUS, ada.principal, service, operator):
        packs = (await graph.ask(PACKS, caller)).data["creditPacks"]
        assert [(pack["id"], pack["amount"], pack["prices"]) for pack in packs] == [
            ("small", "500", [{"minor": 500, "currency": "USD"}]),
            ("medium", "2500", [{"minor": 2_250, "currency": "USD"}]),
            ("large", "10000", [{"minor": 8_000, "currency": "USD"}]),
        ]
        assert {(pack["meter"]["id"], pack["unit"], pack["version"]) for pack in packs} == {
            ("chat_credit", "credit", 1)
        }
