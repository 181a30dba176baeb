"""`orderOrganization`: ordered, paid, there; refusals and mistakes change nothing (B1, B5)."""

import pytest

from domain.ids import parse_public_id, public_id
from domain.principals import ANONYMOUS, Caller, Principal
from services.orders import any_order
from services.runtime import Runtime
from tests.factories.buying import buy_organisation, make_buyer, pay
from tests.factories.clock import NOW
from tests.graphql.buying import change, codes, payload
from tests.graphql.conftest import Graph, Json, Owner

pytestmark = pytest.mark.anyio

WANTED = {"name": "Example Labs", "seats": 5, "paymentMethod": "CHECKOUT"}
VIEWER = """{ viewer { workspaces { name kind role organization {
    name viewerRole seatCounts { total allocated unallocated pendingRelease }
    subscription { status startsAt endsAt autoRenews }
} quotas { granted remaining resetsAt } } } }"""


@pytest.fixture
async def buyer(runtime: Runtime) -> Principal:
    return await make_buyer(runtime)


async def test_b1_ordered_paid_and_there(graph: Graph, runtime: Runtime, buyer: Principal) -> None:
    shown = await payload(graph, buyer, "orderOrganization", **WANTED)
    order = shown["order"]
    assert (shown["replayed"], shown["errors"]) == (False, [])
    assert (order["kind"], order["status"], order["method"]) == ("ORGANIZATION", "PENDING", "CHECKOUT")
    assert (order["organizationId"], order["organizationName"], order["seats"]) == (None, "Example Labs", 5)
    assert (order["total"], order["expiresAt"]) == ({"minor": 180_000, "currency": "USD"}, "2026-01-16T12:00:00Z")
    assert order["instructions"]["checkoutUrl"] == f"https://pay.example/{order['reference']}"
    row = await any_order(runtime, parse_public_id("ord", order["id"]))
    assert row
    await pay(runtime, row)
    _, office = await workspaces(graph, buyer)
    assert office == {
        "name": "Example Labs",
        "kind": "ENTERPRISE",
        "role": "ADMIN",
        "organization": {
            "name": "Example Labs",
            "viewerRole": "ADMIN",
            "seatCounts": {"total": 5, "allocated": 1, "unallocated": 4, "pendingRelease": 0},
            "subscription": {
                "status": "ACTIVE",
                "startsAt": "2026-01-15T12:00:00Z",
                "endsAt": "2027-01-15T12:00:00Z",
                "autoRenews": True,
            },
        },
        "quotas": [
            {"granted": "2000", "remaining": "2000", "resetsAt": "2026-02-15T12:00:00Z"},
            {"granted": "5000000", "remaining": "5000000", "resetsAt": "2026-02-15T12:00:00Z"},
            {"granted": "30", "remaining": "30", "resetsAt": None},
        ],
    }
    again = await payload(graph, buyer, "orderOrganization", **WANTED)
    assert (again["replayed"], again["order"]["id"], again["order"]["status"]) == (True, order["id"], "PAID")


async def workspaces(graph: Graph, caller: Principal) -> Json:
    found = (await graph.ask(VIEWER, caller)).data["viewer"]["workspaces"]
    return sorted(found, key=lambda workspace: workspace["kind"] == "ENTERPRISE")


async def test_b1_the_buyer_may_decline_a_seat(graph: Graph, runtime: Runtime, buyer: Principal) -> None:
    given = WANTED | {"takeSeat": False, "paymentMethod": "BANK_TRANSFER"}
    order = (await payload(graph, buyer, "orderOrganization", **given))["order"]
    assert order["instructions"]["reference"] == order["reference"]
    row = await any_order(runtime, parse_public_id("ord", order["id"]))
    assert row
    await pay(runtime, row)
    _, office = await workspaces(graph, buyer)
    assert office["organization"]["seatCounts"]["allocated"] == 0
    assert (office["role"], office["quotas"]) == ("ADMIN", [])


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        *(({"seats": seats}, "seats", "must be from 5 to 50000") for seats in (4, 0, -1, 10**9)),
        ({"name": ""}, "name", "must be 1 to 100 printable characters"),
        ({"name": "a" * 101}, "name", "must be 1 to 100 printable characters"),
        ({"name": "a\u0007"}, "name", "must be 1 to 100 printable characters"),
        ({"plan": "plus"}, "plan", "must be one of business"),
        ({"plan": "gold"}, "plan", "must be one of business"),
        ({"currency": "EUR"}, "currency", "must be one of USD"),
        ({"idempotencyKey": ""}, "idempotencyKey", "must be 1 to 255"),
    ],
)
async def test_b1_mistakes_name_their_field_and_change_nothing(
    graph: Graph, buyer: Principal, given: dict[str, object], field: str, words: str
) -> None:
    before = await graph.content()
    answer = await change(graph, buyer, "orderOrganization", **(WANTED | given))
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert words in answer.errors[0]["message"]
    assert await graph.content() == before


@pytest.mark.parametrize("method", ["CASH", None, ""])
async def test_d8_a_method_that_is_none_is_a_mistake(graph: Graph, buyer: Principal, method: str | None) -> None:
    before = await graph.content()
    answer = await change(graph, buyer, "orderOrganization", **(WANTED | {"paymentMethod": method}))
    assert answer.data is None
    assert answer.errors
    assert await graph.content() == before


async def test_b5_ten_organizations_and_no_more(graph: Graph, runtime: Runtime, buyer: Principal) -> None:
    for number in range(9):
        await buy_organisation(runtime, buyer, key=str(number))
    await payload(graph, buyer, "orderOrganization", **WANTED)
    shown = await payload(graph, buyer, "orderOrganization", **(WANTED | {"idempotencyKey": "eleventh"}))
    assert (shown["order"], codes(shown)) == (None, ["TOO_MANY_ORGANIZATIONS"])
    assert shown["errors"][0]["details"] == [{"name": "limit", "value": "10"}]
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM orders") == 10


async def test_g1_guests_strangers_services_and_operators_buy_nothing(
    graph: Graph, service: Principal, operator: Principal, ada: Owner
) -> None:
    guest = Principal(Caller.GUEST, ada.wallet.person_id, ada.principal.credential)
    before = await graph.content()
    for caller, code in (
        (ANONYMOUS, "UNAUTHENTICATED"),
        (guest, "FORBIDDEN"),
        (service, "FORBIDDEN"),
        (operator, "FORBIDDEN"),
    ):
        assert (await change(graph, caller, "orderOrganization", **WANTED)).code == code
    assert await graph.content() == before


async def test_d8_the_order_is_its_buyers_alone(graph: Graph, buyer: Principal, ada: Owner) -> None:
    order = (await payload(graph, buyer, "orderOrganization", **WANTED))["order"]
    query = "query ($id: ID!) { order(id: $id) { id createdAt } }"
    created = NOW.isoformat().replace("+00:00", "Z")
    assert (await graph.ask(query, buyer, id=order["id"])).data == {"order": {"id": order["id"], "createdAt": created}}
    assert (await graph.ask(query, ada.principal, id=order["id"])).data == {"order": None}
    assert buyer.subject
    assert public_id("per", buyer.subject)
