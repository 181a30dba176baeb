"""`Poster.submit`: natural batching, and nobody suffers for what somebody else asked (DESIGN.md §3)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Sequence
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from domain import ledger
from domain.commands import Command, OpenGrant, ReleaseTask
from domain.grants import GrantKind
from domain.refusals import Refusal
from domain.tasks import TaskStatus
from domain.wallets import WalletState
from models.database import Connection
from services import poster as poster_module
from services import posting as posting_module
from services.poster import Overloaded, Poster
from services.posting import Batch, Clock, Outcome, Posted, Posting, Reporter, post
from services.runtime import Runtime
from tests.factories.usage import asked, hold, spend
from tests.factories.wallets import make_wallet, make_wallets

pytestmark = pytest.mark.anyio

CALLER = Reporter(uuid4())


class Gate:
    """Stands in for `post`: notes every batch's size, and lets each go when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.open = asyncio.Event()
        self.entered = asyncio.Event()
        monkeypatch.setattr(poster_module, "post", self)

    async def __call__(
        self, connection: Connection, postings: Sequence[Posting], clock: Clock, **_keywords: object
    ) -> Batch:
        self.sizes.append(len(postings))
        self.entered.set()
        await self.open.wait()
        return await post(connection, postings, clock)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@contextlib.asynccontextmanager
async def one_lane(runtime: Runtime, batch_max: int = 256) -> AsyncIterator[Poster]:
    poster = Poster(runtime.database, runtime.clock, runtime.poster._wake, lanes=1, batch_max=batch_max)
    yield poster
    await poster.stop()


def number_of(outcome: Outcome) -> int:
    assert isinstance(outcome, Posted), outcome
    assert outcome.entry
    return outcome.entry.number


async def submitted(poster: Poster, postings: Sequence[Posting]) -> list[asyncio.Task[Outcome]]:
    tasks = [asyncio.create_task(poster.submit(posting)) for posting in postings]
    await asyncio.sleep(0)
    return tasks


async def test_f1_what_comes_while_a_batch_is_in_flight_forms_the_next_of_at_most_batch_max(
    runtime: Runtime, gate: Gate
) -> None:
    wallet = await make_wallet(runtime, credits_=100)
    async with one_lane(runtime, batch_max=8) as poster:
        first = await submitted(poster, [Posting(spend(), wallet.id)])
        await gate.entered.wait()
        rest = await submitted(poster, [Posting(spend(), wallet.id) for _ in range(20)])
        assert gate.sizes == [1]  # idle: it went at once
        gate.open.set()
        outcomes = await asyncio.gather(*first, *rest)
    assert gate.sizes == [1, 8, 8, 4]
    assert [number_of(outcome) for outcome in outcomes] == list(range(2, 23))  # in the order of their arrival


async def test_f1_wallets_share_the_lanes_and_a_wallet_keeps_to_its_own(runtime: Runtime, gate: Gate) -> None:
    wallets = await make_wallets(runtime, 2, credits_=10)
    poster = Poster(runtime.database, runtime.clock, runtime.poster._wake, lanes=2)
    lanes = {wallet.id.int % 2 for wallet in wallets}
    tasks = await submitted(poster, [Posting(spend(), wallet.id) for wallet in wallets for _ in range(3)])
    await gate.entered.wait()
    gate.open.set()
    await asyncio.gather(*tasks)
    assert len(gate.sizes) == len(lanes)
    assert sum(gate.sizes) == 6


