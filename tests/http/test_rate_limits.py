"""Rate limits by plan at the door (D7): counted exactly, for all processes together; who is refused is not counted."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from starlette.types import ASGIApp

from app.rate_limits import AddressLimits
from app.server import Graph, browsers_of
from app.settings import Secret, Settings
from domain.catalog import Catalog
from domain.principals import Caller, Principal
from models.database import Connection
from services.credentials import issue_session
from services.rates import Rates
from services.runtime import Runtime
from tests.execution.sockets import RawSocket
from tests.factories.clock import TestClock
from tests.factories.runtime import catalog, clock, open_process, runtime
from tests.factories.statements import recorded
from tests.factories.wallets import make_wallet, subscribe

__all__ = ["catalog", "clock", "runtime"]

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
WHO = "{ viewer { caller rateLimit { limit remaining resetsAt } } }"
FREE, PLUS = 10, 60
NOON = "2026-01-15T12:0%d:00Z"


@pytest.fixture
async def apps(dsn: str, catalog: Catalog, clock: TestClock) -> AsyncIterator[list[ASGIApp]]:
    """Two processes on one database, and one that does not limit."""
    made: list[ASGIApp] = []
    async with AsyncExitStack() as stack:
        for limited in (True, True, False):
            settings = Settings(graphiql=False, secret=Secret("s" * 40), rate_limits=limited)
            graph = Graph(settings, browsers_of(settings), AddressLimits(clock))
            await graph.open(await stack.enter_async_context(open_process(dsn, catalog, clock)))
            made.append(graph.endpoint)
        yield made


async def visit(runtime: Runtime, plan: str | None = None) -> tuple[UUID, UUID, str]:
    """Somebody's id, their wallet's, and their token."""
    wallet = await make_wallet(runtime, plan=plan)
    return wallet.person_id, wallet.id, await sign_in(runtime, wallet.person_id)


async def sign_in(runtime: Runtime, person_id: UUID) -> str:
    return (await issue_session(runtime, person_id, "session", timedelta(days=1))).token


async def ask(app: ASGIApp, token: str | None, query: str = WHO, **headers: str) -> httpx2.Response:
    shown = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}) | headers
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as client:
        return await client.post("/graphql", content=json.dumps({"query": query}), headers=shown)


async def test_d7_answers_carry_limit_remaining_and_reset(
    apps: list[ASGIApp], runtime: Runtime, clock: TestClock
) -> None:
    *_, token = await visit(runtime, plan="plus")
    clock.advance(timedelta(seconds=20))
    for made in range(1, 4):
        answer = await ask(apps[0], token)
        assert answer.headers["ratelimit-policy"] == f'"requests";q={PLUS};w=60'
        assert answer.headers["ratelimit"] == f'"requests";r={PLUS - made};t=40'
        told = answer.json()["data"]["viewer"]["rateLimit"]
        assert told == {"limit": PLUS, "remaining": PLUS - made, "resetsAt": NOON % 1}


async def test_d7_one_too_many_is_refused_and_not_counted_until_the_minute_is_over(
    apps: list[ASGIApp], runtime: Runtime, clock: TestClock, connection: Connection
) -> None:
    person, _, token = await visit(runtime)  # without a plan: as the free one
    for _ in range(FREE):
        assert (await ask(apps[0], token)).status_code == 200
    clock.advance(timedelta(seconds=15, milliseconds=1))
    for app in (apps[0], apps[1], apps[0]):
        refused = await ask(app, token)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "45"
        assert refused.headers["ratelimit-policy"] == f'"requests";q={FREE};w=60'
        assert refused.headers["ratelimit"] == '"requests";r=0;t=45'
        (error,) = refused.json()["errors"]
        assert "data" not in refused.json()
        assert error["extensions"] == {
            "code": "RATE_LIMITED",
            "limit": FREE,
            "remaining": 0,
            "resetsAt": NOON % 1,
            "retryAfter": 45,
        }
    assert await connection.fetchval("SELECT requests FROM rate_windows WHERE person_id = $1", person) == FREE
    clock.advance(timedelta(seconds=44, milliseconds=999))
    answer = await ask(apps[0], token)
    assert answer.headers["ratelimit"] == f'"requests";r={FREE - 1};t=60'


async def test_d7_processes_and_sessions_share_the_limit_exactly(apps: list[ASGIApp], runtime: Runtime) -> None:
    person, _, token = await visit(runtime)
    tokens = [token, await sign_in(runtime, person)]
    *_, elsewhere = await visit(runtime)
    answers = await asyncio.gather(*(ask(apps[number % 2], tokens[number // 2 % 2]) for number in range(3 * FREE)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), statuses.count(429)) == (FREE, 2 * FREE)
    left = {answer.headers["ratelimit"] for answer in answers if answer.status_code == 200}
    assert len(left) == FREE  # each of them is told another number
    assert (await ask(apps[0], elsewhere)).status_code == 200  # others are not concerned


async def test_d7_a_new_plan_counts_from_the_next_minute(
    apps: list[ASGIApp], runtime: Runtime, clock: TestClock
) -> None:
    _, wallet, token = await visit(runtime)
    assert (await ask(apps[0], token)).json()["data"]["viewer"]["rateLimit"]["limit"] == FREE
    await subscribe(runtime, wallet, "pro")
    clock.advance(MINUTE)
    assert (await ask(apps[0], token)).json()["data"]["viewer"]["rateLimit"]["limit"] == 120


async def test_d7_a_clock_that_was_wrong_does_not_lock_anybody_out(
    apps: list[ASGIApp], runtime: Runtime, clock: TestClock
) -> None:
    *_, token = await visit(runtime)
    clock.advance(timedelta(days=1))
    for _ in range(FREE):
        await ask(apps[0], token)
    clock.advance(-timedelta(days=1) + MINUTE)
    assert (await ask(apps[0], token)).status_code == 200
    clock.advance(-MINUTE)  # a process whose clock is behind counts in the minute that others have begun
    assert (await ask(apps[1], token)).headers["ratelimit"] == f'"requests";r={FREE - 2};t=120'


async def test_d7_who_is_nobody_is_not_limited_and_nobody_is_where_it_is_off(
    apps: list[ASGIApp], runtime: Runtime
) -> None:
    *_, token = await visit(runtime)
    for app, shown in ((apps[0], None), (apps[2], token)):
        for _ in range(2 * FREE):
            answer = await ask(app, shown, "{ products { id } }")
            assert (answer.status_code, answer.headers.get("ratelimit")) == (200, None)
    assert (await ask(apps[2], token)).json()["data"]["viewer"]["rateLimit"] is None


async def test_d7_wrong_documents_count_and_say_so(apps: list[ASGIApp], runtime: Runtime) -> None:
    *_, token = await visit(runtime)
    answer = await ask(apps[0], token, "{ nothing }", accept="application/graphql-response+json")
    assert (answer.status_code, answer.headers["ratelimit"]) == (400, f'"requests";r={FREE - 1};t=60')
    streamed = await ask(apps[0], token, WHO, accept="text/event-stream")
    assert streamed.headers["ratelimit"] == f'"requests";r={FREE - 2};t=60'


async def test_d7_operations_on_a_socket_count_as_well(apps: list[ASGIApp], runtime: Runtime) -> None:
    *_, token = await visit(runtime)
    async with RawSocket(apps[0]) as socket:
        await socket.initialise({"authorization": f"Bearer {token}"})
        for number in range(FREE):
            socket.subscribe(str(number), WHO)
            message = await socket.get()
            assert message["payload"]["data"]["viewer"]["rateLimit"]["remaining"] == FREE - 1 - number
            assert (await socket.get())["type"] == "complete"
        socket.subscribe("more", WHO)
        message = await socket.get()
        assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    assert (await ask(apps[1], token)).status_code == 429


async def test_d7_a_request_costs_one_statement_and_its_first_in_a_minute_two(
    runtime: Runtime, clock: TestClock
) -> None:
    person, *_ = await visit(runtime, plan="plus")
    rates, caller = Rates(runtime), Principal(Caller.USER, person)
    for expected in (2, 1, 1):
        async with recorded(runtime.database.pool) as statements:
            await rates.count(caller)
        assert len(statements) == expected
    clock.advance(MINUTE)
    async with recorded(runtime.database.pool) as statements:
        await rates.count(caller)
    assert len(statements) == 2


async def test_d7_what_a_process_remembers_is_bounded(runtime: Runtime) -> None:
    rates = Rates(runtime, persons_max=1)
    people = [(await visit(runtime))[0] for _ in range(2)]
    counted = [await rates.count(Principal(Caller.GUEST, person)) for person in (*people, *people)]
    assert [rate.remaining for rate in counted if rate] == [FREE - 1, FREE - 1, FREE - 2, FREE - 2]
    assert await rates.count(Principal(Caller.SERVICE, people[0])) is None
