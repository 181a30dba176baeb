"""`adjustCredits`: for operators, with a reason, on record, and told (D2, G3)."""

import pytest

from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from tests.graphql.conftest import Answer, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

ADJUST = """mutation ($input: AdjustCreditsInput!) { adjustCredits(input: $input) {
    personId changed replayed errors { code message field }
} }"""
CREDITS = "query ($id: ID!) { node(id: $id) { ... on Wallet { credits { granted remaining lapsed } } } }"
TOLD = "{ viewer { notices(first: 1) { nodes { kind text facts { name value } } } } }"


async def adjust(graph: Graph, caller: Principal, person: str, /, **given: object) -> Answer:
    asked = {"personId": person, "amount": "20", "reason": "ticket 7", "idempotencyKey": "key"}
    return await graph.ask(ADJUST, caller, input=asked | given)


async def test_g3_given_and_taken_back(graph: Graph, runtime: Runtime, operator: Principal, ada: Owner) -> None:
    done = {"personId": ada.person_id, "changed": "20", "replayed": False, "errors": []}
    assert (await adjust(graph, operator, ada.person_id)).data == {"adjustCredits": done}
    again = await adjust(graph, operator, ada.person_id)
    assert again.data == {"adjustCredits": done | {"replayed": True}}
    taken = await adjust(graph, operator, ada.person_id, amount="-100.5", idempotencyKey="back")
    assert taken.data["adjustCredits"]["changed"] == "-25"
    [credits_] = (await graph.ask(CREDITS, ada.principal, id=ada.wallet_id)).data["node"]["credits"]
    assert credits_ == {"granted": "25", "remaining": "0", "lapsed": "25"}
    rows = await runtime.database.pool.fetch(
        "SELECT actor, reason, after->>'asked', after->>'changed' FROM audit_entries ORDER BY after->>'changed' DESC"
    )
    assert [tuple(row) for row in rows] == [
        (operator.subject, "ticket 7", "20000", "20000"),
        (operator.subject, "ticket 7", "-100500", "-25000"),
    ]


async def test_g3_the_person_is_told_the_amount(graph: Graph, operator: Principal, ada: Owner) -> None:
    await adjust(graph, operator, ada.person_id)
    [notice] = (await graph.ask(TOLD, ada.principal)).data["viewer"]["notices"]["nodes"]
    assert notice["kind"] == "CREDITS_ADJUSTED"
    assert {"name": "amount", "value": "20"} in notice["facts"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "1000000000000.001"}, "amount"),
        ({"amount": "-1000000000000.001"}, "amount"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({"expiresAt": "2026-01-15T12:00:00Z"}, "expiresAt"),
        ({"amount": "-1", "expiresAt": "2030-01-01T00:00:00Z"}, "expiresAt"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, operator: Principal, ada: Owner, *, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await adjust(graph, operator, ada.person_id, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


async def test_b11_unknown_and_malformed_people_are_the_same(graph: Graph, operator: Principal, ada: Owner) -> None:
    told = []
    for number, id_ in enumerate((ada.wallet_id, *bad_ids("per"))):
        told.append((await adjust(graph, operator, id_, idempotencyKey=f"{number}")).data["adjustCredits"])
    refusal = {"code": "NOT_FOUND", "message": "There is no such person.", "field": ["personId"]}
    assert told[0] == {"personId": None, "changed": None, "replayed": False, "errors": [refusal]}
    assert all(each == told[0] for each in told)


async def test_f5_the_same_key_for_something_else_is_refused(graph: Graph, operator: Principal, ada: Owner) -> None:
    await adjust(graph, operator, ada.person_id)
    shown = (await adjust(graph, operator, ada.person_id, amount="21")).data["adjustCredits"]
    assert (shown["changed"], [told["code"] for told in shown["errors"]]) == (None, ["IDEMPOTENCY_KEY_REUSED"])


async def test_g1_it_is_for_operators(graph: Graph, service: Principal, ada: Owner) -> None:
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (ada.principal, "FORBIDDEN"), (service, "FORBIDDEN")):
        assert (await adjust(graph, caller, ada.person_id)).code == code
    assert await graph.content() == before
