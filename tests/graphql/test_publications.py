"""`publishTerms` and `announceChange`: by operators, once, in time (A6, A7, F5, G1)."""

from collections.abc import Mapping

import pytest

from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.credentials import make_operator
from tests.factories.statements import recorded
from tests.factories.wallets import make_wallets
from tests.graphql.conftest import Graph, Json, Owner

pytestmark = pytest.mark.anyio

PUBLISH = """
mutation ($input: PublishTermsInput!) { publishTerms(input: $input) {
    terms { version title { en } material effectiveAt body { en } } banner { kind text { en } endsAt }
    replayed errors { code message field earliestAt }
} }
"""
ANNOUNCE = """
mutation ($input: AnnounceChangeInput!) { announceChange(input: $input) {
    banner { id kind effectiveAt } replayed errors { code message field earliestAt }
} }
"""
TERMS = {
    "title": {"en": "Terms of use", "zhHans": "使用条款"},
    "body": {"en": "1. Be kind.", "zhHans": "1. 请友善。"},
    "material": True,
    "effectiveAt": "2026-02-15T12:00:00Z",
    "reason": "the law changed",
    "idempotencyKey": "k",
}
CHANGE = {
    "kind": "PRICE",
    "text": {"en": "Plus costs more.", "zhHans": "Plus 涨价。"},
    "effectiveAt": "2026-02-14T12:00:00Z",
    "reason": "costs",
    "idempotencyKey": "k",
}


@pytest.fixture
async def operator(runtime: Runtime) -> Principal:
    return await make_operator(runtime)


async def publish(graph: Graph, caller: Principal, **changes: object) -> Json:
    answer = await graph.ask(PUBLISH, caller, input={**TERMS, **changes})
    assert answer.errors == []
    return answer.data["publishTerms"]


async def announce(graph: Graph, caller: Principal, **changes: object) -> Json:
    answer = await graph.ask(ANNOUNCE, caller, input={**CHANGE, **changes})
    assert answer.errors == []
    return answer.data["announceChange"]


async def test_a6_terms_are_published_once(graph: Graph, operator: Principal) -> None:
    first, again = await publish(graph, operator), await publish(graph, operator)
    assert first == {
        "terms": {
            "version": 1,
            "title": {"en": "Terms of use"},
            "material": True,
            "effectiveAt": "2026-02-15T12:00:00Z",
            "body": {"en": "1. Be kind."},
        },
        "banner": {"kind": "TERMS", "text": first["banner"]["text"], "endsAt": "2026-02-22T12:00:00Z"},
        "replayed": False,
        "errors": [],
    }
    assert again == {**first, "replayed": True}
    reused = await publish(graph, operator, material=False)
    assert [error["code"] for error in reused["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    quiet = await publish(graph, operator, material=False, effectiveAt=None, idempotencyKey="2")
    assert (quiet["terms"]["version"], quiet["terms"]["effectiveAt"], quiet["banner"]) == (
        2,
        "2026-01-15T12:00:00Z",
        None,
    )


async def test_a7_a_price_is_announced_in_time_or_refused_with_the_earliest_date(
    graph: Graph, operator: Principal
) -> None:
    early = await announce(graph, operator, effectiveAt="2026-02-14T11:59:59.999999Z")
    assert early == {
        "banner": None,
        "replayed": False,
        "errors": [
            {
                "code": "EFFECTIVE_TOO_EARLY",
                "message": "This takes effect too early: a change like this needs 30 days of notice.",
                "field": ["effectiveAt"],
                "earliestAt": "2026-02-14T12:00:00Z",
            }
        ],
    }
    good = await announce(graph, operator, idempotencyKey="good")
    assert good["banner"] == {"id": good["banner"]["id"], "kind": "PRICE", "effectiveAt": "2026-02-14T12:00:00Z"}
    assert good["errors"] == []
    past = await publish(graph, operator, effectiveAt="2026-01-15T11:59:59Z", idempotencyKey="past")
    assert (past["terms"], past["errors"][0]["code"]) == (None, "EFFECTIVE_TOO_EARLY")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": {"en": "", "zhHans": "文"}}, ["input", "text", "en"]),
        ({"text": {"en": "x", "zhHans": "x" * 501}}, ["input", "text", "zhHans"]),
        ({"text": {"en": "a\u0000b", "zhHans": "文"}}, ["input", "text", "en"]),
        ({"effectiveAt": None}, ["input", "effectiveAt"]),
        ({"kind": "DISCONTINUATION", "effectiveAt": None}, ["input", "effectiveAt"]),
        ({"reason": " "}, ["input", "reason"]),
        ({"idempotencyKey": ""}, ["input", "idempotencyKey"]),
    ],
)
async def test_bad_announcements_are_refused_by_name_and_change_nothing(
    graph: Graph, operator: Principal, changes: Mapping[str, object], field: list[str]
) -> None:
    before = await graph.content()
    answer = await graph.ask(ANNOUNCE, operator, input={**CHANGE, **changes})
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)
    assert await graph.content() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"text": {"en": "only English"}},
        {"kind": "NONSENSE"},
        {"effectiveAt": "tomorrow"},
        {"effectiveAt": "2026-02-14T12:00:00"},
        {"effectiveAt": 7},
        {"reason": None},
    ],
)
async def test_what_is_no_announcement_at_all_is_turned_away(
    graph: Graph, operator: Principal, changes: Mapping[str, object]
) -> None:
    answer = await graph.ask(ANNOUNCE, operator, input={**CHANGE, **changes})
    assert answer.data is None
    assert answer.errors


async def test_news_needs_no_date(graph: Graph, operator: Principal) -> None:
    news = await announce(graph, operator, kind="INFORMATION", effectiveAt=None)
    assert (news["banner"]["kind"], news["banner"]["effectiveAt"]) == ("INFORMATION", None)


async def test_g1_people_and_services_publish_nothing(graph: Graph, ada: Owner, service: Principal) -> None:
    before = await graph.content()
    for caller in (ada.principal, service):
        for document, given in ((PUBLISH, TERMS), (ANNOUNCE, CHANGE)):
            assert (await graph.ask(document, caller, input=given)).code == "FORBIDDEN"
            assert (await graph.ask(document, input=given)).code == "UNAUTHENTICATED"
    assert await graph.content() == before


async def test_publishing_costs_the_same_however_many_people_there_are(
    graph: Graph, runtime: Runtime, operator: Principal
) -> None:
    await make_wallets(runtime, 20)
    async with recorded(runtime.database.pool) as statements:
        await graph.ask_once(ANNOUNCE, operator, input=CHANGE)
    # the transaction: key, banner, audit, result; then the banner is read
    assert [each.split()[0] for each in statements] == [
        *("BEGIN;", "INSERT", "INSERT", "INSERT", "UPDATE", "COMMIT;", "SELECT"),
    ]
