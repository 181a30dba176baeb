"""`quoteOrganization`, `quoteSeats`, `quoteRenewal`: the figures of the order before it is placed (B1, B2, B10)."""

from dataclasses import replace

import pytest

from domain.principals import ANONYMOUS, Principal
from domain.usage import Surface
from services.runtime import Runtime
from tests.factories.buying import A_DAY, make_buyer
from tests.factories.clock import NOW, TestClock
from tests.graphql.buying import (
    QUOTE_ORGANIZATION,
    QUOTE_RENEWAL,
    QUOTE_SEATS,
    bought_laboratory,
    change,
    codes,
    payload,
)
from tests.graphql.conftest import Graph, bad_ids
from tests.graphql.laboratories import Laboratory

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
MADE = "SELECT (SELECT count(*) FROM orders), (SELECT min(name) FROM workspaces)"


@pytest.fixture
async def labs(runtime: Runtime) -> Laboratory:
    return await bought_laboratory(runtime)


async def test_b1_everybody_is_told_what_an_organization_costs(graph: Graph, operator: Principal) -> None:
    for caller in (ANONYMOUS, operator):
        answer = await graph.ask(QUOTE_ORGANIZATION, caller, seats=5)
        assert answer.data["quoteOrganization"] == {
            "quote": {
                "total": {"minor": 180_000, "currency": "USD"},
                "lines": [
                    {
                        "kind": "SEATS_FOR_TERM",
                        "quantity": 5,
                        "unit": {"minor": 36_000},
                        "amount": {"minor": 180_000, "currency": "USD"},
                        "startsAt": "2026-01-15T12:00:00Z",
                        "endsAt": "2027-01-15T12:00:00Z",
                        "days": 365,
                        "daysInTerm": 365,
                    }
                ],
            },
            "errors": [],
        }


