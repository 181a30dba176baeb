"""Benefits in the graph, and what is told of usage in an enterprise workspace (B7, B10, B13, B14)."""

from datetime import timedelta

import pytest

from domain.benefits import SuspensionReason
from domain.commands import SetBenefits, StartAllowance, SuspendBenefits
from domain.meters import Pool
from domain.periods import Cycle, CycleUnit
from domain.principals import Principal
from services.posting import Posting
from services.runtime import Runtime
from tests.factories.clock import NOW
from tests.factories.credentials import make_user
from tests.factories.usage import spend
from tests.factories.wallets import CREDIT, carry_out, make_colleague
from tests.graphql.conftest import Graph, Json, Owner

pytestmark = pytest.mark.anyio

UNTIL = NOW + timedelta(days=365)
UNTIL_TEXT = "2027-01-15T12:00:00Z"

WALLET = """
query ($id: ID!) { node(id: $id) { ... on Wallet {
    benefits { until suspended } quotas { granted used remaining lapsed resetsAt }
    entries(first: 20) { nodes { id kind amount unit meter { id name } benefits { until suspended } } }
} } }
"""
EXPLAIN = "query ($id: ID!) { explainEntry(id: $id) { text } }"
FEED = """
subscription ($id: ID!) { usageFeed(workspaceId: $id) {
    ... on UsageSnapshot { benefits { until suspended } }
    ... on UsageChange { entry { kind benefits { suspended } } }
} }
"""
CONSUME = """
mutation ($input: ConsumeInput!) { consume(input: $input) {
    entry { receipt { excludedFromTraining } }
    errors { code message field details { name value } limits { remaining resetsAt } }
} }
"""


def seat(amount: int = 100_000) -> SetBenefits:
    month = Cycle(CycleUnit.MONTHS, 1)
    return SetBenefits((StartAllowance(CREDIT, Pool.MAIN, amount, month, "seat", anchor=NOW),), UNTIL)


@pytest.fixture
async def member(runtime: Runtime) -> Owner:
    """Somebody with a seat, who has used 30 credits."""
    wallet = await make_colleague(runtime)
    await carry_out(runtime, wallet.id, seat(), spend(30))
    return Owner(wallet, await make_user(runtime, wallet.person_id))


async def wallet_of(graph: Graph, member: Owner) -> Json:
    answer = await graph.ask(WALLET, member.principal, id=member.wallet_id)
    assert answer.errors == []
    return answer.data["node"]


async def consume(graph: Graph, service: Principal, member: Owner, key: str, **given: object) -> Json:
    asked = {"walletId": member.wallet_id, "product": "chat-message", "quantity": "1", "surface": "WEB"}
    answer = await graph.ask(CONSUME, service, input=asked | {"idempotencyKey": key} | given)
    assert answer.errors == []
    return answer.data["consume"]


async def test_b7_b8_a_wallet_says_whether_its_quotas_can_be_used(graph: Graph, member: Owner) -> None:
    resets = "2026-02-15T12:00:00Z"
    shown = await wallet_of(graph, member)
    assert shown["benefits"] == {"until": UNTIL_TEXT, "suspended": None}
    left = {"granted": "100", "used": "30", "remaining": "70", "lapsed": "0", "resetsAt": resets}
    assert shown["quotas"] == [left]
    await carry_out(graph.runtime, member.wallet.id, SuspendBenefits(SuspensionReason.MEMBERSHIP_ENDED))
    shown = await wallet_of(graph, member)
    assert shown["benefits"] == {"until": UNTIL_TEXT, "suspended": "MEMBERSHIP_ENDED"}
    assert shown["quotas"] == [left | {"remaining": "0", "lapsed": "70"}]
    await carry_out(graph.runtime, member.wallet.id, seat())
    shown = await wallet_of(graph, member)
    assert shown["benefits"] == {"until": UNTIL_TEXT, "suspended": None}
    assert shown["quotas"] == [left]


