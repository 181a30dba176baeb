"""`orderCredits`: ordered, paid and there; the order of draws; mistakes change nothing (D1, D2, D3, D8)."""

from datetime import timedelta

import pytest

from domain.grants import GrantKind
from domain.ids import parse_public_id
from domain.principals import ANONYMOUS, Caller, Principal
from services.orders import any_order
from services.runtime import Runtime
from tests.factories.buying import pay
from tests.factories.clock import NOW
from tests.factories.usage import spend
from tests.factories.wallets import carry_out, give, subscribe
from tests.graphql.conftest import Answer, Graph, Json, Owner

pytestmark = pytest.mark.anyio

ORDER = """mutation ($input: OrderCreditsInput!) { orderCredits(input: $input) {
    order {
        id kind status organizationId organizationName seats total { minor currency }
        lines { kind quantity unit { minor } amount { minor } startsAt endsAt days daysInTerm }
        instructions { checkoutUrl } receipt { number buyer { organizationName } }
    }
    replayed errors { code field }
} }"""
MINE = "{ viewer { orders(first: 5) { nodes { id kind seats lines { kind days } } } } }"
KINDS = """query ($id: ID!) { node(id: $id) { ... on Wallet {
    creditsByKind { meter { id } kind remaining held unit nextExpiry { at amount } }
} } }"""


async def order(graph: Graph, caller: Principal, /, **given: object) -> Answer:
    asked = {"packId": "small", "paymentMethod": "CHECKOUT", "idempotencyKey": "key"} | given
    return await graph.ask(ORDER, caller, input=asked)


async def kinds(graph: Graph, owner: Owner) -> list[Json]:
    found = (await graph.ask(KINDS, owner.principal, id=owner.wallet_id)).data["node"]["creditsByKind"]
    return [each for each in found if each["meter"]["id"] == "chat_credit"]


