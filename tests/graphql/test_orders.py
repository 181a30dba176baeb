"""`order`, `orderByReference`, `cancelOrder`, `confirmTransfer`, and orders as nodes (D8)."""

from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.orders import PaymentMethod
from domain.principals import ANONYMOUS, Principal
from services.orders import OrderRow
from services.payments import report_payment
from services.runtime import Runtime
from tests.factories.clock import TestClock
from tests.factories.payments import FOUNDS, failed, make_order, paid
from tests.factories.statements import recorded
from tests.graphql.conftest import NOBODYS, Answer, Graph, Json, Owner, bad_ids

pytestmark = pytest.mark.anyio

MONEY = "{ minor currency }"
FIELDS = f"""
id kind status method reference buyerId organizationId organizationName seats createdAt expiresAt paidAt closedAt
lines {{ kind quantity unit {MONEY} amount {MONEY} startsAt endsAt days daysInTerm }}
total {MONEY}
instructions {{ checkoutUrl account {{ name value }} reference }}
payments {{ verdict amount {MONEY} occurredAt receivedAt }}
receipt {{
    number issuedAt paidAt path total {MONEY} lines {{ quantity }}
    seller {{ name address taxId organizationName }} buyer {{ name address taxId organizationName }}
}}
"""
ORDER = f"query ($id: ID!) {{ order(id: $id) {{ {FIELDS} }} }}"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ __typename id ... on Order {{ {FIELDS} }} }} }}"
NAMED = "query ($reference: String!) { orderByReference(reference: $reference) { id } }"
ERRORS = "replayed errors { code message field details { name value } }"
CANCEL = f"mutation ($input: CancelOrderInput!) {{ cancelOrder(input: $input) {{ order {{ {FIELDS} }} {ERRORS} }} }}"
CONFIRM = f"""mutation ($input: ConfirmTransferInput!) {{
    confirmTransfer(input: $input) {{ order {{ {FIELDS} }} {ERRORS} }}
}}"""
TOTAL = {"minor": 60_000, "currency": "USD"}
ADA: Json = {"name": "Ada", "address": [], "taxId": None, "organizationName": "Example Labs"}
SELLER: Json = {"name": "Allotment", "address": [], "taxId": None, "organizationName": None}


@pytest.fixture
async def order(runtime: Runtime, ada: Owner) -> OrderRow:
    return await make_order(runtime, ada.wallet.person_id)


def id_of(order: OrderRow) -> str:
    return public_id("ord", order.id)


def shown(order: OrderRow, **changed: Json) -> Json:
    """An order as it is shown before anything has happened to it."""
    return {
        "id": id_of(order),
        "kind": "ORGANIZATION",
        "status": "PENDING",
        "method": "CHECKOUT",
        "reference": order.reference,
        "buyerId": public_id("per", order.buyer_id),
        "organizationId": None,
        "organizationName": "Example Labs",
        "seats": 5,
        "createdAt": "2026-01-15T12:00:00Z",
        "expiresAt": "2026-01-16T12:00:00Z",
        "paidAt": None,
        "closedAt": None,
        "lines": [
            {
                "kind": "SEATS_FOR_TERM",
                "quantity": 5,
                "unit": {"minor": 12_000, "currency": "USD"},
                "amount": TOTAL,
                "startsAt": "2026-01-15T12:00:00Z",
                "endsAt": "2027-01-15T12:00:00Z",
                "days": 365,
                "daysInTerm": 365,
            }
        ],
        "total": TOTAL,
        "instructions": {"checkoutUrl": f"https://pay.example/{order.reference}", "account": [], "reference": None},
        "payments": [],
        "receipt": None,
    } | changed


async def cancel(graph: Graph, caller: Principal, id_: str, key: str = "key") -> Answer:
    return await graph.ask(CANCEL, caller, input={"orderId": id_, "idempotencyKey": key})


async def confirm(graph: Graph, caller: Principal, id_: str, /, **given: object) -> Answer:
    asked = {"orderId": id_, "amountMinor": 60_000, "currency": "USD", "reason": "line 7", "idempotencyKey": "key"}
    return await graph.ask(CONFIRM, caller, input=asked | given)


