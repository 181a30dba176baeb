"""`dryRunClientList`: what a change of the list would have refused (C4, G1)."""

from dataclasses import replace

import pytest

from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from services.usage import consume
from tests.factories.api_keys import make_coder
from tests.factories.clock import TestClock
from tests.factories.usage import A_DAY, coding
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

TRY = """
query ($clients: [ApprovedClientInput!]!, $days: Int) { dryRunClientList(clients: $clients, days: $days) {
    since until requests persons
    refused { client verdict requests persons } allowed { client verdict requests persons }
} }
"""
KIMI = {"clientId": "kimi-cli", "name": "Kimi CLI"}


async def test_c4_it_counts_what_would_have_been_refused(
    graph: Graph, runtime: Runtime, operator: Principal, service: Principal, clock: TestClock
) -> None:
    coder = await make_coder(runtime)
    for number, client in enumerate(("kimi-cli", "Roo Code/3", "roo code", None)):
        await consume(runtime, service, replace(coding(coder.wallet.id), client=client), f"k{number}")
    clock.advance(A_DAY / 24)
    before = await graph.content()
    answer = await graph.ask(TRY, operator, clients=[KIMI], days=1)
    assert answer.data["dryRunClientList"] == {
        "since": "2026-01-14T13:00:00Z",
        "until": "2026-01-15T13:00:00Z",
        "requests": 4,
        "persons": 1,
        "refused": [
            {"client": "roo code", "verdict": "UNKNOWN", "requests": 2, "persons": 1},
            {"client": None, "verdict": "MISSING", "requests": 1, "persons": 1},
        ],
        "allowed": [],
    }
    assert await graph.content() == before


async def test_g1_it_is_for_operators(graph: Graph, service: Principal, ada: Owner) -> None:
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (ada.principal, "FORBIDDEN"), (service, "FORBIDDEN")):
        assert (await graph.ask(TRY, caller, clients=[KIMI], days=1)).code == code


@pytest.mark.parametrize(
    ("clients", "days", "field"),
    [
        ([], 1, ["input", "clients"]),
        ([KIMI, KIMI], 1, ["input", "clients"]),
        ([KIMI], 0, ["days"]),
        ([KIMI], 91, ["days"]),
    ],
)
async def test_mistakes_are_named(
    graph: Graph, operator: Principal, *, clients: list[object], days: int, field: list[str]
) -> None:
    answer = await graph.ask(TRY, operator, clients=clients, days=days)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", field)