async def test_f4_a_tasks_command_finds_its_wallet_from_any_lane(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    tasks = [hold(task_id=UUID(int=number)) for number in range(1, 5)]
    for task in tasks:
        await runtime.poster.submit(Posting(task, wallet.id))
    commands = [ReleaseTask(task.task_id, TaskStatus.FAILED) for task in tasks]
    outcomes = await asyncio.gather(*(runtime.poster.submit(Posting(command)) for command in commands))
    assert sorted(number_of(outcome) for outcome in outcomes) == [6, 7, 8, 9]


async def test_f3_one_poisonous_command_fails_alone(runtime: Runtime) -> None:
    """2⁶³ thousandths fit into no column, though the domain has nothing against them."""
    wallets = await make_wallets(runtime, 3, credits_=10)
    poison = OpenGrant("chat_credit", GrantKind.PURCHASED, 2**63, None, "poison")
    postings = [
        asked(spend(), wallets[0].id, CALLER, "a"),
        asked(spend(), wallets[1].id, CALLER, "b"),
        asked(poison, wallets[1].id, CALLER, "c"),
        asked(spend(), wallets[1].id, CALLER, "d"),
        asked(spend(11), wallets[2].id, CALLER, "e"),
    ]
    async with one_lane(runtime) as poster:
        outcomes = await asyncio.gather(*await submitted(poster, postings), return_exceptions=True)
        assert [number_of(outcome) for outcome in outcomes if isinstance(outcome, Posted)] == [2, 2, 3]
        assert isinstance(outcomes[2], asyncpg.DataError)
        assert isinstance(outcomes[4], Refusal)
        assert number_of(await poster.submit(postings[0])) == 2  # known from now on
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM idempotency_keys") == 4


async def test_f3_a_wallet_whose_decision_fails_does_not_harm_others(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ill, well = await make_wallets(runtime, 2, credits_=10)
    deciding = ledger.decide
    poisonous = spend(3)

    def decide(state: WalletState, command: Command, now: datetime) -> ledger.Decision:
        if command is poisonous:
            raise ZeroDivisionError
        return deciding(state, command, now)

    monkeypatch.setattr(posting_module, "decide", decide)
    postings = [Posting(spend(), well.id), Posting(poisonous, ill.id), Posting(spend(), ill.id)]
    async with one_lane(runtime) as poster:
        outcomes = await asyncio.gather(*await submitted(poster, postings), return_exceptions=True)
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert [number_of(outcome) for outcome in outcomes if isinstance(outcome, Posted)] == [2, 2]


async def test_f1_a_caller_that_is_cancelled_does_not_cancel_its_batch(runtime: Runtime, gate: Gate) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    async with one_lane(runtime) as poster:
        first, second, third = await submitted(poster, [Posting(spend(), wallet.id) for _ in range(3)])
        await gate.entered.wait()
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        gate.open.set()
        assert [number_of(await task) for task in (first, third)] == [2, 4]
    assert await runtime.database.pool.fetchval("SELECT last_entry FROM wallets") == 4


async def test_f1_a_caller_that_is_cancelled_while_it_waits_does_not_stop_the_lane(
    runtime: Runtime, gate: Gate
) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    async with one_lane(runtime) as poster:
        (first,) = await submitted(poster, [Posting(spend(), wallet.id)])
        await gate.entered.wait()
        waiting = await submitted(poster, [Posting(spend(), wallet.id) for _ in range(3)])
        first.cancel()
        waiting[1].cancel()
        gate.open.set()
        assert [number_of(await task) for task in (waiting[0], waiting[2])] == [3, 5]


async def test_f1_the_batch_of_a_caller_inside_a_transaction_is_not_part_of_it(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=10)

    async def verb() -> None:
        async with runtime.database.transaction():
            await runtime.poster.submit(Posting(spend(), wallet.id))
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await verb()
    assert await runtime.database.pool.fetchval("SELECT last_entry FROM wallets") == 2


async def test_f1_a_batch_knows_nothing_of_the_context_of_who_came_first(runtime: Runtime) -> None:
    """The ORM's transactions are found through context variables: a caller's must not become the batch's."""
    wallet, seen = await make_wallet(runtime, credits_=10), list[str]()
    callers_own = ContextVar("callers_own", default="none")

    async def wake(_topics: Collection[str]) -> None:
        seen.append(callers_own.get())

    poster = Poster(runtime.database, runtime.clock, wake)
    callers_own.set("a transaction")
    await poster.submit(Posting(spend(), wallet.id))
    await poster.stop()
    assert seen == ["none"]


async def test_f1_more_than_the_poster_lets_wait_is_refused_at_once(
    runtime: Runtime, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster_module, "COMMANDS_WAITING_MAX", 5)
    wallet = await make_wallet(runtime, credits_=10)
    async with one_lane(runtime) as poster:
        in_flight = await submitted(poster, [Posting(spend(), wallet.id)])
        await gate.entered.wait()
        waiting = await submitted(poster, [Posting(spend(), wallet.id) for _ in range(5)])
        with pytest.raises(Overloaded):
            await poster.submit(Posting(spend(), wallet.id))
        gate.open.set()
        await asyncio.gather(*in_flight, *waiting)
        assert number_of(await poster.submit(Posting(spend(), wallet.id))) == 8  # there is room again


async def test_f1_stop_waits_until_all_that_was_submitted_is_answered(runtime: Runtime, gate: Gate) -> None:
    wallet = await make_wallet(runtime, credits_=100)
    poster = Poster(runtime.database, runtime.clock, runtime.poster._wake, batch_max=4)
    tasks = await submitted(poster, [Posting(spend(), wallet.id) for _ in range(20)])
    stopping = asyncio.create_task(poster.stop())
    await gate.entered.wait()
    assert not stopping.done()
    gate.open.set()
    await stopping
    assert [number_of(outcome) for outcome in await asyncio.gather(*tasks)] == list(range(2, 22))
    assert await runtime.database.pool.fetchval("SELECT last_entry FROM wallets") == 21


async def test_f1_a_stop_that_is_cancelled_does_not_cancel_the_batches(runtime: Runtime, gate: Gate) -> None:
    wallet = await make_wallet(runtime, credits_=10)
    async with one_lane(runtime) as poster:
        tasks = await submitted(poster, [Posting(spend(), wallet.id) for _ in range(3)])
        await gate.entered.wait()
        stopping = asyncio.create_task(poster.stop())
        await asyncio.sleep(0)
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping
        gate.open.set()
        assert [number_of(outcome) for outcome in await asyncio.gather(*tasks)] == [2, 3, 4]


async def test_f1_stop_with_nothing_to_do_returns(runtime: Runtime) -> None:
    await Poster(runtime.database, runtime.clock, runtime.poster._wake).stop()
