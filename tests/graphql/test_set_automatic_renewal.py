"""`setAutomaticRenewal` and `renameOrganization`: what administrators change by themselves (B3, D5)."""

import pytest

from services.runtime import Runtime
from tests.factories.buying import make_buyer
from tests.factories.clock import NOW, TestClock
from tests.graphql.buying import CHANGED, bought_laboratory, change, codes, payload
from tests.graphql.conftest import Graph, bad_ids
from tests.graphql.laboratories import Laboratory

pytestmark = pytest.mark.anyio

ENDS_AT = NOW.replace(year=2027)
GIVEN: dict[str, dict[str, object]] = {
    "setAutomaticRenewal": {"enabled": False},
    "renameOrganization": {"name": "Example Works"},
}


@pytest.fixture
async def labs(runtime: Runtime) -> Laboratory:
    return await bought_laboratory(runtime)


async def test_d5_off_and_on(graph: Graph, labs: Laboratory) -> None:
    shown = await payload(graph, labs.admin, "setAutomaticRenewal", organizationId=labs.id, enabled=False)
    subscription = {"status": "ACTIVE", "endsAt": "2027-01-15T12:00:00Z"}
    assert shown == {
        "organization": {
            "id": labs.id,
            "name": "Example Labs",
            "workspace": {"name": "Example Labs"},
            "subscription": subscription | {"autoRenews": False, "benefitsUntil": "2027-01-15T12:00:00Z"},
        },
        "replayed": False,
        "errors": [],
    }
    shown = await payload(
        graph, labs.admin, "setAutomaticRenewal", organizationId=labs.id, enabled=True, idempotencyKey="on"
    )
    assert shown["organization"]["subscription"] == subscription | {
        "autoRenews": True,
        "benefitsUntil": "2027-01-22T12:00:00Z",
    }


async def test_d5_when_the_term_has_ended_it_cannot_be_switched_on(
    graph: Graph, clock: TestClock, labs: Laboratory
) -> None:
    await payload(graph, labs.admin, "setAutomaticRenewal", organizationId=labs.id, enabled=False)
    clock.now = ENDS_AT
    shown = await payload(
        graph, labs.admin, "setAutomaticRenewal", organizationId=labs.id, enabled=True, idempotencyKey="on"
    )
    assert (shown["organization"], codes(shown)) == (None, ["SUBSCRIPTION_EXPIRED"])


async def test_b3_renamed_and_shown_in_the_same_document(graph: Graph, labs: Laboratory) -> None:
    document = f"""mutation ($id: ID!) {{
        a: renameOrganization(input: {{ organizationId: $id, name: "One", idempotencyKey: "1" }}) {{ {CHANGED} }}
        b: renameOrganization(input: {{ organizationId: $id, name: "示例", idempotencyKey: "2" }}) {{ {CHANGED} }}
    }}"""
    answer = await graph.ask(document, labs.admin, id=labs.id)
    shown = [answer.data[name]["organization"] for name in "ab"]
    assert [(each["name"], each["workspace"]["name"]) for each in shown] == [("One", "One"), ("示例", "示例")]
    again = await payload(
        graph, labs.admin, "renameOrganization", organizationId=labs.id, name="One", idempotencyKey="1"
    )
    assert (again["replayed"], again["organization"]["name"]) == (True, "示例")


@pytest.mark.parametrize("name", ["", " ", "a" * 101, "a\n"])
async def test_b3_bad_names_are_mistakes(graph: Graph, labs: Laboratory, name: str) -> None:
    before = await graph.content()
    answer = await change(graph, labs.admin, "renameOrganization", organizationId=labs.id, name=name)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", "name"])
    assert await graph.content() == before


@pytest.mark.parametrize("verb", list(GIVEN))
async def test_b3_b11_only_administrators_and_to_others_every_id_is_unknown(
    graph: Graph, runtime: Runtime, labs: Laboratory, verb: str
) -> None:
    stranger = await make_buyer(runtime, "Cleo")
    shown = await payload(graph, labs.member, verb, organizationId=labs.id, **GIVEN[verb])
    assert (shown["organization"], codes(shown)) == (None, ["NOT_ADMINISTRATOR"])
    refused = [
        await payload(graph, stranger, verb, organizationId=id_, idempotencyKey=str(number), **GIVEN[verb])
        for number, id_ in enumerate((labs.id, *bad_ids("org")))
    ]
    assert codes(refused[0]) == ["NOT_FOUND"]
    assert all(shown == refused[0] for shown in refused)
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM audit_entries") == 0
