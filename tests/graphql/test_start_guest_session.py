"""`startGuestSession` (A1): in without registering, and what a guest can do then, over the real transport."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.ids import parse_public_id
from domain.principals import Caller, Principal
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.sign_ins import assertion, signed_in
from tests.graphql.conftest import Answer, Graph, Json, Owner

pytestmark = pytest.mark.anyio

START = """
mutation ($input: StartGuestSessionInput!) { startGuestSession(input: $input) {
    session { token expiresAt walletId workspaceId } replayed errors { code field }
} }
"""
CONSUME = """
mutation ($input: ConsumeInput!) { consume(input: $input) {
    entry { number } balance { credits { remaining } } errors { code message }
} }
"""
WHO = """
{ viewer { caller person { id displayName email locale } workspaces { id kind role wallet { id
    credits { remaining } entries { nodes { number kind amount } }
} } } }
"""


async def start(graph: Graph, key: str = "k", **given: object) -> Json:
    answer = await graph.ask(START, input={"idempotencyKey": key} | given)
    assert answer.errors == []
    return answer.data["startGuestSession"]


async def send(graph: Graph, session: Json, key: str, **given: object) -> Answer:
    asked = {"walletId": session["walletId"], "product": "chat-message", "quantity": "1", "surface": "WEB"}
    return await graph.ask_with(f"Bearer {session['token']}", CONSUME, input=asked | {"idempotencyKey": key} | given)


async def test_a1_ten_messages_and_then_a_word_about_signing_up(graph: Graph) -> None:
    payload = await start(graph, locale="SIMPLIFIED_CHINESE")
    session = payload["session"]
    assert (payload["replayed"], payload["errors"]) == (False, [])
    assert session["expiresAt"] == "2026-02-14T12:00:00Z"
    for number in range(10):
        answer = await send(graph, session, f"m{number}")
        assert answer.data["consume"]["balance"]["credits"] == [{"remaining": str(9 - number)}]
    refused = (await send(graph, session, "m10")).data["consume"]
    assert refused["entry"] is None
    assert refused["errors"][0]["code"] == "GUEST_LIMIT_REACHED"
    assert "Sign up" in refused["errors"][0]["message"]
    answer = await graph.ask_with(f"Bearer {session['token']}", WHO)
    viewer = answer.data["viewer"]
    assert viewer["caller"] == "GUEST"
    assert (viewer["person"]["displayName"], viewer["person"]["email"]) == ("Guest", None)
    assert viewer["person"]["locale"] == "SIMPLIFIED_CHINESE"
    (workspace,) = viewer["workspaces"]
    assert (workspace["id"], workspace["kind"], workspace["role"]) == (session["workspaceId"], "PERSONAL", "OWNER")
    assert workspace["wallet"]["id"] == session["walletId"]
    assert len(workspace["wallet"]["entries"]["nodes"]) == 11


async def test_a1_history_goes_on_after_signing_up(graph: Graph, runtime: Runtime) -> None:
    session = (await start(graph))["session"]
    await send(graph, session, "m")
    person = await runtime.database.pool.fetchval("SELECT id FROM persons")
    came = await signed_in(runtime, assertion(), guest=Principal(Caller.GUEST, person))
    gone = await graph.ask_with(f"Bearer {session['token']}", WHO)
    assert gone.code == "UNAUTHENTICATED"
    viewer = (await graph.ask_with(f"Bearer {came.credential.token}", WHO)).data["viewer"]
    assert (viewer["caller"], viewer["person"]["email"]) == ("USER", "ada@example.org")
    (workspace,) = viewer["workspaces"]
    assert workspace["wallet"]["id"] == session["walletId"]
    kinds = [entry["kind"] for entry in workspace["wallet"]["entries"]["nodes"]]
    assert {"CONSUME", "REVOKE", "GRANT"} <= set(kinds)


async def test_a1_a_guest_follows_their_feed(graph: Graph) -> None:
    session = (await start(graph))["session"]
    document = f"""subscription {{ usageFeed(workspaceId: "{session["workspaceId"]}") {{
        ... on UsageSnapshot {{ balance {{ credits {{ remaining }} }} }} ... on UsageChange {{ entry {{ amount }} }}
    }} }}"""
    guest = Principal(
        Caller.GUEST, await _person_of(graph), UUID(int=parse_public_id("alg", session["token"][:30]).int)
    )
    async with graph.following(document, guest) as feed:
        assert (await feed.next())["balance"]["credits"] == [{"remaining": "10"}]
        await send(graph, session, "m")
        assert await feed.next() == {"entry": {"amount": "1"}}


async def _person_of(graph: Graph) -> UUID:
    person: UUID = await graph.runtime.database.pool.fetchval("SELECT id FROM persons WHERE kind = 'GUEST'")
    return person


@pytest.mark.parametrize(
    "document",
    [
        """mutation { startTask(input: { walletId: "%s", product: "chat-message", estimate: "1", surface: WEB,
            idempotencyKey: "k" }) { errors { code } } }""",
        'mutation { updateProfile(input: { displayName: "%s", idempotencyKey: "k" }) { errors { code } } }',
        """mutation { consume(input: { walletId: "%s", product: "work-task", quantity: "1", surface: WEB,
            idempotencyKey: "k" }) { errors { code } } }""",
        'mutation { startGuestSession(input: { idempotencyKey: "%s" }) { errors { code } } }',
    ],
)
async def test_a1_what_a_guest_does_not_need_is_forbidden(graph: Graph, document: str) -> None:
    session = (await start(graph))["session"]
    before = await graph.content()
    answer = await graph.ask_with(f"Bearer {session['token']}", document % session["walletId"])
    assert answer.code == "FORBIDDEN"
    # that the session was used is noted, nothing else
    after = await graph.content()
    assert {table for table in after if after[table] != before[table]} <= {"credentials"}


async def test_b11_a_guest_reaches_nobody_elses_wallet(graph: Graph, ada: Owner) -> None:
    session = (await start(graph))["session"]
    answer = await send(graph, session, "m", walletId=ada.wallet_id)
    assert [error["code"] for error in answer.data["consume"]["errors"]] == ["NOT_FOUND"]
    found = await graph.ask_with(f"Bearer {session['token']}", f'{{ node(id: "{ada.wallet_id}") {{ id }} }}')
    assert found.data == {"node": None}


async def test_f5_a_token_is_shown_once(graph: Graph) -> None:
    await start(graph)
    before = await graph.content()
    assert await start(graph) == {"session": None, "replayed": True, "errors": []}
    reused = await start(graph, locale="SIMPLIFIED_CHINESE")
    assert (reused["session"], reused["errors"][0]["code"]) == (None, "IDEMPOTENCY_KEY_REUSED")
    assert await graph.content() == before


@pytest.mark.parametrize(
    "given", [{"locale": "de"}, {"locale": "zh-Hans"}, {"locale": None}, {"idempotencyKey": ""}, {"idempotencyKey": 1}]
)
async def test_g5_bad_input_starts_nothing(graph: Graph, given: dict[str, object]) -> None:
    before = await graph.content()
    answer = await graph.ask(START, input={"idempotencyKey": "k"} | given)
    assert answer.code == "BAD_USER_INPUT"
    (name,) = given
    assert name in str(answer.errors)
    assert await graph.content() == before


async def test_a1_a_guest_comes_in_until_the_data_goes(graph: Graph, clock: TestClock) -> None:
    session = (await start(graph))["session"]
    clock.now = NOW + timedelta(days=30)
    assert (await send(graph, session, "m")).code == "UNAUTHENTICATED"
