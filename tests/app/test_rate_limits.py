"""Rate limits by address: strangers are told when to come back, before the database is asked, in bounded memory."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from asgi_lifespan import LifespanManager
from starlette.applications import Starlette

from app.rate_limits import AddressLimits
from app.server import create_app
from app.settings import BrokerKind, Secret, Settings
from domain.errors import RateLimited
from domain.ids import public_id
from models.database import Connection
from tests.execution.sockets import RawSocket
from tests.factories.clock import TestClock

HOME, ELSEWHERE = "203.0.113.9", "203.0.113.10"
WRONG = f"alg_{public_id('alg', uuid4())[4:]}_{'x' * 43}"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def limits(clock: TestClock) -> AddressLimits:
    return AddressLimits(clock, wrong_max="3 per minute", guests_max="2 per hour", addresses_max=4)


def refused(limits: AddressLimits, address: str | None) -> int:
    """For how many seconds an address is turned away; 0: it is not."""
    try:
        limits.check(address)
    except RateLimited as error:
        return error.retry_after_s
    return 0


def test_a_window_begins_with_the_first_failure_and_ends(limits: AddressLimits, clock: TestClock) -> None:
    for seconds in (0, 10, 10):
        clock.advance(timedelta(seconds=seconds))
        assert refused(limits, HOME) == 0
        limits.failed(HOME)
    assert refused(limits, HOME) == 40
    assert refused(limits, ELSEWHERE) == 0
    clock.advance(timedelta(seconds=39.5))
    assert refused(limits, HOME) == 1
    clock.advance(timedelta(seconds=0.5))
    assert refused(limits, HOME) == 0


def test_the_rest_of_a_household_is_one(limits: AddressLimits) -> None:
    for last in range(3):
        limits.failed(f"2001:db8::{last}")
    assert refused(limits, "2001:db8::ffff:1")
    assert not refused(limits, "2001:db8:0:1::1")


def test_who_has_no_address_is_not_limited(limits: AddressLimits) -> None:
    for _ in range(10):
        limits.failed(None)
        limits.admit_guest(None)
    assert not refused(limits, None)


def test_memory_is_bounded_and_the_one_heard_of_longest_ago_makes_room(limits: AddressLimits) -> None:
    for _ in range(3):
        limits.failed(HOME)
    for last in range(3):
        limits.failed(f"198.51.100.{last}")
    assert refused(limits, HOME)
    assert len(limits.storage) == 4
    for last in range(1_000):
        limits.failed(f"198.51.{last // 250}.{last % 250}")
        assert len(limits.storage) == 4
    assert not refused(limits, HOME)


def test_guests_and_wrong_credentials_are_counted_apart(limits: AddressLimits, clock: TestClock) -> None:
    for _ in range(2):
        limits.admit_guest(HOME)
    with pytest.raises(RateLimited, match="Sign up") as told:
        limits.admit_guest(HOME)
    assert told.value.retry_after_s == 3_600
    assert not refused(limits, HOME)
    clock.advance(timedelta(hours=1))
    limits.admit_guest(HOME)


@pytest.fixture
async def app(dsn: str, clock: TestClock) -> AsyncIterator[Starlette]:
    settings = Settings(graphiql=False, broker=BrokerKind.MEMORY, secret=Secret("s" * 40))
    app = create_app(settings, dsn, clock=clock, worker=False)
    async with LifespanManager(app):
        yield app
        await app.state.leave()


async def ask(app: Starlette, query: str, token: str | None = None, address: str = HOME) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app, client=(address, 4711))
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        return await client.post("/graphql", content=json.dumps({"query": query}), headers=headers)


START = 'mutation { startGuestSession(input: { idempotencyKey: "%s" }) { session { token } } }'
WHO = "{ viewer { caller } }"


@pytest.mark.anyio
async def test_a1_10_000_wrong_guest_tokens_are_refused_early(app: Starlette, clock: TestClock) -> None:
    started = await ask(app, START % "k")
    token = started.json()["data"]["startGuestSession"]["session"]["token"]
    transport = httpx2.ASGITransport(app=app, client=(HOME, 4711))
    statuses: list[int] = []
    answer = started
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        for _ in range(10_000):
            headers = {"content-type": "application/json", "authorization": f"Bearer {WRONG}"}
            answer = await client.post("/graphql", content=json.dumps({"query": WHO}), headers=headers)
            statuses.append(answer.status_code)
    assert (statuses.count(401), statuses.count(429)) == (100, 9_900)
    assert statuses.index(429) == 100
    assert answer.headers["retry-after"] == "60"
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 60}
    assert (await ask(app, WHO, token)).status_code == 429
    assert (await ask(app, WHO, token, ELSEWHERE)).json()["data"] == {"viewer": {"caller": "GUEST"}}
    assert (await ask(app, "{ products { id } }")).status_code == 200  # who shows nothing is no suspect
    clock.advance(MINUTE)
    assert (await ask(app, WHO, token)).json()["data"] == {"viewer": {"caller": "GUEST"}}
    assert (await ask(app, WHO, WRONG)).status_code == 401


@pytest.mark.anyio
async def test_a1_nothing_is_looked_up_for_who_is_turned_away(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(100):
        await ask(app, WHO, WRONG)

    async def looked_up(*_: object) -> None:
        raise AssertionError("the database is asked")

    monkeypatch.setattr("app.principal.authenticate", looked_up)
    monkeypatch.setattr("app.principal.use_ticket", looked_up)
    assert (await ask(app, WHO, WRONG)).status_code == 429


@pytest.mark.anyio
async def test_a1_who_was_accepted_lately_does_not_suffer_from_a_neighbours_guessing(app: Starlette) -> None:
    started = await ask(app, START % "k")
    token = started.json()["data"]["startGuestSession"]["session"]["token"]
    assert (await ask(app, WHO, token)).status_code == 200
    for _ in range(100):
        assert (await ask(app, WHO, WRONG)).status_code == 401
    assert (await ask(app, WHO, WRONG)).status_code == 429
    assert (await ask(app, WHO, token)).status_code == 200
    assert (await ask(app, WHO, token[:-1])).status_code == 429


@pytest.mark.anyio
async def test_a1_sockets_are_turned_away_as_well(app: Starlette) -> None:
    async def from_home(scope: object, receive: object, send: object) -> None:
        scope |= {"client": (HOME, 4711), "path": "/graphql"}  # type: ignore[operator] # a scope is a mapping here
        await app(scope, receive, send)  # type: ignore[arg-type] # stand-ins of two lines

    for _ in range(100):
        await ask(app, WHO, WRONG)
    async with RawSocket(from_home) as socket:
        socket.put({"type": "connection_init", "payload": {"authorization": f"Bearer {WRONG}"}})
        assert await socket.closed() == (4403, "RATE_LIMITED")


@pytest.mark.anyio
async def test_a1_guests_of_one_address_are_counted(app: Starlette, connection: Connection) -> None:
    for number in range(60):
        assert (await ask(app, START % number)).json()["data"]["startGuestSession"]["session"]
    refusal = (await ask(app, START % "one more")).json()
    assert refusal["errors"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 3_600}
    assert await connection.fetchval("SELECT count(*) FROM persons") == 60
    assert (await ask(app, START % "elsewhere", address=ELSEWHERE)).json()["data"]["startGuestSession"]["session"]
