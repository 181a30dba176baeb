"""`plans` and `plan`: every number that a tier gives, for everybody, and versions as they were (C1, A7)."""

import pytest

from services.catalog import load_catalog
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.runtime import SHIPPED
from tests.factories.statements import recorded
from tests.graphql.conftest import Graph, Owner, make_owner

pytestmark = pytest.mark.anyio

PLANS = """{ plans { id version name audience requestsPerMinute concurrencyMax
    prices { interval amount { minor currency } }
    allowances { meter { id } pool amount unit cycle { unit count zone } opensOnUse } } }"""
PLAN = "query ($id: ID!, $version: Int) { plan(id: $id, version: $version) { id version name prices { interval } } }"


async def test_c1_everybody_sees_every_number_that_a_tier_gives(graph: Graph, ada: Owner) -> None:
    for caller in (ada.principal, None):
        answer = await (graph.ask(PLANS, caller) if caller else graph.ask(PLANS))
        assert answer.errors == []
        plans = answer.data["plans"]
        assert [plan["id"] for plan in plans] == ["free", "plus", "pro", "business"]
        assert [plan["requestsPerMinute"] for plan in plans] == [10, 60, 120, 120]
        assert [plan["concurrencyMax"] for plan in plans] == [3, 30, 30, 30]
        assert [plan["audience"] for plan in plans] == ["PERSONAL", "PERSONAL", "PERSONAL", "ENTERPRISE"]
        assert plans[0]["prices"] == []
        assert plans[1]["prices"] == [
            {"interval": "MONTHLY", "amount": {"minor": 1900, "currency": "USD"}},
            {"interval": "ANNUAL", "amount": {"minor": 19000, "currency": "USD"}},
        ]
        given = {(each["meter"]["id"], each["pool"]): each for each in plans[1]["allowances"]}
        assert given["coding_request", "MAIN"] == {
            "meter": {"id": "coding_request"},
            "pool": "MAIN",
            "amount": "500",
            "unit": "request",
            "cycle": {"unit": "DAYS", "count": 7, "zone": "Asia/Shanghai"},
            "opensOnUse": False,
        }
        window = given["coding_request", "WINDOW"]
        assert window["cycle"] == {"unit": "HOURS", "count": 5, "zone": None}
        assert (window["amount"], window["opensOnUse"]) == ("100", True)


async def test_c1_plans_are_facts_of_the_process_and_cost_no_statement(graph: Graph) -> None:
    async with recorded(graph.runtime.database.pool) as statements:
        await graph.ask_once(PLANS)
    assert statements == []


async def test_a7_a_former_version_can_be_looked_up_and_is_read_once(graph: Graph, runtime: Runtime) -> None:
    second = {**SHIPPED, "plans": SHIPPED["plans"].replace('name = "Plus"', 'name = "Better"')}
    async with runtime.database.pool.acquire() as connection:
        await load_catalog(connection, second, NOW)
    for _ in range(2):
        answer = await graph.ask(PLAN, id="plus", version=2)
        assert answer.data["plan"]["name"] == "Better"
    async with recorded(runtime.database.pool) as statements:
        await graph.ask_once(PLAN, id="plus", version=2)
    assert statements == []
    for version in (None, 1):
        answer = await graph.ask(PLAN, id="plus", version=version)
        assert (answer.data["plan"]["name"], answer.data["plan"]["version"]) == ("Plus", 1)


@pytest.mark.parametrize("version", [3, 0, -1, 2**31 - 1, -(2**31)])
async def test_a7_what_never_was_is_null(graph: Graph, version: int) -> None:
    assert (await graph.ask(PLAN, id="plus", version=version)).data == {"plan": None}
    assert (await graph.ask(PLAN, id="gold", version=None)).data == {"plan": None}
    assert (await graph.ask(PLAN, id="gold", version=1)).data == {"plan": None}


async def test_c1_a_wallet_tells_the_plan_that_it_is_on(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    query = "query ($id: ID!) { node(id: $id) { ... on Wallet { plan { id version name requestsPerMinute } } } }"
    assert (await graph.ask(query, ada.principal, id=ada.wallet_id)).data["node"]["plan"] is None
    bo = await make_owner(runtime, plan="plus")
    answer = await graph.ask(query, bo.principal, id=bo.wallet_id)
    plan = {"id": "plus", "version": 1, "name": "Plus", "requestsPerMinute": 60}
    assert (answer.errors, answer.data["node"]["plan"]) == ([], plan)
