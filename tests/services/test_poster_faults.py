"""The poster when the database or the broker fails it: tries again, gives up in time, never does a thing twice."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import uuid4

import asyncpg
import pytest

from domain.commands import Advance
from feed.topics import wallet_topic
from models.database import Connection
from services import poster as poster_module
from services.poster import ATTEMPTS_MAX, Poster
from services.posting import Batch, Clock, KeyTaken, Outcome, Posted, Posting, Reporter, post
from services.runtime import Runtime
from tests.factories.usage import asked, spend
from tests.factories.wallets import make_wallet, make_wallets

pytestmark = pytest.mark.anyio

CALLER = Reporter(uuid4())
RACES = [KeyTaken(), asyncpg.DeadlockDetectedError("40P01"), asyncpg.SerializationError("40001")]
OUTAGES = [
    asyncpg.ConnectionDoesNotExistError("closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.AdminShutdownError("terminating connection"),
    asyncpg.InterfaceError("connection is closed"),
    ConnectionRefusedError(),
    FileNotFoundError("no socket"),
]


class Failing:
    """Stands in for `post`: fails so many times, before or (`late`) after its work, then works."""

    def __init__(self, error: Exception, times: int, *, late: bool = False) -> None:
        self.error = error
        self.times = times
        self.late = late
        self.calls: list[int] = []

    async def __call__(
        self, connection: Connection, postings: Sequence[Posting], clock: Clock, **_keywords: object
    ) -> Batch:
        self.calls.append(len(postings))
        fails = len(self.calls) <= self.times
        if fails and not self.late:
            raise self.error
        batch = await post(connection, postings, clock)
        if fails:
            raise self.error
        return batch


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster_module, "RETRY_PAUSE_S_MAX", 0.0)


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int, *, late: bool = False) -> Failing:
    stand_in = Failing(error, times, late=late)
    monkeypatch.setattr(poster_module, "post", stand_in)
    return stand_in


async def submitted(runtime: Runtime, *postings: Posting) -> list[Outcome | BaseException]:
    poster = Poster(runtime.database, runtime.clock, runtime.poster._wake, lanes=1)
    return await asyncio.gather(*(poster.submit(posting) for posting in postings), return_exceptions=True)


async def keyed(runtime: Runtime, count: int) -> list[Posting]:
    wallets = await make_wallets(runtime, count, credits_=10)
    return [asked(spend(), wallet.id, CALLER, f"k{wallet.id}") for wallet in wallets]


async def test_f5_a_batch_that_fails_by_chance_is_tried_again_as_a_whole(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (*RACES, *OUTAGES):
        for late in (False, True):  # before its work, or after it
            postings = await keyed(runtime, 3)
            stand_in = failing(monkeypatch, error, ATTEMPTS_MAX - 1, late=late)
            outcomes = await submitted(runtime, *postings)
            assert all(isinstance(outcome, Posted) and not outcome.replayed for outcome in outcomes), error
            assert stand_in.calls == [3] * ATTEMPTS_MAX
    charges = await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'CONSUME'")
    assert charges == 2 * 3 * len((*RACES, *OUTAGES))


async def test_f5_a_commit_whose_answer_is_lost_is_told_as_the_original(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (posting,) = await keyed(runtime, 1)
    committing = Poster._commit
    lost: list[Batch] = []

    async def commit(self: Poster, postings: Sequence[Posting]) -> Batch:
        batch = await committing(self, postings)
        if not lost:
            lost.append(batch)
            raise asyncpg.ConnectionDoesNotExistError("after the commit, before its answer")
        return batch

    monkeypatch.setattr(Poster, "_commit", commit)
    (outcome,) = await submitted(runtime, posting)
    assert isinstance(outcome, Posted)
    assert outcome.replayed
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'CONSUME'") == 1


async def test_f5_a_command_without_a_key_is_not_repeated_when_its_commit_is_uncertain(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    stand_in = failing(monkeypatch, OUTAGES[0], 1)
    (outcome,) = await submitted(runtime, Posting(spend(), wallet.id))
    assert outcome is stand_in.error
    assert stand_in.calls == [1]


async def test_f10_advancing_is_repeated_for_it_does_nothing_twice(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    stand_in = failing(monkeypatch, OUTAGES[0], 1)
    (outcome,) = await submitted(runtime, Posting(Advance(), wallet.id))
    assert isinstance(outcome, Posted)
    assert stand_in.calls == [1, 1]


async def test_f5_an_outage_fails_a_batch_as_a_whole_and_in_time(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    postings = await keyed(runtime, 5)
    for error in OUTAGES:
        stand_in = failing(monkeypatch, error, 10**9)
        assert await submitted(runtime, *postings) == [error] * 5
        assert stand_in.calls == [5] * ATTEMPTS_MAX


async def test_f5_a_race_that_is_lost_again_and_again_is_run_by_each_alone(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    postings = await keyed(runtime, 3)
    stand_in = failing(monkeypatch, RACES[1], ATTEMPTS_MAX)
    outcomes = await submitted(runtime, *postings)
    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    assert stand_in.calls == [3] * ATTEMPTS_MAX + [1] * 3


async def test_f3_what_fails_by_its_nature_is_not_tried_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    postings = await keyed(runtime, 2)
    stand_in = failing(monkeypatch, asyncpg.CheckViolationError("23514"), 2)
    outcomes = await submitted(runtime, *postings)
    assert stand_in.calls == [2, 1, 1]
    assert outcomes[0] is stand_in.error
    assert isinstance(outcomes[1], Posted)


async def test_f8_feeds_are_woken_after_the_commit_once_a_batch(runtime: Runtime) -> None:
    wallets = await make_wallets(runtime, 3, credits_=1)
    woken: list[tuple[frozenset[str], int]] = []

    async def wake(topics: Collection[str]) -> None:
        entries = await runtime.database.pool.fetchval("SELECT count(*) FROM entries WHERE kind = 'CONSUME'")
        woken.append((frozenset(topics), entries))

    poster = Poster(runtime.database, runtime.clock, wake, lanes=1)
    postings = [Posting(spend(units), wallet.id) for wallet in wallets[:2] for units in (1, 1)]
    await asyncio.gather(*(poster.submit(posting) for posting in (*postings, Posting(spend(2), wallets[2].id))))
    await poster.stop()
    assert woken == [(frozenset(wallet_topic(wallet.id) for wallet in wallets[:2]), 2)]  # who was refused is not woken


async def test_f8_a_broker_that_fails_costs_no_answer_and_stops_no_lane(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    wallet = await make_wallet(runtime, credits_=10)

    async def wake(_topics: Collection[str]) -> None:
        raise OSError("the broker is away")

    poster = Poster(runtime.database, runtime.clock, wake, lanes=1, batch_max=2)
    outcomes = await asyncio.gather(*(poster.submit(Posting(spend(), wallet.id)) for _ in range(6)))
    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    await poster.stop()
    assert "could not be woken" in caplog.text
