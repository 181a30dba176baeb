"""How many statements things cost: constants, whatever the number of commands, wallets or workspaces (DESIGN.md §3)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest

from domain.catalog import Catalog
from feed.broker import Broker
from feed.broker_postgres import PostgresBackend
from models.database import Database
from services import reads, usage
from services.poster import Poster
from services.posting import Posted, Posting, Reporter
from services.runtime import Runtime
from tests.factories.clock import NOW, TestClock
from tests.factories.credentials import make_service, make_user
from tests.factories.statements import recorded
from tests.factories.usage import asked, chat, coding, hold, spend
from tests.factories.wallets import carry_out, give, make_colleague, make_wallet, make_wallets

pytestmark = pytest.mark.anyio

BATCH = 256
SINGLE = ["BEGIN;", "SELECT", "SELECT", "WITH", "COMMIT;"]


def verbs(statements: list[str]) -> list[str]:
    return [statement.split()[0] for statement in statements]


async def test_f5_one_consume_is_five_statements(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, credits_=5), await make_service(runtime)
    async with recorded(runtime.database.pool) as statements:
        assert isinstance(await usage.consume(runtime, service, chat(wallet.id), "k"), Posted)
    assert verbs(statements) == SINGLE
    async with recorded(runtime.database.pool) as statements:
        assert isinstance(await usage.consume(runtime, service, chat(wallet.id), "k"), Posted)
    assert verbs(statements) == ["BEGIN;", "SELECT", "SELECT", "COMMIT;"]  # a replay writes nothing


async def test_b13_b14_one_consume_of_an_enterprise_wallet_is_five_statements_too(runtime: Runtime) -> None:
    wallet, service = await make_colleague(runtime, credits_=5), await make_service(runtime)
    async with recorded(runtime.database.pool) as statements:
        assert isinstance(await usage.consume(runtime, service, chat(wallet.id), "k"), Posted)
    assert verbs(statements) == SINGLE


@pytest.fixture
async def notifying(dsn: str, database: Database, catalog: Catalog, clock: TestClock) -> AsyncIterator[Runtime]:
    """A runtime whose wake-ups go out by NOTIFY."""
    async with Broker(PostgresBackend(dsn)) as broker:
        poster = Poster(database, clock, broker.wake)
        yield Runtime(database, poster, broker, None, catalog, clock)  # type: ignore[arg-type]  # nobody follows
        await poster.stop()


@pytest.mark.parametrize("wallets", [1, BATCH])
async def test_f5_a_batch_of_256_commands_is_at_most_eight_statements(
    notifying: Runtime, monkeypatch: pytest.MonkeyPatch, wallets: int
) -> None:
    refs = await make_wallets(notifying, wallets, credits_=1_000)
    sent = await _notifications(notifying, monkeypatch)
    caller = Reporter(uuid4())
    poster = Poster(notifying.database, notifying.clock, notifying.poster._wake, lanes=1)
    async with recorded(notifying.database.pool) as statements:
        first = asyncio.create_task(poster.submit(Posting(spend(), refs[0].id)))
        await asyncio.sleep(0)  # its batch is on its way: what comes now forms the next one
        rest = [poster.submit(_command(number, refs[number % wallets].id, caller)) for number in range(BATCH)]
        outcomes = await asyncio.gather(first, *rest)
    assert all(isinstance(outcome, Posted) for outcome in outcomes)
    await notifying.broker.stop()
    assert verbs(statements) == SINGLE * 2
    assert len(sent) <= 2


def _command(number: int, wallet_id: UUID, caller: Reporter) -> Posting:
    return asked(spend() if number % 4 else hold(), wallet_id, caller, f"k{number}")


async def _notifications(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    broadcast = runtime.broker._broadcast
    publish = broadcast.publish

    async def note(channel: str, message: str) -> None:
        sent.append(message)
        await publish(channel, message)

    monkeypatch.setattr(broadcast, "publish", note)
    return sent


async def test_f2_reads_of_a_viewer_are_one_statement_each_whatever_they_have(runtime: Runtime) -> None:
    wallet = await make_wallet(runtime, credits_=5)
    viewer = await make_user(runtime, wallet.person_id)
    seen = []
    for more in (0, 4, 20):
        for _ in range(more):
            colleague = await make_colleague(runtime, person_id=wallet.person_id, credits_=1)
            await carry_out(runtime, colleague.id, hold())
        async with recorded(runtime.database.pool) as statements:
            spaces = await reads.workspaces_of_viewer(runtime, viewer)
            ids = [space.wallet_id for space in spaces if space.wallet_id]
            assert len(await reads.wallets(runtime, viewer, ids)) == len(spaces)
            assert len(await reads.running_tasks(runtime, viewer, ids)) == len(spaces) - 1
            await reads.workspaces(runtime, viewer, [space.id for space in spaces])
            await reads.allowances(runtime, viewer, ids)
            await reads.persons(runtime, viewer, [wallet.person_id])
        seen.append((len(spaces), len(statements)))
    assert seen == [(1, 6), (5, 6), (25, 6)]


async def test_f10_reading_wallets_with_something_due_costs_one_batch_a_lane_more(
    runtime: Runtime, clock: TestClock
) -> None:
    person = await make_wallet(runtime)
    refs = [await make_colleague(runtime, person_id=person.person_id) for _ in range(30)]
    days = count(1)
    for ref in refs:
        await give(runtime, ref.id, 5, ends_at=NOW + timedelta(minutes=next(days)))
    clock.advance(timedelta(days=1))
    viewer = await make_user(runtime, person.person_id)
    ids = [ref.id for ref in refs]
    async with recorded(runtime.database.pool) as statements:
        rows = await reads.wallets(runtime, viewer, ids)
    assert {row.last_entry for row in rows.values()} == {2}
    batches = verbs(statements).count("BEGIN;")
    assert batches <= 4  # each lane: one that goes at once, and one of all that came meanwhile
    assert len(statements) == 2 + 5 * batches


async def test_c5_a_charge_of_two_pools_costs_what_any_charge_does(runtime: Runtime) -> None:
    wallet, service = await make_wallet(runtime, plan="plus"), await make_service(runtime)
    async with recorded(runtime.database.pool) as statements:
        assert isinstance(await usage.consume(runtime, service, coding(wallet.id), "k"), Posted)
    assert verbs(statements) == SINGLE
