"""`orderSeats`: for administrators, while the term runs; refusals change nothing (B2, B3, B11)."""

import pytest

from domain.ids import parse_public_id
from domain.principals import Caller, Principal
from services.orders import any_order
from services.runtime import Runtime
from tests.factories.buying import make_buyer, pay
from tests.factories.clock import NOW, TestClock
from tests.graphql.buying import bought_laboratory, change, codes, payload
from tests.graphql.conftest import Graph, bad_ids
from tests.graphql.laboratories import Laboratory

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
COUNTS = "query ($id: ID!) { organization(id: $id) { seatCounts { total unallocated } } }"


@pytest.fixture
async def labs(runtime: Runtime) -> Laboratory:
    return await bought_laboratory(runtime)


def wanted(labs: Laboratory, **given: object) -> dict[str, object]:
    return {"organizationId": labs.id, "seats": 2, "paymentMethod": "CHECKOUT"} | given


async def test_b2_ordered_paid_and_there(graph: Graph, runtime: Runtime, labs: Laboratory) -> None:
    shown = await payload(graph, labs.admin, "orderSeats", **wanted(labs))
    order = shown["order"]
    assert (order["kind"], order["status"], order["organizationId"]) == ("SEATS", "PENDING", labs.id)
    assert (order["organizationName"], order["seats"]) == ("Example Labs", 2)
    row = await any_order(runtime, parse_public_id("ord", order["id"]))
    assert row
    await pay(runtime, row)
    counts = (await graph.ask(COUNTS, labs.admin, id=labs.id)).data["organization"]["seatCounts"]
    assert counts == {"total": 7, "unallocated": 5}
    again = await payload(graph, labs.admin, "orderSeats", **wanted(labs))
    assert (again["replayed"], again["order"]["id"], again["order"]["status"]) == (True, order["id"], "PAID")


async def test_f5_the_same_key_for_something_else_is_refused(graph: Graph, labs: Laboratory) -> None:
    await payload(graph, labs.admin, "orderSeats", **wanted(labs))
    shown = await payload(graph, labs.admin, "orderSeats", **wanted(labs, seats=3))
    assert (shown["order"], codes(shown)) == (None, ["IDEMPOTENCY_KEY_REUSED"])


@pytest.mark.parametrize("seats", [0, -1, 10**9])
async def test_b2_mistakes_name_the_field_and_change_nothing(graph: Graph, labs: Laboratory, seats: int) -> None:
    before = await graph.content()
    answer = await change(graph, labs.admin, "orderSeats", **wanted(labs, seats=seats))
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", "seats"])
    assert "must be from 1 to 50000" in answer.errors[0]["message"]
    assert await graph.content() == before


async def test_b2_all_seats_together_have_a_bound(graph: Graph, labs: Laboratory) -> None:
    await payload(graph, labs.admin, "orderSeats", **wanted(labs, seats=49_000))
    before = await graph.content()
    answer = await change(graph, labs.admin, "orderSeats", **wanted(labs, seats=996, idempotencyKey="more"))
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "seats"])
    assert "must be from 1 to 995" in answer.errors[0]["message"]
    assert await graph.content() == before


async def test_b2_when_the_term_has_ended_it_is_refused(graph: Graph, clock: TestClock, labs: Laboratory) -> None:
    clock.now = ENDS_AT
    shown = await payload(graph, labs.admin, "orderSeats", **wanted(labs))
    assert (shown["order"], codes(shown)) == (None, ["SUBSCRIPTION_EXPIRED"])
    assert shown["errors"][0]["field"] == ["organizationId"]


async def test_b3_b11_only_administrators_and_to_others_every_id_is_unknown(
    graph: Graph, runtime: Runtime, labs: Laboratory
) -> None:
    stranger = await make_buyer(runtime, "Cleo")
    orders = await runtime.database.pool.fetchval("SELECT count(*) FROM orders")
    assert codes(await payload(graph, labs.member, "orderSeats", **wanted(labs))) == ["NOT_ADMINISTRATOR"]
    refused = [
        await payload(graph, stranger, "orderSeats", **wanted(labs, organizationId=id_, idempotencyKey=str(number)))
        for number, id_ in enumerate((labs.id, *bad_ids("org")))
    ]
    assert codes(refused[0]) == ["NOT_FOUND"]
    assert all(shown == refused[0] for shown in refused)
    guest = Principal(Caller.GUEST, labs.admin.subject, labs.admin.credential)
    assert (await change(graph, guest, "orderSeats", **wanted(labs))).code == "FORBIDDEN"
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM orders") == orders
