"""`Wallet.usage` and `Organization.usage`: what was charged, summed up (F12)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import public_id
from services.runtime import Runtime
from tests.factories.charges import roll_up_all
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_user
from tests.factories.organisations import make_organisation
from tests.factories.usage import spend
from tests.factories.wallets import carry_out, give
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USAGE = """
query ($id: ID!, $from: DateTime!, $to: DateTime!, $by: [UsageGrouping!]!) {
  node(id: $id) { ... on Wallet { usage(from: $from, to: $to, by: $by) {
    start meter { id } product surface client credentialId apiKeyId taskId personId quantity charged unit charges
  } } }
}
"""
ORGANIZATION = """
query ($id: ID!, $from: DateTime!, $to: DateTime!, $by: [UsageGrouping!]!) {
  organization(id: $id) { usage(from: $from, to: $to, by: $by) { rows { personId charged charges } } }
}
"""


def at(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


async def test_f12_usage_by_day_of_the_owners_zone_and_product(
    graph: Graph, runtime: Runtime, clock: TestClock, ada: Owner
) -> None:
    await runtime.database.pool.execute(
        "UPDATE persons SET time_zone = 'Asia/Kolkata' WHERE id = $1", ada.wallet.person_id
    )
    for hours in (0, 1, 8):  # 17:30, 18:30 and 1:30 on the next day
        clock.now = NOW + hours * HOUR
        await carry_out(runtime, ada.wallet.id, spend())
        if hours < 8:
            await roll_up_all(runtime)
    range_ = {"from": at(NOW - DAY), "to": at(NOW + DAY)}
    answer = await graph.ask(USAGE, ada.principal, id=ada.wallet_id, **range_, by=["DAY", "PRODUCT"])
    assert answer.errors == []
    first, second = answer.data["node"]["usage"]
    assert first == {
        "start": at(datetime(2026, 1, 14, 18, 30, tzinfo=UTC)),
        "meter": {"id": "chat_credit"},
        "product": "chat-message",
        **dict.fromkeys(("surface", "client", "credentialId", "apiKeyId", "taskId", "personId")),
        "quantity": "2",
        "charged": "2",
        "unit": "credit",
        "charges": 2,
    }
    assert (second["start"], second["charges"]) == (at(datetime(2026, 1, 15, 18, 30, tzinfo=UTC)), 1)
    whole = await graph.ask(USAGE, ada.principal, id=ada.wallet_id, **range_, by=[])
    (row,) = whole.data["node"]["usage"]
    assert (row["start"], row["quantity"], row["charged"], row["charges"]) == (None, None, "3", 3)


async def test_f12_usage_by_every_fact(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    await carry_out(runtime, ada.wallet.id, spend(2))
    by = ["HOUR", "PRODUCT", "SURFACE", "CLIENT", "API_KEY", "TASK", "MEMBER"]
    answer = await graph.ask(USAGE, ada.principal, id=ada.wallet_id, **{"from": at(NOW), "to": at(NOW + DAY)}, by=by)
    (row,) = answer.data["node"]["usage"]
    assert (row["start"], row["surface"], row["client"], row["quantity"]) == (at(NOW), "WEB", "kimi-web", "2")
    assert row["personId"] == ada.person_id
    assert (row["credentialId"], row["apiKeyId"], row["taskId"]) == (None, None, None)


@pytest.mark.parametrize(
    ("range_", "by", "field"),
    [
        ({"from": at(NOW), "to": at(NOW)}, ["DAY"], "to"),
        ({"from": at(NOW - 400 * DAY), "to": at(NOW)}, ["DAY"], "to"),
        ({"from": at(NOW + DAY), "to": at(NOW + 2 * DAY)}, ["DAY"], "from"),
        ({"from": at(NOW - DAY), "to": at(NOW)}, ["DAY", "HOUR"], "by"),
    ],
)
async def test_f12_bad_ranges_name_the_argument(
    graph: Graph, ada: Owner, range_: dict[str, str], by: list[str], field: str
) -> None:
    answer = await graph.ask(USAGE, ada.principal, id=ada.wallet_id, **range_, by=by)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", [field])


async def test_f12_administrators_see_usage_by_member(graph: Graph, runtime: Runtime) -> None:
    ref = await make_organisation(runtime, members=1)
    (member,) = ref.members
    for wallet, messages in ((ref.admin, 2), (member, 3)):
        await give(runtime, wallet.id, 10)
        await carry_out(runtime, wallet.id, spend(messages))
    id_, range_ = public_id("org", ref.id), {"from": at(NOW - DAY), "to": at(NOW + DAY)}
    admin, other = [await make_user(runtime, wallet.person_id) for wallet in (ref.admin, member)]
    answer = await graph.ask(ORGANIZATION, admin, id=id_, **range_, by=["MEMBER"])
    assert {(row["personId"], row["charged"]) for row in answer.data["organization"]["usage"]["rows"]} == {
        (public_id("per", ref.admin.person_id), "2"),
        (public_id("per", member.person_id), "3"),
    }
    refused = await graph.ask(ORGANIZATION, other, id=id_, **range_, by=["MEMBER"])
    assert (refused.code, refused.data["organization"]["usage"]) == ("FORBIDDEN", None)
