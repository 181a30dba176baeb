"""`suspendPerson`, `reinstatePerson`, `terminatePerson`, and who sees what of a person's status (A4)."""

import pytest

from domain.principals import ANONYMOUS, Principal
from models.persons import Person
from services.runtime import Runtime
from services.status import suspend_person
from tests.graphql.conftest import NOBODYS, Answer, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

PERSON = "id displayName email status statusReason statusUntil"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ id ... on Person {{ {PERSON} }} }} }}"
VERBS = ("suspendPerson", "reinstatePerson", "terminatePerson")


async def change(graph: Graph, caller: Principal, verb: str, person: str, /, **given: object) -> Answer:
    type_ = f"{verb[0].upper()}{verb[1:]}Input!"
    document = f"""mutation ($input: {type_}) {{ {verb}(input: $input) {{
        person {{ {PERSON} }} replayed errors {{ code message field }}
    }} }}"""
    asked = {"personId": person, "reason": "spam", "idempotencyKey": verb}
    return await graph.ask(document, caller, input=asked | given)


async def test_a4_suspended_reinstated_terminated(graph: Graph, operator: Principal, ada: Owner) -> None:
    await Person.filter(id=ada.wallet.person_id).update(email="ada@example.org")
    known = {"id": ada.person_id, "displayName": "Ada", "email": "ada@example.org"}
    until = "2026-01-18T12:00:00Z"
    answer = await change(graph, operator, "suspendPerson", ada.person_id, until=until)
    suspended = known | {"status": "SUSPENDED", "statusReason": "spam", "statusUntil": until}
    assert answer.data == {"suspendPerson": {"person": suspended, "replayed": False, "errors": []}}
    assert (await graph.ask(NODE, operator, id=ada.person_id)).data == {"node": suspended}
    answer = await change(graph, operator, "reinstatePerson", ada.person_id)
    active = known | {"status": "ACTIVE", "statusReason": None, "statusUntil": None}
    assert answer.data == {"reinstatePerson": {"person": active, "replayed": False, "errors": []}}
    answer = await change(graph, operator, "suspendPerson", ada.person_id, until=until)
    assert answer.data == {"suspendPerson": {"person": suspended, "replayed": True, "errors": []}}  # F5: the original
    answer = await change(graph, operator, "terminatePerson", ada.person_id)
    assert answer.data["terminatePerson"]["person"]["status"] == "TERMINATED"
    for verb in VERBS:
        answer = await change(graph, operator, verb, ada.person_id, idempotencyKey=f"after {verb}")
        payload = answer.data[verb]
        assert (payload["person"], payload["replayed"]) == (None, False)
        assert [(told["code"], told["field"]) for told in payload["errors"]] == [("PERSON_TERMINATED", ["personId"])]


async def test_b11_unknown_and_malformed_people_are_the_same(graph: Graph, operator: Principal, ada: Owner) -> None:
    for verb in VERBS:
        told = []
        for number, id_ in enumerate((ada.wallet_id, *bad_ids("per"))):
            answer = await change(graph, operator, verb, id_, idempotencyKey=f"{verb}{number}")
            told.append(answer.data[verb])
        refusal = {"code": "NOT_FOUND", "message": "There is no such person.", "field": ["personId"]}
        assert told[0] == {"person": None, "replayed": False, "errors": [refusal]}
        assert all(each == told[0] for each in told)


@pytest.mark.parametrize("verb", VERBS)
async def test_g1_they_are_for_operators(graph: Graph, service: Principal, ada: Owner, verb: str) -> None:
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (ada.principal, "FORBIDDEN"), (service, "FORBIDDEN")):
        for id_ in (ada.person_id, "nonsense"):
            assert (await change(graph, caller, verb, id_)).code == code
    assert await graph.content() == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\nb"}, "reason"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_mistakes_are_named_and_change_nothing(
    graph: Graph, operator: Principal, ada: Owner, *, verb: str, given: dict[str, object], field: str
) -> None:
    before = await graph.content()
    answer = await change(graph, operator, verb, ada.person_id, **given)
    assert (answer.data, answer.code, answer.field) == (None, "BAD_USER_INPUT", ["input", field])
    assert await graph.content() == before


@pytest.mark.parametrize(
    "until", ["2026-01-15T12:00:00Z", "2020-01-01T00:00:00Z", "2026-01-18", "2026-01-18T12:00:00", "tomorrow", 7]
)
async def test_an_end_that_is_none_is_refused(graph: Graph, operator: Principal, ada: Owner, until: object) -> None:
    before = await graph.content()
    answer = await change(graph, operator, "suspendPerson", ada.person_id, until=until)
    assert (answer.data, answer.code) == (None, "BAD_USER_INPUT")
    assert await graph.content() == before


async def test_g1_status_and_email_are_for_oneself_and_operators(
    graph: Graph, operator: Principal, service: Principal, ada: Owner, stranger: Owner
) -> None:
    await Person.filter(id=ada.wallet.person_id).update(email="ada@example.org")
    for caller in (ada.principal, operator):
        shown = (await graph.ask(NODE, caller, id=ada.person_id)).data["node"]
        assert (shown["status"], shown["email"]) == ("ACTIVE", "ada@example.org")
    shown = (await graph.ask(NODE, service, id=ada.person_id)).data["node"]
    assert shown == {"id": ada.person_id, "displayName": "Ada"} | dict.fromkeys(
        ("email", "status", "statusReason", "statusUntil")
    )
    assert (await graph.ask(NODE, stranger.principal, id=ada.person_id)).data == {"node": None}


async def test_g1_an_operator_sees_people_and_nothing_of_theirs(graph: Graph, operator: Principal, ada: Owner) -> None:
    assert (await graph.ask("{ viewer { caller person { id } workspaces { id } } }", operator)).data == {
        "viewer": {"caller": "OPERATOR", "person": None, "workspaces": []}
    }
    for id_ in (ada.wallet_id, ada.workspace_id, ada.entry_id(1), *bad_ids("per")):
        assert (await graph.ask(NODE, operator, id=id_)).data == {"node": None}
    explain = "query ($id: ID!) { explainEntry(id: $id) { text } }"
    assert (await graph.ask(explain, operator, id=ada.entry_id(1))).code == "FORBIDDEN"
    assert operator.subject != NOBODYS


async def test_a4_a_suspension_that_is_over_is_shown_as_such(
    graph: Graph, runtime: Runtime, operator: Principal, ada: Owner
) -> None:
    await suspend_person(
        runtime, operator, ada.wallet.person_id, "spam", until=runtime.clock().replace(year=2027), key="k"
    )
    shown = (await graph.ask(NODE, operator, id=ada.person_id)).data["node"]
    assert shown["status"] == "SUSPENDED"
    await Person.filter(id=ada.wallet.person_id).update(status_until=runtime.clock())
    shown = (await graph.ask(NODE, operator, id=ada.person_id)).data["node"]
    assert (shown["status"], shown["statusReason"], shown["statusUntil"]) == ("ACTIVE", None, None)
