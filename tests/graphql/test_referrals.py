"""`createReferralCode`, `reverseReferral`, `Viewer.referralCode`, `Viewer.referrals` over the real transport (D4)."""

from datetime import timedelta

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.payments import report_payment
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.payments import FOUNDS, make_order, paid
from tests.factories.referrals import Referrer, come_by, make_referrer
from tests.graphql.conftest import Answer, Graph, Json, Owner, bad_ids

pytestmark = pytest.mark.anyio

MINE = """
{ viewer { referralCode referrals { id at state creditsGiven creditsTakenBack reversedAt } } }
"""
CREATE = """
mutation ($input: CreateReferralCodeInput!) { createReferralCode(input: $input) {
    code replayed errors { code }
} }
"""
REVERSE = """
mutation ($input: ReverseReferralInput!) { reverseReferral(input: $input) {
    referralId creditsTakenBack replayed errors { code field }
} }
"""


@pytest.fixture
async def ada_refers(runtime: Runtime) -> Referrer:
    return await make_referrer(runtime)


async def create(graph: Graph, caller: Principal, key: str = "key") -> Answer:
    return await graph.ask(CREATE, caller, input={"idempotencyKey": key})


async def reverse(graph: Graph, caller: Principal, id_: str, key: str = "key", reason: str = "refunded") -> Answer:
    asked = {"referralId": id_, "reason": reason, "idempotencyKey": key}
    return await graph.ask(REVERSE, caller, input=asked)


async def mine(graph: Graph, caller: Principal) -> Json:
    return (await graph.ask(MINE, caller)).data["viewer"]


async def test_d4_the_code_is_made_when_it_is_asked_for(graph: Graph, ada: Owner) -> None:
    assert await mine(graph, ada.principal) == {"referralCode": None, "referrals": []}
    payload = (await create(graph, ada.principal)).data["createReferralCode"]
    assert (len(payload["code"]), payload["replayed"], payload["errors"]) == (8, False, [])
    assert await mine(graph, ada.principal) == {"referralCode": payload["code"], "referrals": []}
    before = await graph.content()
    assert (await create(graph, ada.principal)).data["createReferralCode"] == payload | {"replayed": True}
    assert await graph.content() == before
    assert (await create(graph, ada.principal, "again")).data["createReferralCode"] == payload


async def test_d4_ones_referrals_are_listed_without_saying_who(
    graph: Graph, runtime: Runtime, clock: TestClock, ada_refers: Referrer, operator: Principal
) -> None:
    ada = await make_user(runtime, ada_refers.person_id)
    bo = await come_by(runtime, ada_refers.code)
    id_ = await runtime.database.pool.fetchval("SELECT id FROM referrals")
    told: dict[str, Json] = {
        "id": public_id("rfl", id_),
        "at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "state": "SIGNED_UP",
        "creditsGiven": "50",
        "creditsTakenBack": "0",
        "reversedAt": None,
    }
    assert await mine(graph, ada) == {"referralCode": ada_refers.code, "referrals": [told]}
    assert await mine(graph, await make_user(runtime, bo.person_id)) == {"referralCode": None, "referrals": []}
    order = await make_order(runtime, bo.person_id)
    clock.advance(timedelta(minutes=5))
    await report_payment(runtime, paid(order), effects=FOUNDS)
    assert (await mine(graph, ada))["referrals"] == [told | {"state": "PAID", "creditsGiven": "550"}]
    payload = (await reverse(graph, operator, told["id"])).data["reverseReferral"]
    assert payload == {"referralId": told["id"], "creditsTakenBack": "550", "replayed": False, "errors": []}
    (row,) = (await mine(graph, ada))["referrals"]
    assert (row["state"], row["creditsGiven"], row["creditsTakenBack"]) == ("REVERSED", "550", "550")
    assert row["reversedAt"]
    notices = await graph.ask("{ viewer { notices(first: 5) { nodes { kind title text } } } }", ada)
    told_of = [node["kind"] for node in notices.data["viewer"]["notices"]["nodes"]]
    assert sorted(told_of) == ["REFERRAL_REVERSED", "REFERRAL_REWARDED", "REFERRAL_REWARDED"]
    assert all("550" in n["text"] for n in notices.data["viewer"]["notices"]["nodes"] if "REVERSED" in n["kind"])


async def test_d4_what_cannot_be_reversed_changes_nothing(
    graph: Graph, runtime: Runtime, ada_refers: Referrer, operator: Principal
) -> None:
    await come_by(runtime, ada_refers.code)
    id_ = public_id("rfl", await runtime.database.pool.fetchval("SELECT id FROM referrals"))
    await reverse(graph, operator, id_, "first")
    before = await graph.content()
    refused = {"referralId": None, "creditsTakenBack": None, "replayed": False}
    closed = (await reverse(graph, operator, id_, "second")).data["reverseReferral"]
    assert closed == refused | {"errors": [{"code": "REFERRAL_CLOSED", "field": ["referralId"]}]}
    for number, bad in enumerate(bad_ids("rfl")):
        payload = (await reverse(graph, operator, bad, f"bad {number}")).data["reverseReferral"]
        assert payload == refused | {"errors": [{"code": "NOT_FOUND", "field": ["referralId"]}]}
    assert await graph.content() | {"verb_results": ()} == before | {"verb_results": ()}


async def test_g1_codes_are_for_people_and_reversals_for_operators(
    graph: Graph, ada: Owner, ada_refers: Referrer, service: Principal, operator: Principal
) -> None:
    await come_by(graph.runtime, ada_refers.code)
    id_ = public_id("rfl", await graph.runtime.database.pool.fetchval("SELECT id FROM referrals"))
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (operator, "FORBIDDEN")):
        assert (await create(graph, caller)).code == code
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (ada.principal, "FORBIDDEN")):
        assert (await reverse(graph, caller, id_)).code == code
    for key, reason in (("", "why"), ("key", " "), ("key", "x" * 501)):
        assert (await reverse(graph, operator, id_, key, reason)).code == "BAD_USER_INPUT"
    assert await mine(graph, service) == {"referralCode": None, "referrals": []}
    assert await graph.content() == before