async def test_d8_an_order_shows_what_is_bought_and_how_to_pay(
    runtime: Runtime, graph: Graph, ada: Owner, operator: Principal, order: OrderRow
) -> None:
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(ORDER, ada.principal, id=id_of(order))
    assert len([text for text in statements if "FROM orders o" in text]) == 1
    assert answer.data == {"order": shown(order)}
    assert (await graph.ask(ORDER, operator, id=id_of(order))).data == {"order": shown(order)}
    for caller in (ada.principal, operator):
        node = (await graph.ask(NODE, caller, id=id_of(order))).data["node"]
        assert node == {"__typename": "Order", **shown(order)}


async def test_d8_a_transfer_has_an_account_and_a_reference(runtime: Runtime, graph: Graph, ada: Owner) -> None:
    order = await make_order(runtime, ada.wallet.person_id, method=PaymentMethod.BANK_TRANSFER)
    told = (await graph.ask(ORDER, ada.principal, id=id_of(order))).data["order"]["instructions"]
    account = [{"name": "IBAN", "value": "XX00"}]
    assert told == {"checkoutUrl": None, "account": account, "reference": order.reference}


async def test_d8_an_order_that_is_not_paid_in_time_is_shown_as_expired(
    graph: Graph, clock: TestClock, ada: Owner, order: OrderRow
) -> None:
    clock.now = order.expires_at
    answer = await graph.ask(ORDER, ada.principal, id=id_of(order))
    expired = shown(order, status="EXPIRED", closedAt="2026-01-16T12:00:00Z", instructions=None)
    assert answer.data == {"order": expired}


async def test_d8_a_paid_order_has_its_receipt_and_shows_what_was_reported(
    runtime: Runtime, graph: Graph, clock: TestClock, ada: Owner, order: OrderRow
) -> None:
    for report in (failed(order), paid(order, "less", amount_minor=1), paid(order)):
        clock.advance(timedelta(minutes=1))
        await report_payment(runtime, report, effects=FOUNDS)
    told = (await graph.ask(ORDER, ada.principal, id=id_of(order))).data["order"]
    assert told["organizationId"].startswith("org_")
    lines = [{"quantity": 5}]
    assert told == shown(
        order,
        status="PAID",
        organizationId=told["organizationId"],
        paidAt="2026-01-15T12:01:00Z",
        closedAt="2026-01-15T12:03:00Z",
        instructions=None,
        payments=[
            {
                "verdict": verdict,
                "amount": amount,
                "occurredAt": "2026-01-15T12:01:00Z",
                "receivedAt": f"2026-01-15T12:0{minute}:00Z",
            }
            for verdict, amount, minute in (
                ("APPLIED", TOTAL, 3),
                ("MISMATCHED", {"minor": 1, "currency": "USD"}, 2),
                ("FAILED", None, 1),
            )
        ],
        receipt={
            "number": 1,
            "issuedAt": "2026-01-15T12:03:00Z",
            "paidAt": "2026-01-15T12:01:00Z",
            "path": f"/orders/{id_of(order)}/receipt",
            "total": TOTAL,
            "lines": lines,
            "seller": SELLER,
            "buyer": ADA,
        },
    )


async def test_b11_unknown_malformed_and_foreign_orders_look_alike(
    graph: Graph, ada: Owner, stranger: Owner, operator: Principal, order: OrderRow
) -> None:
    for id_ in bad_ids("ord"):
        for caller in (ada.principal, operator):
            assert (await graph.ask(ORDER, caller, id=id_)).data == {"order": None}
            assert (await graph.ask(NODE, caller, id=id_)).data == {"node": None}
    assert (await graph.ask(ORDER, stranger.principal, id=id_of(order))).data == {"order": None}
    assert (await graph.ask(NODE, stranger.principal, id=id_of(order))).data == {"node": None}
    told = []
    for number, id_ in enumerate((id_of(order), *bad_ids("ord"))):
        told.append((await cancel(graph, stranger.principal, id_, str(number))).data["cancelOrder"])
    refusal = {"code": "NOT_FOUND", "message": "There is no such order.", "field": ["orderId"], "details": []}
    assert told[0] == {"order": None, "replayed": False, "errors": [refusal]}
    assert all(each == told[0] for each in told)
    for number, id_ in enumerate(bad_ids("ord")):
        answer = await confirm(graph, operator, id_, idempotencyKey=str(number))
        assert answer.data["confirmTransfer"] == told[0]


