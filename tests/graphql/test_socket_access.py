"""Access of what is open: tickets, credentials that disagree, and sockets that end with a code that says why (A4)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic

import pytest
import strawberry

from app.principal import end_of, principal_of
from domain.ids import public_id
from domain.principals import Principal
from execution import GraphQLEndpoint
from resolvers.context import Context
from services.authentication import authenticate
from services.credentials import issue_operator_key, issue_session, revoke
from services.runtime import Runtime
from services.sessions import revoke_all_sessions
from services.status import reinstate_person, suspend_person, terminate_person
from services.tickets import create_ticket
from tests.execution.sockets import RawSocket
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import A_DAY, make_user
from tests.factories.workspaces import leave
from tests.graphql.conftest import Graph, Owner

pytestmark = pytest.mark.anyio

SECOND_S = 1.0
WHO = "{ viewer { caller } }"
FEED = "subscription ($id: ID!) { usageFeed(workspaceId: $id) { __typename } }"
TICKET = """
mutation ($input: CreateSocketTicketInput!) { createSocketTicket(input: $input) {
    ticket expiresAt replayed errors { code }
} }
"""


@pytest.fixture
def endpoint(runtime: Runtime, schema: strawberry.Schema) -> GraphQLEndpoint[Principal]:
    """The endpoint as the application makes it."""
    return GraphQLEndpoint(
        schema,
        authenticate=lambda credentials: principal_of(runtime, credentials),
        new_context=lambda principal: Context(runtime, principal),
        ending=lambda principal: end_of(runtime, principal),
    )


@asynccontextmanager
async def opened(endpoint: GraphQLEndpoint[Principal], **params: object) -> AsyncIterator[RawSocket]:
    async with RawSocket(endpoint) as socket:
        await socket.initialise(params)
        yield socket


async def turned_away(
    endpoint: GraphQLEndpoint[Principal], params: dict[str, object], headers: dict[str, str] | None = None
) -> tuple[int, str]:
    async with RawSocket(endpoint, headers=headers) as socket:
        socket.put({"type": "connection_init", "payload": params})
        return await socket.closed()


async def caller_on(socket: RawSocket) -> str:
    socket.subscribe("q", WHO)
    message = await socket.get()
    assert (await socket.get())["type"] == "complete"
    caller: str = message["payload"]["data"]["viewer"]["caller"]
    return caller


async def test_a_ticket_opens_one_socket(
    endpoint: GraphQLEndpoint[Principal], graph: Graph, ada: Owner, clock: TestClock
) -> None:
    asked = {"idempotencyKey": "k"}
    made = (await graph.ask(TICKET, ada.principal, input=asked)).data["createSocketTicket"]
    assert made | {"ticket": ""} == {"ticket": "", "expiresAt": "2026-01-15T12:01:00Z", "replayed": False, "errors": []}
    again = (await graph.ask(TICKET, ada.principal, input=asked)).data["createSocketTicket"]
    assert again == made | {"ticket": None, "replayed": True}
    async with opened(endpoint, ticket=made["ticket"]) as socket:
        assert await caller_on(socket) == "USER"
        socket.subscribe("f", FEED, id=ada.workspace_id)
        assert (await socket.get())["payload"]["data"]["usageFeed"]["__typename"] == "UsageSnapshot"
        clock.advance(timedelta(minutes=5))  # the socket outlives the ticket
        assert await caller_on(socket) == "USER"
    assert await turned_away(endpoint, {"ticket": made["ticket"]}) == (4401, "UNAUTHENTICATED")


async def test_g1_one_credential_is_shown_in_one_way(
    endpoint: GraphQLEndpoint[Principal], runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    mine, theirs = [
        (await issue_session(runtime, owner.wallet.person_id, "Firefox", A_DAY)).token for owner in (ada, stranger)
    ]
    ticket = (await create_ticket(runtime, ada.principal, "k")).text
    header = {"authorization": f"Bearer {mine}"}
    unauthenticated = (4401, "UNAUTHENTICATED")
    assert await turned_away(endpoint, {"authorization": f"Bearer {theirs}"}, header) == unauthenticated
    assert await turned_away(endpoint, {"ticket": ticket}, header) == unauthenticated
    assert await turned_away(endpoint, {"ticket": ticket, "authorization": f"Bearer {mine}"}) == unauthenticated
    for wrong in (mine, f"Bearer {ticket}", "", 7, [ticket], {"ticket": ticket}, True):
        assert await turned_away(endpoint, {"ticket": wrong}) == unauthenticated
    for token in (ticket, mine.replace("als_", "alg_"), mine.replace("als_", "alk_"), mine[:-5], "", "Bearer"):
        assert await turned_away(endpoint, {"authorization": f"Bearer {token}"}) == unauthenticated
    async with opened(endpoint, ticket=ticket) as socket:  # nothing of that has used it up
        assert await caller_on(socket) == "USER"


async def test_an_operator_comes_in_by_their_key(
    endpoint: GraphQLEndpoint[Principal], runtime: Runtime, operator: Principal
) -> None:
    assert operator.subject
    key = await issue_operator_key(runtime, operator.subject, "laptop", A_DAY)
    async with opened(endpoint, authorization=f"Bearer {key.token}") as socket:
        assert await caller_on(socket) == "OPERATOR"


End = Callable[[Runtime, Principal, Principal], Awaitable[object]]


async def end_session(runtime: Runtime, principal: Principal, _operator: Principal) -> None:
    assert principal.credential
    await revoke(runtime, principal.credential)


async def end_all(runtime: Runtime, principal: Principal, _operator: Principal) -> object:
    return await revoke_all_sessions(runtime, principal, "all", except_current=False)


async def suspend(runtime: Runtime, principal: Principal, operator: Principal) -> object:
    assert principal.subject
    return await suspend_person(runtime, operator, principal.subject, "spam", until=None, key="s")


async def terminate(runtime: Runtime, principal: Principal, operator: Principal) -> object:
    assert principal.subject
    return await terminate_person(runtime, operator, principal.subject, "fraud", key="t")


@pytest.mark.parametrize(
    ("end", "feed_code", "close"),
    [
        (end_session, "CREDENTIAL_ENDED", (4401, "UNAUTHENTICATED")),
        (end_all, "CREDENTIAL_ENDED", (4401, "UNAUTHENTICATED")),
        (suspend, "PERSON_SUSPENDED", (4403, "PERSON_SUSPENDED")),
        (terminate, "PERSON_TERMINATED", (4403, "PERSON_TERMINATED")),
    ],
)
async def test_a4_an_open_feed_and_its_socket_say_why_they_end(
    endpoint: GraphQLEndpoint[Principal],
    runtime: Runtime,
    operator: Principal,
    ada: Owner,
    *,
    end: End,
    feed_code: str,
    close: tuple[int, str],
) -> None:
    session = await issue_session(runtime, ada.wallet.person_id, "Firefox", A_DAY)
    async with opened(endpoint, authorization=f"Bearer {session.token}") as socket:
        socket.subscribe("f", FEED, id=ada.workspace_id)
        assert (await socket.get())["type"] == "next"
        began_s = monotonic()
        await end(runtime, await authenticate(runtime, session.token), operator)
        message = await socket.get()
        (told,) = message["payload"]
        assert (message["type"], told["extensions"]["code"]) == ("error", feed_code)
        assert told["message"]
        assert await socket.closed() == close
        assert monotonic() - began_s < SECOND_S
    assert await turned_away(endpoint, {"authorization": f"Bearer {session.token}"}) == close


async def test_a4_a_socket_without_operations_is_closed_as_well(
    endpoint: GraphQLEndpoint[Principal], runtime: Runtime, ada: Owner, stranger: Owner
) -> None:
    session = await issue_session(runtime, ada.wallet.person_id, "Firefox", A_DAY)
    theirs = await issue_session(runtime, stranger.wallet.person_id, "Firefox", A_DAY)
    async with (
        opened(endpoint, authorization=f"Bearer {session.token}") as socket,
        opened(endpoint, authorization=f"Bearer {theirs.token}") as other,
        opened(endpoint) as nobodys,
    ):
        await revoke(runtime, session.id)
        assert await socket.closed() == (4401, "UNAUTHENTICATED")
        assert await caller_on(other) == "USER"
        nobodys.subscribe("p", "{ products { id } }")
        assert (await nobodys.get())["type"] == "next"


async def test_b7_a_feed_ends_with_the_membership_and_the_socket_goes_on(
    endpoint: GraphQLEndpoint[Principal], runtime: Runtime, ada: Owner
) -> None:
    session = await issue_session(runtime, ada.wallet.person_id, "Firefox", A_DAY)
    async with opened(endpoint, authorization=f"Bearer {session.token}") as socket:
        socket.subscribe("f", FEED, id=ada.workspace_id)
        await socket.get()
        await leave(ada.wallet.workspace_id, ada.wallet.person_id, NOW)
        await revoke(runtime, (await make_user(runtime, ada.wallet.person_id)).credential or session.id)  # any wake-up
        message = await socket.get()
        assert message["payload"][0]["extensions"]["code"] == "MEMBERSHIP_ENDED"
        assert await caller_on(socket) == "USER"


async def test_a4_everything_returns_that_had_not_expired(
    endpoint: GraphQLEndpoint[Principal], graph: Graph, runtime: Runtime, operator: Principal, ada: Owner
) -> None:
    session = await issue_session(runtime, ada.wallet.person_id, "Firefox", A_DAY)
    bearer = f"Bearer {session.token}"
    person = ada.wallet.person_id
    await suspend_person(runtime, operator, person, "spam", until=NOW + A_DAY, key="s")
    answer = await graph.ask_with(bearer, WHO)
    assert (answer.status, answer.data, answer.code) == (403, None, "PERSON_SUSPENDED")
    assert answer.errors[0]["extensions"] == {
        "code": "PERSON_SUSPENDED",
        "reason": "spam",
        "until": "2026-01-16T12:00:00Z",
    }
    forged = await graph.ask_with(f"{bearer[:-2]}AA", WHO)
    assert (forged.status, forged.code) == (401, "UNAUTHENTICATED")  # who proves nothing is told nothing
    await reinstate_person(runtime, operator, person, "a mistake", key="r")
    balance = "{ viewer { workspaces { credits { remaining } } } }"
    answer = await graph.ask_with(bearer, balance)
    assert answer.data["viewer"]["workspaces"] == [{"credits": [{"remaining": "5"}]}]
    async with opened(endpoint, authorization=bearer) as socket:
        socket.subscribe("f", FEED, id=public_id("wsp", ada.wallet.workspace_id))
        assert (await socket.get())["type"] == "next"