@pytest.mark.parametrize("seats", [4, 0, -1, 50_001, 10**9])
async def test_b1_bad_numbers_name_the_field_and_the_bounds(graph: Graph, labs: Laboratory, seats: int) -> None:
    for query in (QUOTE_ORGANIZATION, QUOTE_RENEWAL):
        answer = await graph.ask(query, labs.admin, id=labs.id, seats=seats)
        assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["seats"])
        assert "must be from 5 to 50000" in answer.errors[0]["message"]
    if seats != 4:
        answer = await graph.ask(QUOTE_SEATS, labs.admin, id=labs.id, seats=seats)
        assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["seats"])
        assert "must be from 1 to 50000" in answer.errors[0]["message"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"plan": "plus"}, "plan", "must be one of business"),
        ({"plan": "' OR 1=1"}, "plan", "must be one of business"),
        ({"currency": "EUR"}, "currency", "must be one of USD"),
    ],
)
async def test_b1_unknown_offers_name_the_field(graph: Graph, given: dict[str, str], field: str, words: str) -> None:
    answer = await graph.ask(QUOTE_ORGANIZATION, seats=5, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", [field])
    assert words in answer.errors[0]["message"]


async def test_b2_the_quote_of_seats_is_the_order_to_the_cent(graph: Graph, clock: TestClock, labs: Laboratory) -> None:
    for day in (0, 1, 100, 364):
        clock.now = NOW + day * A_DAY + (ENDS_AT - NOW) / 1_000
        quoted = (await graph.ask(QUOTE_SEATS, labs.admin, id=labs.id, seats=3)).data["quoteSeats"]["quote"]
        shown = await payload(
            graph,
            labs.admin,
            "orderSeats",
            organizationId=labs.id,
            seats=3,
            paymentMethod="CHECKOUT",
            idempotencyKey=str(day),
        )
        assert {"total": shown["order"]["total"], "lines": shown["order"]["lines"]} == quoted


async def test_b10_the_quote_of_a_renewal_is_the_order_to_the_cent(
    graph: Graph, clock: TestClock, labs: Laboratory
) -> None:
    early = (await graph.ask(QUOTE_RENEWAL, labs.admin, id=labs.id, seats=7)).data["quoteRenewal"]
    assert (early["quote"], codes(early)) == (None, ["RENEWAL_TOO_EARLY"])
    assert early["errors"][0]["earliestAt"] == "2026-11-16T12:00:00Z"
    clock.now = ENDS_AT - 60 * A_DAY
    quoted = (await graph.ask(QUOTE_RENEWAL, labs.admin, id=labs.id, seats=7)).data["quoteRenewal"]["quote"]
    shown = await payload(
        graph, labs.admin, "orderRenewal", organizationId=labs.id, seats=7, paymentMethod="BANK_TRANSFER"
    )
    assert {"total": shown["order"]["total"], "lines": shown["order"]["lines"]} == quoted
    assert quoted["total"] == {"minor": 252_000, "currency": "USD"}


async def test_b2_an_expired_subscription_has_no_seats_to_sell(
    graph: Graph, clock: TestClock, labs: Laboratory
) -> None:
    clock.now = ENDS_AT
    shown = (await graph.ask(QUOTE_SEATS, labs.admin, id=labs.id, seats=1)).data["quoteSeats"]
    assert (shown["quote"], codes(shown)) == (None, ["SUBSCRIPTION_EXPIRED"])


@pytest.mark.parametrize("query", [QUOTE_SEATS, QUOTE_RENEWAL])
async def test_b11_to_strangers_every_id_is_unknown(
    graph: Graph, runtime: Runtime, labs: Laboratory, query: str
) -> None:
    stranger = await make_buyer(runtime, "Cleo")
    refused = []
    for id_ in (labs.id, *bad_ids("org")):
        (shown,) = (await graph.ask(query, stranger, id=id_, seats=5)).data.values()
        refused.append(shown)
    assert codes(refused[0]) == ["NOT_FOUND"]
    assert all(shown == refused[0] for shown in refused)
    (shown,) = (await graph.ask(query, labs.member, id=labs.id, seats=5)).data.values()
    assert codes(shown) == ["NOT_ADMINISTRATOR"]


async def test_b2_a_quote_changes_nothing(graph: Graph, labs: Laboratory) -> None:
    before = await graph.content()
    await graph.ask(QUOTE_SEATS, labs.admin, id=labs.id, seats=3)
    await graph.ask(QUOTE_ORGANIZATION, labs.admin, seats=5)
    assert await graph.content() == before
    assert (
        await change(graph, ANONYMOUS, "orderSeats", organizationId=labs.id, seats=1, paymentMethod="CHECKOUT")
    ).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("surface", [Surface.MOBILE, Surface.DESKTOP])
async def test_b13_nothing_of_an_organization_is_bought_elsewhere(
    graph: Graph, runtime: Runtime, clock: TestClock, labs: Laboratory, surface: Surface
) -> None:
    clock.now = ENDS_AT - A_DAY
    before = await runtime.database.pool.fetchrow(MADE)
    admin, stranger = replace(labs.admin, surface=surface), replace(await make_buyer(runtime, "Cleo"), surface=surface)
    for caller, code in ((admin, "PLATFORM_NOT_SUPPORTED"), (stranger, "NOT_FOUND")):
        for query in (QUOTE_SEATS, QUOTE_RENEWAL):
            (shown,) = (await graph.ask(query, caller, id=labs.id, seats=5)).data.values()
            assert codes(shown) == [code]
        for verb, given in (
            ("orderSeats", {"seats": 5, "paymentMethod": "CHECKOUT"}),
            ("orderRenewal", {"seats": 5, "paymentMethod": "CHECKOUT"}),
            ("setAutomaticRenewal", {"enabled": False}),
            ("renameOrganization", {"name": "Elsewhere"}),
        ):
            shown = await payload(graph, caller, verb, organizationId=labs.id, idempotencyKey=verb, **given)
            assert codes(shown) == [code], verb
    assert await runtime.database.pool.fetchrow(MADE) == before
