"""`viewer { sessions }`, `signOut`, `revokeSession`, `revokeAllSessions`: where one is signed in, and no more."""

import pytest

from domain.ids import public_id
from domain.principals import ANONYMOUS, Principal
from services.authentication import is_valid
from services.runtime import Runtime
from tests.factories.credentials import make_user
from tests.factories.statements import recorded
from tests.graphql.conftest import Answer, Graph, Owner, bad_ids

pytestmark = pytest.mark.anyio

SESSIONS = "{ viewer { sessions { id label current createdAt lastSeenAt expiresAt endsAt } } }"
NODE = "query ($id: ID!) { node(id: $id) { id ... on Session { label current } } }"
SIGN_OUT = "mutation ($input: SignOutInput!) { signOut(input: $input) { replayed errors { code field } } }"
REVOKE = """
mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) {
    sessionId replayed errors { code message field }
} }
"""
REVOKE_ALL = """
mutation ($input: RevokeAllSessionsInput!) { revokeAllSessions(input: $input) {
    revoked replayed errors { code field }
} }
"""


def session_id(principal: Principal) -> str:
    assert principal.credential
    return public_id("ses", principal.credential)


async def revoke(graph: Graph, caller: Principal, id_: str, key: str = "k") -> Answer:
    return await graph.ask(REVOKE, caller, input={"sessionId": id_, "idempotencyKey": key})


async def test_sessions_are_shown_to_their_person(graph: Graph, ada: Owner, stranger: Owner) -> None:
    answer = await graph.ask(SESSIONS, ada.principal)
    assert answer.data["viewer"]["sessions"] == [
        {
            "id": session_id(ada.principal),
            "label": "session",
            "current": True,
            "createdAt": "2026-01-15T12:00:00Z",
            "lastSeenAt": "2026-01-15T12:00:00Z",
            "expiresAt": "2026-01-16T12:00:00Z",
            "endsAt": None,
        }
    ]
    assert (await graph.ask(NODE, ada.principal, id=session_id(ada.principal))).data["node"]["current"]
    assert (await graph.ask(NODE, stranger.principal, id=session_id(ada.principal))).data == {"node": None}


async def test_a_service_and_an_operator_have_none(graph: Graph, service: Principal, operator: Principal) -> None:
    for caller in (service, operator):
        assert (await graph.ask(SESSIONS, caller)).data == {"viewer": {"sessions": []}}


async def test_many_sessions_are_one_statement(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    for _ in range(19):
        await make_user(runtime, ada.wallet.person_id)
    await graph.ask_once(SESSIONS, ada.principal)  # the first act of a person is noted, once
    async with recorded(runtime.database.pool) as statements:
        answer = await graph.ask_once(SESSIONS, ada.principal)
    assert (len(answer.data["viewer"]["sessions"]), len(statements)) == (20, 1)


async def test_signing_out(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    asked = {"idempotencyKey": "k"}
    assert (await graph.ask(SIGN_OUT, ada.principal, input=asked)).data == {
        "signOut": {"replayed": False, "errors": []}
    }
    assert not await is_valid(runtime, ada.principal)
    assert (await graph.ask(SIGN_OUT, ada.principal, input=asked)).data == {"signOut": {"replayed": True, "errors": []}}


async def test_revoking_one(graph: Graph, runtime: Runtime, ada: Owner) -> None:
    phone = await make_user(runtime, ada.wallet.person_id)
    for replayed in (False, True):
        answer = await revoke(graph, ada.principal, session_id(phone))
        expected: dict[str, object] = {"sessionId": session_id(phone), "replayed": replayed, "errors": []}
        assert answer.data == {"revokeSession": expected}
    assert not await is_valid(runtime, phone)
    assert (await revoke(graph, ada.principal, session_id(ada.principal))).data["revokeSession"]["errors"] == [
        {
            "code": "IDEMPOTENCY_KEY_REUSED",
            "message": "This idempotency key was used with another input; choose a new key for a new request.",
            "field": ["idempotencyKey"],
        }
    ]


async def test_b11_unknown_foreign_and_malformed_sessions_are_the_same(
    graph: Graph, runtime: Runtime, ada: Owner, stranger: Owner, service: Principal
) -> None:
    told = []
    for number, id_ in enumerate((session_id(stranger.principal), session_id(service), *bad_ids("ses"))):
        answer = await revoke(graph, ada.principal, id_, f"k{number}")
        told.append(answer.data["revokeSession"])
    assert told[0]["errors"] == [{"code": "NOT_FOUND", "message": "There is no such session.", "field": ["sessionId"]}]
    assert all(each == told[0] for each in told)
    assert await is_valid(runtime, stranger.principal)
    assert await is_valid(runtime, service)


@pytest.mark.parametrize("asked", [{}, {"exceptCurrent": False}, {"exceptCurrent": True}])
async def test_revoking_all(graph: Graph, runtime: Runtime, ada: Owner, asked: dict[str, object]) -> None:
    phone = await make_user(runtime, ada.wallet.person_id)
    answer = await graph.ask(REVOKE_ALL, ada.principal, input=asked | {"idempotencyKey": "k"})
    stays = bool(asked.get("exceptCurrent"))
    assert answer.data == {"revokeAllSessions": {"revoked": 1 if stays else 2, "replayed": False, "errors": []}}
    assert not await is_valid(runtime, phone)
    assert await is_valid(runtime, ada.principal) is stays


@pytest.mark.parametrize("document", [SIGN_OUT, REVOKE, REVOKE_ALL])
async def test_g1_they_are_for_people(
    graph: Graph, service: Principal, operator: Principal, ada: Owner, document: str
) -> None:
    asked: dict[str, object] = {"idempotencyKey": "k"}
    if document is REVOKE:
        asked["sessionId"] = session_id(ada.principal)
    before = await graph.content()
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (service, "FORBIDDEN"), (operator, "FORBIDDEN")):
        assert (await graph.ask(document, caller, input=asked)).code == code
    for key in ("", "x" * 256, "a\tb"):
        answer = await graph.ask(document, ada.principal, input=asked | {"idempotencyKey": key})
        assert (answer.code, answer.field) == ("BAD_USER_INPUT", ["input", "idempotencyKey"])
    for wrong in ({"idempotencyKey": None}, {"more": 1}):
        assert (await graph.ask(document, ada.principal, input=asked | wrong)).code == "BAD_USER_INPUT"
    assert await graph.content() == before