async def test_f7_entries_show_benefits_and_tell_them_in_words(graph: Graph, member: Owner) -> None:
    suspend = SuspendBenefits(SuspensionReason.SUBSCRIPTION_EXPIRED)
    await carry_out(graph.runtime, member.wallet.id, suspend, seat(200_000))
    nodes = (await wallet_of(graph, member))["entries"]["nodes"]
    assert [(node["kind"], node["amount"], node["meter"]["id"], node["unit"]) for node in nodes] == [
        ("ALLOWANCE_STARTED", "100", CREDIT, "credit"),
        ("BENEFITS_CHANGED", "0", "", ""),
        ("GRANT", "100", CREDIT, "credit"),
        ("CONSUME", "30", CREDIT, "credit"),
        ("REVOKE", "70", CREDIT, "credit"),
        ("BENEFITS_SUSPENDED", "0", "", ""),
        ("ALLOWANCE_CHANGED", "200", CREDIT, "credit"),
        ("BENEFITS_CHANGED", "0", "", ""),
        ("RESTORE", "70", CREDIT, "credit"),
    ]
    assert [node["benefits"] for node in nodes if node["benefits"]] == [
        {"until": UNTIL_TEXT, "suspended": None},
        {"until": UNTIL_TEXT, "suspended": "SUBSCRIPTION_EXPIRED"},
        {"until": UNTIL_TEXT, "suspended": None},
    ]
    told = []
    for node in nodes[4:]:
        answer = await graph.ask(EXPLAIN, member.principal, id=node["id"])
        told.append(answer.data["explainEntry"]["text"])
    assert told == [
        (
            "Benefits were suspended, so 70 credits that were left lapsed (grant 1 (plan)). "
            "They come back with the benefits if those come back before the period is over. "
            "0 of 100 credits remain in the quota; it resets on 2026-02-15 12:00 UTC."
        ),
        "Benefits were suspended on 2026-01-15 12:00 UTC: the subscription ended, and renewing it brings them back.",
        (
            "From the next period on it is a quota of 200 credits every month (allowance 1, seat); the current one "
            "stays as it is. 0 of 100 credits remain in the quota; it resets on 2026-02-15 12:00 UTC."
        ),
        "Benefits are in force until 2027-01-15 12:00 UTC.",
        (
            "Benefits are in force again, so 70 credits that had lapsed came back (grant 1 (plan)). "
            "70 of 100 credits remain in the quota; it resets on 2026-02-15 12:00 UTC."
        ),
    ]


async def test_f8_the_feed_begins_with_the_benefits_and_tells_each_change(graph: Graph, member: Owner) -> None:
    async with graph.following(FEED, member.principal, id=member.workspace_id) as following:
        assert await following.next() == {"benefits": {"until": UNTIL_TEXT, "suspended": None}}
        suspend = SuspendBenefits(SuspensionReason.SUBSCRIPTION_EXPIRED)
        await graph.runtime.poster.submit(Posting(suspend, member.wallet.id))
        assert await following.next() == {"entry": {"kind": "REVOKE", "benefits": None}}
        suspended = {"suspended": "SUBSCRIPTION_EXPIRED"}
        assert await following.next() == {"entry": {"kind": "BENEFITS_SUSPENDED", "benefits": suspended}}


async def test_b10_after_expiry_a_refusal_says_so_and_names_no_reset(
    graph: Graph, service: Principal, member: Owner
) -> None:
    await carry_out(graph.runtime, member.wallet.id, SuspendBenefits(SuspensionReason.SUBSCRIPTION_EXPIRED))
    payload = await consume(graph, service, member, "k")
    assert [error["code"] for error in payload["errors"]] == ["SUBSCRIPTION_EXPIRED"]
    assert payload["errors"][0]["limits"] == [{"remaining": "0", "resetsAt": None}]


async def test_b13_other_surfaces_are_told_where_it_works(graph: Graph, service: Principal, member: Owner) -> None:
    before = (await wallet_of(graph, member))["quotas"]
    payload = await consume(graph, service, member, "k", surface="MOBILE")
    (error,) = payload["errors"]
    assert (error["code"], error["field"]) == ("PLATFORM_NOT_SUPPORTED", ["surface"])
    assert error["details"] == [{"name": "surfaces", "value": "WEB"}]
    assert "personal workspace" in error["message"]
    assert (await wallet_of(graph, member))["quotas"] == before


async def test_b14_a_receipt_says_that_usage_is_kept_from_training(
    graph: Graph, service: Principal, member: Owner, ada: Owner
) -> None:
    for owner, excluded in ((member, True), (ada, False)):
        payload = await consume(graph, service, owner, "k" + owner.wallet_id)
        assert payload["entry"]["receipt"] == {"excludedFromTraining": excluded}
