"""`consume`: usage in one step (F4): what is done, what is refused, what is a mistake; the last change nothing."""

import asyncio

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.runtime import Runtime
from tests.factories.credentials import make_service
from tests.factories.statements import recorded
from tests.factories.wallets import make_wallet, subscribe
from tests.graphql.conftest import Answer, Graph, Owner, bad_ids, make_owner

pytestmark = pytest.mark.anyio

CONSUME = """
mutation ($input: ConsumeInput!) { consume(input: $input) {
    replayed
    entry { id number kind at amount unit receipt { quantity charged client surface draws { amount } } }
    balance { asOfEntry at credits { remaining used } quotas { meter { id } pool remaining resetsAt } }
    errors {
        code message field requested
        limits { meter { id } pool limit used held remaining unit resetsAt }
    }
} }
"""


async def consume(graph: Graph, caller: Principal, owner: Owner, /, **given: object) -> Answer:
    asked = {
        "walletId": owner.wallet_id,
        "product": "chat-message",
        "quantity": "1",
        "surface": "WEB",
        "client": "kimi-web",
        "idempotencyKey": "key",
    }
    return await graph.ask(CONSUME, caller, input=asked | given)


async def test_f4_usage_is_charged(graph: Graph, service: Principal, ada: Owner) -> None:
    answer = await consume(graph, service, ada, quantity="2")
    assert answer.errors == []
    assert answer.data["consume"] == {
        "replayed": False,
        "entry": {
            "id": ada.entry_id(2),
            "number": 2,
            "kind": "CONSUME",
            "at": "2026-01-15T12:00:00Z",
            "amount": "2",
            "unit": "credit",
            "receipt": {
                "quantity": "2",
                "charged": "2",
                "client": "kimi-web",
                "surface": "WEB",
                "draws": [{"amount": "2"}],
            },
        },
        "balance": {
            "asOfEntry": 2,
            "at": "2026-01-15T12:00:00Z",
            "credits": [{"remaining": "3", "used": "2"}],
            "quotas": [],
        },
        "errors": [],
    }


async def test_f5_asked_again_nothing_happens_again(graph: Graph, service: Principal, ada: Owner) -> None:
    first = (await consume(graph, service, ada)).data["consume"]
    before = await graph.content()
    again = (await consume(graph, service, ada)).data["consume"]
    assert again == first | {"replayed": True}
    assert await graph.content() == before


async def test_f5_at_the_same_time_one_works_and_all_get_its_answer(
    graph: Graph, service: Principal, ada: Owner
) -> None:
    answers = await asyncio.gather(*(consume(graph, service, ada) for _ in range(20)))
    payloads = [answer.data["consume"] for answer in answers]
    assert sorted(payload["replayed"] for payload in payloads) == [False] + [True] * 19
    assert {payload["entry"]["number"] for payload in payloads} == {2}


