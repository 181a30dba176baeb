"""`orderRenewal`: in time and late, seen in the members' feeds; refusals change nothing (B3, B10, B11)."""

from datetime import timedelta

import pytest

from domain.ids import parse_public_id
from domain.principals import Principal
from domain.refusals import Refusal
from services.automatic_renewals import set_automatic_renewal
from services.orders import any_order
from services.runtime import Runtime
from services.usage import consume
from tests.factories.buying import A_DAY, make_buyer, pay
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import add_member
from tests.factories.usage import chat
from tests.graphql.buying import bought_laboratory, change, codes, payload
from tests.graphql.conftest import Graph, Json, bad_ids
from tests.graphql.laboratories import Laboratory

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
FEED = """subscription ($id: ID!) { usageFeed(workspaceId: $id) {
    __typename
    ... on UsageChange { entry { kind balance { quotas { meter { id } remaining } } } }
} }"""


@pytest.fixture
async def labs(runtime: Runtime) -> Laboratory:
    laboratory = await bought_laboratory(runtime)
    await set_automatic_renewal(runtime, laboratory.admin, laboratory.ref.id, enabled=False, key="off")
    return laboratory


def wanted(labs: Laboratory, **given: object) -> dict[str, object]:
    return {"organizationId": labs.id, "seats": 6, "paymentMethod": "CHECKOUT"} | given


async def paid(graph: Graph, runtime: Runtime, labs: Laboratory) -> Json:
    order = (await payload(graph, labs.admin, "orderRenewal", **wanted(labs)))["order"]
    row = await any_order(runtime, parse_public_id("ord", order["id"]))
    assert row
    await pay(runtime, row)
    return order


async def test_b10_expired_and_renewed_is_pushed_live(
    graph: Graph, runtime: Runtime, clock: TestClock, service: Principal, labs: Laboratory
) -> None:
    bo = await runtime.database.pool.fetchval(
        "SELECT id FROM wallets WHERE workspace_id = $1 AND person_id = $2", labs.ref.workspace_id, labs.member.subject
    )
    clock.now = ENDS_AT - timedelta(hours=1)
    await consume(runtime, service, chat(bo), "before")
    assert labs.member.subject
    member = await make_user(runtime, labs.member.subject)
    async with graph.following(FEED, member, id=labs.workspace_id) as feed:
        assert (await feed.next())["__typename"] == "UsageSnapshot"
        clock.now = ENDS_AT
        assert isinstance(await consume(runtime, service, chat(bo), "after"), Refusal)
        events = [await feed.next()]
        while events[-1]["entry"]["kind"] != "BENEFITS_SUSPENDED":
            events.append(await feed.next())
        order = await paid(graph, runtime, labs)
        assert (order["kind"], order["total"]["minor"]) == ("RENEWAL", 216_000)
        while [event["entry"]["kind"] for event in events].count("GRANT") < 2:
            events.append(await feed.next())
    kinds = [event["entry"]["kind"] for event in events]
    assert kinds.index("BENEFITS_SUSPENDED") < kinds.index("ALLOWANCE_ENDED") < kinds.index("ALLOWANCE_STARTED")
    assert {"meter": {"id": "chat_credit"}, "remaining": "2000"} in events[-1]["entry"]["balance"]["quotas"]


async def test_b10_too_early_and_too_few_say_what_would_do(
    graph: Graph, runtime: Runtime, clock: TestClock, labs: Laboratory
) -> None:
    shown = await payload(graph, labs.admin, "orderRenewal", **wanted(labs))
    assert (shown["order"], codes(shown)) == (None, ["RENEWAL_TOO_EARLY"])
    assert shown["errors"][0]["earliestAt"] == "2026-11-16T12:00:00Z"
    for number in range(3):
        await add_member(runtime, labs.ref, f"Member {number}")
    clock.now = ENDS_AT - A_DAY
    order = (await payload(graph, labs.admin, "orderSeats", **wanted(labs, seats=1, idempotencyKey="seats")))["order"]
    row = await any_order(runtime, parse_public_id("ord", order["id"]))
    assert row
    await pay(runtime, row)
    await add_member(runtime, labs.ref, "Sixth")
    shown = await payload(graph, labs.admin, "orderRenewal", **wanted(labs, seats=5, idempotencyKey="few"))
    assert codes(shown) == ["SEATS_IN_USE"]
    assert shown["errors"][0]["details"] == [
        {"name": "allocated", "value": "6"},
        {"name": "minimum", "value": "6"},
    ]


@pytest.mark.parametrize("seats", [4, 0, -1, 10**9])
async def test_b10_mistakes_name_the_field_and_change_nothing(graph: Graph, labs: Laboratory, seats: int) -> None:
    before = await graph.content()
    answer = await change(graph, labs.admin, "orderRenewal", **wanted(labs, seats=seats))
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", "seats"])
    assert "must be from 5 to 50000" in answer.errors[0]["message"]
    assert await graph.content() == before


async def test_b3_b11_only_administrators_and_to_others_every_id_is_unknown(
    graph: Graph, runtime: Runtime, clock: TestClock, labs: Laboratory
) -> None:
    clock.now = ENDS_AT - A_DAY
    stranger = await make_buyer(runtime, "Cleo")
    assert codes(await payload(graph, labs.member, "orderRenewal", **wanted(labs))) == ["NOT_ADMINISTRATOR"]
    refused = [
        await payload(graph, stranger, "orderRenewal", **wanted(labs, organizationId=id_, idempotencyKey=str(number)))
        for number, id_ in enumerate((labs.id, *bad_ids("org")))
    ]
    assert codes(refused[0]) == ["NOT_FOUND"]
    assert all(shown == refused[0] for shown in refused)