async def test_d3_ordered_paid_and_there(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    shown = (await order(graph, ada.principal, packId="medium", quantity=2)).data["orderCredits"]
    bought = shown["order"]
    assert (shown["replayed"], shown["errors"], bought["receipt"]) == (False, [], None)
    assert (bought["kind"], bought["status"], bought["seats"]) == ("CREDITS", "PENDING", None)
    assert (bought["organizationId"], bought["organizationName"]) == (None, None)
    assert bought["total"] == {"minor": 4_500, "currency": "USD"}
    assert bought["instructions"]["checkoutUrl"]
    line = {"kind": "CREDIT_PACK", "quantity": 2, "unit": {"minor": 2_250}, "amount": {"minor": 4_500}}
    assert bought["lines"] == [line | dict.fromkeys(("startsAt", "endsAt", "days", "daysInTerm"))]
    row = await any_order(runtime, parse_public_id("ord", bought["id"]))
    assert row
    await pay(runtime, row)
    again = (await order(graph, ada.principal, packId="medium", quantity=2)).data["orderCredits"]
    assert (again["replayed"], again["order"]["id"], again["order"]["status"]) == (True, bought["id"], "PAID")
    assert again["order"]["receipt"] == {"number": 1, "buyer": {"organizationName": None}}
    [mine] = (await graph.ask(MINE, ada.principal)).data["viewer"]["orders"]["nodes"]
    assert mine == {
        "id": bought["id"],
        "kind": "CREDITS",
        "seats": None,
        "lines": [{"kind": "CREDIT_PACK", "days": None}],
    }
    [_, purchased] = await kinds(graph, ada)
    assert (purchased["kind"], purchased["remaining"], purchased["nextExpiry"]) == ("PURCHASED", "5000", None)


async def test_d2_bonus_before_plan_before_purchased_and_the_earliest_expiry_first(
    graph: Graph, runtime: Runtime, operator: Principal, ada: Owner
) -> None:
    bought = (await order(graph, ada.principal)).data["orderCredits"]["order"]
    row = await any_order(runtime, parse_public_id("ord", bought["id"]))
    assert row
    await pay(runtime, row)  # first of all, and drawn last
    await subscribe(runtime, ada.wallet.id, "free")
    document = "mutation ($input: AdjustCreditsInput!) { adjustCredits(input: $input) { changed } }"
    for amount, days in (("3", None), ("4", 9), ("6", 2)):
        ends = None if days is None else (NOW + timedelta(days=days)).isoformat()
        asked = {
            "personId": ada.person_id,
            "amount": amount,
            "reason": "r",
            "expiresAt": ends,
            "idempotencyKey": amount,
        }
        assert (await graph.ask(document, operator, input=asked)).data == {"adjustCredits": {"changed": amount}}
    await give(runtime, ada.wallet.id, 2, GrantKind.REFERRAL, NOW + timedelta(days=5))
    await give(runtime, ada.wallet.id, 1, GrantKind.PROMOTIONAL, NOW + timedelta(days=1))

    def left(found: list[Json]) -> list[tuple[str, str]]:
        return [(each["kind"], each["remaining"]) for each in found]

    found = await kinds(graph, ada)
    assert left(found) == [
        ("PROMOTIONAL", "1"),
        ("ADJUSTMENT", "13"),
        ("REFERRAL", "2"),
        ("SIGN_UP", "5"),
        ("PLAN", "30"),
        ("PURCHASED", "500"),
    ]
    assert found[1]["nextExpiry"] == {"at": "2026-01-17T12:00:00Z", "amount": "6"}
    assert (found[1]["unit"], found[1]["held"]) == ("credit", "0")
    drawn: list[list[tuple[str, str]]] = []
    for messages in (1, 6, 2, 4, 8, 30):  # one after the other is used up
        await carry_out(runtime, ada.wallet.id, spend(messages))
        drawn.append(left(await kinds(graph, ada)))
    purchased = ("PURCHASED", "500")
    rest = [("SIGN_UP", "5"), ("PLAN", "30"), purchased]
    assert drawn == [
        [("ADJUSTMENT", "13"), ("REFERRAL", "2"), *rest],
        [("REFERRAL", "2"), ("ADJUSTMENT", "7"), *rest],
        [("ADJUSTMENT", "7"), *rest],
        [("SIGN_UP", "5"), ("ADJUSTMENT", "3"), ("PLAN", "30"), purchased],
        [("PLAN", "30"), purchased],
        [purchased],
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"packId": "huge"}, "packId"),
        ({"packId": ""}, "packId"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 101}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"currency": "EUR"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, ada: Owner, *, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await order(graph, ada.principal, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


async def test_f5_the_same_key_for_something_else_is_refused(graph: Graph, ada: Owner) -> None:
    await order(graph, ada.principal)
    before = await graph.content()
    shown = (await order(graph, ada.principal, quantity=2)).data["orderCredits"]
    assert (shown["order"], shown["errors"]) == (
        None,
        [{"code": "IDEMPOTENCY_KEY_REUSED", "field": ["idempotencyKey"]}],
    )
    assert await graph.content() == before


async def test_g1_it_is_for_registered_people(
    graph: Graph, service: Principal, operator: Principal, ada: Owner
) -> None:
    guest = Principal(Caller.GUEST, ada.wallet.person_id)
    before = await graph.content()
    for caller, code in (
        (ANONYMOUS, "UNAUTHENTICATED"),
        (guest, "FORBIDDEN"),
        (service, "FORBIDDEN"),
        (operator, "FORBIDDEN"),
    ):
        assert (await order(graph, caller)).code == code
    assert await graph.content() == before


async def test_b11_nobody_else_sees_the_order_or_the_kinds(graph: Graph, ada: Owner, stranger: Owner) -> None:
    bought = (await order(graph, ada.principal)).data["orderCredits"]["order"]
    found = await graph.ask("query ($id: ID!) { order(id: $id) { id } }", stranger.principal, id=bought["id"])
    assert found.data == {"order": None}
    assert (await graph.ask(KINDS, stranger.principal, id=ada.wallet_id)).data == {"node": None}
