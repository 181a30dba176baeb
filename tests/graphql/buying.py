"""Mutations that buy, as documents."""

from domain.principals import Principal
from services.runtime import Runtime
from tests.factories.buying import buy_organisation, make_buyer
from tests.factories.credentials import make_user
from tests.factories.organisations import add_member
from tests.graphql.conftest import Answer, Graph, Json
from tests.graphql.laboratories import Laboratory

QUOTE = """quote { total { minor currency } lines {
    kind quantity unit { minor } amount { minor currency } startsAt endsAt days daysInTerm
} } errors { code message field earliestAt details { name value } }"""
ORDERED = """order {
    id kind status method organizationId organizationName seats expiresAt reference
    total { minor currency }
    lines { kind quantity unit { minor } amount { minor currency } startsAt endsAt days daysInTerm }
    instructions { checkoutUrl account { name value } reference }
} replayed errors { code message field earliestAt details { name value } }"""
CHANGED = """organization { id name workspace { name } subscription { status endsAt autoRenews benefitsUntil } }
    replayed errors { code message field }"""

QUOTE_ORGANIZATION = f"""query ($seats: Int!, $currency: String! = "USD", $plan: String! = "business") {{
    quoteOrganization(seats: $seats, currency: $currency, plan: $plan) {{ {QUOTE} }} }}"""
QUOTE_SEATS = f"query ($id: ID!, $seats: Int!) {{ quoteSeats(organizationId: $id, seats: $seats) {{ {QUOTE} }} }}"
QUOTE_RENEWAL = f"query ($id: ID!, $seats: Int!) {{ quoteRenewal(organizationId: $id, seats: $seats) {{ {QUOTE} }} }}"
_SHOWN = {
    "orderOrganization": ORDERED,
    "orderSeats": ORDERED,
    "orderRenewal": ORDERED,
    "setAutomaticRenewal": CHANGED,
    "renameOrganization": CHANGED,
}


async def change(graph: Graph, caller: Principal, verb: str, /, **given: object) -> Answer:
    """Run one of the mutations."""
    type_ = f"{verb[0].upper()}{verb[1:]}Input!"
    document = f"mutation ($input: {type_}) {{ {verb}(input: $input) {{ {_SHOWN[verb]} }} }}"
    return await graph.ask(document, caller, input={"idempotencyKey": "key"} | given)


async def payload(graph: Graph, caller: Principal, verb: str, /, **given: object) -> Json:
    """Run one of the mutations, which must not be a mistake."""
    answer = await change(graph, caller, verb, **given)
    assert answer.errors == []
    return answer.data[verb]


async def bought_laboratory(runtime: Runtime) -> Laboratory:
    """Ada has bought an organisation of five seats; Bo is a member."""
    admin = await make_buyer(runtime)
    ref = await buy_organisation(runtime, admin)
    return Laboratory(ref, admin, await make_user(runtime, (await add_member(runtime, ref)).person_id))


def codes(shown: Json) -> list[str]:
    """The codes of a payload's refusals."""
    return [told["code"] for told in shown["errors"]]