async def test_f5_another_input_under_the_same_key_is_refused(graph: Graph, service: Principal, ada: Owner) -> None:
    await consume(graph, service, ada)
    before = await graph.content()
    answer = await consume(graph, service, ada, quantity="2")
    refusal(answer, "IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    assert await graph.content() == before


def refusal(answer: Answer, code: str, field: list[str]) -> None:
    assert answer.errors == []
    payload = answer.data["consume"]
    assert (payload["entry"], payload["balance"], payload["replayed"]) == (None, None, False)
    (told,) = payload["errors"]
    assert (told["code"], told["field"]) == (code, field)
    assert told["message"]


async def last_entries(graph: Graph) -> list[int]:
    rows = await graph.runtime.database.pool.fetch("SELECT last_entry FROM wallets ORDER BY id")
    return [row["last_entry"] for row in rows]


async def test_d1_more_than_the_credits_is_refused_with_the_limit(graph: Graph, service: Principal, ada: Owner) -> None:
    before = await last_entries(graph)
    answer = await consume(graph, service, ada, quantity="6")
    refusal(answer, "INSUFFICIENT_CREDITS", [])
    (told,) = answer.data["consume"]["errors"]
    assert told["requested"] == "6"
    assert told["limits"] == [
        {
            "meter": {"id": "chat_credit"},
            "pool": "MAIN",
            "limit": "5",
            "used": "0",
            "held": "0",
            "remaining": "5",
            "unit": "credit",
            "resetsAt": None,
        }
    ]
    assert await last_entries(graph) == before
    assert (await consume(graph, service, ada, quantity="6")).data == answer.data  # F5: refusals are kept, too


async def test_c5_a_refusal_lists_every_limit(graph: Graph, runtime: Runtime, service: Principal) -> None:
    owner = await make_owner(runtime, plan="plus")
    asked = {"product": "coding-request", "quantity": "100"}
    assert (await consume(graph, service, owner, **asked)).data["consume"]["entry"]
    answer = await consume(graph, service, owner, **asked, idempotencyKey="another")
    refusal(answer, "WINDOW_LIMIT_REACHED", [])
    (told,) = answer.data["consume"]["errors"]
    assert [(limit["pool"], limit["remaining"], limit["unit"]) for limit in told["limits"]] == [
        ("WINDOW", "0", "request")
    ]
    assert told["limits"][0]["resetsAt"] == "2026-01-15T17:00:00Z"


async def test_quota_is_exhausted(graph: Graph, runtime: Runtime, service: Principal) -> None:
    owner = await make_owner(runtime, plan="free")
    answer = await consume(graph, service, owner, quantity="31")
    refusal(answer, "QUOTA_EXHAUSTED", [])
    (told,) = answer.data["consume"]["errors"]
    assert told["limits"][0] | {"meter": 0} == {
        "meter": 0,
        "pool": "MAIN",
        "limit": "30",
        "used": "0",
        "held": "0",
        "remaining": "30",
        "unit": "credit",
        "resetsAt": "2026-02-15T12:00:00Z",
    }


async def test_not_entitled(graph: Graph, service: Principal, ada: Owner) -> None:
    refusal(await consume(graph, service, ada, product="coding-request"), "NOT_ENTITLED", [])


async def test_b11_unknown_foreign_and_malformed_wallets_are_the_same(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    narrowed = await make_service(runtime, workspace_id=ada.wallet.workspace_id)
    before = await graph.content()
    told = []
    for id_ in (stranger.wallet_id, ada.workspace_id, *bad_ids("wal")):
        answer = await consume(graph, narrowed, ada, walletId=id_)
        refusal(answer, "NOT_FOUND", ["walletId"])
        told.append(answer.data)
    assert all(each == told[0] for each in told)
    assert await graph.content() == before
    assert (await consume(graph, narrowed, ada)).data["consume"]["entry"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1.5"}, "quantity"),
        ({"quantity": "101"}, "quantity"),
        ({"quantity": "999999999999999"}, "quantity"),
        ({"product": "no-such-thing"}, "product"),
        ({"product": ""}, "product"),
        ({"product": "x" * 100_000}, "product"),
        ({"product": "chat-message\n"}, "product"),
        ({"client": ""}, "client"),
        ({"client": "x" * 101}, "client"),
        ({"client": "a\tb"}, "client"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"idempotencyKey": "x" * 256}, "idempotencyKey"),
        ({"idempotencyKey": "a\x7fb"}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, service: Principal, ada: Owner, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await consume(graph, service, ada, **given)
    assert answer.data is None
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", field])
    assert len(answer.errors[0]["message"]) < 300
    assert await graph.content() == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quantity": "1e3"}, "quantity"),
        ({"quantity": "1.2345"}, "quantity"),
        ({"quantity": "1000000000000000"}, "quantity"),
        ({"quantity": "9" * 5000}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": ""}, "quantity"),
        ({"quantity": " 1"}, "quantity"),
        ({"quantity": "01"}, "quantity"),
        ({"quantity": "\u0661"}, "quantity"),
        ({"quantity": 1}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"surface": "MOON"}, "surface"),
        ({"idempotencyKey": None}, "idempotencyKey"),
        ({"walletId": None}, "walletId"),
        ({"more": 1}, "more"),
    ],
)
async def test_values_of_the_wrong_type_are_named_and_change_nothing(
    graph: Graph, service: Principal, ada: Owner, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await consume(graph, service, ada, **given)
    assert answer.data is None
    assert answer.code == "BAD_USER_INPUT"
    assert field in answer.errors[0]["message"]
    assert await graph.content() == before


@pytest.mark.parametrize("field", ["walletId", "product", "client", "idempotencyKey", "quantity"])
async def test_a_nul_byte_is_refused_by_name(graph: Graph, service: Principal, ada: Owner, field: str) -> None:
    before = await graph.content()
    answer = await consume(graph, service, ada, **{field: "a\0b"})
    assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")
    assert field in answer.errors[0]["message"]
    assert await graph.content() == before


async def test_g1_only_services_that_may_write_report_usage(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    reader = await make_service(runtime, frozenset({"usage:read"}))
    before = await graph.content()
    for caller in (ada.principal, reader):
        answer = await consume(graph, caller, ada)
        assert (answer.data, answer.code) == (None, "FORBIDDEN")
    assert (await consume(graph, ANONYMOUS, ada)).code == "UNAUTHENTICATED"
    assert await graph.content() == before


async def test_several_in_one_document_happen_in_order(graph: Graph, service: Principal, ada: Owner) -> None:
    document = """
    mutation ($a: ConsumeInput!, $b: ConsumeInput!) {
        a: consume(input: $a) { entry { number } errors { code } }
        b: consume(input: $b) { entry { number } errors { code } }
    }
    """
    asked = {"walletId": ada.wallet_id, "product": "chat-message", "quantity": "3", "surface": "API"}
    answer = await graph.ask(document, service, a=asked | {"idempotencyKey": "a"}, b=asked | {"idempotencyKey": "b"})
    assert answer.data["a"] == {"entry": {"number": 2}, "errors": []}
    assert answer.data["b"] == {"entry": None, "errors": [{"code": "INSUFFICIENT_CREDITS"}]}


async def test_the_answer_costs_no_statement_beyond_the_charge(
    graph: Graph, runtime: Runtime, service: Principal
) -> None:
    wallet = await make_wallet(runtime, credits_=5)
    await subscribe(runtime, wallet.id, "plus")
    query = """
    mutation ($input: ConsumeInput!) { consume(input: $input) {
        entry { number amount receipt { draws { amount } } task { id } }
        balance { quotas { remaining held resetsAt meter { id } } credits { remaining } } errors { code }
    } }
    """
    asked = {"walletId": public_id("wal", wallet.id), "product": "chat-message", "quantity": "1", "surface": "WEB"}
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(query, service, input=asked | {"idempotencyKey": "k"})
    assert answer.data["consume"]["entry"]
    assert len(statements) == 5