async def test_d8_operators_find_an_order_by_what_a_transfer_names(
    graph: Graph, operator: Principal, ada: Owner, order: OrderRow
) -> None:
    for written in (order.reference, order.reference.lower().replace("-", " ")):
        assert (await graph.ask(NAMED, operator, reference=written)).data == {"orderByReference": {"id": id_of(order)}}
    assert (await graph.ask(NAMED, operator, reference="ALT-0000-0000")).data == {"orderByReference": None}
    assert (await graph.ask(NAMED, ada.principal, reference=order.reference)).code == "FORBIDDEN"


async def test_d8_a_buyer_cancels(graph: Graph, clock: TestClock, ada: Owner, order: OrderRow) -> None:
    clock.advance(timedelta(minutes=1))
    cancelled = shown(order, status="EXPIRED", closedAt="2026-01-15T12:01:00Z", instructions=None)
    answer = await cancel(graph, ada.principal, id_of(order))
    assert answer.data == {"cancelOrder": {"order": cancelled, "replayed": False, "errors": []}}
    answer = await cancel(graph, ada.principal, id_of(order))
    assert answer.data == {"cancelOrder": {"order": cancelled, "replayed": True, "errors": []}}
    payload = (await cancel(graph, ada.principal, id_of(order), "again")).data["cancelOrder"]
    assert payload["order"] is None
    (error,) = payload["errors"]
    assert (error["code"], error["field"]) == ("ORDER_CLOSED", ["orderId"])
    assert error["details"] == [{"name": "status", "value": "EXPIRED"}]


async def test_d8_an_operator_confirms_exactly_the_total(
    graph: Graph, operator: Principal, ada: Owner, order: OrderRow
) -> None:
    for amount in (59_999, 60_001):
        answer = await confirm(graph, operator, id_of(order), amountMinor=amount, idempotencyKey=str(amount))
        payload = answer.data["confirmTransfer"]
        assert payload["order"] is None
        (error,) = payload["errors"]
        assert (error["code"], error["field"]) == ("AMOUNT_MISMATCH", ["amountMinor"])
        assert {detail["name"]: detail["value"] for detail in error["details"]} == {
            "expected": "60000",
            "expectedCurrency": "USD",
            "received": str(amount),
            "receivedCurrency": "USD",
        }
    payload = (await confirm(graph, operator, id_of(order))).data["confirmTransfer"]
    assert (payload["order"]["status"], payload["replayed"], payload["errors"]) == ("PAID", False, [])
    again = (await confirm(graph, operator, id_of(order))).data["confirmTransfer"]
    assert again == payload | {"replayed": True}
    assert (await graph.ask(ORDER, ada.principal, id=id_of(order))).data["order"] == payload["order"]
    twice = (await confirm(graph, operator, id_of(order), idempotencyKey="twice")).data["confirmTransfer"]
    assert [error["code"] for error in twice["errors"]] == ["ORDER_CLOSED"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amountMinor": -1}, "amountMinor"),
        ({"amountMinor": 2**53}, "amountMinor"),
        ({"amountMinor": 600.5}, "amountMinor"),
        ({"amountMinor": "60000"}, "amountMinor"),
        ({"amountMinor": True}, "amountMinor"),
        ({"currency": "dollars"}, "currency"),
        ({"reason": ""}, "reason"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, operator: Principal, order: OrderRow, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await confirm(graph, operator, id_of(order), **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


async def test_g1_who_may_not_is_refused_and_changes_nothing(
    graph: Graph, operator: Principal, service: Principal, ada: Owner, order: OrderRow
) -> None:
    before = await graph.content()
    for id_ in (id_of(order), public_id("ord", NOBODYS)):
        assert (await graph.ask(ORDER, ANONYMOUS, id=id_)).code == "UNAUTHENTICATED"
        assert (await graph.ask(ORDER, service, id=id_)).code == "FORBIDDEN"
        assert (await cancel(graph, ANONYMOUS, id_)).code == "UNAUTHENTICATED"
        for caller in (service, operator):
            assert (await cancel(graph, caller, id_)).code == "FORBIDDEN"
        for caller in (service, ada.principal):
            assert (await confirm(graph, caller, id_)).code == "FORBIDDEN"
    assert await graph.content() == before
